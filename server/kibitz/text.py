"""Text and positions: immutable documents, ranges, edits. Columns are code points; the edge converts them."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from attrs import frozen

from kibitz.errors import KibitzError

MAX_BYTES = 5_000_000
"""Files above this many bytes are refused: no model reads them and no feature pays for them."""


class Position(NamedTuple):
    """A 0-based line and a 0-based column in Unicode code points."""

    line: int
    character: int


class Range(NamedTuple):
    """A half-open span of text."""

    start: Position
    end: Position

    def contains(self, position: Position) -> bool:
        """Whether the position lies inside or at either end."""
        return self.start <= position <= self.end


def span(start_line: int, start_character: int, end_line: int, end_character: int) -> Range:
    """A Range from four numbers."""
    return Range(Position(start_line, start_character), Position(end_line, end_character))


class TextEdit(NamedTuple):
    """Replace what stands in `range` with `new_text`."""

    range: Range
    new_text: str


def split_lines(text: str) -> list[str]:
    """Lines with their ends, split at LF, CRLF and lone CR only, as LSP does (never at U+2028 or form feed)."""
    if "\r" not in text:
        lines = text.split("\n")
        return [line + "\n" for line in lines[:-1]] + [lines[-1]]
    lines = []
    start = 0
    i = 0
    size = len(text)
    while i < size:
        char = text[i]
        if char == "\n" or char == "\r":
            i += 2 if char == "\r" and i + 1 < size and text[i + 1] == "\n" else 1
            lines.append(text[start:i])
            start = i
        else:
            next_lf = text.find("\n", i)
            next_cr = text.find("\r", i)
            ends = [at for at in (next_lf, next_cr) if at >= 0]
            i = min(ends) if ends else size
    lines.append(text[start:])
    return lines


Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""How a client counts columns (LSP 3.17, PositionEncodingKind)."""


def width(text: str, encoding: Encoding) -> int:
    """How many units of the encoding a text takes."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(c > "\uffff" for c in text)


def column(line: str, units: int, encoding: Encoding) -> int:
    """The code point at which `units` of the encoding end, never past the line's text.

    Units that end inside a character count as its start.
    """
    text = line.rstrip("\r\n")
    if encoding == "utf-32" or text.isascii():
        return max(0, min(units, len(text)))
    seen = 0
    for at, char in enumerate(text):
        size = (1 + (char > "\uffff")) if encoding == "utf-16" else len(char.encode("utf-8", "surrogatepass"))
        if seen + size > units:
            return at
        seen += size
    return len(text)


@frozen(eq=False, slots=False)
class Document:
    """A snapshot of one text: what it is, which version, and where its lines are. Never changes."""

    uri: str
    text: str
    language: str = "plaintext"
    version: int | None = None
    path: Path | None = None

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends; the last one has none (and is empty after a final line end)."""
        return split_lines(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset, in code points, at which each line starts."""
        starts = [0]
        total = 0
        for line in self.lines[:-1]:
            total += len(line)
            starts.append(total)
        return starts

    @cached_property
    def eol(self) -> str:
        """The line end most lines use; LF where there is none."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"

    def line(self, number: int) -> str:
        """The text of a line without its end; empty past the last line."""
        return self.lines[number].rstrip("\r\n") if 0 <= number < len(self.lines) else ""

    def clamp(self, position: Position) -> Position:
        """The nearest position that exists: LSP lets clients send columns past the end of a line."""
        if position.line < 0:
            return Position(0, 0)
        if position.line >= len(self.lines):
            return self.end
        return Position(position.line, max(0, min(position.character, len(self.line(position.line)))))

    @property
    def end(self) -> Position:
        """The position after the last character."""
        return Position(len(self.lines) - 1, len(self.lines[-1]))

    @property
    def whole(self) -> Range:
        """The range that spans all of the text."""
        return Range(Position(0, 0), self.end)

    def offset(self, position: Position) -> int:
        """The offset in code points of a position, after clamping."""
        line, character = self.clamp(position)
        return self.line_starts[line] + character

    def position(self, offset: int) -> Position:
        """The position of an offset in code points, clamped to the text."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset) - 1
        return Position(line, offset - self.line_starts[line])

    def slice(self, where: Range) -> str:
        """The text in a range."""
        return self.text[self.offset(where.start) : self.offset(where.end)]

    def replaced(self, edits: Iterable[TextEdit]) -> Document:
        """The document after the edits, all of which speak of this one; the version is kept."""
        return Document(self.uri, apply_edits(self, edits), self.language, self.version, self.path)


def apply_edits(document: Document, edits: Iterable[TextEdit]) -> str:
    """The text after the edits. Raises `invalid` where two edits overlap."""
    parts: list[str] = []
    at = 0
    spans = [(document.offset(e.range.start), document.offset(e.range.end), e.new_text) for e in edits]
    for start, end, new_text in sorted(spans, key=lambda s: (s[0], s[1])):
        if start < at or end < start:
            raise KibitzError("invalid", "Two changes to the same place contradict each other.", "Ask again.")
        parts.append(document.text[at:start])
        parts.append(new_text)
        at = end
    parts.append(document.text[at:])
    return "".join(parts)


def fits(document: Document) -> bool:
    """Whether a document is small enough to be read by any feature."""
    return len(document.text) <= MAX_BYTES


def too_large(name: str, size: int) -> KibitzError:
    """The refusal of a text of `size` bytes."""
    return KibitzError(
        "invalid",
        f"{name} is too large: {size / 1e6:.0f} MB, and {MAX_BYTES / 1e6:.0f} MB is the most kibitz reads.",
        "Split the file, or name a smaller one.",
    )


def decode(data: bytes, name: str) -> str:
    """File bytes as text, the byte order mark kept as U+FEFF so that writing back changes nothing.

    UTF-8, and UTF-16 or UTF-32 with a byte order mark. Raises `invalid` for binary, oversized or otherwise encoded files.
    """
    if len(data) > MAX_BYTES:
        raise too_large(name, len(data))
    encoding = encoding_of(data)
    if encoding == "utf-8" and b"\0" in data[:8192]:
        raise KibitzError("invalid", f"{name} is a binary file.", "Name a text file.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise KibitzError(
            "invalid",
            f"{name} is not UTF-8 text.",
            "Save it as UTF-8, or open it in an editor that converts it.",
        ) from None


def encoding_of(data: bytes) -> str:
    """The encoding a byte order mark names (little- or big-endian UTF-16/32, the mark kept), else UTF-8."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return name
    return "utf-8"


def read_text(path: Path) -> str:
    """A file's text with its line ends as they are. Raises `not_found` or `invalid`."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise too_large(path.name, size)
        return decode(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise KibitzError("not_found", f"There is no file {path}.", "Check the path.") from None
    except IsADirectoryError:
        raise KibitzError("invalid", f"{path} is a folder.", "Name a file in it.") from None
    except OSError as error:
        raise KibitzError(
            "invalid", f"{path} cannot be read: {error.strerror}.", "Check its permissions."
        ) from None
