"""Where an expression needs parentheses in the place of a name."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, words
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.source import Source

PRIMARY, POSTFIX, UNARY, TERNARY, ASSIGNMENT, LOWEST = 100, 90, 80, 10, 5, 1
_C_LIKE = {"*": 70, "/": 70, "%": 70, "+": 65, "-": 65, "<<": 60, ">>": 60, ">>>": 60}
_COMPARE = dict.fromkeys(("<", ">", "<=", ">=", "instanceof", "in", "as", "satisfies"), 55)
_EQUAL = dict.fromkeys(("==", "!=", "===", "!=="), 50)
_BITS = {"&": 45, "^": 44, "|": 43, "&&": 40, "||": 35, "??": 35}
_OPERATORS: dict[str, dict[str, int]] = {
    "ecma": {"**": 75, **_C_LIKE, **_COMPARE, **_EQUAL, **_BITS},
    "java": {**_C_LIKE, **_COMPARE, **_EQUAL, **_BITS},
    "go": {
        **dict.fromkeys(("*", "/", "%", "<<", ">>", "&", "&^"), 70),
        **dict.fromkeys(("+", "-", "|", "^"), 65),
        **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 55),
        "&&": 40,
        "||": 35,
    },
    "rust": {
        "as": 75,
        "*": 70,
        "/": 70,
        "%": 70,
        "+": 65,
        "-": 65,
        "<<": 60,
        ">>": 60,
        "&": 45,
        "^": 44,
        "|": 43,
        **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 42),
        "&&": 40,
        "||": 35,
        "..": 12,
        "..=": 12,
    },
}
_PRIMARIES = words(
    """identifier number string true false null undefined this super template_string parenthesized_expression
    array object regex jsx_element jsx_self_closing_element self int_literal float_literal imaginary_literal
    rune_literal interpreted_string_literal nil raw_string_literal integer_literal boolean_literal
    char_literal string_literal scoped_identifier tuple_expression unit_expression array_expression
    macro_invocation struct_expression decimal_integer_literal hex_integer_literal octal_integer_literal
    binary_integer_literal decimal_floating_point_literal hex_floating_point_literal character_literal
    null_literal class_literal text_block composite_literal function_expression class iota"""
)
_POSTFIXES = words(
    """call_expression member_expression subscript_expression non_null_expression method_invocation
    field_access array_access selector_expression index_expression slice_expression
    type_assertion_expression type_conversion_expression field_expression try_expression await_expression
    generic_function object_creation_expression array_creation_expression method_reference"""
)
_UNARIES = words(
    """unary_expression update_expression reference_expression cast_expression type_assertion negative_literal"""
)
_BLOCK_LIKE = words(
    """if_expression match_expression block unsafe_block loop_expression while_expression for_expression
    async_block const_block switch_expression"""
)


def level(source: Source, node: Node) -> int:
    """How tightly an expression binds: PRIMARY the most, LOWEST the least."""
    kind, rules = node.type, family(source.language)
    if kind == "await_expression" and rules == "ecma":
        return UNARY
    if kind in ("new_expression", "object_creation_expression"):
        return POSTFIX if node.child_by_field_name("arguments") is not None else UNARY
    if kind in _PRIMARIES:
        return PRIMARY
    if kind in _POSTFIXES:
        return POSTFIX
    if kind in _UNARIES:
        return UNARY
    if kind in (
        "binary_expression",
        "as_expression",
        "satisfies_expression",
        "instanceof_expression",
        "type_cast_expression",
    ):
        return _operators(source, node)
    if kind == "range_expression":
        return 12
    if kind in ("ternary_expression", "conditional_expression"):
        return TERNARY
    if kind in (
        "assignment_expression",
        "augmented_assignment_expression",
        "yield_expression",
        "arrow_function",
        "lambda_expression",
    ):
        return ASSIGNMENT
    return LOWEST


def operator(node: Node) -> str:
    """The operator of a binary expression."""
    found = node.child_by_field_name("operator")
    if found is not None:
        return found.type
    return next((c.type for c in node.children if c.type in ("as", "satisfies", "instanceof")), "")


def _operators(source: Source, node: Node) -> int:
    return _OPERATORS[family(source.language) or "ecma"].get(operator(node), LOWEST)


def needs_parentheses(source: Source, value: Node, chain: tuple[Node, ...]) -> bool:
    """Whether an expression needs parentheses where the last node of a chain stands."""
    hole, parent = chain[-1], chain[-2]
    mine = level(source, value)
    kind, rules = parent.type, family(source.language)
    text = source.text(value)
    if value.type == "sequence_expression":
        return kind != "parenthesized_expression"
    if kind in _LINKS:
        return _in_link(source, value, chain)
    if kind == "await_expression" and rules == "rust":
        return mine < POSTFIX
    if kind in (*_UNARIES, "await_expression"):
        sign = parent.children[0].type[:1]
        starts_alike = sign in "+-&" and text.startswith(sign)
        cast = kind == "cast_expression" and text.startswith(("+", "-"))
        return mine < UNARY or starts_alike or cast
    if kind in (
        "binary_expression",
        "as_expression",
        "satisfies_expression",
        "instanceof_expression",
        "type_cast_expression",
    ):
        return _in_operator(source, value, mine, parent, hole) or _header(source, value, chain)
    if kind == "range_expression":
        return mine <= 12
    if kind in ("ternary_expression", "conditional_expression"):
        return mine <= TERNARY
    if kind == "arrow_function":
        return value.type == "object" or text.startswith("{")
    if kind == "expression_statement":
        return (
            mine < POSTFIX or text.startswith(("{", "function", "class", "let")) or value.type in _BLOCK_LIKE
        )
    if _header(source, value, chain):
        return True
    if kind in _OPEN:
        return (
            mine < ASSIGNMENT
            and value.type not in _BLOCK_LIKE
            and value.type not in ("closure_expression", "func_literal")
        )
    return mine < POSTFIX


_DOTS = frozenset(["member_expression", "selector_expression", "field_expression", "field_access"])
_INDEXES = frozenset(["subscript_expression", "index_expression", "slice_expression", "array_access"])
_LINKS = (
    _DOTS
    | _INDEXES
    | frozenset(
        [
            "call_expression",
            "method_invocation",
            "new_expression",
            "non_null_expression",
            "try_expression",
            "extends_clause",
        ]
    )
)
_NUMBERS = frozenset(["number", "int_literal", "integer_literal", "float_literal"])


def _in_link(source: Source, value: Node, chain: tuple[Node, ...]) -> bool:
    """In front of a dot, an index, or the arguments of a call."""
    mine, kind = level(source, value), chain[-2].type
    if kind in _INDEXES:
        first = chain[-2].named_children[0].id == chain[-1].id
        return first and (mine < POSTFIX or _header(source, value, chain))
    if kind in _DOTS:
        odd = value.type in _NUMBERS or value.type in ("function_expression", "class")
        return mine < POSTFIX or odd or _header(source, value, chain)
    if kind == "new_expression" and value.type == "call_expression":
        return True
    return mine < POSTFIX or value.type in ("function_expression", "closure_expression")


_OPEN = words(
    """arguments argument_list variable_declarator return_statement parenthesized_expression array pair
    template_substitution jsx_expression assignment_expression augmented_assignment_expression
    spread_element expression_list literal_element keyed_element let_declaration return_expression
    field_initializer array_expression tuple_expression assignment_statement array_initializer
    throw_statement block export_statement object_assignment_pattern assignment_pattern var_spec
    match_expression if_expression if_statement for_statement for_in_statement for_expression
    enhanced_for_statement range_clause while_expression closure_expression match_arm yield_expression
    expression_switch_statement send_statement compound_assignment_expr let_condition lambda_expression
    computed_property_name required_parameter public_field_definition literal_value lexical_declaration
    local_variable_declaration token_tree for_clause else_clause const_spec"""
)
_HEADS = words(
    """if_statement for_statement expression_switch_statement type_switch_statement if_expression
    while_expression match_expression for_expression range_clause for_clause let_condition"""
)
_CLOSED = frozenset(
    {"parenthesized_expression", "arguments", "argument_list", "block", "array_expression", "literal_value"}
)


def _header(source: Source, value: Node, chain: tuple[Node, ...]) -> bool:
    """A literal with braces right in the header of a statement would be taken for its body."""
    if family(source.language) not in ("go", "rust") or value.type not in (
        "composite_literal",
        "struct_expression",
    ):
        return False
    for node in reversed(chain[:-1]):
        if node.type in _CLOSED:
            return False
        if node.type in _HEADS:
            return True
    return False


def _in_operator(source: Source, value: Node, mine: int, parent: Node, hole: Node) -> bool:
    outer = _operators(source, parent)
    op = operator(parent)
    right = field(parent, "right", hole)
    inner = operator(value) if value.type == "binary_expression" else ""
    if {op, inner} & {"??"} and inner in ("??", "||", "&&") and inner != op:
        return True
    if op == "**" and not right and mine <= UNARY:
        return True
    if family(source.language) == "rust":
        cast_compared = value.type == "type_cast_expression" and op in ("<", "<<")
        both_compare = mine == outer == 42
        if cast_compared or both_compare or value.type in _BLOCK_LIKE or value.type == "closure_expression":
            return True
    if op in "+-" and right and source.text(value)[:1] == op:
        return True
    if op == "**":
        return mine < outer if right else mine <= outer
    return mine <= outer if right else mine < outer
