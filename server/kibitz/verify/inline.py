"""Merging within a line: what an answer changes in it, and what the document has otherwise than the answer thought."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kibitz.syntax.facts import facts
from kibitz.verify.likeness import slipped
from kibitz.verify.lines import Block, blocks, lines_with
from kibitz.verify.reduced import reduced_line

_TOKEN = re.compile(r"""(?P<gap>\s*)(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\w+|\S|$)""")
_QUOTED = re.compile(r"""\\.|"{3}|'{3}|`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")
_PLAIN = re.compile(r"""(?<![\w"'\\])([rbfuRBFU]{0,2})(["'])([^"'\\\n]*)\2(?!["'\w])""")


def swapped_quotes(pairs: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """(theirs, ours): the quotes of strings in the answer's lines, and those that the document's have instead of them.

    None where they do not differ, or not all in the same way.
    """
    written = [(one, two) for one, two in pairs if not any(mark in one + two for mark in ('"""', "'''"))]
    swaps = {
        (one.quote, two.quote)
        for mine, actual in written
        if mine != actual and ("'" in mine or '"' in mine)
        for one, two in zip(_tokens(mine), _tokens(actual), strict=False)
        if one.text == two.text and one.is_plain and two.is_plain
    }
    swap = next((pair for pair in swaps if pair[0] != pair[1]), None)
    if swap is None or not swaps <= {swap, (swap[1], swap[1])}:
        return None
    # a string that both have with the answer's quotes
    kept = (one for one, two in written if one == two and swap[0] in one)
    return (
        None
        if any(word.is_plain and word.quote == swap[0] for one in kept for word in _tokens(one))
        else swap
    )


def opened_string(lines: Sequence[str], language: str) -> str:
    """What the string of several lines is closed with that the lines open and do not close; "" where there is none."""
    marks = _marks(language)
    opened = ""
    text = "\n".join(lines)
    for number in sorted({number for mark in marks for number in lines_with(text, mark)}):
        opened = _opened(lines[number], opened, marks)
    return opened


def inside_strings(lines: Sequence[str], language: str, opened: str) -> set[int]:
    """The lines that begin inside of a string of several lines, of which one may be open at the first."""
    found: set[int] = set()
    marks = _marks(language)
    for number, line in enumerate(lines):
        if opened:
            found.add(number)
        opened = _opened(line, opened, marks)
    return found


def _marks(language: str) -> set[str]:
    return {quote for quote in facts(language).quotes if len(quote) == 3 or quote == "`"}


def _opened(line: str, opened: str, marks: set[str]) -> str:
    """What is open at the end of a line."""
    at = 0
    while True:
        if opened:
            end = line.find(opened, at)
            if end < 0:
                return opened
            at, opened = end + len(opened), ""
        match = _QUOTED.search(line, at)
        if match is None:
            return ""
        at = match.end()
        opened = match[0] if match[0] in marks else ""


def requoted(line: str, swap: tuple[str, str]) -> str:
    """A new line with the document's quotes around its strings, where that does not change what they say."""
    theirs, ours = swap
    begins = {match.start("text") for match in _TOKEN.finditer(line)}  # not inside of another string
    return _PLAIN.sub(
        lambda m: m[1] + ours + m[3] + ours if m[2] == theirs and m.start(2) in begins else m[0], line
    )


class _Token(NamedTuple):
    """A word with the space before it; `text` is what it says, `quote` what a string is written with."""

    text: str
    written: str
    gap: str

    @property
    def quote(self) -> str:
        first = self.written[len(self.gap)]
        return first if first in "'\"`" else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is a string between quotes of one line."""
        said = self.written[len(self.gap) :]
        return len(said) > 1 and said[0] in "'\"" and said[0] == said[-1]

    @property
    def inside(self) -> str:
        """What stands between a string's quotes, as it is written."""
        return self.written[len(self.gap) + 1 : -1]


def _tokens(line: str) -> list[_Token]:
    return [
        _Token(reduced_line(match["text"]), match[0], match["gap"])
        for match in _TOKEN.finditer(line)
        if match["text"]
    ]


def merged_line(thought: str, wanted: str, actual: str) -> str | None:
    """The document's line `actual` with what the answer changes between `thought` and `wanted`; all without indentation.

    Where both changed the same words the line cannot be merged, None; but a slip in a word that the answer replaces
    does not matter.
    """
    base, new, now = _tokens(thought), _tokens(wanted), _tokens(actual)
    changes = _changes(base, new)
    place = _places(base, now)
    for change in changes:
        for a in range(change.a, change.a_end):
            if a in place and base[a].quote and base[a].inside != now[place[a]].inside:
                return None
    drifts: list[Block] = []
    for drift in _changes(base, now):
        touching = [change for change in changes if change.a <= drift.a_end and drift.a <= change.a_end]
        if any(_agree(new, now, change, drift) for change in touching):
            continue
        if touching and not _slip(base, now, drift):
            return None
        drifts.append(drift)
    return _Merged(base, new, now, drifts).text(changes)


def _agree(new: list[_Token], now: list[_Token], change: Block, drift: Block) -> bool:
    """Whether answer and document changed the same words into the same."""
    return (change.a, change.a_end) == (drift.a, drift.a_end) and _texts(
        new[change.b : change.b_end]
    ) == _texts(now[drift.b : drift.b_end])


class _Merged:
    """Three readings of one line."""

    def __init__(self, base: list[_Token], new: list[_Token], now: list[_Token], drifts: list[Block]) -> None:
        self.base, self.new, self.now = base, new, now
        self.drifts = {drift.a: drift for drift in drifts}
        self.place = _places(base, now)
        self.wish = _places(base, new)

    def text(self, changes: list[Block]) -> str:
        out: list[str] = []
        at = 0
        for change in changes:
            out += self._kept(at, change.a)
            out += self._wanted(change)
            at = change.a_end
        out += self._kept(at, len(self.base) + 1)
        return "".join(out).strip()

    def _wanted(self, change: Block) -> list[str]:
        """The new words, a string for a string with the quotes that the document has there."""
        words = self.new[change.b : change.b_end]
        if change.a_end - change.a != len(words):
            return [word.written for word in words]
        out: list[str] = []
        for a, word in enumerate(words, change.a):
            now = self.now[self.place[a]] if a in self.place else None
            old = self.base[a]
            plain = now is not None and now.is_plain and old.is_plain and word.is_plain
            swap = (old.quote, now.quote) if now is not None else ("", "")
            ours = plain and word.quote == swap[0] != swap[1]
            out.append(requoted(word.written, swap) if ours else word.written)
        return out

    def _kept(self, low: int, high: int) -> list[str]:
        """What the document has for the words `low` to `high`, which the answer leaves alone."""
        out: list[str] = []
        at = low
        while at <= min(high - 1, len(self.base)):
            drift = self.drifts.get(at)
            if drift is not None:
                out += [token.written for token in self.now[drift.b : drift.b_end]]
            if drift is not None and drift.a_end > drift.a:
                at = drift.a_end
                continue
            if at in self.place:
                out.append(self._spaced(at))
            at += 1
        return out

    def _spaced(self, at: int) -> str:
        """A word of the document, with the space before it that the answer wants where it wants another one."""
        now = self.now[self.place[at]]
        wish = self.new[self.wish[at]] if at in self.wish else None
        if wish is None or wish.gap == self.base[at].gap:
            return now.written
        return wish.gap + now.written[len(now.gap) :]


def _places(base: list[_Token], now: list[_Token]) -> dict[int, int]:
    found = blocks(_texts(base), _texts(now))
    return {b.a + n: b.b + n for b in found if b.same for n in range(b.a_end - b.a)}


def _texts(tokens: list[_Token]) -> list[str]:
    return [token.text for token in tokens]


def _changes(one: list[_Token], two: list[_Token]) -> list[Block]:
    return [block for block in blocks(_texts(one), _texts(two)) if not block.same]


def _slip(base: list[_Token], now: list[_Token], drift: Block) -> bool:
    return (
        drift.a_end - drift.a == 1
        and drift.b_end - drift.b == 1
        and slipped(base[drift.a].text, now[drift.b].text)
    )
