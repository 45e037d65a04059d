"""The scripted endpoint failing on purpose, and what it makes of clients that leave or talk nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.endpoint import Answer, Endpoint, Received
from support.endpoint_raw import CHAT, FIM, STREAM, Raw, connect


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as running:
        yield running


@pytest.fixture
async def raw(endpoint: Endpoint) -> AsyncIterator[Raw]:
    client = await connect(endpoint)
    yield client
    client.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (Answer(status=401), 401, "invalid_api_key"),
        (Answer(status=429), 429, "rate_limit_exceeded"),
        (Answer(error_code="insufficient_quota"), 429, "insufficient_quota"),
        (Answer(error_code="context_length_exceeded"), 400, "context_length_exceeded"),
        (Answer(error_code="content_filter"), 400, "content_filter"),
        (Answer(status=500), 500, "server_error"),
        (Answer(status=529, error_code="own"), 529, "own"),
    ],
)
async def test_errors(
    endpoint: Endpoint, raw: Raw, answer: Answer, status: int, code: str, stream: bool
) -> None:
    endpoint.enqueue(answer)
    raw.ask("POST", "/v1/chat/completions", CHAT | {"stream": stream})
    got, _, data = await raw.answer()
    assert (got, json.loads(data)["error"]["code"]) == (status, code)
    assert json.loads(data)["error"]["message"]


async def test_headers_and_junk(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.enqueue(
        Answer(status=429, headers={"Retry-After": "7", "content-type": "text/html"}, junk=b"<p>slow")
    )
    raw.ask("POST", "/v1/chat/completions", CHAT)
    status, headers, data = await raw.answer()
    assert (status, headers["retry-after"], headers["content-type"], data) == (
        429,
        "7",
        "text/html",
        b"<p>slow",
    )
    endpoint.enqueue(Answer(junk=b"\xff\x00"), Answer(text="a", junk=b"\xff"))
    raw.ask("POST", "/v1/chat/completions", CHAT | STREAM)
    assert (await raw.answer())[2] == b"\xff\x00"
    raw.ask("POST", "/v1/chat/completions", CHAT | STREAM)
    assert b'"content":"a"' in (data := (await raw.answer())[2])
    assert data.endswith(b"\n\n\xff")


async def test_an_error_within_a_stream(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.enqueue(Answer(text="half", error_in_stream="server_error"))
    raw.ask("POST", "/v1/chat/completions", CHAT | STREAM)
    status, _, data = await raw.answer()
    *_, piece, error = data.decode().removesuffix("\n\n").split("\n\n")
    assert status == 200
    assert '"content":"half"' in piece
    assert json.loads(error.removeprefix("data: "))["error"]["code"] == "server_error"


@pytest.mark.parametrize(
    ("path", "body", "extra"), [("/chat/completions", CHAT, 1), ("/completions", FIM, 0)]
)
@pytest.mark.parametrize("count", [0, 2, 3])
async def test_a_stream_cut_off(
    endpoint: Endpoint, raw: Raw, path: str, body: dict[str, Any], extra: int, count: int
) -> None:
    endpoint.enqueue(Answer(chunks=["a", "b", "c"], cut_after=count))
    raw.ask("POST", path, body | STREAM)
    assert (await raw.head())[0] == 200
    got = []
    with pytest.raises(asyncio.IncompleteReadError):
        async for chunk in raw.chunks():
            got += [chunk]
    assert len(got) == count + extra
    await endpoint.wait_for(lambda now: now.connections[0].closed_by == "server")


async def test_a_plain_answer_cut_off_and_one_dropped(endpoint: Endpoint, raw: Raw) -> None:
    endpoint.enqueue(Answer(text="abc", cut_after=0), Answer(drop=True))
    raw.ask("POST", "/v1/chat/completions", CHAT)
    _, headers = await raw.head()
    assert 0 < len(await raw.reader.read()) < int(headers["content-length"])
    other = await connect(endpoint)
    other.ask("POST", "/v1/chat/completions", CHAT)
    assert await other.reader.read() == b""
    other.close()
    assert [one.closed_by for one in endpoint.connections] == ["server", "server"]


@pytest.mark.parametrize(
    ("answer", "pieces"),
    [
        (Answer(hang=True), 0),
        (Answer(text="ab", chunk_size=1, hang_after=1), 1),
        (Answer(delay_first_s=60), 0),
        (Answer(text="ab", chunk_size=1, delay_chunk_s=60), 1),
    ],
)
async def test_a_client_that_leaves_is_noticed_at_once(
    endpoint: Endpoint, raw: Raw, answer: Answer, pieces: int
) -> None:
    endpoint.enqueue(answer)
    raw.ask("POST", "/v1/completions", FIM | STREAM)
    await endpoint.wait_for(lambda now: len(now.requests) == 1)
    if pieces:
        await raw.head()
        assert b'"text":"a"' in await anext(raw.chunks())
    assert endpoint.connections[0].closed_at is None
    left = asyncio.get_running_loop().time()
    raw.close()
    await endpoint.wait_for(lambda now: now.connections[0].closed_at is not None)
    (connection,) = endpoint.connections
    assert connection.closed_by == "client"
    assert connection.closed_at is not None
    assert connection.closed_at - left < 1
    assert (connection.bytes_out > 0) == (pieces > 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v2/none", None, 404),
        ("GET", "/v1/chat/completions", None, 405),
        ("POST", "/v1/chat/completions", None, 400),
        ("POST", "/v1/chat/completions", ["no object"], 400),
        ("POST", "/v1/completions", CHAT, 400),
    ],
)
async def test_what_is_no_call_is_refused_in_json(
    endpoint: Endpoint, raw: Raw, method: str, path: str, body: object, status: int
) -> None:
    endpoint.enqueue(Answer(text="kept"))
    raw.ask(method, path, body)
    got, _, data = await raw.answer()
    assert (got, endpoint.queued, len(endpoint.requests)) == (status, 1, 1)
    assert json.loads(data)["error"]["message"]


@pytest.mark.parametrize("sent", [b"\x16\x03\x01 TLS\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n"])
async def test_what_is_no_http_is_refused(endpoint: Endpoint, raw: Raw, sent: bytes) -> None:
    raw.writer.write(sent)
    assert (await raw.answer())[0] == 400
    assert await raw.reader.read() == b""
    assert (endpoint.requests, endpoint.connections[0].closed_by) == ([], "server")


async def test_a_rule_that_raises_is_raised_by_stop() -> None:
    def rule(received: Received) -> Answer:
        raise LookupError(received.path)

    endpoint = Endpoint()
    endpoint.reply_with(rule)
    await endpoint.start()
    raw = await connect(endpoint)
    raw.ask("POST", "/v1/completions", FIM)
    assert await raw.reader.read() == b""
    raw.close()
    with pytest.raises(LookupError, match="/v1/completions"):
        await endpoint.stop()
    await endpoint.stop()


async def test_it_goes_away_and_comes_back_under_the_same_url() -> None:
    endpoint = Endpoint()
    with pytest.raises(RuntimeError):
        _ = endpoint.url
    await endpoint.start()
    url = endpoint.url
    endpoint.enqueue(Answer(hang=True), Answer(text="back"))
    raw = await connect(endpoint)
    raw.ask("POST", "/v1/completions", FIM)
    await endpoint.wait_for(lambda now: now.queued == 1)
    await endpoint.stop()
    assert endpoint.connections[0].closed_by == "server"
    assert await raw.reader.read() == b""
    raw.close()
    with pytest.raises(ConnectionRefusedError):
        await connect(endpoint)
    async with endpoint:
        assert endpoint.url == url
        again = await connect(endpoint)
        assert (await again.call("/v1/completions", FIM))["choices"][0]["text"] == "back"
        again.close()


async def test_waiting_ends_with_the_state_it_found(endpoint: Endpoint, raw: Raw) -> None:
    await endpoint.wait_for(lambda now: len(now.connections) == 1)
    with pytest.raises(TimeoutError, match=r"0 requests, 1 connections, 1 of them open"):
        await endpoint.wait_for(lambda now: bool(now.requests), timeout=0.01)
