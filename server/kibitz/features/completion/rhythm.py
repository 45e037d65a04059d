"""How long to wait after a key before a model is asked: until the hand rests, judged by how it has been typing."""

from __future__ import annotations

REST = 1.0
"""After so many seconds without a key the next one begins a new burst."""

LONGER, LONGER_IN_A_WORD = 1.5, 2.2
"""A pause is this much longer than the time between two keys of a burst; in a word most pauses are slips."""

LONGEST_S = 0.32
WEIGHT = 0.4
MOST_REFUSED = 4
"""After so many suggestions in a row that were typed past, the wait is twice as long."""


class Rhythm:
    """The typing rhythm in one document. Only keys that came before the last one was answered make a burst: where the
    user waits for the answer, there is nothing to wait for."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._gap: float | None = None
        self._refused = 0

    def refused(self) -> None:
        """What was shown was typed past."""
        self._refused = min(MOST_REFUSED, self._refused + 1)

    def followed(self) -> None:
        """What was shown is being typed, or was taken."""
        self._refused = 0

    def key(self, now: float, *, waiting: bool) -> None:
        """A key at a time in seconds; `waiting`: nothing has been answered since the one before."""
        gap = None if self._last is None else now - self._last
        self._last = now
        if gap is None or gap > REST or not waiting:
            self._gap = None
        else:
            self._gap = gap if self._gap is None else self._gap + WEIGHT * (gap - self._gap)

    def wait(self, least_s: float, *, in_a_word: bool = False) -> float:
        """Seconds to wait; `least_s` is the user's setting, and 0 means never to wait."""
        longer = LONGER_IN_A_WORD if in_a_word else LONGER
        wait = least_s
        if least_s > 0 and self._gap is not None:
            wait = max(least_s, min(longer * self._gap, LONGEST_S))
        return max(least_s, min(wait * (1 + self._refused / 4), LONGEST_S)) if least_s > 0 else 0.0
