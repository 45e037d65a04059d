"""Whether changed lines keep the indentation and the line ends of their file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kibitz.text import Document
from kibitz.verify.checks import Check
from kibitz.verify.habits import line_end
from kibitz.verify.lines import blocks

_CLEAR = 0.8
"""The share of a file's lines that makes a habit."""


def check_style(before: Document, after: Document) -> Check:
    """Tabs or spaces, and the kind of line end, as most lines of the file have them."""
    if not before.text.strip():
        return Check("style", "skipped", "the file is new")
    changed = [
        number
        for block in blocks(before.lines, after.lines)
        if not block.same
        for number in range(block.b, block.b_end)
    ]
    there = {
        _indent(before.lines[number])
        for block in blocks(before.lines, after.lines)
        if not block.same
        for number in range(block.a, block.a_end)
    }
    ends = _habit([end for line in before.lines[:-1] if (end := line_end(line))])
    indents = _habit([kind for line in before.lines if (kind := _indent(line)) is not None])
    wrong: list[str] = []
    for number in changed:
        line = after.lines[number]
        if ends is not None and line_end(line) not in ("", ends):
            wrong.append(f"line {number + 1} has another line end than the file")
        kind = _indent(line)
        if indents is not None and kind is not None and kind != indents and kind not in there:
            wrong.append(f"line {number + 1} is indented with {kind}, the file with {indents}")
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        return Check("style", "failed", wrong[0] + more)
    return Check("style", "passed")


def _habit(kinds: Sequence[str]) -> str | None:
    """What nearly all are, None where there is no habit."""
    return next((kind for kind in set(kinds) if kinds.count(kind) >= _CLEAR * len(kinds)), None)


def _indent(line: str) -> Literal["tabs", "spaces"] | None:
    if line.startswith("\t") and line.strip():
        return "tabs"
    # a single blank aligns the stars of a comment
    return "spaces" if line.startswith("  ") and line.strip() else None
