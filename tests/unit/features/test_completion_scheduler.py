"""When a model is asked while someone types: a model that says what it is told, when it is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from kibitz.errors import KibitzError
from kibitz.features.completion.scheduler import Scheduler
from kibitz.models.protocol import Usage
from support.desk import MODEL, URI, Desk, Hand, seated, text


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return seated(monkeypatch)


@pytest.fixture
async def scheduler(desk: Desk) -> AsyncIterator[Scheduler]:
    made = Scheduler(Counter())
    yield made
    await made.close()


async def test_typing_through_a_suggestion_asks_nobody(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    asked = hand.ask()
    (await desk.call(1)).says.set_result("len(b)")
    first = await asked
    assert (text(first), first.envelope.usage.input_tokens) == ("len(b)", 10)
    for at, key in enumerate("len("):
        completion = await hand.ask(key)
        assert text(completion) == "len(b)"[at + 1 :]
        assert completion.envelope.engine == MODEL
        assert completion.envelope.usage == Usage()
    assert not [call for call in desk.calls if call.text == hand.text]


async def test_a_call_lives_on_while_what_is_typed_continues_it(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    second = hand.ask("l")
    assert text(await first) == ""
    call.heard("len(")
    third = hand.ask("e")
    assert text(await second) == ""
    call.says.set_result("len(b)")
    assert text(await third) == "n(b)"
    assert len(desk.calls) == 1


async def test_a_call_that_cannot_be_continued_is_ended_by_the_key_itself(
    scheduler: Scheduler, desk: Desk
) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    call.heard("len(")
    scheduler.changed(URI, ["a = x"])
    assert text(await first) == ""
    assert call.cancelled
    second = hand.ask("x")
    (await desk.call(2)).says.set_result("yz")
    assert text(await second) == "yz"


async def test_a_call_that_begins_otherwise_than_what_was_typed_meanwhile_is_ended_by_its_first_word(
    scheduler: Scheduler, desk: Desk
) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    second = hand.ask("x")
    call.heard("len(")
    (await desk.call(2)).says.set_result("yz")
    assert (text(await first), text(await second)) == ("", "yz")
    assert call.cancelled


async def test_a_key_that_the_answer_contradicts_gets_a_call_of_its_own(
    scheduler: Scheduler, desk: Desk
) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    second = hand.ask("x")
    assert text(await first) == ""
    call.says.set_result("len(b)")
    (await desk.call(2)).says.set_result("yz")
    assert text(await second) == "yz"


async def test_one_call_a_document_at_a_time(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    call.heard("len(")
    hand.text = "b = 1\nc = "
    second = hand.ask("d")
    (await desk.call(2)).says.set_result("1")
    assert text(await second) == "1"
    assert text(await first) == ""
    assert call.cancelled


async def test_a_request_that_is_taken_back_ends_the_call_unless_the_next_key_wants_it(
    scheduler: Scheduler, desk: Desk
) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    first.cancel()
    second = hand.ask("l")
    second.cancel()
    third = hand.ask("e")
    call.says.set_result("len(b)")
    assert text(await third) == "n(b)"
    hand.text = "c = "
    fourth = hand.ask()
    call = await desk.call(len(desk.calls) + 1)
    fourth.cancel()
    async with asyncio.timeout(5):
        while not call.cancelled:
            await asyncio.wait({call.says}, timeout=0.005)


async def test_two_requests_for_one_place_share_a_call(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first, second = hand.ask(), hand.ask()
    (await desk.call(1)).says.set_result("1")
    assert [text(await first), text(await second)] == ["1", "1"]
    assert len(desk.calls) == 1


async def test_an_error_is_the_requests_and_the_next_one_asks_again(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    (await desk.call(1)).says.set_exception(KibitzError("network", "Nothing answers.", ""))
    with pytest.raises(KibitzError, match="Nothing answers"):
        await first
    second = hand.ask()
    (await desk.call(2)).says.set_result("1")
    assert text(await second) == "1"


async def test_an_empty_answer_is_not_asked_for_twice(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = 1")
    first = hand.ask()
    (await desk.call(1)).says.set_result("")
    assert text(await first) == ""
    assert text(await hand.ask()) == ""
    assert len(desk.calls) == 1


async def test_a_slow_model_does_not_hold_back_what_the_built_in_engine_is_sure_of(
    scheduler: Scheduler, desk: Desk
) -> None:
    desk.offline = "quick"
    scheduler._calls.latency_s[MODEL] = 1.0
    hand = Hand(scheduler, desk, "a = ")
    first = await hand.ask()
    assert (text(first), first.envelope.engine) == ("quick", "offline")
    call = await desk.call(1)
    call.says.set_result("slow")
    await asyncio.wait({call.says})
    async with asyncio.timeout(5):
        while (again := await hand.ask()).envelope.engine != MODEL:
            pass
    assert text(again) == "slow"
    assert len(desk.calls) == 1


async def test_another_model_is_asked_anew(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    (await desk.call(1)).says.set_result("1")
    assert text(await first) == "1"
    desk.name = "openai/other"
    second = hand.ask()
    (await desk.call(2)).says.set_result("2")
    assert text(await second) == "2"


async def test_a_closed_document_leaves_nothing(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    call = await desk.call(1)
    scheduler.closed(URI)
    assert text(await first) == ""
    assert call.cancelled
    assert not scheduler._typing
    assert not len(scheduler._answers)


async def both(scheduler: Scheduler, desk: Desk, said: str) -> tuple[Hand, list[tuple[str, str]]]:
    """What stands in a list when both engines were asked and the built-in one was first."""
    hand = Hand(scheduler, desk, "a = ")
    asked = hand.ask(both=True)
    call = await desk.call(1)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asked.done()  # a model that is not known to be slow is waited for
    call.says.set_result(said)
    return hand, [(item.engine, item.insert_text) for item in (await asked).items]


async def test_a_list_has_both_engines(scheduler: Scheduler, desk: Desk) -> None:
    desk.offline = "known(b)"
    hand, items = await both(scheduler, desk, "len(b)")
    assert items == [(MODEL, "len(b)"), ("offline", "known(b)")]
    assert [item.insert_text for item in (await hand.ask("l", both=True)).items] == ["en(b)"]
    assert len(desk.calls) == 1


async def test_names_nobody_knows_stand_last(scheduler: Scheduler, desk: Desk) -> None:
    desk.offline, desk.unknown = "known(b)", 1
    _, items = await both(scheduler, desk, "made_up(b)")
    assert [engine for engine, _ in items] == ["offline", MODEL]


@pytest.mark.parametrize(("said", "shown"), [("known(b)\nc = 1", 1), ("known", 1), ("", 1)])
async def test_what_only_says_less_is_no_second_item(
    scheduler: Scheduler, desk: Desk, said: str, shown: int
) -> None:
    desk.offline = "known(b)"
    _, items = await both(scheduler, desk, said)
    assert len(items) == shown
    assert items[0][1] == (said or "known(b)")
