"""Turns at a model: requests a minute and at the same time, in the order of coming. Time is told, nothing sleeps."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.limits import WINDOW_S, Limit, Limits, limit_for
from kibitz.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.now += seconds


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(50):
        await asyncio.sleep(0)


def test_a_model_has_its_own_limit_or_the_one_for_all() -> None:
    limits = evolve(
        Settings().limits, requests_per_minute=30, parallel=3, models=("openai/a=60/4", "x/b=c:1=0/1")
    )
    settings = evolve(Settings(), limits=limits)
    assert limit_for("openai/a", settings) == Limit(60, 4)
    assert limit_for("x/b=c:1", settings) == Limit(0, 1)
    assert limit_for("openai/other", settings) == Limit(30, 3)
    assert limit_for("openai/a", Settings()) == Limit(0, 0)


async def test_no_more_run_at_once_than_allowed_and_the_first_come_first() -> None:
    limits, order, running, most = Limits(Clock()), [], 0, 0
    gates = [asyncio.Event() for _ in range(6)]

    async def work(number: int) -> None:
        nonlocal running, most
        async with limits.turn("m", "m", Limit(parallel=2), waits=True):
            order.append(number)
            running += 1
            most = max(most, running)
            await gates[number].wait()
            running -= 1

    tasks = [asyncio.ensure_future(work(n)) for n in range(6)]
    await settle()
    assert order == [0, 1]
    assert limits.load("m") == 6
    gates[1].set()
    await settle()
    assert order == [0, 1, 2]
    for gate in gates:
        gate.set()
    await asyncio.gather(*tasks)
    assert (order, most, limits.load("m")) == ([0, 1, 2, 3, 4, 5], 2, 0)


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    limits, limit = Limits(Clock()), Limit(parallel=1)
    order: list[str] = []

    async def work(name: str) -> None:
        async with limits.turn("m", "m", limit, waits=True):
            order.append(name)

    async with limits.turn("m", "m", limit, waits=True):
        tasks = {name: asyncio.ensure_future(work(name)) for name in "abc"}
        await settle()
        for name in "ab":  # the head of the line, and one behind it
            tasks[name].cancel()
        await settle()
        assert limits.load("m") == 2
    await tasks["c"]
    assert order == ["c"]
    assert limits.load("m") == 0


async def test_a_minute_has_so_many_requests() -> None:
    clock = Clock()
    limits, limit, starts = Limits(clock, clock.sleep), Limit(per_minute=3), []
    for _ in range(7):
        async with limits.turn("m", "m", limit, waits=True):
            starts.append(clock.now)
        clock.now += 1
    assert starts == [0.0, 1.0, 2.0, 60.0, 61.0, 62.0, 120.0]


@given(
    st.integers(1, 5),
    st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=30),
)
def test_no_minute_has_more(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    limits, starts = Limits(clock, clock.sleep), []

    async def run() -> None:
        for pause in pauses:
            clock.now += pause
            async with limits.turn("m", "m", Limit(per_minute), waits=True):
                starts.append(clock.now)

    asyncio.run(run())
    for early, late in zip(starts, starts[per_minute:], strict=False):
        assert late - early >= WINDOW_S - 1e-6


async def test_a_completion_gives_way() -> None:
    clock = Clock()
    limits = Limits(clock, clock.sleep)
    async with limits.turn("m", "m", Limit(parallel=1), waits=False):
        with pytest.raises(KibitzError) as caught:
            async with limits.turn("m", "m", Limit(parallel=1), waits=False):
                raise AssertionError("there was no turn")
        assert (caught.value.kind, caught.value.retry_after_s) == ("rate_limit", None)
        async with limits.turn("other", "other", Limit(parallel=1), waits=False):
            pass
    async with limits.turn("m", "m", Limit(per_minute=2), waits=False):
        pass
    with pytest.raises(KibitzError) as caught:
        async with limits.turn("m", "m", Limit(per_minute=2), waits=False):
            raise AssertionError("there was no turn")
    assert caught.value.retry_after_s == WINDOW_S
    assert clock.slept == []


async def test_a_completion_does_not_overtake() -> None:
    limits, limit = Limits(Clock()), Limit(parallel=1)
    async with AsyncExitStack() as first:
        await first.enter_async_context(limits.turn("m", "m", limit, waits=True))

        async def wait() -> None:
            async with limits.turn("m", "m", limit, waits=True):
                pass

        waiting = asyncio.ensure_future(wait())
        await settle()
        await first.aclose()
        with pytest.raises(KibitzError):
            async with limits.turn("m", "m", limit, waits=False):
                raise AssertionError("somebody was waiting")
        await waiting


async def test_a_body_that_fails_gives_its_turn_back() -> None:
    limits, limit = Limits(Clock()), Limit(parallel=1)
    with pytest.raises(ZeroDivisionError):
        async with limits.turn("m", "m", limit, waits=True):
            raise ZeroDivisionError
    async with limits.turn("m", "m", limit, waits=False):
        pass
