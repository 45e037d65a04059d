"""Lines reduced to what they say: without whitespace, comments and the kind of quotes they are written with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from attrs import frozen

from kibitz.syntax.facts import facts

_BLANKS, _OTHER_BLANKS = " \t\r\f\v", "\u00a0\u2003\u2009\u3000\ufeff"
_QUOTES, _TYPOGRAPHIC = "'`", "‘’“”"


@frozen(eq=False)
class Reduced:
    """The lines of a text that hold code, in order.

    `words` are the lines reduced (commas are no part of them), `numbers` the 0-based lines they are; `starts` is where each begins in `joined`,
    which is all of them one after the other, so that a statement broken over other lines reads the same.
    """

    words: list[str]
    numbers: list[int]
    starts: list[int]
    joined: str

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
    for quote in _QUOTES if text.isascii() else _QUOTES + _TYPOGRAPHIC:
        text = text.replace(quote, '"')
    return text


def reduced(lines: Sequence[str], language: str, *, comments: bool = False) -> Reduced:
    """The code lines of a text or of a piece of one; with `comments`, all that are not blank."""
    text = "\n".join(lines)
    for blank in _BLANKS if text.isascii() else _BLANKS + _OTHER_BLANKS:
        text = text.replace(blank, "")
    bare = text.split("\n")
    skipped = set() if comments else _comments(bare, language)
    # a broken line may have a comma after its last part
    said = _unquoted(text).replace(",", "").split("\n")
    numbers = [number for number, word in enumerate(bare) if word and number not in skipped]
    words = [said[number] or bare[number] for number in numbers]
    starts: list[int] = []
    size = 0
    for word in words:
        starts.append(size)
        size += len(word)
    return Reduced(words, numbers, starts, "".join(words))


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
    if not any(opening in line or closing in line or line.startswith("*") for line in lines):
        return found
    inside = _begins_inside(lines, opening, closing)
    for number, line in enumerate(lines):
        if inside:
            found.add(number)
            inside = closing not in line
        elif line.startswith(opening):
            _, ended, rest = line[len(opening) :].partition(closing)
            if not ended or not rest:
                found.add(number)
                inside = not ended
    return found


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
