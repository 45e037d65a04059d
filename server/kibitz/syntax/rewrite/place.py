"""From a selection to an expression, and from an expression to the statement that a new one can stand before."""

from __future__ import annotations

from typing import Literal

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, field, refused, token, words
from kibitz.syntax.source import Source

Holder = Literal["block", "braceless", "arrow", "closure", "arm"]

_BLOCKS = words(
    """statement_block program block statement_list constructor_body switch_case switch_default
    switch_block_statement_group source_file class_static_block"""
)
_BRACELESS = words(
    """if_statement else_clause for_statement for_in_statement while_statement do_statement
    enhanced_for_statement labeled_statement with_statement"""
)
_EXPRESSIONS = frozenset(
    {
        *(
            "binary_expression",
            "unary_expression",
            "call_expression",
            "member_expression",
            "subscript_expression",
        ),
        *(
            "ternary_expression",
            "new_expression",
            "template_string",
            "string",
            "number",
            "array",
            "object",
            "regex",
        ),
        *(
            "arrow_function",
            "function_expression",
            "await_expression",
            "as_expression",
            "satisfies_expression",
        ),
        *(
            "non_null_expression",
            "parenthesized_expression",
            "jsx_element",
            "jsx_self_closing_element",
            "true",
            "false",
        ),
        *("null", "undefined", "type_assertion", "class", "this"),
        # Go
        *(
            "selector_expression",
            "index_expression",
            "slice_expression",
            "type_assertion_expression",
            "int_literal",
        ),
        *("composite_literal", "func_literal", "float_literal", "rune_literal", "interpreted_string_literal"),
        *("raw_string_literal", "type_conversion_expression", "imaginary_literal"),
        # Rust
        *(
            "macro_invocation",
            "reference_expression",
            "field_expression",
            "type_cast_expression",
            "try_expression",
        ),
        *(
            "integer_literal",
            "boolean_literal",
            "char_literal",
            "string_literal",
            "tuple_expression",
            "struct_expression",
        ),
        *("array_expression", "closure_expression", "if_expression", "match_expression", "range_expression"),
        # Java
        *(
            "method_invocation",
            "field_access",
            "array_access",
            "object_creation_expression",
            "cast_expression",
        ),
        *(
            "instanceof_expression",
            "conditional_expression",
            "decimal_integer_literal",
            "hex_integer_literal",
        ),
        *(
            "decimal_floating_point_literal",
            "character_literal",
            "array_creation_expression",
            "switch_expression",
        ),
        *("lambda_expression", "method_reference", "class_literal", "null_literal", "update_expression"),
        *("assignment_expression", "text_block"),
    }
)
_NEVER = words(
    """formal_parameters parameter_list required_parameter optional_parameter class_body decorator enum_body
    annotation marker_annotation enum_declaration interface_body type_annotation object_pattern
    array_pattern explicit_constructor_invocation token_tree const_item static_item field_declaration
    attribute_item attribute const_block import_statement public_field_definition field_definition
    computed_property_name ERROR array_type parameters const_parameter enum_variant const_spec
    expression_case type_case switch_label resource_specification communication_case annotation_type_body
    extends_clause class_heritage jsx_namespace_name match_pattern let_chain assert_statement
    export_specifier for_clause yield_statement record_declaration switch_rule"""
)
_WITH_PARENTHESES = frozenset(
    [
        "if_statement",
        "while_statement",
        "do_statement",
        "switch_statement",
        "switch_expression",
        "synchronized_statement",
        "with_statement",
    ]
)
_CONDITIONAL = {
    "ternary_expression": ("consequence", "alternative"),
    "conditional_expression": ("consequence", "alternative"),
    "while_statement": ("condition",),
    "while_expression": ("condition",),
    "do_statement": ("condition",),
    "switch_case": ("value",),
    "match_arm": (),
    "for_statement": ("initializer", "condition", "increment", "update", "init"),
}
_LAZY = frozenset({"&&", "||", "??", "&&=", "||=", "??="})


@frozen
class Spot:
    """An expression and where a statement can stand before it: the chain from the root down to the expression, the
    index of the statement in it, and what holds that statement."""

    chain: tuple[Node, ...]
    at: int
    holder: Holder

    @property
    def node(self) -> Node:
        """The expression."""
        return self.chain[-1]

    @property
    def statement(self) -> Node:
        """The statement (or the expression in a place that takes no statement yet)."""
        return self.chain[self.at]


def selected(source: Source, start: int, end: int) -> tuple[Node, ...]:
    """The expression a selection is exactly, or the largest one that starts at the cursor, as the chain of nodes down to it.

    Raises `invalid` where there is none.
    """
    data = source.offsets.data
    while start < end and data[start : start + 1].isspace():
        start += 1
    while end > start and data[end - 1 : end].isspace():
        end -= 1
    if start == end:
        return _starting(source, start)
    chain = source.chain(start, end)
    best = None
    for at, node in enumerate(chain):
        if (node.start_byte, node.end_byte) == (start, end) and node.type in _EXPRESSIONS:
            if node.type == "parenthesized_expression" and chain[at - 1].type in _WITH_PARENTHESES:
                raise refused("The parentheses belong to the statement.", "Select what is inside of them.")
            best = at
            break
    if best is None and data[end - 1 : end] == b";":
        return selected(source, start, end - 1)  # the whole statement, when it is nothing but the expression
    if best is None:
        raise refused(
            "The selection is not a whole expression.",
            "Select one expression, from its first character to its last.",
        )
    return tuple(chain[: best + 1])


def _starting(source: Source, byte: int) -> tuple[Node, ...]:
    chain = source.chain(byte, min(byte + 1, len(source.offsets.data)))
    bracket = source.offsets.data[byte : byte + 1] == b"("
    for at, node in enumerate(chain):
        if node.start_byte != byte or node.type not in _EXPRESSIONS:
            continue
        inner = chain[-2] if len(chain) > at + 1 else node
        if bracket and inner.type == "parenthesized_expression" and chain[-3].type not in _WITH_PARENTHESES:
            return tuple(chain[:-1])
        return tuple(chain[: at + 1])
    raise refused("There is no expression here.", "Select the expression.")


def spot(source: Source, chain: tuple[Node, ...]) -> Spot:
    """Where a statement can stand that is run exactly when, and as often as, the expression is.

    Raises `invalid` where there is no such place.
    """
    for at in range(len(chain) - 1, 0, -1):
        child, parent = chain[at], chain[at - 1]
        holder = _holder(parent, child)
        if holder is not None:
            if (
                holder == "block"
                and parent.type in ("switch_case", "switch_default")
                and field(parent, "value", child)
            ):
                raise _not_once()
            if parent.type == "labeled_statement":
                continue
            if (
                parent.type == "else_clause"
                or (child.type == "if_statement" and field(parent, "alternative", child))
            ) and child.type in ("if_statement", "if_expression"):
                raise refused("It is only evaluated where the conditions before it are not met.")
            if parent.type in ("program", "source_file") and source.language in ("go", "rust", "java"):
                raise refused("There is no place for a statement outside of functions.")
            above = child.prev_named_sibling
            if above is not None and above.type == "attribute_item":
                raise refused("The statement has an attribute.")
            return Spot(chain, at, holder)
        if parent.type in _NEVER or (parent.type == "parameter_declaration"):
            raise refused("There is no place for a statement before this one.")
        if _not_always(source, parent, child):
            raise _not_once()
    raise refused("There is no place for a statement before this one.")


def _not_once() -> Exception:
    return refused("It is not evaluated exactly once each time.", "Select what is always evaluated once.")


def _holder(parent: Node, child: Node) -> Holder | None:
    if parent.type in _BLOCKS and child.type not in COMMENTS:
        return "block"
    if parent.type in _BRACELESS and (
        field(parent, "body", child)
        or field(parent, "consequence", child)
        or field(parent, "alternative", child)
        or parent.type == "else_clause"
        or (parent.type == "labeled_statement" and parent.named_children[-1].id == child.id)
    ):
        return None if child.type in _BLOCKS or child.type == "else_clause" else "braceless"
    if parent.type == "arrow_function" and field(parent, "body", child):
        return "arrow"
    if parent.type == "closure_expression" and field(parent, "body", child):
        return "closure" if child.type != "block" else None
    if parent.type == "match_arm" and field(parent, "value", child):
        return "arm" if child.type != "block" else None
    return None


def _not_always(source: Source, parent: Node, child: Node) -> bool:
    """Whether a part of a node may be evaluated never, or more than once, when the node is evaluated once."""
    kind = parent.type
    if kind in ("binary_expression", "augmented_assignment_expression"):
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.type in _LAZY and field(parent, "right", child)
    if kind == "lambda_expression" or kind in ("closure_expression", "arrow_function"):
        return True
    if kind in ("if_statement", "expression_switch_statement") and source.language == "go":
        return parent.child_by_field_name("initializer") is not None
    if kind in ("range_clause", "for_in_statement", "enhanced_for_statement", "for_expression"):
        return not (field(parent, "right", child) or field(parent, "value", child))
    if kind == "for_statement" and source.language == "go":
        return child.type != "range_clause"
    if kind == "if_expression" or kind == "let_condition":
        return False
    if kind in ("arguments", "call_expression", "subscript_expression", "member_expression"):
        return _short_circuits(parent, child)
    if kind in _CONDITIONAL:
        return not _CONDITIONAL[kind] or any(field(parent, name, child) for name in _CONDITIONAL[kind])
    return False


def _short_circuits(parent: Node, child: Node) -> bool:
    """Whether a part stands behind `?.`, or is itself the beginning of such a chain."""
    if parent.type in ("call_expression", "subscript_expression") and not (
        field(parent, "function", child) or field(parent, "object", child)
    ):
        return has_optional(parent)
    if parent.type == "arguments" or child.type == "parenthesized_expression":
        return False
    return False


def has_optional(node: Node) -> bool:
    """Whether a member chain has `?.` somewhere."""
    at: Node | None = node
    while at is not None and at.type in (
        "call_expression",
        "member_expression",
        "subscript_expression",
        "non_null_expression",
    ):
        if token(at, "optional_chain", "?."):
            return True
        at = (
            at.child_by_field_name("function")
            or at.child_by_field_name("object")
            or (at.named_children[0] if at.type == "non_null_expression" else None)
        )
    return False
