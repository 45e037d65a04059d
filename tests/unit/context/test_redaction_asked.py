"""Asking a language model: the secret stays here, and the answer has it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kibitz.features.services import Services
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, ToolCall, Usage
from kibitz.settings import Settings
from kibitz.settings.schema import Privacy
from support.endpoint import Answer, Endpoint
from support.secrets_made import ALNUM, drawn

CANARY = drawn(Random("canary"), ALNUM, 24)
CODE = f'password = "{CANARY}"\n'
REQUEST = Request(
    "chat",
    (
        Message("system", "Be brief."),
        Message("user", f"What is {CANARY}?"),
        Message("assistant", "", tool_calls=(ToolCall("1", "read", {"text": CODE, "key": CANARY}),)),
        Message("tool", CODE, tool_call_id="1"),
    ),
    prefix=CODE[:20],
    suffix=CODE[20:],
)


class Parrot:
    """Repeats the last message in small pieces, then in a tool call, and keeps what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[Request] = []

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        self.asked.append(request)
        text = request.messages[-1].text
        for at in range(0, len(text), 5):
            yield Text(text[at : at + 5])
        yield ToolCall("2", "write", {"lines": [text], "n": 1})
        yield Spent(Usage(1, 0, 1))
        yield Done()


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    opened = Services(Settings(database_url=f"sqlite:///{(tmp_path / 'k.db').as_posix()}"), lambda _: None)
    yield opened
    await opened.close()


def bench(services: Services, **settings: Any) -> Workbench:
    services.use(Settings(database_url=services.settings.database_url, **settings))
    return Workbench(services, services.settings, None)


async def test_a_language_model_never_sees_it_and_the_user_does(services: Services) -> None:
    parrot, shown = Parrot("openai/parrot"), list[str]()
    answer = await bench(services).ask(REQUEST, model=parrot, on_text=shown.append)
    (sent,) = parrot.asked
    assert CANARY not in repr(sent)
    assert CANARY[:14] not in repr(sent)
    assert "Be brief." in repr(sent)
    assert sent.redactions > 0
    assert answer.text == "".join(shown) == CODE
    assert len(shown) > 2
    assert "" not in shown
    assert answer.tool_calls == (ToolCall("2", "write", {"lines": [CODE], "n": 1}),)


async def test_a_repair_turn_hides_it_too(services: Services) -> None:
    parrot = Parrot("openai/parrot")
    desk = bench(services)
    desk.model = lambda *_: parrot  # type: ignore[method-assign]
    answer = await desk.ask(REQUEST)
    again = await desk.ask_again(REQUEST, answer, f"{CANARY} is not needed")
    assert CANARY not in repr(parrot.asked)
    assert again.text == f"{CANARY} is not needed"


async def test_the_built_in_engine_and_those_who_want_it_so_get_the_text(services: Services) -> None:
    inside, outside = Parrot("offline"), Parrot("openai/parrot")
    await bench(services).ask(REQUEST, model=inside)
    answer = await bench(services, privacy=Privacy(redact=False)).ask(REQUEST, model=outside)
    assert inside.asked == outside.asked == [REQUEST]
    assert answer.text == CODE


async def test_nothing_of_it_reaches_the_wire_or_the_egress_log(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("HOME", str(tmp_path))
    async with Endpoint() as endpoint:
        endpoint.enqueue(Answer(chunks=["It is KIBITZ", "_SECRET_", "1", "."]))
        desk = bench(services, model="openai/gpt-4o", api_base=endpoint.url)
        answer = await desk.ask(Request("chat", (Message("user", CODE),)))
        (received,) = endpoint.requests
    assert CANARY.encode() not in received.body
    assert b"KIBITZ_SECRET_1" in received.body
    assert answer.text == f"It is {CANARY}."
    (row,) = await (await services.store()).egress.list(1, with_text=True)
    assert row.redactions == 1
    assert CANARY not in (row.text or "")
