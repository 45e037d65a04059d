"""Model servers on this machine: those that answer like one are offered, and nothing else disturbs the listing."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models.local import MOST_BYTES, MOST_MODELS, SERVERS, Server, _json, find
from support.endpoint import Answer, Endpoint

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@asynccontextmanager
async def listening(answer: bytes | None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that says these bytes to whoever asks, or nothing at all; its port, and what it was asked."""
    asked: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        over.set()
        server.close()
        await server.wait_closed()


def ollama(port: int) -> Server:
    return Server("Ollama", port, "/api/tags", "models", "name")


def test_the_usual_places_are_looked_at() -> None:
    assert {(s.title, s.port, s.path) for s in SERVERS} == {
        ("Ollama", 11434, "/api/tags"),
        ("llama.cpp", 8080, "/v1/models"),
        ("LM Studio", 1234, "/v1/models"),
        ("vLLM", 8000, "/v1/models"),
    }


async def test_models_are_offered_under_the_name_to_select() -> None:
    body = json.dumps({"models": [{"name": "qwen2.5-coder:7b", "size": 1}, {"name": "llama3:8b"}]}).encode()
    async with Endpoint() as endpoint, listening(HEAD + body) as (port, asked):
        endpoint.models_answer = Answer(models=("org/model-a",))
        there = int(endpoint.url.split(":")[2].split("/")[0])
        found = await find((ollama(port), Server("vLLM", there)), timeout_s=5)
        assert [(f.name, f.server, f.host) for f in found] == [
            (f"openai/qwen2.5-coder:7b@http://127.0.0.1:{port}/v1", "Ollama", f"127.0.0.1:{port}"),
            (f"openai/llama3:8b@http://127.0.0.1:{port}/v1", "Ollama", f"127.0.0.1:{port}"),
            (f"openai/org/model-a@http://127.0.0.1:{there}/v1", "vLLM", f"127.0.0.1:{there}"),
        ]
        assert asked[0].startswith(b"GET /api/tags HTTP/1.1\r\n")
        assert b"uthorization" not in asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff junk",
        b"HTTP/1.1 200 OK\r\n\r\n<html>Hello</html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        HEAD + b"[]",
        HEAD + b"null",
        HEAD + b'{"models": 5, "data": {}}',
        HEAD + b'{"models": [1, null, {"name": 7}, {"name": ""}, {}]}',
        HEAD + b'{"models": [{"name": "a b"}, {"name": "x\\u001b[2J"}, {"name": "m@http://evil.com"}]}',
        HEAD + json.dumps({"models": [{"name": "n" * 300}]}).encode(),
        HEAD + b"[" * 100_000,
        HEAD + b'{"models": [{"name": "big"}]}' + b" " * MOST_BYTES,
        b"HTTP/1.1 404 Not Found\r\n\r\n" + b'{"models": [{"name": "x"}]}',
    ],
    ids=range(13),
)
async def test_what_is_no_list_of_models_offers_none(answer: bytes) -> None:
    async with listening(answer) as (port, asked):
        assert await find((ollama(port),), timeout_s=5) == []
        assert len(asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    async with listening(HEAD + b'{"models": [{"name": "x"}]}') as (there, asked):
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{there}/api/tags\r\n\r\n".encode()
        async with listening(moved) as (port, _):
            assert await find((ollama(port),), timeout_s=5) == []
        assert asked == []


async def test_a_server_that_says_nothing_holds_up_nobody() -> None:
    async with listening(None) as (silent, _), listening(HEAD + b'{"models": [{"name": "x"}]}') as (port, _):
        began = time.perf_counter()
        found = await find((ollama(silent), ollama(port)), timeout_s=0.2)
        assert time.perf_counter() - began < 2
    assert len(found) == 1


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await find((ollama(taken.getsockname()[1]),), timeout_s=5) == []


async def test_a_long_list_is_cut() -> None:
    body = json.dumps({"models": [{"name": f"m{n}"} for n in range(200)] * 2}).encode()
    async with listening(HEAD + body) as (port, _):
        found = await find((ollama(port),), timeout_s=5)
    assert len(found) == MOST_MODELS
    assert len({f.name for f in found}) == MOST_MODELS


@given(
    st.binary(max_size=200), st.sampled_from([lambda b: b, lambda b: HEAD + b, lambda b: b"HTTP/1.1 " + b])
)
def test_any_bytes_are_read_or_refused_in_the_expected_way(
    raw: bytes, shape: Callable[[bytes], bytes]
) -> None:
    with suppress(ValueError, http.client.HTTPException, RecursionError):
        _json(shape(raw))
