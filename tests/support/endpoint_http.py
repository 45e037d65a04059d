"""One HTTP/1.1 connection of the scripted endpoint: requests read, answers written, every byte counted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from typing import Any, Literal


@dataclass(frozen=True)
class Received:
    """One request as it arrived. Header names are lower case; `json` is None where the body is not JSON."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    json: Any
    time: float
    """time.monotonic() when its last byte had been read."""
    connection: int
    """The `id` of the connection it came over."""

    @property
    def streams(self) -> bool:
        """Whether the client asked for a stream."""
        return isinstance(self.json, dict) and self.json.get("stream") is True

    @property
    def prompt(self) -> str:
        """All text given to the model: the contents of the messages, or prompt and suffix, a line each."""
        if not isinstance(self.json, dict):
            return ""
        parts: list[object] = [self.json.get("prompt"), self.json.get("suffix")]
        for message in self.json.get("messages") or []:
            content = message.get("content") if isinstance(message, dict) else None
            if isinstance(content, list):
                parts += [part.get("text") for part in content if isinstance(part, dict)]
            else:
                parts.append(content)
        return "\n".join(part for part in parts if isinstance(part, str))


@dataclass
class Connection:
    """One TCP connection. Times are time.monotonic(); `closed_at` and `closed_by` are None while it is open."""

    id: int
    opened_at: float
    closed_at: float | None = None
    closed_by: Literal["client", "server"] | None = None
    bytes_in: int = 0
    bytes_out: int = 0


class BadRequestError(Exception):
    """What was read is not HTTP/1.1."""


class Wire:
    """Reads requests from and writes answers to one connection; `changed` is called after every count."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: Connection,
        changed: Callable[[], None],
    ) -> None:
        self.connection = connection
        self._reader = reader
        self._writer = writer
        self._changed = changed
        # So that a drained write has left this process: a hard close afterwards loses nothing already sent.
        writer.transport.set_write_buffer_limits(high=0)

    async def read_request(self) -> Received:
        """The next request.

        Raises BadRequestError for what is not HTTP, IncompleteReadError or ConnectionError when the client left.
        """
        lines = (await self._line(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        try:
            method, target, version = lines[0].split(" ")
        except ValueError:
            raise BadRequestError("not a request line") from None
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            raise BadRequestError("not a version of HTTP this endpoint speaks")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise BadRequestError("not a header line")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._body(headers)
        try:
            parsed = json.loads(body) if body else None
        except ValueError:
            parsed = None
        path, _, query = target.partition("?")
        now = time.monotonic()
        return Received(method, path, query, headers, body, parsed, now, self.connection.id)

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := _number((await self._line(b"\r\n")).partition(b";")[0], 16):
                body += await self._exactly(size)
                await self._line(b"\r\n")
            while await self._line(b"\r\n"):
                pass  # trailers
            return body
        return await self._exactly(_number(headers.get("content-length", "0").encode("latin-1"), 10))

    async def discard(self) -> None:
        """Reads and drops everything until the client leaves."""
        while data := await self._reader.read(65536):
            self._count_in(len(data))

    async def _line(self, end: bytes) -> bytes:
        try:
            return (await self._counted(self._reader.readuntil(end))).removesuffix(end)
        except asyncio.LimitOverrunError:
            raise BadRequestError("the head is too long") from None

    async def _exactly(self, size: int) -> bytes:
        return await self._counted(self._reader.readexactly(size))

    async def _counted(self, read: Awaitable[bytes]) -> bytes:
        try:
            data = await read
        except asyncio.IncompleteReadError as cut:
            self._count_in(len(cut.partial))
            raise
        self._count_in(len(data))
        return data

    def _count_in(self, size: int) -> None:
        self.connection.bytes_in += size
        self._changed()

    async def send(self, data: bytes) -> None:
        """Writes bytes and waits until they have left this process. Raises ConnectionError."""
        self._writer.write(data)
        await self._writer.drain()
        self.connection.bytes_out += len(data)
        self._changed()

    async def head(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        """Writes a status line and headers; `length` None announces a chunked body."""
        fields = {name.title(): value for name, value in headers.items()}
        fields |= {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        await self.send(
            f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}\r\n{text}\r\n".encode("latin-1")
        )

    async def chunk(self, data: bytes) -> None:
        """Writes one chunk of a chunked body. Empty data is skipped: it would end the body."""
        if data:
            await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def event(self, payload: Mapping[str, Any] | str) -> None:
        """Writes one server-sent event as one chunk."""
        text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"))
        await self.chunk(f"data: {text}\n\n".encode())

    async def end(self) -> None:
        """Ends a chunked body."""
        await self.send(b"0\r\n\r\n")

    async def close(self, by: Literal["client", "server"]) -> None:
        """Closes the socket hard, whatever is unfinished, and records who ended the connection."""
        self.connection.closed_at = time.monotonic()
        self.connection.closed_by = by
        self._changed()
        self._writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


def _number(digits: bytes, base: int) -> int:
    try:
        size = int(digits, base)
    except ValueError:
        raise BadRequestError("not a length") from None
    if size < 0:
        raise BadRequestError("a negative length")
    return size
