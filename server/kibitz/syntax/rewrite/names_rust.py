"""What an identifier of Rust stands for, from the nodes around it (The Rust Reference, Scopes)."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, token, words
from kibitz.syntax.rewrite.names import Form, Use, Verdict, bind, member, read, unknown, write
from kibitz.syntax.source import Source

BLOCKS = frozenset({"block", "source_file", "declaration_list", "match_arm"})
FORMATTING = words(
    """print println eprint eprintln format write writeln panic assert assert_eq assert_ne debug_assert
    debug_assert_eq debug_assert_ne todo unimplemented unreachable info warn error debug trace bail anyhow
    ensure format_args"""
)
KNOWN_MACROS = FORMATTING | {"vec", "dbg"}
"""Macros whose arguments are expressions."""
_MEMBERS = words(
    """field_identifier line_comment block_comment doc_comment string_literal raw_string_literal char_literal
    escape_sequence shebang lifetime label metavariable primitive_type"""
)
_PATTERNS = words(
    """tuple_pattern slice_pattern ref_pattern mut_pattern reference_pattern captured_pattern or_pattern
    tuple_struct_pattern field_pattern struct_pattern"""
)
_ITEMS = {
    **dict.fromkeys(("function_item", "function_signature_item"), "function"),
    **dict.fromkeys(("const_item", "static_item"), "variable"),
    **dict.fromkeys(
        ("struct_item", "enum_item", "union_item", "type_item", "trait_item", "mod_item"), "type"
    ),
}
_OWNED = frozenset({"impl_item", "trait_item"})


def classify(source: Source, chain: tuple[Node, ...], start: int, end: int) -> Verdict:
    """The role of the name between two bytes; the chain ends with the smallest node around it."""
    node = chain[-1]
    tree = next((at for at, around in enumerate(chain) if around.type == "token_tree"), None)
    if tree is not None:
        return _in_macro(source, chain, tree, start, end)
    if node.type in _MEMBERS or node.type == "string_content" or not node.is_named or len(chain) < 2:
        return member()
    parent = chain[-2]
    if node.start_byte != start or node.end_byte != end:
        return unknown()
    if any(around.type in ("attribute_item", "inner_attribute_item") for around in chain):
        return member()
    if node.type == "shorthand_field_identifier":
        return _pattern(source, chain, "shorthand_pattern")
    if node.type == "type_identifier":
        if parent.type in _ITEMS and field(parent, "name", node):
            return _item(chain)
        if parent.type == "type_parameter" and field(parent, "name", node):
            return bind("type", chain[-4])
        return (
            member()
            if parent.type == "scoped_type_identifier" and field(parent, "name", node)
            else read("type")
        )
    return _identifier(source, chain) if node.type == "identifier" else unknown()


def _identifier(source: Source, chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    if any(around.type == "use_declaration" for around in chain):
        return _used(chain)
    match parent.type:
        case "lifetime" | "label" | "enum_variant" | "extern_crate_declaration":
            return member()
        case "macro_invocation" | "macro_definition":
            return member()
        case "shorthand_field_initializer":
            return read("shorthand")
        case "scoped_identifier" | "scoped_type_identifier":
            return member() if field(parent, "name", node) else read("type")
        case "const_parameter":
            return bind("parameter", chain[-4])
    if parent.type in _ITEMS and field(parent, "name", node):
        return _item(chain)
    return _pattern(source, chain, "")


def _item(chain: tuple[Node, ...]) -> Verdict:
    around = next((n for n in reversed(chain[:-2]) if n.type in BLOCKS and n.type != "match_arm"), chain[0])
    at = next(i for i, n in enumerate(chain) if n.id == around.id)
    if around.type == "declaration_list" and chain[at - 1].type in (*_OWNED, "foreign_mod_item"):
        return member()
    return bind(_ITEMS[chain[-2].type], around)


def _used(chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    around = next((n for n in reversed(chain[:-1]) if n.type in BLOCKS), chain[0])
    if parent.type == "use_as_clause":
        return bind("import", around) if field(parent, "alias", node) else member()
    last = parent.type != "scoped_identifier" or field(parent, "name", node)
    if parent.type == "scoped_identifier" and chain[-3].type in (
        "scoped_identifier",
        "scoped_use_list",
        "use_wildcard",
    ):
        last = False
    if parent.type == "scoped_identifier" and chain[-3].type == "use_as_clause":
        last = False
    if parent.type in ("scoped_use_list", "use_wildcard"):
        last = False
    if last:
        return bind("import", around, "import")
    return (
        read("type")
        if field(parent, "path", node) and parent.type in ("scoped_identifier", "scoped_use_list")
        else member()
    )


def _pattern(source: Source, chain: tuple[Node, ...], shape: Form) -> Verdict:
    """A name in a pattern, or alone where a pattern could stand."""
    at = len(chain) - 1
    while chain[at - 1].type in _PATTERNS:
        child, parent = chain[at], chain[at - 1]
        if field(parent, "type", child) or (
            parent.type == "captured_pattern"
            and parent.named_children[0].id != child.id
            and at == len(chain) - 1
        ):
            return read()
        at -= 1
    child, parent = chain[at], chain[at - 1]
    bare = not shape and source.text(chain[-1])[:1].isupper()
    match parent.type:
        case "let_declaration" if field(parent, "pattern", child):
            block = next((n for n in reversed(chain[: at - 1]) if n.type == "block"), chain[0])
            return read() if bare else bind("variable", (parent.end_byte, block.end_byte), shape)
        case "parameter" if field(parent, "pattern", child):
            owner = chain[at - 3]
            body = owner.child_by_field_name("body") or owner
            return bind("parameter", body, shape)
        case "closure_parameters":
            return bind("parameter", chain[at - 2].child_by_field_name("body") or chain[at - 2], shape)
        case "for_expression" if field(parent, "pattern", child):
            return bind("pattern", parent.child_by_field_name("body") or parent, shape)
        case "match_pattern" if not field(parent, "condition", child):
            return read() if bare else bind("pattern", chain[at - 2], shape)
        case "let_condition" if field(parent, "pattern", child):
            return read() if bare else _condition(chain, at - 1, shape)
        case "assignment_expression" | "compound_assignment_expr" if field(parent, "left", child):
            return write()
        case "reference_expression" if token(parent, "mutable_specifier"):
            return write("address")
    return unknown() if shape or at < len(chain) - 1 else read()


def _condition(chain: tuple[Node, ...], at: int, shape: Form) -> Verdict:
    """`if let`: visible in the conditions behind it and in the block, not in `else`."""
    for node in reversed(chain[:at]):
        body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
        if node.type in ("if_expression", "while_expression") and body is not None:
            return bind("pattern", (chain[at].end_byte, body.end_byte), shape)
        if node.type == "match_arm":
            return bind("pattern", (chain[at].end_byte, node.end_byte), shape)
    return unknown()


def _in_macro(source: Source, chain: tuple[Node, ...], tree: int, start: int, end: int) -> Verdict:
    """A name among the tokens of a macro: a variable where the macro is known to take expressions."""
    node, holder = chain[-1], chain[tree - 1]
    name = holder.child_by_field_name("macro")
    known = (
        source.text(name).rpartition("::")[2]
        if holder.type == "macro_invocation" and name is not None
        else ""
    )
    if holder.type in ("attribute", "attribute_item"):
        return member()
    data = source.offsets.data
    if node.type in ("string_content", "string_literal", "raw_string_literal"):
        if known not in FORMATTING:
            return (
                member()
                if known in KNOWN_MACROS
                else unknown()
                if data[start - 1 : start] == b"{"
                else member()
            )
        if (
            data[start - 1 : start] == b"{"
            and data[start - 2 : start - 1] != b"{"
            and data[end : end + 1] in (b"}", b":")
        ):
            return read("format")
        return unknown() if data[end : end + 1] == b"$" else member()
    if node.type in _MEMBERS or not node.is_named:
        return member()
    before = data[:start].rstrip()[-2:]
    after = data[end : end + 40].lstrip()
    if before.endswith(b".") and not before.endswith(b".."):
        return member()
    if known not in KNOWN_MACROS or node.type != "identifier":
        return unknown()
    if before.endswith((b"|", b"::", b"'", b"&mut"[-2:])) and not before.endswith(b"||"):
        return unknown()
    if re.match(rb"(::|!(?!=)|:|=(?!=)|[-+*/%&|^]=|<<=|>>=|\|[^|])", after):
        return unknown()
    braces = any(
        n.type == "token_tree" and data[n.start_byte : n.start_byte + 1] == b"{" for n in chain[tree:]
    )
    return (
        unknown()
        if braces or re.search(rb"\b(let|for|mut|move|in)\s*$", data[max(0, start - 8) : start])
        else read()
    )


def settle(found: list[Use]) -> list[Use]:
    """Nothing to settle: shadowing is in the scopes, and alternatives of one pattern share theirs."""
    return found
