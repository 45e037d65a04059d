"""What calls through the real worker leave in the ledger: tokens, money, and whose account they are on."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from contextlib import aclosing
from pathlib import Path

import pytest
import tiktoken
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models import consent
from kibitz.models import gateway as module
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Account, Message, Request, Spent, Text, ToolCall, Usage
from kibitz.settings import Settings
from kibitz.store.usage import UsageRow
from support.endpoint import Answer, Endpoint, Received, tokens
from support.ledger import Ledger

pytestmark = pytest.mark.asyncio(loop_scope="session")

MODEL = "openai/gpt-4o"
CODE = "\n".join(Path(module.__file__).read_text("utf-8").splitlines()[:150])
ASKED = Request("chat", (Message("system", "Be brief."), Message("user", CODE)), timeout_s=20)
CLOSE = 0.03
NEAR = 0.08
"""For a model that nobody lists: its tokens are estimated."""


async def answer(gateway: Gateway, request: Request = ASKED, model: str = MODEL) -> Usage:
    (usage,) = [e.usage async for e in gateway.stream(model, request) if isinstance(e, Spent)]
    return usage


def only(ledger: Ledger) -> UsageRow:
    (row,) = ledger.rows
    assert ledger.holds == {}
    return row


async def test_an_answer_is_settled_with_what_was_reported(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    account = Account("/p", "c1")
    model_endpoint.enqueue(Answer(text="Yes.", usage=tokens(1000, 10, 400)))
    usage = await answer(gateway, evolve(ASKED, account=account))
    row = only(ledger)
    assert (row.engine, row.feature, row.project, row.conversation_id) == (MODEL, "chat", "/p", "c1")
    assert (row.input_tokens, row.cached_tokens, row.output_tokens, row.estimated) == (1000, 400, 10, False)
    assert row.cost_usd == usage.cost_usd == (600 * 2500 + 400 * 1250 + 10 * 10_000) / 1e9
    assert (row.error_kind, account.recorded) == (None, 1)


async def test_money_is_held_while_the_answer_comes(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.enqueue(Answer(text="a b c", chunk_size=1))
    async with aclosing(gateway.stream(MODEL, ASKED)) as events:
        async for event in events:
            if isinstance(event, Text):
                (held,) = ledger.holds.values()
    size = len(json.dumps(model_endpoint.requests[-1].json["messages"], ensure_ascii=False).encode())
    assert held == pytest.approx(size * 2500 + ASKED.max_output_tokens * 10_000, rel=0.01)
    assert only(ledger).error_kind is None


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        (Answer(chunks=["word "] * 30, cut_after=20), "network"),
        (Answer(chunks=["word "] * 30, hang_after=20), "cancelled"),
    ],
)
async def test_a_broken_off_call_is_settled_with_what_was_sent_and_heard(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger, ended: Answer, kind: str
) -> None:
    model_endpoint.enqueue(Answer(text="ok", usage=None))
    whole = await answer(gateway)
    ledger.rows.clear()
    model_endpoint.enqueue(ended)
    request, heard = evolve(ASKED, temperature=0.5), 0
    try:
        async with aclosing(gateway.stream(MODEL, request)) as events:
            async for event in events:
                heard += isinstance(event, Text)
                if heard == 20 and kind == "cancelled":
                    break
    except KibitzError as error:
        assert error.kind == kind
    row = only(ledger)
    assert (row.estimated, row.error_kind) == (True, kind)
    assert row.input_tokens == pytest.approx(whole.input_tokens, rel=0.25)
    assert row.output_tokens == pytest.approx(20, rel=0.5)
    assert row.cost_usd == pytest.approx(row.input_tokens * 2.5e-6 + row.output_tokens * 10e-6)


async def test_a_cancelled_call_that_said_nothing_is_settled_with_what_was_sent(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.enqueue(Answer(text="ok", usage=tokens(2000, 1)))
    await answer(gateway)
    ledger.rows.clear()
    model_endpoint.enqueue(Answer(hang=True))
    asking = asyncio.ensure_future(answer(gateway, evolve(ASKED, temperature=0.5)))
    await model_endpoint.wait_for(lambda now: len(now.requests) == 2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    row = only(ledger)
    # going by what the model reported before
    assert (row.input_tokens, row.output_tokens, row.error_kind) == (2000, 0, "cancelled")


@pytest.mark.parametrize(
    "code", ["invalid_api_key", "insufficient_quota", "context_length_exceeded", "server_error"]
)
async def test_a_refusal_costs_nothing(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger, code: str
) -> None:
    model_endpoint.reply_with(lambda _: Answer(error_code=code))
    with pytest.raises(KibitzError):
        await answer(gateway)
    assert (ledger.rows, ledger.holds) == ([], {})


async def test_a_filtered_answer_is_charged(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.enqueue(Answer(text="I", finish_reason="content_filter", usage=tokens(100, 7)))
    with pytest.raises(KibitzError):
        await answer(gateway)
    row = only(ledger)
    assert (row.input_tokens, row.output_tokens, row.estimated) == (100, 7, False)
    assert row.error_kind == "content_filter"


async def test_a_bound_that_does_not_fit_is_counted(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    settings = Settings(model=MODEL, api_base=model_endpoint.url)
    request = evolve(ASKED, max_output_tokens=10)
    counted = (await gateway.count_tokens(MODEL, CODE)) * 2.5e-6
    assert len(CODE) * 2.5e-6 > counted * 2
    for cap, sent in ((counted * 2, 1), (counted / 2, 0)):
        ledger.clear()
        gateway.use(evolve(settings, budget=evolve(settings.budget, per_day_usd=cap)))
        before = len(model_endpoint.requests)
        try:
            await answer(gateway, evolve(request, temperature=cap))
        except KibitzError as error:
            assert error.kind == "budget"
        assert len(model_endpoint.requests) - before == sent


async def test_a_near_model_without_a_price_is_not_asked_about(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = await answer(gateway, model="openai/nobody-lists-this")
    assert usage.cost_usd is None
    assert only(ledger).cost_usd is None
    monkeypatch.setattr(consent, "_is_near", lambda info, address: False)
    with pytest.raises(KibitzError) as caught:
        await answer(gateway, evolve(ASKED, temperature=0.5), model="openai/nobody-lists-this")
    assert caught.value.kind == "budget"
    assert len(model_endpoint.requests) == 1


ENCODINGS = {"gpt-4o": "o200k_base", "gpt-5-mini": "o200k_base", "gpt-4": "cl100k_base", "own": "cl100k_base"}
LOOK = {
    "type": "function",
    "function": {
        "name": "look",
        "description": "Read lines of a file.",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}, "line": {"type": "integer"}},
        },
    },
}


def as_openai_counts(received: Received, encoding: tiktoken.Encoding) -> int:
    """Three tokens frame a message, and three begin the answer (https://cookbook.openai.com, "How to count tokens")."""
    total = 3
    for turn in received.json["messages"]:
        content = turn.get("content") or ""
        texts = [content] if isinstance(content, str) else [part["text"] for part in content]
        texts += [turn["role"], *(call["function"]["arguments"] for call in turn.get("tool_calls", ()))]
        total += 3 + sum(len(encoding.encode(text, disallowed_special=())) for text in texts)
    return total


@pytest.mark.parametrize("bare", list(ENCODINGS))
async def test_our_counts_are_the_endpoints(
    gateway: Gateway, model_endpoint: Endpoint, bare: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = importlib.util.find_spec("litellm")
    assert library is not None
    assert library.submodule_search_locations is not None
    bundled = Path(library.submodule_search_locations[0], "litellm_core_utils/tokenizers")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(bundled))
    encoding = tiktoken.get_encoding(ENCODINGS[bare])
    close = NEAR if bare == "own" else CLOSE
    said = "\n".join(CODE.splitlines()[40:80])
    call = ToolCall("c1", "look", {"path": "server/kibitz/models/gateway.py", "line": 12})
    many = tuple(
        Message(
            "user" if n % 2 == 0 else "assistant", f"# {n}: größer als π, 値\n" + CODE[n * 99 : n * 99 + 400]
        )
        for n in range(21)
    )
    talk = (
        Message("user", "Where?"),
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", CODE, tool_call_id="c1"),
    )
    for request in (ASKED, evolve(ASKED, messages=many), evolve(ASKED, messages=talk)):
        model_endpoint.enqueue(Answer(text=said, usage=None))
        usage = await answer(gateway, request, f"openai/{bare}")
        assert usage.estimated
        wanted = as_openai_counts(model_endpoint.requests[-1], encoding)
        assert usage.input_tokens == pytest.approx(wanted, rel=close)
        assert usage.output_tokens == pytest.approx(len(encoding.encode(said)), rel=close)
    model_endpoint.enqueue(Answer(text="x", usage=None))
    with_tool = await answer(gateway, evolve(ASKED, tools=(LOOK,)), f"openai/{bare}")
    size = len(encoding.encode(json.dumps(LOOK["function"])))
    wanted = as_openai_counts(model_endpoint.requests[-1], encoding)
    at_least = wanted * (1 - NEAR if bare == "own" else 1)
    assert at_least < with_tool.input_tokens <= (wanted + size) * (1 + close)
