"""In which order models are asked, how hard, and what need not be asked again. Nothing is sent here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.cache import AnswerCache, key_of, repeatable
from kibitz.models.catalog import full_name, split_address
from kibitz.models.cooldown import Cooldowns
from kibitz.models.limits import Limits, limit_for
from kibitz.models.protocol import Event, Request
from kibitz.models.select import OFFLINE
from kibitz.models.sharing import Flights
from kibitz.settings import Settings

FALLS_BACK = frozenset({"auth", "network", "rate_limit", "quota", "timeout", "not_found"})
"""Failures that another model may not have."""

LAST_RESORT = FALLS_BACK | {"bad_response", "internal"}
"""Failures after which the built-in engine answers, where the user allows it."""

Start = Callable[[], AsyncGenerator[Event, None]]


class Policy:
    """What one process knows of the models it asks. A *lane* is a model at one address: its full name."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._cooldowns = Cooldowns(clock)
        self._limits = Limits(clock, sleep)
        self._flights = Flights()
        self._cache = AnswerCache()
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """New settings. They may be the mend of what failed, so nobody rests any longer."""
        self._settings = settings
        self._cooldowns.clear()
        cache = settings.cache
        self._cache.resize(cache.max_entries if cache.enabled else 0, cache.max_mb * 1_000_000)

    def order(self, name: str) -> list[str]:
        """Who is asked, in order: the named model, the fallbacks, the built-in engine if allowed, then those who rest.

        Of one model's servers the one with the least to do comes first. Raises `invalid` for the name.
        """
        names = [full_name(name, self._settings)]
        for other in self._settings.fallbacks:
            try:
                names.append(OFFLINE if other == OFFLINE else full_name(other, self._settings))
            except KibitzError:  # a fallback that names nothing helps nobody
                continue
        models = [n for n in dict.fromkeys(names) if n != OFFLINE]
        own = split_address(models[0])[0]
        servers = sorted((n for n in models if split_address(n)[0] == own), key=self._limits.load)
        models = [*servers, *(n for n in models if n not in servers)]
        resting = [n for n in models if self._cooldowns.left_s(n)]
        awake = [n for n in models if n not in resting]
        return [*awake, *([OFFLINE] if OFFLINE in names else []), *resting]

    def turn(self, lane: str, request: Request) -> AbstractAsyncContextManager[None]:
        """A turn for one request. A completion gives way instead of waiting: it raises `rate_limit`."""
        name = split_address(lane)[0]
        limit = limit_for(name, self._settings)
        return self._limits.turn(lane, name, limit, waits=request.feature != "complete")

    def failed(self, lane: str, error: KibitzError) -> None:
        """All attempts at a model ended so."""
        self._cooldowns.failed(lane, error)

    def answered(self, lane: str) -> None:
        """A model answered."""
        self._cooldowns.answered(lane)

    def resting_s(self, lane: str) -> float:
        """For how many seconds more others are asked first."""
        return self._cooldowns.left_s(lane)

    async def stream(
        self, request: Request, params: dict[str, Any], start: Start
    ) -> AsyncGenerator[Event, None]:
        """The answer kept for exactly this, or that of the call under way for it, or that of a call made now."""
        if not repeatable(request):
            events = start()
        elif request.feature not in self._settings.cache.features:
            events = self._flights.stream(key_of(params), start)
        elif (kept := self._cache.get(key := key_of(params))) is None:
            events = self._flights.stream(key, lambda: self._keeping(key, start))
        else:
            events = _replayed(kept)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _keeping(self, key: str, start: Start) -> AsyncGenerator[Event, None]:
        """The events of a call; they are kept when it is whole."""
        heard: list[Event] = []
        async with aclosing(start()) as events:
            async for event in events:
                heard.append(event)
                yield event
        self._cache.put(key, heard)


async def _replayed(kept: tuple[Event, ...]) -> AsyncGenerator[Event, None]:
    for event in kept:
        yield event
