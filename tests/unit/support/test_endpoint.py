"""The scripted endpoint, spoken to in raw HTTP: every other test believes what it says and records."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.endpoint import Answer, Endpoint, tokens
from support.endpoint_raw import CHAT, FIM, STREAM, Raw, connect, events_of


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as running:
        yield running


@pytest.fixture
async def raw(endpoint: Endpoint) -> AsyncIterator[Raw]:
    client = await connect(endpoint)
    yield client
    client.close()


@pytest.mark.parametrize("prefix", ["", "/v1"])
async def test_answers_come_from_the_queue_then_from_the_rule(
    endpoint: Endpoint, raw: Raw, prefix: str
) -> None:
    endpoint.enqueue(Answer(text="one"), Answer(text="two"))
    said = [(await raw.call(f"{prefix}/chat/completions", CHAT))["choices"][0]["message"] for _ in range(3)]
    assert said == [{"role": "assistant", "content": text} for text in ("one", "two", "ok")]
    endpoint.reply_with(lambda received: Answer(text=received.prompt.upper()))
    whole = await raw.call(f"{prefix}/completions", FIM)
    assert whole["choices"][0]["text"] == "DEF F():\n\n\n"
    assert whole["choices"][0]["finish_reason"] == "stop"
    assert len(endpoint.connections) == 1, "the connection is kept alive"


async def test_everything_received_is_recorded(endpoint: Endpoint, raw: Raw) -> None:
    raw.ask("POST", "/v1/chat/completions?v=1", CHAT, "Authorization: Bearer key", "X-Odd:  spaced ")
    await raw.answer()
    (seen,) = endpoint.requests
    assert (seen.method, seen.path, seen.query) == ("POST", "/v1/chat/completions", "v=1")
    assert seen.headers["authorization"] == "Bearer key"
    assert seen.headers["x-odd"] == "spaced"
    assert json.loads(seen.body) == seen.json == CHAT
    assert not seen.streams
    connection = endpoint.connections[seen.connection]
    assert connection.bytes_in > len(seen.body)
    assert connection.bytes_out > 0
    assert connection.opened_at <= seen.time
    assert connection.closed_at is None


async def test_a_chat_stream(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.enqueue(Answer(chunks=["Hé", "llo"], usage=tokens(10, 2, cached=8)))
    first, *pieces, last, usage = await raw.stream("/v1/chat/completions", CHAT)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [piece["choices"][0]["delta"] for piece in pieces] == [{"content": "Hé"}, {"content": "llo"}]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["choices"][0]["delta"] == {}
    assert last["usage"] is None
    assert usage["choices"] == []
    assert usage["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 8},
    }


async def test_a_fill_in_the_middle_stream(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.enqueue(Answer(text="return 1", chunk_size=3, finish_reason="length"))
    *pieces, last, usage = await raw.stream("/v1/completions", FIM)
    assert [piece["choices"][0]["text"] for piece in pieces] == ["ret", "urn", " 1"]
    assert last["choices"][0]["finish_reason"] == "length"
    assert usage["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


async def test_usage_only_where_asked_for_and_reported(endpoint: Endpoint, raw: Raw) -> None:
    raw.ask("POST", "/v1/chat/completions", CHAT | {"stream": True})
    assert all("usage" not in event and event["choices"] for event in events_of((await raw.answer())[2]))
    endpoint.enqueue(Answer(text="a", usage=None), Answer(text="a", usage=None))
    assert all(event["choices"] for event in await raw.stream("/v1/chat/completions", CHAT))
    assert "usage" not in await raw.call("/v1/chat/completions", CHAT)


async def test_tool_calls_come_in_fragments(endpoint: Endpoint, raw: Raw) -> None:
    wanted: list[dict[str, Any]] = [
        {"name": "read", "arguments": {"path": "ä.py", "line": 3}},
        {"name": "run", "arguments": "{broken", "id": "c"},
    ]
    endpoint.enqueue(Answer(tool_calls=wanted), Answer(tool_calls=wanted))
    events = await raw.stream("/v1/chat/completions", CHAT)
    deltas = [choice["delta"].get("tool_calls") for event in events for choice in event["choices"]]
    for index, arguments in enumerate(['{"path": "ä.py", "line": 3}', "{broken"]):
        start, *parts = [call for delta in deltas if delta for call in delta if call["index"] == index]
        assert start["function"] == {"name": wanted[index]["name"], "arguments": ""}
        assert start["id"] == wanted[index].get("id", "call_1_0")
        assert len(parts) == 3
        assert "".join(part["function"]["arguments"] for part in parts) == arguments
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    message = (await raw.call("/v1/chat/completions", CHAT))["choices"][0]["message"]
    assert message["content"] is None
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == [
        '{"path": "ä.py", "line": 3}',
        "{broken",
    ]


async def test_delays_hold_back_the_head_and_the_pieces(endpoint: Endpoint, raw: Raw) -> None:
    clock = asyncio.get_running_loop().time
    endpoint.enqueue(Answer(text="abc", chunk_size=1, delay_first_s=0.05, delay_chunk_s=0.03))
    raw.ask("POST", "/v1/completions", FIM | STREAM)
    start = clock()
    await raw.head()
    first = clock()
    assert len([chunk async for chunk in raw.chunks()]) == 6
    assert first - start >= 0.045
    assert clock() - first >= 0.055


async def test_models(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.models_answer = Answer(models=["a", "b"])
    endpoint.enqueue(Answer(text="kept"))
    for path in ("/models", "/v1/models"):
        raw.ask("GET", path)
        listed = json.loads((await raw.answer())[2])
        assert (listed["object"], [one["id"] for one in listed["data"]]) == ("list", ["a", "b"])
    endpoint.models_answer = Answer(status=401)
    raw.ask("GET", "/v1/models")
    assert (await raw.answer())[0] == 401
    assert endpoint.queued == 1, "only model calls use up answers"


async def test_pipelined_requests_are_answered_in_order_until_connection_close(
    endpoint: Endpoint, raw: Raw
) -> None:
    endpoint.reply_with(lambda received: Answer(text=received.prompt))
    for number in range(3):
        asks = {"messages": [{"role": "user", "content": [{"type": "text", "text": str(number)}]}]}
        raw.ask("POST", "/v1/chat/completions", asks, *(["Connection: close"] if number == 2 else []))
    said = [json.loads((await raw.answer())[2])["choices"][0]["message"]["content"] for _ in range(3)]
    assert said == ["0", "1", "2"]
    assert await raw.reader.read() == b""


def test_answers_that_contradict_themselves_are_refused() -> None:
    for wrong in ({"text": "a", "chunks": ["a"]}, {"chunk_size": 0}, {"cut_after": 1, "hang_after": 1}):
        with pytest.raises(ValueError, match=r"answer|chunk_size"):
            Answer.from_json(wrong)
    with pytest.raises(ValueError, match="no field txet"):
        Answer.from_json({"txet": "a"})
    assert Answer.from_json({"junk": "é"}).junk == "é".encode()


@given(st.text(), st.integers(1, 9))
def test_pieces_make_the_text(text: str, size: int) -> None:
    pieces = Answer(text=text, chunk_size=size).pieces
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= size for piece in pieces)
