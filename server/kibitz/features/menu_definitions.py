"""What a definition could have and lacks: types, documentation, a shorter body, another colour."""

from __future__ import annotations

import re

from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, Definition
from kibitz.syntax.tree import Tree
from kibitz.text import Document

LONG_LINES = 40
MANY_BRANCHES = 10
"""A body of so many lines, or with so many branches, is worth splitting."""


def header_end(definition: Definition) -> int:
    """The last line of a definition's header."""
    return max(definition.name_range.end.line, definition.range.start.line + definition.signature.count("\n"))


def lacks_types(definition: Definition, language: str) -> bool:
    """Whether a parameter, or in Python the result, has no annotation."""
    if definition.kind not in CALLABLE:
        return False
    own = definition.parameters
    if definition.kind == "method" and own and own[0].name in ("self", "cls", "this"):
        own = own[1:]
    bare = any(not p.annotation and p.name not in ("*", "/", "this") for p in own)
    if language == "python":
        return bare or not definition.returns
    return language in ("typescript", "typescriptreact") and any(
        not p.annotation and not p.default for p in own if p.name != "this"
    )


def lacks_documentation(definition: Definition, language: str) -> bool:
    """Whether a definition that others read has no documentation. Tests speak for themselves."""
    if definition.documentation or re.match(facts(language).test_name, definition.name):
        return False
    return not (
        definition.name.startswith("__") and definition.name.endswith("__") and definition.name != "__init__"
    )


def too_long(definition: Definition, tree: Tree) -> bool:
    """Whether a function is long or branches often enough to be worth splitting."""
    body = definition.body or definition.range
    branches = tree.branches_in(body)
    return body.end.line - body.start.line >= LONG_LINES or (
        sum(branches.get(kind, 0) for kind in ("if", "loop", "match", "try")) >= MANY_BRANCHES
    )


_SYNC_CALLS = {
    "python": re.compile(
        r"\b(?:requests\.(?:get|post|put|patch|delete|head|request)|time\.sleep|urlopen|subprocess\.(?:run|call|check_\w+)"
        r"|httpx\.(?:get|post|put|patch|delete|request))\("
    ),
    "javascript": re.compile(r"\b\w+Sync\(|\.then\("),
}
_SYNC_CALLS |= dict.fromkeys(("typescript", "javascriptreact", "typescriptreact"), _SYNC_CALLS["javascript"])
_ASYNC = re.compile(r"\basync\b")
_AWAITS = re.compile(r"\b(?:await|yield|async (?:for|with))\b")
_EMPTY = re.compile(
    r"(?s)\s*[{]?\s*(?:(?:\"\"\".*?\"\"\"|'''.*?''')\s*)?(?:pass|\.\.\.|raise NotImplementedError\b.*|throw .*)?\s*[;}]*\s*"
)


def other_colour(definition: Definition, document: Document) -> str:
    """`async` for a function that waits for others without saying so, `sync` for one that says so and never waits."""
    waits = _SYNC_CALLS.get(document.language)
    if waits is None or definition.kind not in CALLABLE or definition.body is None:
        return ""
    body = document.slice(definition.body)
    if not _ASYNC.search(definition.signature):
        return "async" if waits.search(body) and not definition.name.startswith("__") else ""
    return "" if _AWAITS.search(body) or _EMPTY.fullmatch(body) or definition.decorators else "sync"
