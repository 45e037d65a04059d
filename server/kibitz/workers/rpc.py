"""A JSON-RPC 2.0 peer over two byte streams: what the server says to its workers, and a client to a server."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from kibitz.errors import KibitzError
from kibitz.workers.frames import FrameParser, Malformed, encode

Handler = Callable[[Any], Any]


class Writer(Protocol):
    """The half of asyncio.StreamWriter that is needed."""

    def write(self, data: bytes) -> None: ...
    async def drain(self) -> None: ...


class Peer:
    """One end of the conversation.

    `on` names what this end answers; `request` asks and waits, and a cancelled wait cancels the other end's work.
    `stamp` gives members that each request has beside JSON-RPC's own. When the stream ends, every open request fails
    with `internal` and `closed` is set.
    """

    def __init__(
        self,
        writer: Writer,
        on: dict[str, Handler] | None = None,
        stamp: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.closed = asyncio.Event()
        self.notifications: dict[str, Handler] = {}
        self._writer = writer
        self._on = dict(on or {})
        self._stamp = stamp
        self._ids = itertools.count(1)
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._progress: dict[int, Callable[[Any], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def answer(self, method: str, handler: Handler) -> None:
        """Answer requests and notifications of this method; the handler may be a coroutine function."""
        self._on[method] = handler

    def notify(self, method: str, params: Any) -> None:
        """Say something that has no answer."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    async def request(
        self, method: str, params: Any, on_progress: Callable[[Any], None] | None = None
    ) -> Any:
        """Ask and wait. Raises the other end's KibitzError, or RpcError for a foreign one.

        `on_progress` gets what the other end reports for this request (`$/progress` with the request id as token).
        """
        if self.closed.is_set():
            raise KibitzError("internal", "The other process has ended.", "Try again.")
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._open[number] = future
        if on_progress is not None:
            self._progress[number] = on_progress
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params, **self._stamp()})
        try:
            return await future
        except asyncio.CancelledError:
            if not self.closed.is_set():
                self.notify("$/cancelRequest", {"id": number})
            raise
        finally:
            self._open.pop(number, None)
            self._progress.pop(number, None)

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Read until the stream ends."""
        parser = FrameParser()
        try:
            while data := await reader.read(65536):
                for message in parser.feed(data):
                    self._receive(message)
        except ConnectionError:
            return
        finally:
            self.close()

    def close(self) -> None:
        """Fail what is still open."""
        self.closed.set()
        for future in self._open.values():
            if not future.done():
                future.set_exception(
                    KibitzError("internal", "The other process ended before it answered.", "Try again.")
                )

    def _send(self, message: Any) -> None:
        if not self.closed.is_set():
            self._writer.write(encode(message))

    def _receive(self, message: Any) -> None:
        if isinstance(message, Malformed) or not isinstance(message, dict):
            return
        method = message.get("method")
        if method == "$/progress" and (report := self._progress.get(message["params"].get("token"))):
            report(message["params"].get("value"))
        elif method is not None:
            handler = self._on.get(method)
            if "id" in message:
                self._start(self._answer(message["id"], handler, message.get("params")))
            elif handler is not None:
                outcome = handler(message.get("params"))
                if inspect.isawaitable(outcome):
                    self._start(_finish(outcome))
        elif (future := self._open.get(message.get("id", -1))) is not None and not future.done():
            if "error" in message:
                future.set_exception(_raised(message["error"]))
            else:
                future.set_result(message.get("result"))

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, number: Any, handler: Handler | None, params: Any) -> None:
        if handler is None:
            self._send(
                {"jsonrpc": "2.0", "id": number, "error": {"code": -32601, "message": "Unknown method"}}
            )
            return
        try:
            result = handler(params)
            if inspect.isawaitable(result):
                result = await result
            self._send({"jsonrpc": "2.0", "id": number, "result": result})
        except KibitzError as error:
            body = {"code": -32803, "message": error.message, "data": error.to_json()}
            self._send({"jsonrpc": "2.0", "id": number, "error": body})


async def _finish(outcome: Awaitable[Any]) -> None:
    await outcome


class RpcError(Exception):
    """An error another program answered with."""

    def __init__(self, code: int, message: str, data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


def _raised(error: Any) -> Exception:
    data = error.get("data")
    if isinstance(data, dict) and "kind" in data:
        return KibitzError.from_json(data)
    return RpcError(error.get("code", 0), str(error.get("message", "")), data)
