"""When a model is asked while someone types: a model that says what it is told, when it is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from kibitz.errors import KibitzError
from kibitz.features.complete import Answered, Completion
from kibitz.features.completion import scheduler as scheduling
from kibitz.features.completion.scheduler import Scheduler
from kibitz.models.protocol import Answer, Usage
from kibitz.settings import Settings
from kibitz.settings.schema import Completion as Options
from kibitz.text import Document, Position

MODEL = "openai/m"


class Call:
    """One call of the model."""

    def __init__(self, text: str, heard: Callable[[str], None]) -> None:
        self.text = text
        self.heard = heard
        self.says: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.cancelled = False


class Desk:
    """Stands for the workbench; `calls` are those of the model."""

    def __init__(self) -> None:
        self.settings = Settings(completion=Options(debounce_ms=0))
        self.calls: list[Call] = []
        self.offline = ""
        self.unknown = 0
        self.name = MODEL
        self.services = self
        self.changed = asyncio.Condition()

    def model(self, _feature: str) -> Desk:
        return self

    async def answered(
        self,
        _bench: Any,
        document: Document,
        position: Position,
        *,
        model: Any = None,
        sure: bool = False,
        before_sending: Callable[[], Awaitable[None]] | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Answered:
        if sure:
            return Answered(Answer("offline", "", Usage()), self.offline, ())
        assert before_sending is not None and on_text is not None
        await before_sending()
        call = Call(document.text[: document.offset(position)], on_text)
        self.calls.append(call)
        async with self.changed:
            self.changed.notify_all()
        try:
            text = await call.says
        except asyncio.CancelledError:
            call.cancelled = True
            raise
        return Answered(Answer(MODEL, text, Usage(10, 0, 5)), text, (), self.unknown)

    async def call(self, number: int) -> Call:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.calls) >= number)
        return self.calls[number - 1]


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    desk = Desk()

    async def wanted(*_: Any) -> bool:
        return True

    monkeypatch.setattr(scheduling, "answered", desk.answered)
    monkeypatch.setattr(scheduling, "wanted", wanted)
    monkeypatch.setattr(scheduling, "DWELL_S", 0.01)
    yield desk


@pytest.fixture
async def scheduler(desk: Desk) -> AsyncIterator[Scheduler]:
    made = Scheduler(Counter())
    yield made
    await made.close()


class Hand:
    """Types into one document and asks after each key."""

    def __init__(self, scheduler: Scheduler, desk: Desk, text: str = "") -> None:
        self.scheduler, self.desk = scheduler, desk
        self.text = text
        self.version = 0

    def ask(self, typed: str = "", invoked: bool = False, both: bool = False) -> asyncio.Task[Completion]:
        self.text += typed
        self.version += 1
        document = Document("file:///a.py", self.text, "python", self.version)
        if typed:
            self.scheduler.changed(document.uri, document.lines)
        asked = self.scheduler.suggest(self.desk, document, document.end, invoked=invoked, both=both)  # type: ignore[arg-type]
        return asyncio.ensure_future(asked)


def text(completion: Completion) -> str:
    return completion.items[0].insert_text if completion.items else ""


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
    scheduler.changed("file:///a.py", ["a = x"])
    assert text(await first) == ""
    assert call.cancelled
    second = hand.ask("x")
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


async def test_nothing_is_prepared_for_who_takes_no_suggestions(scheduler: Scheduler, desk: Desk) -> None:
    hand = Hand(scheduler, desk, "a = ")
    first = hand.ask()
    (await desk.call(1)).says.set_result("1")
    await first
    assert scheduler._typing["file:///a.py"].ahead is None
    second = hand.ask("1")
    (await desk.call(2)).says.set_result("\nb = 2")
    await second
    assert scheduler._typing["file:///a.py"].ahead is not None


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
    scheduler._latency[MODEL] = 1.0
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
    scheduler.closed("file:///a.py")
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
