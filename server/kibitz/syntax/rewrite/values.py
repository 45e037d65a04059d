"""The declaration that gives a value a name, in each language's way, where the value's type survives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, same, token, within
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import family, names_near
from kibitz.syntax.source import Source

if TYPE_CHECKING:
    from kibitz.syntax.rewrite.place import Spot


def declaration(source: Source, place: Spot, value: Node, name: str) -> str:
    """The declaration of `value` under a name. Raises `invalid` where the value would mean something else in it."""
    text = source.text(value)
    match family(source.language):
        case "go":
            from kibitz.syntax.rewrite.values_go import check

            return f"const {name} = {text}" if check(source, place, value) else f"{name} := {text}"
        case "rust":
            from kibitz.syntax.rewrite.values_rust import check_owned

            check_owned(source, place, value)
            return f"let {name} = {text};"
        case "java":
            from kibitz.syntax.rewrite.values_java import type_of

            return f"{type_of(source, place, value)} {name} = {text};"
        case _:
            from kibitz.syntax.rewrite.extract import semicolon

            if source.language.startswith("typescript"):
                check_context(source, place, value)
            elif value.type == "function_expression" or value.type == "class":
                raise refused("A function gets its name from where it stands.")
            return f"const {name} = {text}{semicolon(source, place)}"


_CONTEXTUAL = frozenset({"object", "array", "arrow_function", "function_expression"})


def check_context(source: Source, place: Spot, value: Node) -> None:
    """Raises `invalid` where the type of the value comes from, or narrows, what is around it."""
    parent = place.chain[-2]
    if value.type in ("function_expression", "class"):
        raise refused("A function gets its name and its `this` from where it stands.")
    if value.type in _CONTEXTUAL and parent.type not in (
        "expression_statement",
        "as_expression",
        "satisfies_expression",
    ):
        for part in within(value):
            if part.type == "arrow_function" and _untyped(part):
                raise refused(
                    "The types of its parameters come from where it stands.",
                    "Give the parameters types first.",
                )
            if part.type == "array" and part.named_child_count:
                raise refused("Whether it is a list or a tuple is said by where it stands.")
            if part.type == "pair" and _literal(part.child_by_field_name("value")):
                raise refused(
                    "The types of its values come from where it stands.", "Add `as const`, or a type."
                )
    if parent.type == "as_expression" and token(parent, "const"):
        raise refused("Only what is written there can be `as const`.", "Select that, too.")
    if parent.type == "sequence_expression" and not same(parent.named_children[-1], value):
        raise refused("Its value is not used.")
    open_ = value.type in ("call_expression", "new_expression") or (
        value.type == "arrow_function" and value.child_by_field_name("return_type") is None
    )
    if open_ and _wanted_generic(source, place):
        raise refused(
            "Its type arguments may come from the type declared for it.", "Write its type arguments first."
        )
    if value.type in ("call_expression", "new_expression") and _is_piped(source, place):
        raise refused("What it is chained with says its type arguments.", "Write its type arguments first.")
    if value.type in ("call_expression", "new_expression", "await_expression") and _inferred(source, value):
        wanted = parent.type not in (
            "expression_statement",
            "member_expression",
            "binary_expression",
            "if_statement",
        )
        if wanted and parent.type != "parenthesized_expression":
            raise refused(
                "Its type arguments may come from where it stands.", "Write its type arguments first."
            )
    if _narrowing(place):
        _check_narrowing(source, place, value)


_CHAINS = re.compile(r"(?:^|[.])(?:pipe|flow|compose)\Z")


def _is_piped(source: Source, place: Spot) -> bool:
    """Whether a call, or a choice of two, is an argument of what chains functions: each gets its types from the one before."""
    for parent, above in zip(reversed(place.chain[:-1]), reversed(place.chain[:-2]), strict=False):
        if parent.type == "arguments":
            called = above.child_by_field_name("function")
            return called is not None and _CHAINS.search(source.text(called)) is not None
        if parent.type not in ("ternary_expression", "parenthesized_expression", "spread_element"):
            return False
    return False


def _wanted_generic(source: Source, place: Spot) -> bool:
    """Whether a call is all that is given where a generic type is declared: as a result or a variable's value."""
    parent = place.chain[-2]
    kinds = ("arrow_function", "function_declaration", "method_definition", "function_expression")
    if parent.type == "variable_declarator":
        declared = parent.child_by_field_name("type")
    elif parent.type in ("return_statement", "arrow_function"):
        function = next((node for node in reversed(place.chain[:-1]) if node.type in kinds), None)
        declared = function.child_by_field_name("return_type") if function is not None else None
    else:
        return False
    return declared is not None and any(mark in source.text(declared) for mark in "<[")


_FUNCTIONS = frozenset({"arrow_function", "function_expression"})
_NOT_GENERIC = re.compile(
    r"(?:Error|Date|URL|URLSearchParams|AbortController|FormData|Headers|TextEncoder|TextDecoder)\Z"
)


def _may_be_generic(source: Source, name: str) -> bool:
    """Whether a class may have type parameters, by its name and what the text declares."""
    declared = re.search(
        rf"\bclass\s+{re.escape(name)}(?:\s+(?:extends|implements)\b|\s*\{{)", source.document.text
    )
    return _NOT_GENERIC.search(name) is None and declared is None


def _inferred(source: Source, call: Node) -> bool:
    """Whether a call leaves types open that what is around it may give: those of a function's parameters, or of an empty
    collection."""
    if call.type == "await_expression":
        return any(
            _inferred(source, child) for child in call.named_children if child.type.endswith("_expression")
        )
    if call.child_by_field_name("type_arguments") is not None:
        return False
    arguments = call.child_by_field_name("arguments")
    made = call.child_by_field_name("constructor")
    given = arguments.named_children if arguments is not None else []
    if made is not None and not given and _may_be_generic(source, source.text(made)):
        return True
    calls = ("call_expression", "new_expression")
    for each in given:
        if each.type in calls:
            if _inferred(source, each):
                return True
        elif any(
            part.type in _FUNCTIONS and (made is None or _untyped(part))
            for part in within(each, nested=False)
        ):
            return True
    return False


def _literal(node: Node | None) -> bool:
    return node is not None and node.type in (
        "string",
        "true",
        "false",
        "null",
        "undefined",
        "number",
        "template_string",
    )


def _untyped(function: Node) -> bool:
    if function.child_by_field_name("parameter") is not None:
        return True
    parameters = function.child_by_field_name("parameters")
    return parameters is not None and any(
        child.child_by_field_name("type") is None
        for child in parameters.named_children
        if child.type in ("required_parameter", "optional_parameter")
    )


def _narrowing(place: Spot) -> bool:
    """Whether the expression decides which types are known in a branch."""
    for parent, child in zip(
        reversed(place.chain[place.at : -1]), reversed(place.chain[place.at + 1 :]), strict=False
    ):
        if parent.type in ("if_statement", "ternary_expression", "while_statement"):
            return field(parent, "condition", child)
        if parent.type == "unary_expression" and token(parent, "!"):
            continue
        if parent.type == "binary_expression" and token(parent, "&&", "||", "??"):
            return True
        if parent.type != "parenthesized_expression":
            return False
    return False


_ORDER = frozenset({"<", ">", "<=", ">=", "+", "-", "*", "/", "%"})


def _check_narrowing(source: Source, place: Spot, value: Node) -> None:
    """What a condition narrows is still narrowed under a name, but only for constants (TypeScript 4.4)."""
    if value.type == "binary_expression" and token(value, *_ORDER):
        return
    _start, end = region(source, place.chain)
    text = source.offsets.text(value.end_byte, end)
    for part in within(value, nested=False):
        if part.type in ("member_expression", "subscript_expression"):
            shown = source.text(part)
            inner = part.child_by_field_name("object")
            owner = source.text(inner) if inner is not None and inner.type == "member_expression" else ""
            if any(
                re.search(rf"(?<![\w.$]){re.escape(each)}(?![\w$])", text) for each in (shown, owner) if each
            ):
                raise refused("What it finds out of a field would not be known any more.")
        elif part.type == "identifier":
            names = names_near(source, source.text(part), region(source, place.chain), part.start_byte)
            scope = names.seen_from(part.start_byte)
            if scope is None:
                continue
            used_later = names.stands_in(value.end_byte, end)
            written = any(u.role == "write" and names.scope_of(u) == scope for u in names.uses)
            constant = any(_constant(bind.chain) for bind in names.binds if bind.scope == scope)
            if used_later and (written or not constant):
                raise refused("What it finds out of a variable would not be known any more.")


def _constant(chain: tuple[Node, ...]) -> bool:
    for node in reversed(chain[:-1]):
        if node.type == "lexical_declaration":
            return any(child.type == "const" for child in node.children)
        if node.type in (
            "required_parameter",
            "optional_parameter",
            "formal_parameters",
            "import_statement",
            "catch_clause",
        ):
            return True
        if node.type in ("arrow_function", "function_declaration", "class_declaration", "for_in_statement"):
            return not same(node.child_by_field_name("left"), chain[-1]) or token(node, "const")
    return False
