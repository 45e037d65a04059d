"""Someone who types into one document, and a model that says what it is told, when it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kibitz.features.complete import Completion
from kibitz.features.completion import calls, rhythm
from kibitz.features.completion import scheduler as scheduling
from kibitz.features.completion.scheduler import Scheduler
from kibitz.features.completion.shaping import Answered
from kibitz.models.protocol import Answer, Usage
from kibitz.settings import Settings
from kibitz.settings.schema import Completion as Options
from kibitz.text import Document, Position

MODEL = "openai/m"
URI = "file:///a.py"


class Call:
    """One call of the model."""

    def __init__(self, text: str, heard: Callable[[str], None]) -> None:
        self.text = text
        self.heard = heard
        self.says: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.awaited: Callable[[], bool] | None = None
        self.first: asyncio.Future[str] = asyncio.get_running_loop().create_future()
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
        on_enough: Callable[[Answered], None] | None = None,
        awaited: Callable[[], bool] | None = None,
    ) -> Answered:
        if sure:
            return Answered(Answer("offline", "", Usage()), self.offline, ())
        assert before_sending is not None and on_text is not None
        await before_sending()
        call = Call(document.text[: document.offset(position)], on_text)
        call.awaited = awaited
        self.calls.append(call)
        async with self.changed:
            self.changed.notify_all()
        try:
            await asyncio.wait({call.first, call.says}, return_when=asyncio.FIRST_COMPLETED)
            if call.first.done() and on_enough is not None:
                on_enough(Answered(Answer(MODEL, call.first.result(), Usage()), call.first.result(), ()))
            text = await call.says
        except asyncio.CancelledError:
            call.cancelled = True
            raise
        said = Answer(MODEL, text, Usage(10, 0, 5))
        if call.first.done():
            return Answered(said, call.first.result(), (), more=text[len(call.first.result()) :])
        return Answered(said, text, (), self.unknown)

    async def continued(self, _bench: Any, taken: Any, said: str) -> Answered:
        taken()
        line, end, more = said.partition(";")
        return Answered(Answer("", said, Usage()), line + end, (), more=more)

    async def call(self, number: int) -> Call:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.calls) >= number)
        return self.calls[number - 1]


def seated(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that the scheduler asks instead of the engines."""
    desk = Desk()

    async def wanted(*_: Any) -> bool:
        return True

    monkeypatch.setattr(scheduling, "answered", desk.answered)
    monkeypatch.setattr(scheduling, "wanted", wanted)
    monkeypatch.setattr(calls, "answered", desk.answered)
    monkeypatch.setattr(calls, "continued", desk.continued)
    monkeypatch.setattr(rhythm, "LEAST_DWELL_S", 0.01)
    return desk


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
    """What is inserted first; "" for nothing."""
    return completion.items[0].insert_text if completion.items else ""
