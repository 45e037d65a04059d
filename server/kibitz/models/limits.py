"""How hard one model is asked: requests a minute and at the same time, first come, first served."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.settings import Settings

WINDOW_S = 60.0


@frozen
class Limit:
    """Requests a minute and at the same time; 0: no limit."""

    per_minute: int = 0
    parallel: int = 0


def limit_for(name: str, settings: Settings) -> Limit:
    """The limit of the model of this name (`provider/model`): its own, else the one for all."""
    for line in settings.limits.models:
        model, _, numbers = line.rpartition("=")
        per_minute, slash, parallel = numbers.partition("/")
        if model == name and slash:
            return Limit(int(per_minute), int(parallel))
    return Limit(settings.limits.requests_per_minute, settings.limits.parallel)


class _Lane:
    """One model at one address. Whoever holds `head` is next; a lock is handed on in the order of asking."""

    def __init__(self) -> None:
        self.running = 0
        self.waiting = 0
        self.sent: deque[float] = deque()
        self.head = asyncio.Lock()
        self.freed = asyncio.Event()

    def wait_s(self, limit: Limit, now: float) -> float | None:
        """Seconds until another request may start; None: not before one of those that run ends."""
        while self.sent and self.sent[0] <= now - WINDOW_S:
            self.sent.popleft()
        if limit.parallel and self.running >= limit.parallel:
            return None
        if limit.per_minute and len(self.sent) >= limit.per_minute:
            return self.sent[-limit.per_minute] + WINDOW_S - now
        return 0.0


class Limits:
    """Turns for requests. `clock` gives seconds; `sleep` waits for some."""

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}

    def load(self, lane: str) -> int:
        """How many requests run or wait there."""
        found = self._lanes.get(lane)
        return found.running + found.waiting if found else 0

    @asynccontextmanager
    async def turn(self, lane: str, name: str, limit: Limit, *, waits: bool) -> AsyncIterator[None]:
        """A turn at a model for as long as the body runs, in the order of coming; waiting can be cancelled.

        `lane` is the model and its server. Raises `rate_limit` where there is no turn now and `waits` is false.
        """
        found = self._lanes.setdefault(lane, _Lane())
        if not waits:
            pause = found.wait_s(limit, self._clock())
            if found.head.locked() or pause != 0:
                raise _busy(name, pause)
        found.waiting += 1
        try:
            async with found.head:
                while (pause := found.wait_s(limit, self._clock())) != 0:
                    if pause is None:
                        found.freed.clear()
                        await found.freed.wait()
                    else:
                        await self._sleep(pause)
                found.running += 1
                found.sent.append(self._clock())
        finally:
            found.waiting -= 1
        try:
            yield
        finally:
            found.running -= 1
            found.freed.set()


def _busy(name: str, wait_s: float | None) -> KibitzError:
    return KibitzError(
        "rate_limit",
        f"As many requests as `limits` allows are on their way to {name}.",
        "Wait a little, or raise `limits`.",
        retry_after_s=wait_s or None,
    )
