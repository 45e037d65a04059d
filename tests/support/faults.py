"""Every way a model server fails, as one table: how it is staged, and what must come of it.

A fault is staged on the scripted endpoint (`answer`), or is a place where no model server is (`place`). The same table
serves the gateway's tests, the doctor's, and the printed one (tests/benchmarks/faults.py).
"""

from __future__ import annotations

import asyncio
import email.utils
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from support.endpoint import Answer
from support.tls import untrusted

CANARY = "canary-of-the-prompt-51c2"
HTML = {"Content-Type": "text/html; charset=utf-8"}
PORTAL = b"<!doctype html><html><head><title>Welcome to the hotel</title></head><body>Log in</body></html>"
HALF = b'data: {"id": "1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"cont'

Place = Callable[[], AbstractAsyncContextManager[str]]


@dataclass(frozen=True)
class Fault:
    """One. `silence`: it ends when the request's time does; `says`: words its sentence or hint must have;
    `requests`: how many may reach the endpoint, where that is neither one nor, with `retry`, three."""

    name: str
    kind: str
    answer: Answer | Callable[[], Answer] | None = None
    place: Place | None = None
    retry: bool = False
    silence: bool = False
    after_s: float | None = None
    says: str = ""
    requests: int | None = None
    forms: frozenset[str] = field(default_factory=lambda: frozenset({"chat", "infill", "messages"}))

    def staged(self) -> Answer:
        """The endpoint's answer."""
        assert self.answer is not None
        return self.answer() if callable(self.answer) else self.answer


OPENAI = frozenset({"chat", "infill"})
CHAT = frozenset({"chat", "messages"})


def _status(status: int, body: bytes | None = None, retry_after: str | None = None) -> Answer:
    """A failure as a bare server or a proxy in between words it: no code, and the prompt repeated."""
    if body is not None:
        return Answer(status=status, junk=body, headers=HTML)
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Answer(status=status, error_code="", error_message=f"You sent {CANARY}.", headers=headers)


def _in_a_while(seconds: float) -> Callable[[], Answer]:
    return lambda: Answer(
        error_code="rate_limit_exceeded",
        headers={"Retry-After": email.utils.formatdate(time.time() + seconds, usegmt=True)},
    )


@asynccontextmanager
async def refused() -> AsyncIterator[str]:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


@asynccontextmanager
async def unknown() -> AsyncIterator[str]:
    """A name that no server has."""
    yield "http://no-such-host.invalid/v1"


@asynccontextmanager
async def self_signed() -> AsyncIterator[str]:
    """An address that speaks TLS with a certificate nobody trusts."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=untrusted())
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/v1"


@asynccontextmanager
async def no_tls() -> AsyncIterator[str]:
    """`https` for an address that speaks plain HTTP."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


@asynccontextmanager
async def deaf() -> AsyncIterator[str]:
    """An address where connections are neither accepted nor refused: its queue is full."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            for one in waiting:
                one.close()


@asynccontextmanager
async def not_http() -> AsyncIterator[str]:
    """An address where another kind of server answers."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


FAULTS: tuple[Fault, ...] = (
    Fault("400", "invalid", _status(400)),
    Fault(
        "401", "auth", Answer(error_code="invalid_api_key", error_message=f"Bad key; {CANARY}"), says="key"
    ),
    Fault("401, bare", "auth", _status(401), says="key"),
    Fault("401, a page", "auth", _status(401, b"<html>401</html>"), says="key"),
    Fault("402", "quota", _status(402)),
    Fault("403", "auth", Answer(error_code="forbidden")),
    Fault("403, bare", "auth", _status(403)),
    Fault("404 model", "not_found", Answer(error_code="model_not_found"), says="name"),
    Fault(
        "404 model, as Ollama",
        "not_found",
        Answer(status=404, error_code="", error_message="model 'm' not found, try pulling it first"),
        says="name",
    ),
    Fault("404 path", "not_found", _status(404, b"404 page not found"), says="/v1"),
    Fault("405", "not_found", _status(405, b"<html>405</html>"), says="/v1"),
    Fault("408", "timeout", _status(408), retry=True),
    Fault("409", "network", _status(409), retry=True),
    Fault("413", "context_length", _status(413)),
    Fault("413, a page", "context_length", _status(413, b"<html>Request Entity Too Large</html>")),
    Fault("422", "invalid", _status(422), requests=2),
    Fault("429", "rate_limit", Answer(error_code="rate_limit_exceeded"), retry=True),
    Fault("429, bare", "rate_limit", _status(429), retry=True),
    Fault(
        "429, seconds",
        "rate_limit",
        Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "33"}),
        after_s=33,
    ),
    Fault("429, date", "rate_limit", _in_a_while(44), after_s=44),
    Fault(
        "429, milliseconds",
        "rate_limit",
        Answer(error_code="rate_limit_exceeded", headers={"retry-after-ms": "55000", "Retry-After": "1"}),
        after_s=55,
    ),
    Fault(
        "429, soon",
        "rate_limit",
        Answer(error_code="rate_limit_exceeded", headers={"retry-after-ms": "20"}),
        retry=True,
        after_s=0.02,
    ),
    Fault("quota used up", "quota", Answer(error_code="insufficient_quota"), says="billing"),
    Fault("500", "network", Answer(error_code="server_error", error_message=CANARY), retry=True, says="500"),
    Fault("500, a page", "network", _status(500, b"<html>oops</html>"), retry=True, says="500"),
    Fault("502, a page", "network", _status(502, b"<html>Bad Gateway</html>"), retry=True, says="502"),
    Fault("503", "network", Answer(error_code="overloaded"), retry=True, says="503"),
    Fault("503 with Retry-After", "network", _status(503, retry_after="66"), after_s=66),
    Fault("504, a page", "network", _status(504, b"<html>Gateway Timeout</html>"), retry=True, says="504"),
    Fault("529", "network", _status(529), retry=True, says="529"),
    Fault("closed without a byte", "network", Answer(drop=True), retry=True),
    Fault("cut before the first word", "network", Answer(chunks=["a", "b"], cut_after=0), retry=True),
    Fault("cut stream", "network", Answer(chunks=["a", "b"], cut_after=1), says="broke off"),
    Fault("stalled before the first byte", "timeout", Answer(hang=True), silence=True),
    Fault("stalled before the first word", "timeout", Answer(chunks=["a"], hang_after=0), silence=True),
    Fault("stalled stream", "timeout", Answer(chunks=["a", "b"], hang_after=1), silence=True),
    Fault("error in the stream", "network", Answer(chunks=["a"], error_in_stream="server_error")),
    Fault("429 in the stream", "rate_limit", Answer(chunks=["a"], error_in_stream="rate_limit_exceeded")),
    Fault("error as first event", "network", Answer(error_in_stream="server_error"), retry=True),
    Fault("429 as first event", "rate_limit", Answer(error_in_stream="rate_limit_exceeded"), retry=True),
    Fault("half a JSON", "bad_response", Answer(chunks=["a"], junk=HALF)),
    Fault("half a JSON, first", "bad_response", Answer(junk=HALF)),
    Fault("half a JSON, not a stream", "bad_response", Answer(junk=b'{"choices": [{"mess')),
    Fault("a captive portal", "bad_response", Answer(junk=PORTAL, headers=HTML), says="api_base"),
    Fault("not text", "bad_response", Answer(junk=b"\xff\xfe\x00\x01" * 20)),
    Fault("nothing at all, 200", "bad_response", Answer(junk=b"")),
    Fault("a redirect", "bad_response", Answer(status=302, headers={"Location": "http://127.0.0.1:9/"})),
    Fault("an empty answer", "bad_response", Answer(chunks=[]), forms=CHAT, says="nothing"),
    Fault(
        "all output thought away",
        "bad_response",
        Answer(chunks=[], finish_reason="length"),
        forms=CHAT,
        says="before",
    ),
    Fault("content filter", "content_filter", Answer(error_code="content_filter")),
    Fault("filtered answer", "content_filter", Answer(chunks=["a"], finish_reason="content_filter")),
    Fault("context too long", "context_length", Answer(error_code="context_length_exceeded")),
    Fault(
        "context too long, in words",
        "context_length",
        Answer(status=400, error_code="", error_message="prompt is too long: 9000 tokens > 8192 maximum"),
    ),
    Fault("refused connection", "network", place=refused, says="running"),
    Fault("no such host", "network", place=unknown, says="found", forms=OPENAI),
    Fault("certificate not trusted", "network", place=self_signed, says="certificate"),
    Fault("no TLS there", "network", place=no_tls, says="http:"),
    Fault("connection never accepted", "timeout", place=deaf, silence=True),
    Fault("not HTTP", "bad_response", place=not_http, says="api_base"),
)
