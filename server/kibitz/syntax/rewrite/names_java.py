"""What an identifier of Java stands for, from the nodes around it (The Java Language Specification, 6.3 Scope)."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, words
from kibitz.syntax.rewrite.names import Use, Verdict, bind, member, read, unknown, write
from kibitz.syntax.source import Source

BLOCKS = frozenset(
    {
        *("block", "constructor_body", "switch_block_statement_group", "for_statement", "program"),
        *("try_with_resources_statement", "static_initializer"),
    }
)
BODIES = frozenset({"class_body", "interface_body", "enum_body", "annotation_type_body", "record_body"})
_TYPES = frozenset(
    {
        *("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
        "annotation_type_declaration",
    }
)
_MEMBERS = words(
    """line_comment block_comment string_fragment string_literal character_literal text_block
    multiline_string_fragment escape_sequence"""
)


def classify(source: Source, chain: tuple[Node, ...], start: int, end: int) -> Verdict:
    """The role of the name between two bytes; the chain ends with the smallest node around it."""
    node = chain[-1]
    if node.type in _MEMBERS or not node.is_named:
        return member()
    if node.start_byte != start or node.end_byte != end or len(chain) < 2:
        return unknown()
    if node.type == "type_identifier":
        return bind("type", chain[-4]) if chain[-2].type == "type_parameter" else read("type")
    return _identifier(chain) if node.type == "identifier" else unknown()


def _identifier(chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    if any(around.type in ("import_declaration", "package_declaration") for around in chain):
        whole = parent.type == "import_declaration" or chain[-3].type == "import_declaration"
        return bind("import", chain[0]) if whole else member()
    if (bound := _bound(chain)) is not None:
        return bound
    if _is_member(parent, node):
        return member()
    match parent.type:
        case "field_access" if field(parent, "field", node):
            owner = parent.child_by_field_name("object")
            if owner is None or owner.type != "this":
                return member()
            above = chain[-3]
            assigned = above.type == "assignment_expression" and field(above, "left", parent)
            changed = assigned or above.type == "update_expression"
            return write("own_field") if changed else read("own_field")
        case "switch_label":
            return unknown()
        case "assignment_expression" if field(parent, "left", node):
            return write()
        case "update_expression":
            return write()
    return read()


_NAMED = {
    **dict.fromkeys(
        ("method_declaration", "constructor_declaration", "compact_constructor_declaration"), "name"
    ),
    **dict.fromkeys(("method_invocation", "scoped_identifier"), "name"),
    "element_value_pair": "key",
}


def _is_member(parent: Node, node: Node) -> bool:
    """Whether a name is that of a method, a label, a part of a path or of an annotation."""
    kind = parent.type
    if kind in _NAMED:
        return field(parent, _NAMED[kind], node)
    if kind == "labeled_statement":
        return parent.named_children[0].id == node.id
    if kind == "method_reference":
        return parent.named_children[-1].id == node.id and len(parent.named_children) > 1
    return kind in ("break_statement", "continue_statement", "module_declaration")


def _bound(chain: tuple[Node, ...]) -> Verdict | None:
    """The binding that a name is; None where it is none."""
    node, parent = chain[-1], chain[-2]
    match parent.type:
        case "inferred_parameters":
            return bind("parameter", chain[-3])
        case "lambda_expression" if field(parent, "parameters", node):
            return bind("parameter", parent)
        case "type_pattern" | "record_pattern_component":
            return bind("pattern", (node.start_byte, _block_end(chain)))
    if not field(parent, "name", node):
        return None
    match parent.type:
        case "variable_declarator":
            return _declared(chain)
        case "formal_parameter":
            return unknown() if chain[-4].type == "record_declaration" else bind("parameter", chain[-4])
        case "catch_formal_parameter":
            return bind("parameter", chain[-3])
        case "enhanced_for_statement":
            return bind("variable", parent.child_by_field_name("body") or parent)
        case "resource":
            return bind("variable", (parent.end_byte, chain[-4].end_byte))
        case "enum_constant":
            return bind("field", chain[-3])
        case "instanceof_expression":
            return bind("pattern", (node.start_byte, _block_end(chain)))
    return bind("type", chain[0]) if parent.type in _TYPES else None


def _block_end(chain: tuple[Node, ...]) -> int:
    """Where a pattern's variable is gone at the latest: it reaches as far as it is sure to have matched."""
    return next((n for n in reversed(chain) if n.type in BLOCKS), chain[0]).end_byte


def _declared(chain: tuple[Node, ...]) -> Verdict:
    holder = chain[-3]
    if holder.type == "spread_parameter":
        return bind("parameter", chain[-5])
    if holder.type in ("field_declaration", "constant_declaration"):
        return bind("field", chain[-4])
    block = next((n for n in reversed(chain[:-3]) if n.type in BLOCKS), None)
    return bind("variable", (chain[-2].start_byte, block.end_byte)) if block is not None else unknown()


def settle(found: list[Use]) -> list[Use]:
    """Inside of a class in the scope of a local, an inherited field of the name may be meant; patterns reach unevenly."""
    from attrs import evolve

    binds = [use for use in found if use.role == "bind" and use.sort != "import"]
    settled = []
    for use in found:
        if use.role not in ("read", "write") or use.form == "own_field":
            settled.append(use)
            continue
        around = [b for b in binds if b.scope[0] <= use.start < b.scope[1]]
        nearest = min(around, key=lambda b: b.scope[1] - b.scope[0], default=None)
        doubtful = (
            nearest is not None
            and nearest.sort != "type"
            and (
                any(node.type in BODIES and nearest.scope[0] < node.start_byte for node in use.chain)
                or sum(b.sort == "pattern" for b in around) > 1
                or (nearest.sort == "pattern" and len(around) > 1)
            )
        )
        settled.append(evolve(use, role="unknown") if doubtful else use)
    return settled
