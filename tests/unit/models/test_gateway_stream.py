"""Answers of language models through the real worker: text, tools, usage, cancellation, budget, fallbacks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import aclosing

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import (
    Answering,
    Done,
    Event,
    Message,
    Model,
    Request,
    Spent,
    Text,
    ToolCall,
    Usage,
)
from kibitz.settings import Settings
from support.endpoint import Answer, Endpoint, tokens
from support.ledger import Ledger

pytestmark = pytest.mark.asyncio(loop_scope="session")

HELLO = Request("chat", (Message("system", "Be brief."), Message("user", "Hello.")), timeout_s=20)
MODEL = "openai/gpt-4o"


async def events(model: Model, request: Request = HELLO) -> list[Event]:
    return [event async for event in model.stream(request)]


def text_of(found: list[Event]) -> str:
    return "".join(event.delta for event in found if isinstance(event, Text))


def usage_of(found: list[Event]) -> Usage:
    (spent,) = (event.usage for event in found if isinstance(event, Spent))
    return spent


async def test_text_comes_in_order_and_ends_with_usage(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(chunks=["one ", "two ", "thrée"], usage=tokens(1000, 10, 400)))
    found = await events(gateway.model(MODEL))
    assert found[0] == Answering(MODEL)
    assert "".join(e.delta for e in found if isinstance(e, Text)) == "one two thrée"
    # gpt-4o: 2.50 and 10 dollars a million, cached tokens at half the price
    cost = (600 * 2.5 + 400 * 1.25 + 10 * 10) / 1_000_000
    assert usage_of(found) == Usage(1000, 400, 10, pytest.approx(cost), estimated=False)
    assert found[-1] == Done("stop")


async def test_what_is_sent(gateway: Gateway, model_endpoint: Endpoint) -> None:
    call = ToolCall("c1", "look", {"at": 1})
    request = evolve(
        HELLO,
        messages=(
            Message("user", "See this.", images=("data:image/png;base64,AAAA",)),
            Message("assistant", "", tool_calls=(call,)),
            Message("tool", "seen", tool_call_id="c1"),
        ),
        max_output_tokens=77,
        temperature=0.25,
        stop=("END",),
    )
    await events(gateway.model(MODEL), request)
    sent = model_endpoint.requests[-1].json
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["stop"]) == (
        "gpt-4o",
        77,
        0.25,
        ["END"],
    )
    user, assistant, tool = sent["messages"]
    assert user["content"][1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert json.loads(assistant["tool_calls"][0]["function"]["arguments"]) == {"at": 1}
    assert (tool["role"], tool["tool_call_id"], tool["content"]) == ("tool", "c1", "seen")


async def test_tool_calls_are_whole(gateway: Gateway, model_endpoint: Endpoint) -> None:
    calls = [
        {"name": "read", "arguments": {"path": "a.py", "lines": [1, 2]}, "id": "x"},
        {"name": "list", "arguments": {}, "id": "y"},
    ]
    model_endpoint.enqueue(Answer(text="Let me look.", tool_calls=calls))
    tool = {
        "type": "function",
        "function": {"name": "read", "parameters": {"type": "object", "properties": {}}},
    }
    found = await events(gateway.model(MODEL), evolve(HELLO, tools=(tool,)))
    assert text_of(found) == "Let me look."
    assert [e for e in found if isinstance(e, ToolCall)] == [
        ToolCall("x", "read", {"path": "a.py", "lines": [1, 2]}),
        ToolCall("y", "list", {}),
    ]
    assert found[-1] == Done("tool_calls")
    assert model_endpoint.requests[-1].json["tools"] == [tool]


async def test_an_answer_that_was_cut_says_so(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(text="half of it", finish_reason="length"))
    assert (await events(gateway.model(MODEL)))[-1] == Done("length")


@pytest.mark.parametrize("prefix", [None, "a = "])
async def test_a_server_that_gives_no_reason_for_its_end_still_answers(
    gateway: Gateway, model_endpoint: Endpoint, prefix: str | None
) -> None:
    model_endpoint.enqueue(Answer(chunks=["one ", "two"], junk=b"data: [DONE]\n\n"))
    request = evolve(HELLO, feature="complete", prefix=prefix, suffix=prefix and "\n")
    name = "text-completion-openai/m" if prefix else MODEL
    assert text_of(await events(gateway.model(name), request)) == "one two"


async def test_usage_that_was_not_reported_is_counted_and_marked(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    model_endpoint.enqueue(Answer(text="four words come back", usage=None))
    usage = usage_of(await events(gateway.model(MODEL)))
    assert usage.estimated
    assert 0 < usage.output_tokens < 10 < usage.input_tokens + 10
    assert usage.cost_usd is not None


async def test_a_model_without_a_known_price_has_no_cost(gateway: Gateway, model_endpoint: Endpoint) -> None:
    usage = usage_of(await events(gateway.model("openai/nobody-lists-this")))
    assert usage.cost_usd is None
    assert usage.input_tokens > 0


async def test_a_text_model_fills_in_the_middle(gateway: Gateway, model_endpoint: Endpoint) -> None:
    request = evolve(HELLO, feature="complete", prefix="def f(", suffix="):\n    return x\n")
    model_endpoint.enqueue(Answer(text="x", usage=tokens(23, 5)), Answer(text="x", usage=None))
    model = gateway.model("text-completion-openai/coder")
    found = await events(model, request)
    sent = model_endpoint.requests[-1]
    assert sent.path == "/v1/completions"
    assert (sent.json["prompt"], sent.json["suffix"]) == (request.prefix, request.suffix)
    assert text_of(found) == "x"
    assert usage_of(found) == Usage(23, 0, 5, None, estimated=False)
    assert usage_of(await events(model, evolve(request, prefix="def g("))).estimated
    assert len(model_endpoint.connections) == 1


@pytest.mark.parametrize("model", [MODEL, "text-completion-openai/coder"])
async def test_a_closed_stream_hangs_up_at_once(
    gateway: Gateway, model_endpoint: Endpoint, model: str
) -> None:
    model_endpoint.enqueue(Answer(chunks=["a", "b", "c"], hang_after=2))
    async with aclosing(gateway.stream(model, evolve(HELLO, prefix="a", suffix="b"))) as stream:
        async for event in stream:
            if isinstance(event, Text):
                break
    await model_endpoint.wait_for(lambda now: now.connections[-1].closed_by == "client", timeout=2)
    assert text_of(await events(gateway.model(MODEL))) == "ok"


async def test_a_cancelled_task_hangs_up_at_once(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(hang=True))
    asking = asyncio.ensure_future(events(gateway.model(MODEL)))
    await model_endpoint.wait_for(lambda now: len(now.requests) == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await model_endpoint.wait_for(lambda now: now.connections[-1].closed_by == "client", timeout=2)


async def test_a_fallback_answers_and_says_its_name(gateway: Gateway, model_endpoint: Endpoint) -> None:
    gateway.use(
        Settings(
            model=MODEL, api_base=model_endpoint.url, fallbacks=("openai/second", "offline", "openai/third")
        )
    )
    model_endpoint.enqueue(Answer(error_code="invalid_api_key"), Answer(error_code="insufficient_quota"))
    model = gateway.model(MODEL)
    found = await events(model)
    assert found[0] == Answering("openai/third")
    assert model.name == "openai/third"
    assert [r.json["model"] for r in model_endpoint.requests] == ["gpt-4o", "second", "third"]


async def test_no_fallback_for_a_request_that_is_wrong_or_an_answer_begun(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=("openai/second",)))
    for answer, kind in (
        (Answer(error_code="context_length_exceeded"), "context_length"),
        (Answer(chunks=["a", "b"], cut_after=1), "network"),
    ):
        before = len(model_endpoint.requests)
        model_endpoint.enqueue(answer)
        with pytest.raises(KibitzError) as caught:
            await events(gateway.model(MODEL))
        assert caught.value.kind == kind
        assert len(model_endpoint.requests) == before + 1


async def test_the_first_error_is_told_where_nobody_answers(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    gateway.use(
        Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=("openai/second", "anthropic/x"))
    )
    model_endpoint.enqueue(Answer(error_code="insufficient_quota"), Answer(error_code="model_not_found"))
    with pytest.raises(KibitzError) as caught:
        await events(gateway.model(MODEL))
    assert caught.value.kind == "quota"
    assert len(model_endpoint.requests) == 2


@pytest.mark.parametrize("cap", ["per_day_usd", "per_session_usd"])
async def test_a_call_over_budget_sends_nothing(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger, cap: str
) -> None:
    settings = Settings(model=MODEL, api_base=model_endpoint.url)
    gateway.use(evolve(settings, budget=evolve(settings.budget, **{cap: 0.0001})))
    with pytest.raises(KibitzError) as caught:
        await events(gateway.model(MODEL))
    assert caught.value.kind == "budget"
    assert f"budget.{cap}" in caught.value.hint
    assert model_endpoint.connections == []
    assert ledger.egress == []


async def test_what_the_day_has_cost_counts(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    ledger.spent_today = 4.9999
    with pytest.raises(KibitzError, match=r"\$0\.0001 of today's \$5\.00"):
        await events(gateway.model(MODEL))
    await events(gateway.model("openai/nobody-lists-this"))  # no price, no refusal
    assert len(model_endpoint.requests) == 1


async def test_every_attempt_is_told_of_with_its_exact_text(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.enqueue(Answer(error_code="server_error"))
    await events(gateway.model(MODEL))
    told = ledger.egress
    assert len(told) == len(model_endpoint.requests) == 2
    for one, request in zip(told, model_endpoint.requests, strict=True):
        assert json.loads(one.text)["messages"] == request.json["messages"]
        assert one.bytes == len(one.text.encode())
        assert f"http://{one.host}/v1" == model_endpoint.url
        assert (one.model, one.feature) == (MODEL, "chat")
        assert one.tokens > 0


async def test_a_bare_name_is_served_by_api_base(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model = gateway.model("qwen")
    assert model.name == "openai/qwen"
    assert text_of(await events(model)) == "ok"
    gateway.use(Settings())
    with pytest.raises(KibitzError) as caught:
        gateway.model("qwen")
    assert caught.value.kind == "invalid"


async def test_many_at_once_do_not_mix(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.reply_with(lambda r: Answer(text=r.json["messages"][0]["content"] * 20, chunk_size=3))

    async def one(number: int) -> str:
        request = evolve(HELLO, messages=(Message("user", f"<{number}>"),))
        return text_of(await events(gateway.model(MODEL), request))

    assert await asyncio.gather(*(one(n) for n in range(12))) == [f"<{n}>" * 20 for n in range(12)]


async def test_a_dead_worker_is_told_and_replaced(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(chunks=["a", "b"], hang_after=1))
    with pytest.raises(KibitzError) as caught:
        async for event in gateway.model(MODEL).stream(HELLO):
            if isinstance(event, Text):
                pid = gateway._worker.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
    assert caught.value.kind == "internal"
    assert "ended" in caught.value.message
    assert text_of(await events(gateway.model(MODEL))) == "ok"


async def test_models_are_described(gateway: Gateway) -> None:
    listed, unlisted, keyless, unknown, bare = await gateway.describe(
        [
            MODEL,
            "openai/nobody-lists-this",
            "anthropic/claude-sonnet-4-5-20250929",
            "no-such-provider/x",
            "mine",
        ]
    )
    row = listed.to_json()
    assert (row["contextWindow"], row["inputPricePerMillionUsd"], row["outputPricePerMillionUsd"]) == (
        128000,
        2.5,
        10.0,
    )
    assert listed.available and listed.host.startswith("127.0.0.1:")
    assert unlisted.available and unlisted.input_price is None
    assert not keyless.available and "key" in keyless.reason
    assert keyless.context_window == 200000
    assert not unknown.available
    assert (bare.name, bare.provider) == ("mine", "openai")


async def test_tokens_are_counted_as_the_model_counts(gateway: Gateway) -> None:
    assert await gateway.count_tokens(MODEL, "hello world") == 2
    assert (
        await gateway.count_tokens("openai/meta-llama/Llama-3", "hello world") > 0
    )  # no tokenizer is fetched


async def test_the_server_never_loads_litellm() -> None:
    code = "import sys, kibitz.models.gateway; sys.exit('litellm' in sys.modules)"
    assert await asyncio.to_thread(subprocess.call, [sys.executable, "-c", code]) == 0


async def test_giving_up_while_the_worker_gets_ready_does_not_stop_it(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    cold = Gateway(Settings(model=MODEL, api_base=model_endpoint.url))
    asking = asyncio.ensure_future(events(cold.model(MODEL)))
    while cold._worker.pid is None:
        await asyncio.sleep(0)
    pid = cold._worker.pid
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert text_of(await events(cold.model(MODEL))) == "ok"
    assert cold._worker.pid == pid
    await cold.close()
    await cold.close()


async def test_a_gateway_can_be_closed_while_its_worker_gets_ready() -> None:
    cold = Gateway(Settings())
    await cold.close()
    warming = asyncio.ensure_future(cold.warm())
    while cold._worker.pid is None:
        await asyncio.sleep(0)
    await cold.close()
    with pytest.raises((asyncio.CancelledError, KibitzError)):
        await warming
    assert cold._worker.pid is None
