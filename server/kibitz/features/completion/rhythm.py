"""How long to wait after a key before a model is asked: until the hand rests, judged by how it has been typing."""

from __future__ import annotations

BURST_S = 0.4
"""Two keys that follow one another as fast as this are of one burst; a longer time is a pause, and tells no rhythm."""

LONGER, LONGER_IN_A_WORD = 1.8, 2.6
"""A pause is this much longer than the time between two keys of a burst; in a word most pauses are slips."""

LONGEST_S, LONGEST_SPENT_S = 0.45, 0.7
WEIGHT = 0.3
MOST_REFUSED = 4
"""After so many suggestions in a row that were typed past, the wait is twice as long."""

A_KEY = 0.052
"""So many calls a key are in order."""

SPARED, SPENT = 1.0, 7.0
"""From so many calls above what is in order the wait grows; at so many it is twice as long, and nothing is prepared."""

DWELL, LEAST_DWELL_S, MOST_DWELL_S = 1.4, 0.12, 0.3
"""A suggestion that is on the screen for so many times the time between two keys is being read."""


class Spending:
    """How many calls the keys of all documents have cost."""

    def __init__(self) -> None:
        self._above = 0.0

    def key(self) -> None:
        """Something was typed."""
        self._above = max(0.0, self._above - A_KEY)

    def call(self) -> None:
        """A model was called."""
        self._above = min(2 * SPENT, self._above + 1)

    @property
    def share(self) -> float:
        """From 0, as is in order, to 1: no call more than the keys ask for themselves."""
        return min(1.0, max(0.0, self._above - SPARED) / (SPENT - SPARED))


class Rhythm:
    """The typing rhythm in one document; `gap_s` is the time between two keys, at first that of another document."""

    def __init__(self, spending: Spending | None = None, gap_s: float | None = None) -> None:
        self.spending = spending or Spending()
        self.gap_s = gap_s
        self._last: float | None = None
        self._waited = False
        self._refused = 0

    def refused(self) -> None:
        """What was shown was typed past."""
        self._refused = min(MOST_REFUSED, self._refused + 1)

    def followed(self) -> None:
        """What was shown is being typed, or was taken."""
        self._refused = 0

    @property
    def dwell_s(self) -> float:
        """After so many seconds without a key a suggestion is being read, and not just passed by."""
        return max(LEAST_DWELL_S, min(DWELL * (self.gap_s or 0.0), MOST_DWELL_S))

    def key(self, now: float, *, waited: bool) -> None:
        """A key at a time in seconds; `waited`: it came as soon as the one before was answered."""
        gap = None if self._last is None else now - self._last
        self._last, self._waited = now, waited
        self.spending.key()
        if gap is not None and gap <= BURST_S and not waited:
            self.gap_s = gap if self.gap_s is None else self.gap_s + WEIGHT * (gap - self.gap_s)

    def wait(self, least_s: float, *, in_a_word: bool = False) -> float:
        """Seconds to wait; `least_s` is the user's setting, and 0 means never to wait."""
        if self._waited or self.gap_s is None or least_s <= 0:
            return max(0.0, least_s)
        wait = max(least_s, min((LONGER_IN_A_WORD if in_a_word else LONGER) * self.gap_s, LONGEST_S))
        return max(least_s, min(wait * (1 + self._refused / 4) * (1 + self.spending.share), LONGEST_SPENT_S))
