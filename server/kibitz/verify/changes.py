"""What became of a text: every change since a version, composed, so that a place need not be guessed from the two texts.

Line ends count as one character here, whatever they are: a file whose line ends change is the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kibitz.text import Position, Range, TextEdit

_BESIDE = 2
"""So many equal lines beside those that differ are looked at too: what is new may have begun in them."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Replaced(NamedTuple):
    """Whole lines (with their ends) from `first` on that gave way to others."""

    first: int
    old: Sequence[str]
    new: Sequence[str]


class _Span(NamedTuple):
    """The characters from `old` to `old_end` of the first text gave way to `text`, which stands at `new` in the last."""

    old: int
    old_end: int
    new: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends in the last text."""
        return self.new + len(self.text)


def contents(lines: Iterable[str]) -> list[str]:
    """The lines without their ends."""
    return [_content(line) for line in lines]


def as_typed(lines: Replaced, where: Range, text: str, count: int) -> TextEdit | None:
    """An editor's change of `where` that did this to the lines of a text that had `count`; None where it did nothing.

    Where all of the text was replaced, as when line ends are changed, only what differs counts; and where CR and LF
    met and something else changed as well, the lines are the change.
    """
    (first, old, new), (start, end) = lines, where
    if len(old) == count > 1 and not any(start):
        return as_seen(old, new)
    text = _LINE_END.sub("\n", text)
    said = contents(old)
    above, below = start.line - first, end.line - first
    inner = said[above][: start.character] + text + said[below][end.character :]
    if [*said[:above], *inner.split("\n"), *said[below + 1 :]] == contents(new):
        return TextEdit(where, text)
    last = first + len(old) - 1
    whole = Range(Position(first, 0), Position(last, len(_content(old[-1]))))
    return TextEdit(whole, "\n".join(contents(new)))


def as_seen(old: Sequence[str], new: Sequence[str]) -> TextEdit | None:
    """The part that differs between two texts' lines, for an editor that does not say what was typed; None for none.

    Where equal text leaves it open what of it is new, all of it counts as changed.
    """
    least = min(len(old), len(new))
    head, tail = _alike(old, new), _alike(old[::-1], new[::-1])
    if head == len(old) == len(new):
        return None
    first = max(0, min(head, least - tail) - _BESIDE)
    rest = max(0, least - max(least - tail, head) - _BESIDE)
    before = "\n".join(contents(old[first : len(old) - rest]))
    after = "\n".join(contents(new[first : len(new) - rest]))
    least = min(len(before), len(after))
    head, tail = _alike(before, after), _alike(before[::-1], after[::-1])
    start, kept = min(head, least - tail), least - max(least - tail, head)
    end = len(before) - kept
    where = Range(_position(before, start, first), _position(before, end, first))
    return TextEdit(where, after[start : len(after) - kept])


def _position(text: str, offset: int, first: int) -> Position:
    line = text.count("\n", 0, offset)
    return Position(first + line, offset - (text.rfind("\n", 0, offset) + 1))


def _alike(one: Sequence[str], two: Sequence[str]) -> int:
    """How many lines (whatever their ends are) or characters two texts share at the beginning."""
    least = min(len(one), len(two))
    low, high = 0, least
    while low < high:  # most lines are the same: slices are compared many times faster than line by line
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    if isinstance(one, str):
        return low
    return next((at for at in range(low, least) if _content(one[at]) != _content(two[at])), least)


def _content(line: str) -> str:
    return line.rstrip("\r\n")


class Trace:
    """Where the parts of one text stand in another, by the changes that led from the one to the other.

    `before` and `now` are the texts' lines without their ends.
    """

    def __init__(self, before: Sequence[str], now: Sequence[str], changes: Iterable[TextEdit]) -> None:
        self._before, self._now = "\n".join(before), "\n".join(now)
        self._spans: list[_Span] = []
        replay = _Replay(before)
        for change in changes:
            self._add(*replay.apply(change), change.new_text)
        self.certain = replay.lines == list(now)
        """Whether these changes do lead from the one text to the other. If not, nothing else here is to be believed."""

    def _add(self, start: int, end: int, text: str) -> None:
        """One more change, in offsets of the text that the others gave; spans it touches become one with it."""
        before = [span for span in self._spans if span.end < start]
        after = [span for span in self._spans if span.new > end]
        touched = self._spans[len(before) : len(self._spans) - len(after)]
        shift = before[-1].end - before[-1].old_end if before else 0
        new, old = start, start - shift
        if touched:
            new, old = min(start, touched[0].new), touched[0].old - max(0, touched[0].new - start)
        said, old_end = "", old
        for span in touched:
            said += self._before[old_end : span.old] + span.text
            old_end = span.old_end
        missing = end - new - len(said)
        if missing > 0:
            said += self._before[old_end : old_end + missing]
            old_end += missing
        text = said[: start - new] + text + said[end - new :]
        if text != self._before[old:old_end]:  # what was undone did not happen
            before.append(_Span(old, old_end, new, text))
        by = len(text) - len(said)
        self._spans = before + [span._replace(new=span.new + by) for span in after]

    def place(self, first: int, end: int) -> int | None:
        """The line at which the lines from `first` to `end` begin now; None where something in them was changed, or they
        are no whole lines any more."""
        start = _offset(self._before, first)
        stop = _offset(self._before, end) - 1 if end <= self._before.count("\n") else len(self._before)
        shift = 0
        for span in self._spans:
            if span.old_end <= start and not (start == stop == span.old and self._begins(span.new)):
                shift = span.end - span.old_end
            elif span.old < stop:
                return None
        begin, finish = start + shift, stop + shift
        if not self._begins(begin) or self._now[finish : finish + 1] not in ("", "\n"):
            return None
        return self._now.count("\n", 0, begin)

    def _begins(self, at: int) -> bool:
        return at == 0 or self._now[at - 1] == "\n"


class _Replay:
    """The changes done again, to know their offsets."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self._at = (0, 0)  # a line, and its offset: what is typed is mostly near what was typed before

    def apply(self, change: TextEdit) -> tuple[int, int]:
        """Change the lines; the offsets that the change replaced. Positions beyond the text are cut to it."""
        (start, end), text = change
        begin, finish = self._offset(start), self._offset(end)
        last = min(end.line, len(self.lines) - 1)
        first = min(start.line, last)
        text = self.lines[first][: start.character] + text + self.lines[last][end.character :]
        self._at = (first, self._offset(Position(first, 0)))
        self.lines[first : last + 1] = text.split("\n")
        return begin, finish

    def _offset(self, where: Position) -> int:
        line, offset = self._at
        wanted = min(where.line, len(self.lines) - 1)
        if wanted >= line:
            offset += sum(map(len, self.lines[line:wanted])) + wanted - line
        else:
            offset -= sum(map(len, self.lines[wanted:line])) + line - wanted
        self._at = (wanted, offset)
        return offset + min(where.character, len(self.lines[wanted]))


def _offset(text: str, line: int) -> int:
    """Where a line begins."""
    at = 0
    for _ in range(line):
        at = text.index("\n", at) + 1
    return at
