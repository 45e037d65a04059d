"""When garbage is looked for: not while somebody speaks."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from kibitz.lsp import pauses
from kibitz.lsp.pauses import Pauses


class Handle:
    """What `call_later` answers."""

    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """A loop whose time is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None], Handle]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> Handle:
        handle = Handle()
        self.timers.append((self.now + seconds, call, handle))
        return handle

    def go_to(self, at: float) -> None:
        while due := [one for one in self.timers if one[0] <= at]:
            first = min(due, key=lambda one: one[0])
            self.timers.remove(first)
            self.now = first[0]
            if not first[2].cancelled:
                first[1]()
        self.now = at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pauses.asyncio, "get_running_loop", lambda: made)
    return made


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[tuple[float, int]]:
    found: list[tuple[float, int]] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: found.append((round(clock.now, 2), generation)))
    return found


def test_a_pause_and_then_a_rest(clock: Clock, collected: list[tuple[float, int]]) -> None:
    waiting = Pauses()
    for at in (100.0, 100.03, 100.06, 100.09):
        clock.go_to(at)
        waiting.said()
    assert collected == []
    clock.go_to(101.0)
    assert collected == [(100.14, 1)]
    waiting.said()
    clock.go_to(102.0)
    assert collected == [(100.14, 1), (101.05, 1)]
    clock.go_to(200.0)
    assert collected == [(100.14, 1), (101.05, 1), (105.05, 2)]
    assert clock.timers == [], "whoever is idle wakes nobody"
