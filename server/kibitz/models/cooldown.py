"""Models that rest: one that just failed is not asked again at once where another could answer."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kibitz.errors import KibitzError

RESTS = frozenset({"rate_limit", "network", "timeout"})
"""Failures that pass by themselves; a server's own trouble (5xx) is `network`."""

FIRST_S = 5.0
LONGEST_S = 300.0
"""A rest is twice as long after each failure in a row, up to this."""

LONGEST_ASKED_S = 3600.0
"""The longest rest a provider may ask for."""


@frozen
class _Rest:
    until: float
    failures: int


class Cooldowns:
    """Which models rest. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rests: dict[str, _Rest] = {}

    def failed(self, lane: str, error: KibitzError) -> None:
        """A call ended so. The provider's own `Retry-After` counts, where it gave one."""
        if error.kind not in RESTS:
            return
        failures = self._rests[lane].failures + 1 if lane in self._rests else 1
        own = min(FIRST_S * 2 ** min(failures - 1, 16), LONGEST_S)
        asked = min(error.retry_after_s or 0.0, LONGEST_ASKED_S)
        self._rests[lane] = _Rest(self._clock() + max(own, asked), failures)

    def answered(self, lane: str) -> None:
        """A call went well: whatever was, is over."""
        self._rests.pop(lane, None)

    def left_s(self, lane: str) -> float:
        """Seconds of rest left; 0: it may be asked."""
        rest = self._rests.get(lane)
        return max(0.0, rest.until - self._clock()) if rest else 0.0

    def clear(self) -> None:
        """Nobody rests."""
        self._rests.clear()
