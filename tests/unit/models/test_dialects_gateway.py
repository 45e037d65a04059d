"""Dialects through the gateway: the form that a server takes, and what is said of a prompt that was cut."""

from __future__ import annotations

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Answering, Done, Event, Message, Noted, Request, Text
from kibitz.settings import Settings
from support.dialects import FILL
from support.endpoint import Answer, Endpoint
from support.ledger import Ledger

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODER = "openai/qwen2.5-coder"


@pytest.fixture
def coder(gateway: Gateway, model_endpoint: Endpoint) -> Gateway:
    gateway.use(Settings(model=CODER, api_base=model_endpoint.url))
    return gateway


async def events(gateway: Gateway, request: Request) -> list[Event]:
    return [event async for event in gateway.stream(CODER, request)]


async def test_what_fills_in_is_what_the_egress_log_shows(
    coder: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.enqueue(Answer(text="left"))
    found = await events(coder, FILL)
    assert found[0] == Answering(CODER)
    assert Text("left") in found
    assert found[-1] == Done("stop")
    assert model_endpoint.requests[-1].path == "/v1/completions"
    (egress,) = ledger.egress
    assert "<|fim_middle|>" in egress.text
    assert "<|cursor|>" not in egress.text


async def test_a_server_without_infill_is_asked_in_a_chat_from_then_on(
    coder: Gateway, model_endpoint: Endpoint
) -> None:
    model_endpoint.enqueue(
        Answer(status=404, error_code="unknown_url"), Answer(text="one"), Answer(text="two")
    )
    assert Text("one") in await events(coder, FILL)
    other = evolve(
        FILL, messages=(*FILL.messages[:1], Message("user", "def g(<|cursor|>):\n")), prefix="def g("
    )
    assert Text("two") in await events(coder, other)
    paths = [one.path for one in model_endpoint.requests]
    assert paths == ["/v1/completions", "/v1/chat/completions", "/v1/chat/completions"]
    coder.use(Settings(model=CODER, api_base=model_endpoint.url))
    await events(coder, evolve(FILL, prefix="def h("))
    assert model_endpoint.requests[-1].path == "/v1/completions"


async def test_a_model_that_is_not_there_is_not_found(coder: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.reply_with(lambda _: Answer(status=404))
    for _ in range(2):
        model_endpoint.requests.clear()
        with pytest.raises(KibitzError) as caught:
            await events(coder, FILL)
        assert caught.value.kind == "not_found"
        paths = [one.path for one in model_endpoint.requests]
        assert paths == ["/v1/completions", "/v1/chat/completions"]


async def test_a_prompt_that_was_cut_is_said_to_be(coder: Gateway, model_endpoint: Endpoint) -> None:
    said = [Message("user" if n % 2 == 0 else "assistant", f"{n} " + "word " * 2500) for n in range(21)]
    request = Request("chat", tuple(said), max_output_tokens=100)
    found = await events(coder, request)
    assert isinstance(found[1], Noted)
    assert "the oldest turns" in found[1].text
    sent = model_endpoint.requests[-1].json["messages"]
    assert sent[0]["content"] == said[0].text
    assert sent[-1]["content"] == said[-1].text
    assert 3 < len(sent) < 21
    model_endpoint.requests.clear()
    with pytest.raises(KibitzError) as caught:
        await events(coder, Request("explain", (Message("user", "word " * 60_000),), max_output_tokens=100))
    assert caught.value.kind == "context_length"
    assert model_endpoint.requests == []


@pytest.mark.parametrize(
    ("model", "fallbacks", "fills"),
    [
        ("openai/gpt-4o-mini", (), False),
        (CODER, (), True),
        ("ollama/qwen2.5-coder:1.5b", (), True),
        ("openai/gpt-4o-mini", ("offline",), False),
        ("openai/gpt-4o-mini", ("mistral/codestral-latest",), True),
    ],
)
async def test_who_may_be_asked_to_fill_in(
    gateway: Gateway, model: str, fallbacks: tuple[str, ...], fills: bool
) -> None:
    gateway.use(Settings(model=model, fallbacks=fallbacks))
    assert gateway.fills_in(model) is fills
