"""Suggestions for code that has errors whatever is suggested: it is broken elsewhere, or a `try` has no `except` yet."""

from __future__ import annotations

from functools import cached_property

from kibitz.syntax.delta import look_around, parses_in_place
from kibitz.syntax.python_check import python_error
from kibitz.syntax.tree import parse, parse_fresh
from kibitz.text import Document, Position, Range, TextEdit

_LARGEST = 60_000
"""In more than so many characters it is not looked for whose fault an error is: that takes a dozen parses."""
_CLOSES = ("}", ")", "]", "end")
_OPENS = (":", "{", "(", "[")
_NO_BODY = "expected an indented block"
_NO_HANDLER = "expected 'except' or 'finally' block"


class Unfinished:
    """A place in such code. A text fits there if it brings no error of its own."""

    def __init__(self, document: Document, position: Position) -> None:
        self._document = document
        line = document.line(position.line)
        self._here = position.line
        self._before, self._after = line[: position.character], line[position.character :]
        python = document.language == "python"
        self._neutral = self._before[: len(self._before) - len(self._before.lstrip())] + (
            "pass" if python else ""
        )

    def prepare(self) -> bool:
        """Find out what costs most to find out, before there is a text; whether there are errors elsewhere than on the line."""
        if len(self._document.text) > _LARGEST or self._sound or not self._broken_elsewhere:
            return False
        return look_around(self._with(self._neutral), self._here)

    def fits(self, text: str) -> bool:
        """Whether the line with a text in it brings no error to code that has some."""
        if len(self._document.text) > _LARGEST or self._sound:
            return False
        line = self._before + text + self._after
        error = self._error(self._with(line))
        if error is not None and (
            self._here <= (error.lineno or 0) - 1 <= self._here + line.count("\n")
            or (error.msg or "").startswith(_NO_BODY)
        ):
            return False
        if not self._broken_elsewhere and (error is None or error.msg != _NO_HANDLER):
            return False
        without = self._with(self._neutral)
        where = Range(Position(self._here, 0), Position(self._here, len(self._neutral)))
        return parses_in_place(without, TextEdit(where, line))

    @cached_property
    def _sound(self) -> bool:
        """Whether there are no errors at all."""
        tree = parse(self._document)
        return tree is None or (not tree.errors and self._error(self._document) is None)

    @cached_property
    def _broken_elsewhere(self) -> bool:
        """Whether there are errors also without the definition the place is in."""
        first, last = self._around()
        lines = self._document.lines
        rest = "".join((*lines[:first], *lines[last:]))
        tree = parse_fresh(Document(self._document.uri, rest, self._document.language))
        return tree is not None and (bool(tree.errors) or self._error(tree.document) is not None)

    def _around(self) -> tuple[int, int]:
        """The lines of the block around the place that is not more than one step in, or is at the margin; half-open."""
        depths = [_depth(text) for text in self._document.lines]
        step = min((depth for depth in depths if depth > 0), default=1)
        depth = len(self._before) - len(self._before.lstrip(" \t"))
        above = next((at for at in range(self._here - 1, -1, -1) if depths[at] >= 0), None)
        if above is not None and not self._before.strip():
            opens = self._document.line(above).rstrip().endswith(_OPENS)
            depth = max(depth, depths[above] + opens)
        first = self._here
        while first > 0 and depth > 0:
            first -= 1
            if 0 <= depths[first] < depth:
                depth = depths[first]
                if depth <= step:
                    break
        last = self._here + 1
        while last < len(depths) and not 0 <= depths[last] <= depth:
            last += 1
        if last < len(depths) and self._document.lines[last].lstrip().startswith(_CLOSES):
            last += 1
        return first, last

    def _with(self, line: str) -> Document:
        where = Range(Position(self._here, 0), Position(self._here, len(self._before + self._after)))
        return self._document.replaced([TextEdit(where, line)])

    def _error(self, document: Document) -> SyntaxError | None:
        return python_error(document.text) if document.language == "python" else None


def _depth(line: str) -> int:
    """How far a line is indented; -1 for one that says nothing of it."""
    bare = line.strip()
    return -1 if not bare or bare[0] == "*" else len(line) - len(line.lstrip(" \t"))
