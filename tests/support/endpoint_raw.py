"""A client that knows just enough HTTP to see every byte the scripted endpoint sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from support.endpoint import Endpoint

CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
FIM: dict[str, Any] = {"model": "m", "prompt": "def f():\n", "suffix": "\n"}
STREAM: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}


class Raw:
    """One connection to an endpoint; `ask` sends, the others read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def ask(self, method: str, path: str, body: object = None, *headers: str) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: here", f"Content-Length: {len(data)}", *headers]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + data)

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        return int(lines[0].split()[1]), {
            k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])
        }

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        assert await self.reader.readexactly(2) == b"\r\n"

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, b"".join([chunk async for chunk in self.chunks()])
        return status, headers, await self.reader.readexactly(int(headers["content-length"]))

    async def call(self, path: str, body: object) -> Any:
        self.ask("POST", path, body)
        return json.loads((await self.answer())[2])

    async def stream(self, path: str, body: dict[str, Any]) -> list[Any]:
        self.ask("POST", path, body | STREAM)
        _, headers, data = await self.answer()
        assert headers["content-type"].startswith("text/event-stream")
        return events_of(data)

    def close(self) -> None:
        self.writer.transport.abort()


def events_of(data: bytes) -> list[Any]:
    """The parsed events of a finished stream, without the [DONE] it has to end with."""
    events = data.decode().removesuffix("\n\n").split("\n\n")
    assert events.pop() == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events]


async def connect(endpoint: Endpoint) -> Raw:
    return Raw(*await asyncio.open_connection("127.0.0.1", urlsplit(endpoint.url).port))
