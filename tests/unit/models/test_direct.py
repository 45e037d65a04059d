"""Servers of the user's own are asked without LiteLLM, and asked the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models import direct
from kibitz.models.catalog import target
from kibitz.models.direct import Direct
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, ToolCall
from kibitz.settings import Settings
from kibitz.settings.schema import Budget
from support.endpoint import Answer, Endpoint, Received, tokens
from support.ledger import KEY, Ledger

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "http://127.0.0.1:9/v1"
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
HELLO = Request("chat", (Message("system", "Be brief."), Message("user", "Hello, größe 値")), timeout_s=20)
ASKED = {
    "chat": HELLO,
    "warmth and stops": evolve(HELLO, temperature=0.3, stop=("\n\n", "x"), max_output_tokens=77),
    "tools": evolve(
        HELLO,
        messages=(
            *HELLO.messages,
            Message("assistant", "", tool_calls=(ToolCall("c1", "look", {"path": "a"}),)),
            Message("tool", "found", tool_call_id="c1"),
        ),
        tools=(LOOK,),
    ),
    "a picture": evolve(HELLO, messages=(Message("user", "What?", images=("data:image/png;base64,AAAA",)),)),
    "infill": evolve(
        HELLO, feature="complete", prefix="def f(", suffix="):\n", context="# other\n", temperature=0.1
    ),
}
MODELS = [
    "openai/own",
    "openai/qwen2.5-coder:7b",
    "hosted_vllm/own",
    "text-completion-openai/coder",
    "openai/starcoder2",
]


@pytest_asyncio.fixture(loop_scope="session")
async def free(gateway: Gateway, model_endpoint: Endpoint) -> AsyncIterator[Gateway]:
    """May ask any of MODELS at the endpoint."""
    gateway.use(Settings(api_base=model_endpoint.url, budget=Budget(allow_unpriced=tuple(MODELS))))
    yield gateway


async def events(gateway: Gateway, model: str, request: Request = HELLO) -> list[Event]:
    return [event async for event in gateway.model(model).stream(request)]


def said(found: list[Event]) -> str:
    return "".join(event.delta for event in found if isinstance(event, Text))


def wire(received: Received) -> tuple[str, str, object]:
    return received.path, received.headers.get("authorization", ""), received.json


@pytest.mark.parametrize(
    ("model", "what"),
    [(m, w) for m in MODELS for w in ASKED if w == "infill" or not m.startswith("text-completion")],
)
async def test_what_is_sent_is_what_litellm_would_send(
    free: Gateway, model_endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, model: str, what: str
) -> None:
    request = ASKED[what]
    answer = Answer(text="four words come back", usage=tokens(50, 4, 20))
    model_endpoint.enqueue(answer, answer)
    try:
        mine = await events(free, model, request)
    except KibitzError as error:
        assert error.kind == "unsupported"  # no eyes
        return

    async def never(_self: Direct, _goal: object) -> bool:
        return False

    monkeypatch.setattr(Direct, "asks", never)
    theirs = await events(free, model, request)
    first, second = model_endpoint.requests[-2:]
    assert wire(first) == wire(second)
    assert said(mine) == said(theirs) == "four words come back"
    assert [e.usage for e in mine if isinstance(e, Spent)] == [
        e.usage for e in theirs if isinstance(e, Spent)
    ]
    assert mine[-1] == theirs[-1] == Done("stop")


async def test_a_conversation_with_a_model_for_texts_goes_through_litellm(
    free: Gateway, model_endpoint: Endpoint
) -> None:
    model_endpoint.enqueue(Answer(text="yes"))
    assert said(await events(free, "text-completion-openai/coder")) == "yes"
    assert model_endpoint.requests[-1].path == "/v1/completions"


async def test_tools_are_called_with_fragments_put_together(free: Gateway, model_endpoint: Endpoint) -> None:
    call = ToolCall("c7", "look", {"path": "a/b", "deep": [1, {"x": None}]})
    model_endpoint.enqueue(
        Answer(text="Let me see.", tool_calls=({"id": "c7", "name": "look", "arguments": call.arguments},))
    )
    found = await events(free, "openai/own", evolve(HELLO, tools=(LOOK,)))
    assert [event for event in found if isinstance(event, ToolCall)] == [call]
    assert found[-1] == Done("tool_calls")


@pytest.mark.parametrize(
    ("name", "base", "asked"),
    [
        ("openai/own", OWN, True),
        ("openai/own", "https://models.corp.example.com/v1", True),
        ("hosted_vllm/own", OWN, True),
        ("text-completion-openai/own", OWN, True),
        ("openai/own", "https://api.openai.com/v1", False),  # the provider's own
        ("openai/gpt-4o", OWN, False),  # has a price, wherever it is served
        ("text-completion-openai/gpt-3.5-turbo-instruct", OWN, False),
        ("openai/o3-of-ours", OWN, False),  # is asked in other words
        ("openai/gpt-oss:20b", OWN, False),
        ("openai/own", "http://localhost:11434/v1", False),  # Ollama
        ("ollama/own", OWN, False),
        ("anthropic/own", OWN, False),
    ],
)
async def test_who_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch, name: str, base: str, asked: bool
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    host = base.split("/")[2]
    goal = target(name, Settings(model=name, api_base=base, key_hosts=(host,)), lambda *_: True)
    assert direct.asks(goal) is asked


async def test_a_proxy_that_is_no_plain_one_is_litellm_s(monkeypatch: pytest.MonkeyPatch) -> None:
    goal = target("openai/own", Settings(api_base=OWN), lambda *_: True)
    monkeypatch.setattr(direct, "proxy_of", lambda _: "socks5://127.0.0.1:1")
    assert not direct.asks(goal)
    monkeypatch.setattr(direct, "proxy_of", lambda _: "http://127.0.0.1:1")
    assert direct.asks(goal)


async def test_the_worker_is_not_started_for_them(
    model_endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    ledger = Ledger()
    lone = Gateway(
        Settings(model="openai/own", api_base=model_endpoint.url), on_egress=ledger.record, ledger=ledger.open
    )
    try:
        await lone.warm_for(["openai/own"])
        assert lone._direct._loading is None, "who only reads needs no client"
        await lone.make_ready(["openai/own"])
        assert lone._direct._loading is not None
        model_endpoint.enqueue(Answer(text="ready", usage=None))
        found = await events(lone, "openai/own")
        assert said(found) == "ready"
        assert [e.usage.estimated for e in found if isinstance(e, Spent)] == [True]
        assert lone._worker.pid is None
    finally:
        await lone.close()
    await model_endpoint.wait_for(lambda e: all(c.closed_at is not None for c in e.connections))


async def test_a_connection_is_used_again(free: Gateway, model_endpoint: Endpoint) -> None:
    for number in range(3):
        model_endpoint.enqueue(Answer(text=f"{number}"))
        await events(free, "openai/own", evolve(HELLO, temperature=number / 10))
    assert len(model_endpoint.connections) == 1


async def test_who_listens_no_more_hangs_up(free: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(chunks=["a", "b"], hang_after=1))
    stream = free.model("openai/own").stream(HELLO)
    async for event in stream:
        if isinstance(event, Text):
            break
    await stream.aclose()
    await model_endpoint.wait_for(lambda e: e.connections[-1].closed_at is not None)
    assert model_endpoint.connections[-1].closed_by == "client"


async def test_a_call_that_is_cancelled_before_its_answer_hangs_up(
    free: Gateway, model_endpoint: Endpoint
) -> None:
    model_endpoint.enqueue(Answer(hang=True))
    asking = asyncio.ensure_future(events(free, "openai/own"))
    await model_endpoint.wait_for(lambda e: bool(e.requests))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await model_endpoint.wait_for(lambda e: e.connections[-1].closed_at is not None)


@pytest.mark.parametrize(
    "usage",
    [
        [],
        "many",
        {"prompt_tokens": "7", "completion_tokens": None},
        {"prompt_tokens": -4},
        {"prompt_tokens": 0},
    ],
)
async def test_a_count_that_is_none_is_estimated(
    free: Gateway, model_endpoint: Endpoint, usage: object
) -> None:
    last = {
        "choices": [{"delta": {"content": "four words come back"}, "finish_reason": "stop"}],
        "usage": usage,
    }
    model_endpoint.enqueue(Answer(junk=f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode()))
    (spent,) = [e.usage for e in await events(free, "openai/own") if isinstance(e, Spent)]
    assert spent.estimated
    assert spent.input_tokens > 5
    assert spent.output_tokens in (4, 5)


@pytest.mark.parametrize(
    "event",
    [
        "[]", "7", '{"choices": [7]}', '{"choices": 7}', '{"choices": [{"delta": 7}]}',
        '{"choices": [{"delta": {"tool_calls": [7, {"function": 7}]}}]}', "[" * 9000, '{"error": "no"}',
        '{"choices": [{"delta": {"tool_calls": [{"index": "x", "id": 7, "function": {"name": 7, "arguments": {}}}]}}]}',
    ],
)  # fmt: skip
async def test_an_event_of_another_form_is_a_failure_in_words(
    free: Gateway, model_endpoint: Endpoint, event: str
) -> None:
    model_endpoint.reply_with(lambda _: Answer(junk=f"data: {event}\n\n".encode()))
    with pytest.raises(KibitzError) as caught:
        await events(free, "openai/own")
    assert caught.value.kind in ("bad_response", "network")
