"""Where a text does not parse."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.source import Source

MAX_ISSUES = 2_000
_NEAR = 40


def issues(source: Source) -> tuple[SyntaxIssue, ...]:
    """The errors of a text in order, at most MAX_ISSUES."""
    return tuple(_issue(source, node) for node in islice(_faulty(source), MAX_ISSUES))


def error_lines(source: Source) -> Iterator[int]:
    """The lines the errors of a text begin on, in order; one that has more errors may come more than once."""
    return (node.start_point.row for node in _faulty(source))


def _faulty(source: Source) -> Iterator[Node]:
    """The nodes that are errors or missing; only branches of the tree that have some are entered."""
    cursor = source.root.walk()
    if not source.root.has_error:
        return
    while True:
        node = cursor.node
        if node is not None and (node.is_error or node.is_missing):
            yield node
        if node is not None and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _issue(source: Source, node: Node) -> SyntaxIssue:
    where = source.range(node)
    if node.is_missing:
        return SyntaxIssue(where, "missing", node.type)
    text = source.text(node).strip()
    line = text.replace("\r", "\n").split("\n", 1)[0]
    return SyntaxIssue(where, "error", line if len(line) <= _NEAR else line[: _NEAR - 1] + "…")
