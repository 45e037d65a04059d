"""What an identifier of Go stands for, from the nodes around it (The Go Programming Language Specification, Blocks and
Declarations and scope)."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, token, words
from kibitz.syntax.rewrite.names import Use, Verdict, bind, member, read, rebound, unknown, write
from kibitz.syntax.source import Source

BLOCKS = frozenset(
    {
        *("block", "if_statement", "for_statement", "expression_switch_statement", "type_switch_statement"),
        *("expression_case", "default_case", "type_case", "communication_case", "source_file"),
    }
)
_FUNCTIONS = frozenset({"function_declaration", "method_declaration", "func_literal"})
_MEMBERS = words(
    """field_identifier label_name comment interpreted_string_literal_content raw_string_literal_content
    raw_string_literal interpreted_string_literal rune_literal escape_sequence blank_identifier dot"""
)


def classify(source: Source, chain: tuple[Node, ...], start: int, end: int) -> Verdict:
    """The role of the name between two bytes; the chain ends with the smallest node around it."""
    node = chain[-1]
    if node.type in _MEMBERS or not node.is_named:
        return member()
    if node.start_byte != start or node.end_byte != end or len(chain) < 2:
        return unknown()
    parent = chain[-2]
    if node.type == "package_identifier":
        if parent.type == "package_clause":
            return member()
        return bind("import", chain[0]) if parent.type == "import_spec" else read("type")
    if node.type == "type_identifier":
        if parent.type in ("type_spec", "type_alias") and field(parent, "name", node):
            return bind("type", _rest(chain, len(chain) - 2))
        return read("type")
    return _identifier(source, chain) if node.type == "identifier" else unknown()


def _identifier(source: Source, chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    match parent.type:
        case "function_declaration" if field(parent, "name", node):
            return bind("function", chain[0])
        case "parameter_declaration" | "variadic_parameter_declaration" if field(parent, "name", node):
            return bind("parameter", _of_function(chain))
        case "type_parameter_declaration" if field(parent, "name", node):
            return bind("type", chain[-4])
        case "var_spec" | "const_spec" if field(parent, "name", node):
            return bind("variable", _rest(chain, len(chain) - 2))
        case "expression_list":
            return _listed(chain)
        case "inc_statement" | "dec_statement":
            return write()
        case "unary_expression" if token(parent, "&"):
            return write("address")
        case "literal_element" if len(chain) > 4 and field(chain[-3], "key", parent):
            return _key(source, chain)
    return read()


def _listed(chain: tuple[Node, ...]) -> Verdict:
    """A name in a list of expressions, on one of the sides of a statement."""
    parent, holder = chain[-2], chain[-3]
    at = len(chain) - 3
    if holder.type == "type_switch_statement" and field(holder, "alias", parent):
        value = holder.child_by_field_name("value")
        return bind("pattern", (value.end_byte if value else holder.start_byte, holder.end_byte))
    if not field(holder, "left", parent):
        return read()
    match holder.type:
        case "short_var_declaration":
            return bind("variable", _rest(chain, at))
        case "range_clause" | "receive_statement":
            return bind("variable", _rest(chain, at)) if token(holder, ":=") else write()
        case "assignment_statement":
            return write()
    return unknown()


def _key(source: Source, chain: tuple[Node, ...]) -> Verdict:
    """The key of a composite literal is a field where the type is a struct, a variable where it is a map or a list."""
    literal = next((n for n in reversed(chain) if n.type == "composite_literal"), None)
    kind = literal.child_by_field_name("type") if literal is not None else None
    if kind is None or literal is None or literal.child_by_field_name("body") != chain[-4]:
        return unknown()
    if kind.type in ("map_type", "array_type", "slice_type", "implicit_length_array_type"):
        return read()
    if kind.type == "struct_type":
        return member()
    name, text = source.text(kind), source.text(chain[-1])
    if (
        kind.type == "qualified_type"
    ):  # another package's fields are exported, and its keys cannot be our variables
        return member() if text[:1].isupper() else read()
    for child in chain[0].named_children:
        for spec in child.named_children if child.type == "type_declaration" else ():
            declared, shape = spec.child_by_field_name("name"), spec.child_by_field_name("type")
            if declared is not None and shape is not None and source.text(declared) == name:
                return (
                    member()
                    if shape.type == "struct_type"
                    else read()
                    if "_type" in shape.type
                    else unknown()
                )
    return unknown()


def _of_function(chain: tuple[Node, ...]) -> tuple[int, int]:
    """Where the parameters of the innermost function or function type around are visible."""
    for node in reversed(chain[:-2]):
        if node.type in _FUNCTIONS and (body := node.child_by_field_name("body")) is not None:
            return body.start_byte, body.end_byte
        if node.type in ("function_type", "method_elem", *_FUNCTIONS):
            return node.start_byte, node.end_byte
    return chain[-2].start_byte, chain[-2].end_byte


def _rest(chain: tuple[Node, ...], at: int) -> tuple[int, int]:
    """From the end of a declaration to the end of its block; for one of the package, all of the file."""
    for node in reversed(chain[:at]):
        if node.type == "source_file":
            return node.start_byte, node.end_byte
        if node.type in BLOCKS:
            return chain[at].end_byte, node.end_byte
    return chain[0].start_byte, chain[0].end_byte


def settle(found: list[Use]) -> list[Use]:
    """`:=` gives a variable that its own block has already another value."""
    known: dict[int, Use] = {}
    settled = []
    for use in found:
        short = use.role == "bind" and use.chain[-3].type == "short_var_declaration"
        before = known.get(use.scope[1]) if use.role == "bind" else None
        if (
            short
            and before is not None
            and before.sort in ("variable", "parameter")
            and before.scope[0] < use.start
        ):
            settled.append(rebound(use))
            continue
        if use.role == "bind":
            known[use.scope[1]] = use
        settled.append(use)
    return settled
