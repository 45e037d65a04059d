"""What is prepared while someone types and reads: the next suggestion, asked for or heard already."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest

from kibitz.features.completion.scheduler import Scheduler
from kibitz.settings import Settings
from kibitz.settings.schema import Completion as Options
from kibitz.text import Document, Position
from support.desk import MODEL, URI, Desk, Hand, seated, text


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return seated(monkeypatch)


@pytest.fixture
async def scheduler(desk: Desk) -> AsyncIterator[Scheduler]:
    made = Scheduler(Counter())
    yield made
    await made.close()


async def test_the_next_suggestion_is_there_when_one_is_taken(scheduler: Scheduler, desk: Desk) -> None:
    scheduler._trust = 1
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    (await desk.call(1)).says.set_result("1\n")
    assert text(await first) == "1\n"
    ahead = await desk.call(2)
    assert ahead.text == "a = 1\n"
    ahead.says.set_result("b = 2")
    await asyncio.wait({ahead.says})
    assert text(await hand.ask("1\n")) == "b = 2"
    assert len([call for call in desk.calls if call.text == "a = 1\n"]) == 1


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


async def test_what_a_model_says_on_are_the_next_suggestions(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    asked = hand.ask()
    call = await desk.call(1)
    call.first.set_result("1;")
    assert call.awaited is not None
    assert text(await asked) == "1;"
    assert not call.says.done()  # it is still heard
    assert not call.awaited()
    second = hand.ask("1;")
    await asyncio.wait({asyncio.ensure_future(until(call.awaited))}, timeout=5)
    assert call.awaited()
    call.says.set_result("1;b = 2;c = 3;")
    assert text(await second) == "b = 2;"
    await asyncio.wait(scheduler._typing[URI]._work)
    assert text(await hand.ask("b = 2;")) == "c = 3;"
    assert len(desk.calls) == 1


async def test_a_model_that_says_on_is_hung_up_when_another_way_is_taken(
    scheduler: Scheduler, desk: Desk
) -> None:
    hand = Hand(scheduler, desk, "a = ")
    asked = hand.ask()
    call = await desk.call(1)
    call.heard("1;b =")
    call.first.set_result("1;")
    await asked
    await hand.ask("1")
    scheduler.changed(URI, ["a = 12"])
    await asyncio.wait({call.says})
    assert call.cancelled


async def test_what_comes_after_the_built_in_engines_word_is_asked_for_where_suggestions_are_taken(
    scheduler: Scheduler, desk: Desk
) -> None:
    scheduler._trust = 1
    scheduler._calls.latency_s[MODEL] = 1.0
    desk.offline = "len("
    desk.settings = Settings(completion=Options(debounce_ms=50))
    hand = Hand(scheduler, desk, "a = ")
    assert text(await hand.ask()) == "len("
    call = await desk.call(1)
    assert call.text == "a = len("
    call.says.set_result("b)")
    await asyncio.wait({scheduler._typing[URI].flight.task})  # type: ignore[union-attr]
    assert text(await hand.ask("l")) == "en(b)"  # the model's word goes on where the other ends
    assert text(await hand.ask("en(")) == "b)"
    assert len(desk.calls) == 1


async def test_what_is_being_typed_is_not_replaced_by_another_word(scheduler: Scheduler, desk: Desk) -> None:
    scheduler._calls.latency_s[MODEL] = 1.0
    desk.offline = "known(b)"
    hand = Hand(scheduler, desk, "a = ")
    assert text(await hand.ask()) == "known(b)"
    (await desk.call(1)).says.set_result("kilo")
    await asyncio.wait({scheduler._typing[URI].flight.task})  # type: ignore[union-attr]
    assert text(await hand.ask("k")) == "nown(b)"


async def test_a_call_outlives_a_look_elsewhere(scheduler: Scheduler, desk: Desk) -> None:
    desk.settings = Settings(completion=Options(debounce_ms=0))
    hand = Hand(scheduler, desk, "a = 1\nb = ")
    first = hand.ask()
    call = await desk.call(1)
    desk.settings = Settings(completion=Options(debounce_ms=900))
    document = Document(URI, hand.text, "python", 1)
    elsewhere = asyncio.ensure_future(scheduler.suggest(desk, document, Position(0, 0)))  # type: ignore[arg-type]
    assert text(await first) == ""
    back = hand.ask()
    assert text(await elsewhere) == ""
    call.says.set_result("2")
    assert text(await back) == "2"
    assert len(desk.calls) == 1


async def test_nothing_is_prepared_for_who_takes_no_suggestions(scheduler: Scheduler, desk: Desk) -> None:
    scheduler._trust = 1
    hand = Hand(scheduler, desk, "a = ")
    refused = hand.ask()
    (await desk.call(1)).says.set_result("0")
    await refused
    assert scheduler._typing[URI].ahead is not None
    first = hand.ask("b")
    (await desk.call(2)).says.set_result("c")
    await first
    assert scheduler._typing[URI].ahead is None
    second = hand.ask("c")
    (await desk.call(3)).says.set_result("\nb = 2")
    await second
    assert scheduler._typing[URI].ahead is not None


async def test_a_call_made_ahead_ends_when_another_way_is_taken(scheduler: Scheduler, desk: Desk) -> None:
    scheduler._trust = 1
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    (await desk.call(1)).says.set_result("1\n")
    await first
    ahead = await desk.call(2)
    second = hand.ask("2")
    assert ahead.says.cancelled() or not ahead.says.done()
    (await desk.call(3)).says.set_result("0")
    assert text(await second) == "0"
    assert ahead.cancelled
