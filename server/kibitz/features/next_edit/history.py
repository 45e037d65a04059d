"""What was changed in a document lately: hunks of whole lines, kept where they now stand."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from attrs import evolve, frozen

MOST_HUNKS = 24
LARGEST = 200
"""Lines of a hunk from which on it is a paste or a reformatting, which tells nothing of the next edit."""
PAUSE_S = 60.0
"""After so long, a change of a line that was changed before is a change of its own."""
MOST_UNDONE = 24


@frozen(eq=False)
class Hunk:
    """Lines (with their ends) that stand from `first` (0-based) on now, and what stood there before.

    `at` is when it was last touched, in seconds of the history's clock.
    """

    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    at: float

    @property
    def end(self) -> int:
        """The line behind it."""
        return self.first + len(self.new)


@frozen
class Recent:
    """A snapshot: the hunks, the last touched first; the lines that somebody took back; how many hunks there were ever."""

    hunks: tuple[Hunk, ...] = ()
    undone: frozenset[str] = frozenset()
    count: int = 0


class History:
    """One document's. Putting each hunk's old lines in the place of its new ones gives the text as it was, as far back
    as the history reaches: hunks never overlap, and those that are forgotten are forgotten whole."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hunks: list[Hunk] = []  # the last touched is last
        self._undone: deque[str] = deque(maxlen=MOST_UNDONE)
        self._count = 0

    def edited(self, first: int, old: Sequence[str], new: Sequence[str]) -> None:
        """Lines from `first` on were replaced. The work does not depend on how long the document is."""
        first, old, new = _trimmed(first, old, new)
        if not old and not new:
            return
        now = self._clock()
        change = Hunk(first, tuple(old), tuple(new), now)
        touched = self._touched(first, first + len(old))
        kept: list[Hunk] = []
        for hunk in self._hunks:
            if hunk in touched:
                continue
            moves = hunk.first >= first + len(old)
            kept.append(evolve(hunk, first=hunk.first + len(new) - len(old)) if moves else hunk)
        self._hunks = kept
        joined = [hunk for hunk in touched if now - hunk.at <= PAUSE_S]
        if not joined:
            self._count += 1
        if len(joined) == len(touched):
            change = _joined(change, touched)
        if change.old == change.new:
            self._undone.extend(line.strip() for hunk in touched for line in hunk.new if line.strip())
        elif max(len(change.old), len(change.new)) <= LARGEST:
            self._hunks.append(change)
            del self._hunks[:-MOST_HUNKS]

    def _touched(self, first: int, end: int) -> list[Hunk]:
        """The hunks that have lines among those, and those without lines at either end of them all: of two hunks without
        lines at one place it could not be told which was the first."""
        found = [h for h in self._hunks if h.first < end and first < h.end]
        ends = (
            {min(first, *(h.first for h in found)), max(end, *(h.end for h in found))}
            if found
            else {first, end}
        )
        return found + [h for h in self._hunks if not h.new and h.first in ends and h not in found]

    def recent(self) -> Recent:
        """What is known now."""
        return Recent(tuple(reversed(self._hunks)), frozenset(self._undone), self._count)


def _trimmed(first: int, old: Sequence[str], new: Sequence[str]) -> tuple[int, Sequence[str], Sequence[str]]:
    """The change without the lines that it leaves as they are at either end."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    return first + head, old[head : len(old) - tail], new[head : len(new) - tail]


def _joined(change: Hunk, hunks: Sequence[Hunk]) -> Hunk:
    """One hunk for a change and those it touches: `change.old` speaks of the text that those left."""
    if not hunks:
        return change
    start = min(change.first, *(hunk.first for hunk in hunks))
    end = max(change.first + len(change.old), *(hunk.end for hunk in hunks))
    middle: list[str | None] = [None] * (end - start)
    for at, line in enumerate(change.old):
        middle[change.first - start + at] = line
    ordered = sorted(hunks, key=lambda hunk: (hunk.first, hunk.end))
    for hunk in ordered:
        for at, line in enumerate(hunk.new):
            middle[hunk.first - start + at] = line
    between = [line for line in middle if line is not None]
    if len(between) != len(
        middle
    ):  # only lines that no hunk and no change speaks of: there are none between neighbours
        return change
    at, old = start, []
    for hunk in ordered:
        old += between[at - start : hunk.first - start]
        old += hunk.old
        at = hunk.end
    old += between[at - start :]
    head = change.first - start
    new = [*between[:head], *change.new, *between[head + len(change.old) :]]
    first, trimmed_old, trimmed_new = _trimmed(start, old, new)
    return Hunk(first, tuple(trimmed_old), tuple(trimmed_new), change.at)
