"""Functions that a change makes asynchronous: whoever uses what they give back has to await it now."""

from __future__ import annotations

import asyncio
import re

from kibitz.syntax.model import CALLABLE
from kibitz.syntax.tree import Tree, parse
from kibitz.syntax.view import View, view
from kibitz.text import Position
from kibitz.verify.checks import Check, listed
from kibitz.verify.edit import ProposedEdit

_LANGUAGES = frozenset({"python", "javascript", "javascriptreact", "typescript", "typescriptreact"})
_ASYNC = re.compile(r"\basync\b")
_CALLS = frozenset({"call", "call_expression"})
_USES = frozenset(
    {
        *(
            "expression_statement",
            "binary_operator",
            "binary_expression",
            "comparison_operator",
            "not_operator",
        ),
        *("boolean_operator", "unary_operator", "subscript", "subscript_expression", "for_statement"),
        *("for_in_clause", "if_statement", "while_statement", "interpolation", "template_substitution"),
    }
)
"""What is around a call whose value is used, or dropped, at once: a coroutine is never meant there."""
_MEMBERS = frozenset({"attribute", "member_expression"})
_WAITING = frozenset({"then", "catch", "finally", "send", "close", "add_done_callback"})
"""What a coroutine or a promise has itself."""


async def awaited_check(edit: ProposedEdit) -> tuple[Check, ...]:
    """The check `awaited`, where a change makes functions of Python, JavaScript or TypeScript asynchronous: failed where one
    of its files still uses, or drops, what such a function gives back without awaiting it. Nothing where none is made so."""
    return await asyncio.to_thread(_checked, edit)


def _checked(edit: ProposedEdit) -> tuple[Check, ...]:
    made: set[str] = set()
    trees: list[Tree] = []
    for file in edit.files:
        if file.document.language in _LANGUAGES and (after := parse(file.after)) is not None:
            trees.append(after)
            made |= _asynchronous(after) - _known(after, parse(file.document))
    if not made:
        return ()
    lost = dict.fromkeys(f"`{name}` in line {line + 1}" for tree in trees for line, name in _lost(tree, made))
    if lost:
        return (Check("awaited", "failed", f"asynchronous now and not awaited: {listed([*lost])}"),)
    return (Check("awaited", "passed"),)


def _asynchronous(tree: Tree) -> set[str]:
    return {d.name for d in tree.definitions if d.kind in CALLABLE and _ASYNC.search(d.signature)}


def _known(after: Tree, before: Tree | None) -> set[str]:
    """The names that were asynchronous before, and those that an ordinary function has too: which one is called is not told."""
    ordinary = {d.name for d in after.definitions if d.kind in CALLABLE and not _ASYNC.search(d.signature)}
    return ordinary | (_asynchronous(before) if before is not None else set())


def _lost(tree: Tree, names: set[str]) -> list[tuple[int, str]]:
    """The lines that call one of the names and neither await nor pass on what it gives."""
    document, root = tree.document, view(tree)
    found = []
    for match in re.finditer(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b(?=\s*\()", document.text):
        start, end = document.position(match.start()), document.position(match.end())
        call = _call(root, start, end)
        if call is not None and _used_at_once(call):
            found.append((start.line, match.group()))
    return found


def _call(root: View, start: Position, end: Position) -> View | None:
    """The call of a name: of itself, or as a member."""
    node = root.at(start, end)
    if node.parent is not None and node.parent.kind in _MEMBERS and node.parent.end == node.end:
        node = node.parent
    above = node.parent
    return above if above is not None and above.kind in _CALLS and above.child("function") == node else None


def _used_at_once(call: View) -> bool:
    node, above = call, call.parent
    while above is not None and above.kind == "parenthesized_expression":
        node, above = above, above.parent
    if above is None:
        return False
    if above.kind in _MEMBERS:
        member = above.child("attribute") or above.child("property")
        return member is not None and member.text not in _WAITING
    if above.kind in ("for_statement", "for_in_clause"):
        return above.child("right") == node and "async" not in {c.text for c in above.children}
    return above.kind in _USES
