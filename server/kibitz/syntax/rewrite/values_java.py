"""The type a Java value is declared with: the one it evidently has, else `var` (Java 10) where that infers the same.

The Java Language Specification, 14.4.1 and 15.2 (poly expressions).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from kibitz.syntax.rewrite.base import refused, within, words
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import names_near
from kibitz.syntax.rewrite.precedence import operator
from kibitz.syntax.source import Source

if TYPE_CHECKING:
    from kibitz.syntax.rewrite.place import Spot

_INTEGERS = frozenset(
    {"decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal"}
)
_FLOATS = frozenset({"decimal_floating_point_literal", "hex_floating_point_literal"})
_BOOLEAN = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||", "instanceof"})
_TARGETED = words(
    """emptyList emptyMap emptySet emptyIterator empty of asList collect toList ofNullable comparing
    comparingInt thenComparing reduce orElse orElseGet cast newInstance nCopies copyOf unmodifiableList
    unmodifiableMap unmodifiableSet singletonList singleton identity naturalOrder reverseOrder toArray
    requireNonNullElse noneOf entry map flatMap supplyAsync"""
)
_NARROW = frozenset(
    {"byte", "short", "char", "long", "float", "double", "Byte", "Short", "Character", "Long"}
)
COMPUTED = frozenset(
    [
        "length",
        "size",
        "indexOf",
        "lastIndexOf",
        "hashCode",
        "compareTo",
        "compare",
        "ordinal",
        "intValue",
        "parseInt",
        "nextInt",
    ]
)


def type_of(source: Source, place: Spot, value: Node) -> str:
    """The type to declare a value with. Raises `invalid` where neither a type nor `var` is sure to keep its meaning."""
    if value.type in (
        "lambda_expression",
        "method_reference",
        "array_initializer",
        "null_literal",
        "switch_expression",
    ):
        raise refused("What it is depends on where it stands.")
    if (
        place.statement.type == "expression_statement"
        and place.statement.named_children[0].id == place.node.id
    ):
        raise refused("Nothing would use the variable.", "Select a part of it.")
    if value.type == "field_access" and _is_path(source, place, value):
        raise refused("It names a package or a type.", "Select what is taken from it, too.")
    found = evident(source, value)
    if found == "int" and _narrower(source, place):
        raise refused("The constant takes another type where it stands.")
    if found:
        return found
    for part in within(value):
        if part.type in ("lambda_expression", "method_reference"):
            break  # inside of a call's arguments they have a target of their own
        if part.type == "generic_type" and source.text(part).endswith("<>"):
            raise refused("The types of `<>` come from where it stands.", "Write the types, then extract it.")
    if value.type == "method_invocation":
        name = source.text(value.child_by_field_name("name") or value)
        if name in _TARGETED and place.chain[-2].type != "method_invocation":
            raise refused("Its type may come from where it stands.")
        if place.chain[-2].type == "method_invocation" and name in (
            "of",
            "empty",
            "emptyList",
            "emptyMap",
            "emptySet",
        ):
            raise refused("Its type may come from where it stands.")
    if value.type in ("ternary_expression", "array_creation_expression") and "{" in source.text(value):
        raise refused("What it is depends on where it stands.")
    return "var"


_TYPE = re.compile(r"[A-Z]\w*[a-z]\w*\Z")


def _is_path(source: Source, place: Spot, value: Node) -> bool:
    """Whether names with dots between them name a type by their form, or a package by that of what follows."""
    inner = value
    while inner.type == "field_access":
        following = inner.child_by_field_name("object")
        if following is None:
            return False
        inner = following
    if inner.type != "identifier" or _declared(source, inner):
        return False
    parent = place.chain[-2]
    behind = parent.child_by_field_name("field") if parent.type == "field_access" else None
    last = value.child_by_field_name("field")
    return any(node is not None and _TYPE.match(source.text(node)) is not None for node in (last, behind))


def evident(source: Source, value: Node) -> str:
    """The type that a value has by its text alone; empty where that does not say it."""
    kind = value.type
    text = source.text(value)
    if kind in _INTEGERS:
        return "long" if text[-1] in "lL" else "int"
    if kind in _FLOATS:
        return "float" if text[-1] in "fF" and not text.startswith("0x") else "double"
    if kind in ("string_literal", "text_block"):
        return "String"
    if kind == "character_literal":
        return "char"
    if kind in ("true", "false", "instanceof_expression"):
        return "boolean"
    if kind == "parenthesized_expression":
        return evident(source, value.named_children[0])
    if kind == "unary_expression" and operator(value) == "!":
        return "boolean"
    if kind == "binary_expression":
        left, right = value.named_children[0], value.named_children[-1]
        if operator(value) in _BOOLEAN:
            return "boolean"
        sides = {evident(source, left), evident(source, right)}
        if operator(value) == "+" and "String" in sides:
            return "String"
        return _promoted(sides) if operator(value) in "+-*/%" else ""
    if kind in ("object_creation_expression", "cast_expression"):
        declared = value.child_by_field_name("type")
        anonymous = any(child.type == "class_body" for child in value.children)
        outer = kind == "object_creation_expression" and value.children[0].type != "new"
        name = source.text(declared) if declared is not None else ""
        return "" if anonymous or outer or name.endswith("<>") or "&" in name else name
    if kind == "method_invocation":
        called = value.child_by_field_name("name")
        name = source.text(called) if called is not None else ""
        return "int" if name in COMPUTED and value.child_by_field_name("object") is not None else ""
    return _declared(source, value) if kind == "identifier" else ""


def _promoted(sides: set[str]) -> str:
    """The type of arithmetic on two primitive types (5.6.2); empty where one is something else."""
    if not sides <= {"byte", "short", "char", "int", "long", "float", "double"}:
        return ""
    return next((kind for kind in ("double", "float", "long") if kind in sides), "int")


def _declared(source: Source, value: Node) -> str:
    """The type that a variable of the file was declared with."""
    area = region(source, source.chain(value.start_byte, value.end_byte))
    names = names_near(source, source.text(value), area, value.start_byte)
    scope = names.seen_from(value.start_byte)
    binds = [use for use in names.binds if use.scope == scope]
    if scope is None or len(binds) != 1:
        return ""
    for node in reversed(binds[0].chain[-4:-1]):
        declared = node.child_by_field_name("type")
        if declared is not None:
            varied = node.type == "spread_parameter" or any(
                c.type == "dimensions" for c in binds[0].chain[-2].children
            )
            name = source.text(declared)
            return "" if name == "var" or varied else name
    return ""


def _narrower(source: Source, place: Spot) -> bool:
    """Whether a constant stands where it is made a byte, a short or a char."""
    for node in reversed(place.chain[place.at : -1]):
        if node.type in (
            "parenthesized_expression",
            "unary_expression",
            "binary_expression",
            "ternary_expression",
            "variable_declarator",
        ):
            continue
        if node.type == "local_variable_declaration":
            declared = node.child_by_field_name("type")
            return declared is not None and source.text(declared).strip() in _NARROW
        return node.type in ("assignment_expression", "array_initializer", "return_statement")
    return False
