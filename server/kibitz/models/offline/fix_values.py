"""What happens to a variable nobody reads: its declaration goes, or its value alone stays where making it does something."""

from __future__ import annotations

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_lines import without
from kibitz.syntax.view import View

PURE = frozenset(
    {
        *("identifier", "integer", "float", "string", "true", "false", "none", "null", "undefined", "number"),
        *(
            "concatenated_string",
            "template_string",
            "string_fragment",
            "regex",
            "nil",
            "decimal_integer_literal",
        ),
        *("decimal_floating_point_literal", "string_literal", "character_literal", "null_literal", "this"),
        *("interpreted_string_literal", "raw_string_literal", "int_literal", "float_literal", "rune_literal"),
        *("integer_literal", "boolean_literal", "char_literal", "number_literal", "arrow_function", "lambda"),
        *("function_expression", "func_literal", "hex_integer_literal", "simple_identifier", "long_literal"),
        *("real_literal", "predefined_type", "nullptr", "self", "type_identifier"),
    }
)
"""Values that do nothing when they are made."""

PURE_IF_PARTS_ARE = frozenset(
    {
        *(
            "list",
            "tuple",
            "dictionary",
            "set",
            "array",
            "object",
            "pair",
            "parenthesized_expression",
            "unary_operator",
        ),
        *("unary_expression", "composite_literal", "literal_value", "keyed_element", "literal_element"),
        *("array_initializer", "slice_type", "map_type", "array_type", "initializer_list", "expression_list"),
    }
)


def pure(node: View) -> bool:
    """Whether making a value does nothing else."""
    if node.kind in PURE:
        return "(" not in node.text or node.kind not in ("string", "template_string") or _no_code(node)
    return node.kind in PURE_IF_PARTS_ARE and all(pure(item) for item in node.items)


def _no_code(node: View) -> bool:
    return all(part.kind not in ("interpolation", "template_substitution") for part in node.walk())


def remove_declaration(case: Case, statement: View, name: str) -> Change:
    """The declaration of a variable gone, with its value."""
    reach = statement.parent if _tight(statement) else None
    return case.change(f"Remove unused variable `{name}`", without(case, statement), reach=reach)


def _tight(statement: View) -> bool:
    """Whether the block must not lose another statement at the same time."""
    return statement.parent is not None and statement.parent.kind == "block"


def value_only(case: Case, start: int, value: View, name: str) -> Change:
    """The value alone, where making it does something."""
    return case.change(
        f"Remove unused variable `{name}`, keep its value's call", Splice(start, value.start, "")
    )


def underscored(case: Case, node: View) -> Change:
    """The name with an underscore before it, which says that nobody reads it."""
    return case.change(
        f"Rename unused `{node.text}` to `_{node.text}`", Splice(node.start, node.end, "_" + node.text)
    )
