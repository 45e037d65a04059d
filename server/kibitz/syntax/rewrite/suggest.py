"""A name for an expression, from what it calls or reads."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.syntax.facts import facts
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.source import Source

_FALLBACK = {"ecma": "newLocal", "go": "newVar", "rust": "var_name", "java": "value"}
_LOOKED_THROUGH = frozenset(
    [
        "clone",
        "cloned",
        "copied",
        "into",
        "unwrap",
        "unwrap_or",
        "unwrap_or_default",
        "unwrap_or_else",
        "expect",
        "as_ref",
        "as_mut",
        "as_str",
        "as_slice",
        "to_owned",
        "to_string",
        "iter",
        "into_iter",
        "collect",
        "ok",
        "await",
        "String",
        "string",
        "format",
        "len",
        "toString",
    ]
)
_USELESS = frozenset(
    ["new", "default", "from", "some", "none", "ok", "err", "with", "of", "get", "set", "main", "value"]
)
_PREFIX = re.compile(r"^(?:get|to|as|into|is|make|create|build|compute|find|new)_?(?=[A-Z]|(?<=_)\w)")


def suggested(source: Source, node: Node) -> str:
    """A name in the language's own style; the one its own server would take where nothing fits."""
    rules = family(source.language) or "ecma"
    fallback = _FALLBACK[rules]
    if rules == "ecma":
        return fallback
    found = _last(source, node)
    if found.isupper():
        words = found.lower().split("_")
        found = words[0] + "".join(word.capitalize() for word in words[1:])
    found = found[:1].lower() + found[1:]
    name = _PREFIX.sub("", found) or found
    name = (
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        if rules == "rust"
        else name[:1].lower() + name[1:]
    )
    plain = re.fullmatch(r"[a-z][A-Za-z0-9_]{1,30}", name)
    if not plain or name in facts(source.language).words or name.lower() in _USELESS:
        return fallback
    return name


def _last(source: Source, node: Node) -> str:
    """The last name of a path or a call, through calls that only convert."""
    at: Node | None = node
    for _ in range(20):
        if at is None:
            return ""
        match at.type:
            case "call_expression" | "macro_invocation":
                at = at.child_by_field_name("function")
            case (
                "try_expression"
                | "await_expression"
                | "parenthesized_expression"
                | "reference_expression"
                | "unary_expression"
            ):
                at = at.named_children[-1] if at.named_children else None
            case "generic_function":
                at = at.child_by_field_name("function")
            case "field_expression" | "selector_expression" | "field_access":
                name = source.text(at.child_by_field_name("field") or at)
                if name not in _LOOKED_THROUGH:
                    return name
                at = (
                    at.child_by_field_name("value")
                    or at.child_by_field_name("operand")
                    or at.child_by_field_name("object")
                )
            case "method_invocation" | "scoped_identifier":
                return source.text(at.child_by_field_name("name") or at)
            case _:
                return ""
    return ""
