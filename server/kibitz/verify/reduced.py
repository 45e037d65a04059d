"""Lines reduced to what they say: without whitespace, comments and the kind of quotes they are written with."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, compress

from attrs import frozen

from kibitz.syntax.facts import facts

_QUOTES, _TYPOGRAPHIC = "'`", "‘’“”"
_SAME_QUOTES = dict.fromkeys(map(ord, _QUOTES), '"')
_BLANKS, _SAME_BYTES = b" \t\r\f\v", bytes.maketrans(b"'`", b'""')
_OTHERS: tuple[tuple[bytes, re.Pattern[bytes], bytes], ...] = (
    (b"\xe2", re.compile(b"\xe2\x80[\x98\x99\x9c\x9d]"), b'"'),
    (b"\xe2", re.compile(b"\xe2\x80[\x83\x89]"), b""),
    *((blank[:1], re.compile(blank), b"") for blank in (b"\xc2\xa0", b"\xe3\x80\x80", b"\xef\xbb\xbf")),
)
"""Quotes and blanks that are not ASCII, in UTF-8: what they begin with, what they are, and what is as good."""
_ESCAPED = re.compile(rb"\\(?=\")")
_SPARE_COMMA = re.compile(rb",(?=[)\]}>\n])")
_STRANGE = rb"\x1c-\x1f\xc2\xe1-\xe3"
"""What whitespace begins with, in UTF-8, that may be left at the beginning of a reduced line."""
_FEW = 4
"""Of so few it does not pay to prepare."""
_SHORT = 50


@frozen(eq=False, slots=False)
class Reduced:
    """The lines of a text that hold code, in order: `words` are the lines reduced, `numbers` the 0-based lines they are."""

    words: list[str]
    numbers: list[int]

    @cached_property
    def joined(self) -> str:
        """All lines one after the other and without commas: a statement broken over other lines reads the same."""
        return "".join(self.words).replace(",", "")

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins in `joined`, and its end."""
        sizes = map(len, "\n".join(self.words).replace(",", "").split("\n"))
        return list(accumulate(sizes, initial=0))

    def beginning(self, offsets: Sequence[int]) -> list[int | None]:
        """The first line that begins at each of some offsets of `joined`, their number at its end; None where none does."""
        if len(offsets) > _FEW:
            lines = [bisect_left(self._starts, offset) for offset in offsets]
            return [
                line if self._starts[line] == offset else None
                for line, offset in zip(lines, offsets, strict=True)
            ]
        return [self._beginning(offset) for offset in offsets]

    def _beginning(self, offset: int) -> int | None:
        """The same of one offset: halving takes as long as reading all lines once."""
        low, high, before = 0, len(self.words), 0
        while low < high:
            middle = (low + high) // 2
            there = before + len("".join(self.words[low:middle]).replace(",", ""))
            if there < offset:
                low, before = middle + 1, there + self.size(middle)
            else:
                high = middle
        return low if before == offset else None

    def size(self, at: int) -> int:
        """How much of `joined` a line is."""
        return len(self.words[at]) - self.words[at].count(",")

    def count(self, first: int, end: int) -> int:
        """How many code lines there are from line `first` to before line `end`."""
        return bisect_left(self.numbers, end) - bisect_left(self.numbers, first)


class Picked:
    """Some lines of a text by their numbers, as `Reduced` has them; none is copied."""

    def __init__(self, lines: Sequence[str], numbers: Sequence[int]) -> None:
        self._lines, self._numbers = lines, numbers

    def __getitem__(self, at: int) -> str:
        return self._lines[self._numbers[at]]

    def __len__(self) -> int:
        return len(self._numbers)


def reduced_line(line: str) -> str:
    """One line reduced."""
    return "".join(_unquoted(line).split())


def _unquoted(text: str) -> str:
    """A text with all quotes the same."""
    if "\\" in text:
        text = text.replace('\\"', '"').replace("\\'", "'")
    if text.isascii():
        return text.translate(_SAME_QUOTES)
    for quote in _QUOTES + _TYPOGRAPHIC:
        text = text.replace(quote, '"')
    return text


def _said(text: str) -> bytes:
    """A text without blanks, and with all quotes the same; as bytes, which are several times as fast to change."""
    said = text.encode("utf-8", "surrogatepass")
    if len(said) > len(text):
        for begins, other, same in _OTHERS:
            if begins in said:
                said = other.sub(same, said)
    return _ESCAPED.sub(b"", said.translate(_SAME_BYTES, _BLANKS))


def _settled(said: bytes) -> bytes:
    """A text without the commas after the last of several parts; a broken line may have one there."""
    return _SPARE_COMMA.sub(b"", said).removesuffix(b",")


def _text(said: bytes) -> str:
    return said.decode("utf-8", "surrogatepass")


def in_one(lines: Sequence[str]) -> str:
    """Lines reduced to one, which is the same for a statement that is broken over other lines."""
    return _text(_settled(_said("\n".join(lines)).replace(b"\n", b"")))


class Readings:
    """The lines of a text or of a piece of one reduced, in either way; what both need is done once."""

    def __init__(self, lines: Sequence[str], language: str, text: str | None = None) -> None:
        """`text` are the lines in one, if somebody has it."""
        self._lines, self._language = lines, language
        self._settled = _settled(_said("\n".join(lines) if text is None else text))
        self._words = _text(self._settled).split("\n")

    @cached_property
    def code(self) -> Reduced:
        """The code lines."""
        words = self._words.copy()
        # found before blanks are gone: without them ` * // so` would end a comment
        for number in _comments(self._lines, self._language, self._candidates()):
            words[number] = ""
        return _filled(words)

    @cached_property
    def all(self) -> Reduced:
        """All lines that are not blank."""
        return _filled(self._words)

    @cached_property
    def unmarked(self) -> Reduced:
        """All lines but those that begin with the mark of a comment of one line, as code in a longer comment may have it."""
        mark = facts(self._language).line_comment
        words = self._words.copy()
        for number in self._candidates() if mark else ():
            if self._lines[number].strip().startswith(mark):
                words[number] = ""
        return _filled(words)

    def _candidates(self) -> Iterable[int]:
        """The lines that may begin with a comment's mark, in order: looking at all of them takes several times as long."""
        firsts = "".join({mark[0] for mark in facts(self._language).comments})
        if not firsts or len(self._lines) < _SHORT:
            return range(len(self._lines))
        begins = re.compile(rb"\n(?=[" + re.escape(firsts.encode()) + _STRANGE + rb"])")
        said = b"\n" + self._settled
        found: list[int] = []
        number = at = 0
        for match in begins.finditer(said):
            end = match.end()
            number += said.count(b"\n", at, end)
            at = end
            found.append(number - 1)
        return found


def _filled(words: list[str]) -> Reduced:
    return Reduced(list(filter(None, words)), list(compress(range(len(words)), words)))


def reduced(lines: Sequence[str], language: str) -> Reduced:
    """The code lines of a text or of a piece of one."""
    return Readings(lines, language).code


def comment_lines(lines: Sequence[str], language: str) -> set[int]:
    """The lines that are nothing but comment; a piece may begin inside of one."""
    return _comments(lines, language, range(len(lines)))


def _comments(lines: Sequence[str], language: str, candidates: Iterable[int]) -> set[int]:
    """The same, where it is known which lines may begin with a comment's mark."""
    known = facts(language)
    marks = known.comments
    if not marks:
        return set()
    marked = [(n, line) for n in candidates if (line := lines[n].strip()).startswith(marks)]
    mark = known.line_comment
    found = {n for n, line in marked if line.startswith(mark)} if mark else set()
    if not known.block_comment:
        return found
    opening, closing = known.block_comment
    at = 0
    if _begins_inside(lines, opening, closing):
        at = _closed(lines, 0, closing)
        found.update(range(at))
    for start, line in marked:
        if start < at or not line.startswith(opening):
            continue
        _, ended, rest = line[len(opening) :].partition(closing)
        if not ended or not rest:
            at = start + 1 if ended else _closed(lines, start + 1, closing)
            found.update(range(start, at))
    return found


def _closed(lines: Sequence[str], at: int, closing: str) -> int:
    """The line after the comment that goes on at a line."""
    return next((n + 1 for n in range(at, len(lines)) if closing in lines[n]), len(lines))


def _begins_inside(lines: Sequence[str], opening: str, closing: str) -> bool:
    for line in map(str.strip, lines):
        at, end = line.find(opening), line.find(closing)
        if end >= 0 and (at < 0 or end < at):
            return line.startswith((closing, "*")) or not line.replace(closing, "")
        if at >= 0:
            return False
        if line and not line.startswith("*"):
            return False
    return opening == "/*" and any(line.strip() for line in lines)
