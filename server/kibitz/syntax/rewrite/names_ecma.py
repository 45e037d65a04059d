"""What an identifier of JavaScript or TypeScript stands for, from the nodes around it."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, token, words
from kibitz.syntax.rewrite.names import Form, Verdict, bind, member, read, unknown, write
from kibitz.syntax.source import Source

FUNCTIONS = words(
    """function_declaration function_expression arrow_function method_definition generator_function
    generator_function_declaration class_static_block program internal_module module"""
)
BLOCKS = frozenset({"statement_block", "program", "for_statement", "for_in_statement", "switch_body"})
_PATTERNS = frozenset(
    {
        *("object_pattern", "array_pattern", "rest_pattern", "pair_pattern", "assignment_pattern"),
        "object_assignment_pattern",
    }
)
_DECLARED = {
    **dict.fromkeys(
        ("function_declaration", "generator_function_declaration", "function_signature"), "function"
    ),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration", "enum_declaration"), "type"),
    **dict.fromkeys(("interface_declaration", "type_alias_declaration", "internal_module", "module"), "type"),
}
_MEMBERS = words(
    """property_identifier private_property_identifier statement_identifier comment regex_pattern
    string_fragment string template_string jsx_text regex html_comment hash_bang_line escape_sequence
    regex_flags html_character_reference template_literal_type literal_type this_type predefined_type"""
)


def classify(source: Source, chain: tuple[Node, ...], start: int, end: int) -> Verdict:
    """The role of the name between two bytes; the chain ends with the smallest node around it."""
    node = chain[-1]
    kind = node.type
    if kind in _MEMBERS:
        return member()
    if node.start_byte != start or node.end_byte != end or len(chain) < 2:
        return member() if kind in ("jsx_attribute",) else unknown()
    if kind == "shorthand_property_identifier":
        return read("shorthand")
    if kind == "shorthand_property_identifier_pattern":
        return _pattern(chain, "shorthand_pattern")
    if kind not in ("identifier", "type_identifier"):
        return member() if not node.is_named else unknown()
    return _identifier(source, chain)


_IMPORTING = frozenset(
    ["import_clause", "namespace_import", "import_specifier", "import_require_clause", "import_alias"]
)
_LABELLING = frozenset(
    ["namespace_export", "index_signature", "tuple_parameter", "optional_tuple_parameter", "enum_body"]
)
_PATHS = {"nested_identifier": "property", "nested_type_identifier": "name"}


def _identifier(source: Source, chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    kind = parent.type
    if kind in _DECLARED and field(parent, "name", node):
        return bind(_DECLARED[kind], _block(chain[:-2]))
    if kind in ("function_expression", "generator_function", "class") and field(parent, "name", node):
        return bind("function", parent)
    if kind == "type_parameter" and field(parent, "name", node):
        return bind("type", chain[-4])
    if kind in _IMPORTING:
        return _imported(chain)
    if kind == "export_specifier":
        if token(chain[-4], "from") or not field(parent, "name", node):
            return member()
        return read("export")
    if kind in _LABELLING:
        return member()
    if kind in _PATHS:
        return member() if field(parent, _PATHS[kind], node) else read("type" if "type" in kind else "")
    if kind in ("mapped_type_clause", "infer_type") and field(parent, "name", node):
        return bind("type", chain[-3]) if kind == "mapped_type_clause" else unknown()
    if kind == "infer_type":
        return unknown()
    if kind in ("jsx_opening_element", "jsx_closing_element", "jsx_self_closing_element"):
        text = source.text(node)
        return member() if field(parent, "name", node) and text[:1].islower() else read()
    if kind == "type_query":
        return read("typeof")
    if node.type == "type_identifier":
        return read("type")
    return _pattern(chain, "")


def _imported(chain: tuple[Node, ...]) -> Verdict:
    node, parent = chain[-1], chain[-2]
    if parent.type == "import_specifier":
        if parent.child_by_field_name("alias") is None:
            return bind("import", chain[0], "import")
        return bind("import", chain[0]) if field(parent, "alias", node) else member()
    if parent.type == "import_alias" and parent.named_children[0].id != node.id:
        return read("type")
    return bind("import", chain[0])


def _pattern(chain: tuple[Node, ...], shape: Form) -> Verdict:
    """A name in a pattern, or alone where a pattern could stand."""
    at = len(chain) - 1
    while chain[at - 1].type in _PATTERNS:
        child, parent = chain[at], chain[at - 1]
        if parent.type in ("assignment_pattern", "object_assignment_pattern") and not field(
            parent, "left", child
        ):
            return read()
        if parent.type == "pair_pattern" and not field(parent, "value", child):
            return read()
        at -= 1
    child, parent = chain[at], chain[at - 1]
    match parent.type:
        case "variable_declarator" if field(parent, "name", child):
            hoisted = chain[at - 2].type == "variable_declaration"
            around = chain[: at - 2]
            return bind("variable", _function(around) if hoisted else _block(around), shape)
        case "required_parameter" | "optional_parameter" if field(parent, "pattern", child):
            return bind("parameter", chain[at - 3], shape)
        case "formal_parameters":
            return bind("parameter", chain[at - 2], shape)
        case "arrow_function" if field(parent, "parameter", child):
            return bind("parameter", parent)
        case "catch_clause" if field(parent, "parameter", child):
            return bind("variable", parent, shape)
        case "for_in_statement" if field(parent, "left", child):
            kind = parent.child_by_field_name("kind")
            if kind is None:
                return write(shape)
            return bind("variable", _function(chain[: at - 1]) if kind.type == "var" else parent, shape)
        case "assignment_expression" | "augmented_assignment_expression" if field(parent, "left", child):
            return write(shape)
        case "update_expression":
            return write()
        case "parenthesized_expression" if chain[at - 2].type in (
            "update_expression",
            "assignment_expression",
        ):
            return write() if not field(chain[at - 2], "right", parent) else read()
    return unknown() if shape or at < len(chain) - 1 else read()


def _block(around: tuple[Node, ...]) -> Node:
    return next((node for node in reversed(around) if node.type in BLOCKS), around[0])


def _function(around: tuple[Node, ...]) -> Node:
    return next((node for node in reversed(around) if node.type in FUNCTIONS), around[0])
