"""Comments and attributes by where they stand, and the documentation they make for what follows them."""

from __future__ import annotations

import re
from bisect import bisect_left
from inspect import cleandoc
from typing import NamedTuple

from tree_sitter import Node

from kibitz.syntax.source import Source

_PRAGMA = re.compile(
    r"^(eslint|prettier|tslint|jshint|istanbul|biome|deno-lint|c8 |@ts-|go:|nolint|noqa|type:|pylint|fmt:|ruff|mypy|isort|pragma"
    r"|rubocop|frozen_string_literal|shellcheck|NOLINT|clang-format|swiftlint|!/)"
)
_RULE = re.compile(r"^[\W_]{3,}$")
_LINE_MARK = re.compile(r"^\s*(?:///|//!|//|--+|#+)[ \t]?")
_BLOCK_OPEN = re.compile(r"^\s*(?:/\*+!?|--\[=*\[|=begin)[ \t]*")
_BLOCK_CLOSE = re.compile(r"\s*(?:\*+/|\]=*\]|=end)\s*$")
_STAR = re.compile(r"^\s*\*(?!/)[ \t]?")
_STRING_OPEN = re.compile(r"^[a-zA-Z]{0,2}(\"\"\"|'''|\"|')")


class Mark(NamedTuple):
    """A comment or an attribute (decorator, annotation): bytes, what it is, and whether it is alone on its line."""

    start: int
    end: int
    attribute: bool
    leads: bool


class Marks:
    """The comments and attributes of a text, in order."""

    def __init__(self, source: Source, comments: list[Node], attributes: list[Node]) -> None:
        self._source = source
        self._data = source.offsets.data
        marks = [self._mark(node, attribute=False) for node in comments]
        marks += [self._mark(node, attribute=True) for node in attributes]
        self._marks = sorted(marks)
        self._starts = [mark.start for mark in self._marks]

    def _mark(self, node: Node, *, attribute: bool) -> Mark:
        start, end = node.start_byte, node.end_byte
        end = start + len(self._data[start:end].rstrip())
        line = self._data.rfind(b"\n", 0, start) + 1
        return Mark(start, end, attribute, not self._data[line:start].strip())

    def above(self, start: int) -> tuple[int, str]:
        """Where something that starts at `start` starts with the attributes above it, and the comments directly above that.

        "Directly" allows no blank line; a comment behind other code belongs to that code.
        """
        at = bisect_left(self._starts, start) - 1
        edge = top = start
        lines: list[str] = []
        while at >= 0:
            mark = self._marks[at]
            gap = self._data[mark.end : edge]
            if gap.strip() or gap.count(b"\n") > 1 or not (mark.leads or mark.attribute):
                break
            if mark.attribute:
                top = mark.start
            else:
                lines[:0] = clean_comment(self._source.offsets.text(mark.start, mark.end))
            edge = mark.start
            at -= 1
        return top, "\n".join(lines).strip()

    def attributes(self, start: int, end: int) -> tuple[list[str], int]:
        """The outermost attributes between two bytes, and where those that lead end (`start` where none do)."""
        found: list[str] = []
        edge = start
        last = start
        for mark in self._marks[bisect_left(self._starts, start) : bisect_left(self._starts, end)]:
            if mark.attribute and mark.start >= last:
                found.append(self._source.offsets.text(mark.start, mark.end))
                last = mark.end
                if not self._data[edge : mark.start].strip():
                    edge = mark.end
        return found, edge

    def without_trailing(self, start: int, end: int) -> int:
        """The end of a header without the comments behind it."""
        for mark in reversed(self._marks[bisect_left(self._starts, start) : bisect_left(self._starts, end)]):
            if mark.attribute or self._data[mark.end : end].strip():
                break
            end = mark.start
        return end


def clean_comment(text: str) -> list[str]:
    """The lines of one comment without its markers, pragmas and rules."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _BLOCK_OPEN.match(text):
        inner = _BLOCK_CLOSE.sub("", _BLOCK_OPEN.sub("", text, count=1))
        lines = cleandoc("\n".join(_STAR.sub("", line) for line in inner.split("\n"))).split("\n")
    else:
        lines = [_LINE_MARK.sub("", line, count=1) for line in text.split("\n")]
    return [
        line.rstrip() for line in lines if not _PRAGMA.match(line.strip()) and not _RULE.match(line.strip())
    ]


def clean_docstring(text: str) -> str:
    """The text of a docstring without quotes and common indentation."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    opened = _STRING_OPEN.match(text)
    if opened is None:
        return ""
    inner = text[opened.end() :]
    return cleandoc(inner.removesuffix(opened[1])).strip()
