"""Where a text does not parse."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.source import Source

MAX_ISSUES = 2_000
_NEAR = 40


def issues(source: Source) -> tuple[SyntaxIssue, ...]:
    """The errors of a text in order, at most MAX_ISSUES; only branches of the tree that have some are entered."""
    root = source.root
    if not root.has_error:
        return ()
    found: list[SyntaxIssue] = []
    cursor = root.walk()
    while len(found) < MAX_ISSUES:
        node = cursor.node
        if node is not None and (node.is_error or node.is_missing):
            found.append(_issue(source, node))
        if node is not None and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tuple(found)
    return tuple(found)


def _issue(source: Source, node: Node) -> SyntaxIssue:
    where = source.range(node)
    if node.is_missing:
        return SyntaxIssue(where, "missing", node.type)
    text = source.text(node).strip()
    line = text.replace("\r", "\n").split("\n", 1)[0]
    return SyntaxIssue(where, "error", line if len(line) <= _NEAR else line[: _NEAR - 1] + "…")
