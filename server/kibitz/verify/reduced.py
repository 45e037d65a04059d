"""Lines reduced to what they say: without whitespace, comments and the kind of quotes they are written with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from attrs import frozen

from kibitz.syntax.facts import facts

_QUOTES, _TYPOGRAPHIC = "'`", "‘’“”"
_SAME_QUOTES = dict.fromkeys(map(ord, _QUOTES), '"')
_BLANKS, _SAME_BYTES = b" \t\r\f\v", bytes.maketrans(b"'`", b'""')
_OTHER_BLANKS = "\u00a0\u2003\u2009\u3000\ufeff"


@frozen(eq=False)
class Reduced:
    """The lines of a text that hold code, in order.

    `words` are the lines reduced, `numbers` the 0-based lines they are; `starts` is where each begins in `joined`, which is
    all of them one after the other and without commas, so that a statement broken over other lines reads the same.
    """

    words: list[str]
    numbers: list[int]
    starts: list[int]
    joined: str

    def size(self, at: int) -> int:
        """How much of `joined` a line is."""
        return (self.starts[at + 1] if at + 1 < len(self.starts) else len(self.joined)) - self.starts[at]

    def count(self, first: int, end: int) -> int:
        """How many code lines there are from line `first` to before line `end`."""
        return bisect_left(self.numbers, end) - bisect_left(self.numbers, first)


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


def _said(lines: Sequence[str]) -> bytes:
    """The lines without blanks, and with all quotes the same; as bytes, which are several times as fast to change."""
    text = "\n".join(lines)
    if not text.isascii():
        for quote in _TYPOGRAPHIC:
            text = text.replace(quote, '"')
        for blank in _OTHER_BLANKS:
            text = text.replace(blank, "")
    said = text.encode("utf-8", "surrogatepass").translate(_SAME_BYTES, _BLANKS)
    return said.replace(b'\\"', b'"')


def _settled(said: bytes) -> str:
    """A text without the commas after the last of several parts; a broken line may have one there."""
    for bracket in (b")", b"]", b"}", b">", b"\n"):
        said = said.replace(b"," + bracket, bracket)
    return said.removesuffix(b",").decode("utf-8", "surrogatepass")


def in_one(lines: Sequence[str]) -> str:
    """Lines reduced to one, which is the same for a statement that is broken over other lines."""
    return _settled(_said(lines).replace(b"\n", b""))


def reduced(lines: Sequence[str], language: str, *, comments: bool = False) -> Reduced:
    """The code lines of a text or of a piece of one; with `comments`, all that are not blank."""
    said = _settled(_said(lines)).split("\n")
    # of ` * // so` no blank may go: it would end the comment
    skipped = set() if comments else comment_lines(lines, language)
    numbers = [number for number, word in enumerate(said) if word and number not in skipped]
    words = [said[number] for number in numbers]
    starts = [0, *accumulate(len(word) - word.count(",") for word in words)][: len(words)]
    return Reduced(words, numbers, starts, "".join(words).replace(",", ""))


def comment_lines(lines: Sequence[str], language: str) -> set[int]:
    """The lines that are nothing but comment; a piece may begin inside of one."""
    return _comments([line.strip() for line in lines], language)


def _comments(lines: Sequence[str], language: str) -> set[int]:
    """The same of lines that have no whitespace around them."""
    known = facts(language)
    mark = known.line_comment
    found = {number for number, line in enumerate(lines) if line.startswith(mark)} if mark else set()
    if not known.block_comment:
        return found
    opening, closing = known.block_comment
    at = 0
    if _begins_inside(lines, opening, closing):
        at = _closed(lines, 0, closing)
        found.update(range(at))
    for start in [number for number, line in enumerate(lines) if line.startswith(opening)]:
        if start < at:
            continue
        _, ended, rest = lines[start][len(opening) :].partition(closing)
        if not ended or not rest:
            at = start + 1 if ended else _closed(lines, start + 1, closing)
            found.update(range(start, at))
    return found


def _closed(lines: Sequence[str], at: int, closing: str) -> int:
    """The line after the comment that goes on at a line."""
    return next((n + 1 for n in range(at, len(lines)) if closing in lines[n]), len(lines))


def _begins_inside(lines: Sequence[str], opening: str, closing: str) -> bool:
    for line in lines:
        at, end = line.find(opening), line.find(closing)
        if end >= 0 and (at < 0 or end < at):
            return line.startswith((closing, "*")) or not line.replace(closing, "")
        if at >= 0:
            return False
        if line and not line.startswith("*"):
            return False
    return opening == "/*" and any(lines)
