"""The scripted endpoint's reading of bytes, its thread and its command line."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import endpoint as endpoint_module
from support.endpoint import Answer, Connection, Endpoint, Received, ThreadedEndpoint, load_script
from support.endpoint_http import BadRequestError, Wire
from support.endpoint_raw import FIM, Raw, connect


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as running:
        yield running


@pytest.fixture
async def raw(endpoint: Endpoint) -> AsyncIterator[Raw]:
    client = await connect(endpoint)
    yield client
    client.close()


async def test_a_body_may_be_chunked_and_announced(endpoint: Endpoint, raw: Raw) -> None:
    head = b"POST /v1/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    raw.writer.write(head)
    assert (await raw.head())[0] == 100
    data = json.dumps(FIM).encode()
    raw.writer.write(
        b"5;x=y\r\n%b\r\n%x\r\n%b\r\n0\r\nTrailer: t\r\n\r\n" % (data[:5], len(data) - 5, data[5:])
    )
    assert (await raw.answer())[0] == 200
    assert endpoint.requests[0].json == FIM


class _NoWriter:
    """As much of a StreamWriter as reading needs."""

    transport: Any

    def __init__(self) -> None:
        self.transport = self

    def set_write_buffer_limits(self, high: int) -> None:
        assert high == 0


def read_in_parts(parts: list[bytes]) -> tuple[Received, Connection]:
    async def read() -> tuple[Received, Connection]:
        reader, connection = asyncio.StreamReader(), Connection(0, 0.0)
        wire = Wire(reader, _NoWriter(), connection, lambda: None)  # type: ignore[arg-type]
        reading = asyncio.ensure_future(wire.read_request())
        for part in parts:
            reader.feed_data(part)
            await asyncio.sleep(0)
        reader.feed_eof()
        return await reading, connection

    return asyncio.run(read())


@settings(max_examples=40)
@given(st.binary(max_size=60), st.lists(st.integers(0, 200), max_size=6))
def test_a_request_reads_the_same_however_it_arrives(body: bytes, cuts: list[int]) -> None:
    sent = b"POST /p HTTP/1.1\r\nContent-Length: %d\r\nA-b: c:d\r\n\r\n%b" % (len(body), body)
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    parts = [sent[a:b] for a, b in itertools.pairwise(edges)]
    received, connection = read_in_parts(parts)
    assert (received.body, received.headers["a-b"], connection.bytes_in) == (body, "c:d", len(sent))
    with pytest.raises(asyncio.IncompleteReadError):
        read_in_parts([sent[:-1]] if body else [sent[:-2]])


@settings(max_examples=40)
@given(st.binary(max_size=80))
def test_noise_is_refused_or_incomplete_never_anything_else(noise: bytes) -> None:
    with pytest.raises((BadRequestError, asyncio.IncompleteReadError)):
        read_in_parts([noise.replace(b"HTTP/", b"")])


def post(url: str, body: object) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_from_another_thread() -> None:
    with ThreadedEndpoint() as endpoint:
        endpoint.enqueue(Answer(text="one"), Answer(status=503))
        assert post(f"{endpoint.url}/completions", FIM)["choices"][0]["text"] == "one"
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(f"{endpoint.url}/completions", FIM)
        refused.value.close()
        endpoint.reply_with(lambda received: Answer(text=received.prompt))
        assert post(f"{endpoint.url}/completions", FIM)["choices"][0]["text"] == "def f():\n\n\n"
        assert [one.json for one in endpoint.requests] == [FIM, FIM, FIM]
        assert endpoint.queued == 0
        endpoint.models_answer = Answer(models=["m"])
        assert endpoint.models_answer.models == ["m"]
        endpoint.wait_for(lambda now: all(one.closed_at for one in now.connections))
        assert len(endpoint.connections) == 3
        with pytest.raises(OSError, match="in use"):
            ThreadedEndpoint(urlsplit(endpoint.url).port or 0).start()
    assert len(endpoint.requests) == 3, "what was recorded outlives the thread"
    endpoint.stop()


def test_a_script_is_checked() -> None:
    endpoint = Endpoint()
    load_script(endpoint, [{"text": "a"}, {"status": 500}])
    assert endpoint.queued == 2
    wrongs: list[Any] = ["text", {"answer": []}, [{"no": 1}]]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"script|field"):
            load_script(endpoint, wrong)


@pytest.mark.parametrize("how", ["file", "module"])
def test_by_hand(tmp_path: Path, how: str) -> None:
    script = tmp_path / "answers.json"
    script.write_text(
        json.dumps({"answers": [{"text": "one"}], "default": {"text": "more"}, "models": ["m"]})
    )
    source = Path(endpoint_module.__file__)
    run = [str(source)] if how == "file" else ["-m", "support.endpoint"]
    with subprocess.Popen(
        [sys.executable, *run, "--script", str(script)],
        cwd=source.parent.parent if how == "module" else tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            url = process.stdout.readline().strip()
            said = [post(f"{url}/completions", FIM)["choices"][0]["text"] for _ in range(2)]
            assert process.stderr.readline().startswith("POST /v1/completions (")
        finally:
            process.terminate()
    assert said == ["one", "more"]
