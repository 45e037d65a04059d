"""Between a document's code points and the bytes its tree counts in, without walking the text for each lookup."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from kibitz.text import Document, Position, Range

_STEP = 256
_CONTINUATION = bytes(range(0x80, 0xC0))
_LONE_CR = re.compile(rb"\r(?!\n)")


class Offsets:
    """The bytes a parser reads for a document, and the way between byte offsets and positions.

    The bytes are the text in UTF-8 with every lone CR as LF, because a lone CR ends a line here and grammars do not know
    it, and with lone surrogates as question marks: neither changes how many code points there are.
    """

    def __init__(self, document: Document) -> None:
        text = document.text
        data = text.encode("utf-8", "replace")
        self.data = _LONE_CR.sub(b"\n", data) if b"\r" in data else data
        self._document = document
        self._ascii = len(data) == len(text)
        self._marks: list[int] = []
        if not self._ascii:
            total = 0
            for at in range(0, len(text), _STEP):
                self._marks.append(total)
                total += len(text[at : at + _STEP].encode("utf-8", "replace"))

    @cached_property
    def _starts(self) -> list[int]:
        return self._document.line_starts  # a parse alone does not need them

    def point(self, byte: int) -> int:
        """The offset in code points of a byte offset; inside of a character, that of the character after it."""
        if self._ascii:
            return byte
        mark = bisect_right(self._marks, byte) - 1
        start = self._marks[mark]
        if mark + 1 < len(self._marks) and self._marks[mark + 1] - start == _STEP:
            return mark * _STEP + byte - start
        return mark * _STEP + len(self.data[start:byte].translate(None, _CONTINUATION))

    def byte(self, point: int) -> int:
        """The byte offset of an offset in code points."""
        if self._ascii:
            return point
        mark = min(point // _STEP, len(self._marks) - 1)
        return self._marks[mark] + len(self._document.text[mark * _STEP : point].encode("utf-8", "replace"))

    def position(self, byte: int) -> Position:
        """The position of a byte offset."""
        point = byte if self._ascii else self.point(byte)
        line = bisect_right(self._starts, point) - 1
        return Position(line, point - self._starts[line])

    def range(self, start: int, end: int) -> Range:
        """The range between two byte offsets."""
        return Range(self.position(start), self.position(end))

    def byte_at(self, position: Position) -> int:
        """The byte offset of a position, clamped to the text."""
        return self.byte(self._document.offset(position))

    def word(self, start: int, end: int) -> tuple[str, Range]:
        """The text between two byte offsets of one line, and its range: what `text` and `range` say, at half the cost."""
        first, last = self.point(start), self.point(end)
        line = bisect_right(self._starts, first) - 1
        column = first - self._starts[line]
        return self._document.text[first:last], Range(
            Position(line, column), Position(line, column + last - first)
        )

    def text(self, start: int, end: int) -> str:
        """The document's own text between two byte offsets."""
        return self._document.text[self.point(start) : self.point(end)]
