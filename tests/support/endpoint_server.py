"""The scripted endpoint itself: which answer a request gets, and how it is sent, broken or withheld."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType

from support.endpoint_http import BadRequestError, Connection, Received, Wire
from support.endpoint_openai import Answer, Reply, error_object, model_list

Rule = Callable[[Received], Answer]
_JSON = {"Content-Type": "application/json"}
_EVENTS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


class Endpoint:
    """The endpoint in the running event loop; an async context manager.

    Model calls are answered from the queue, then by the rule, which says "ok" until `reply_with` changes it. A rule
    that raises closes the connection, and its exception is raised again by `stop`. A client that ends its side of a
    connection counts as gone, and whatever it was being sent is abandoned.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.connections: list[Connection] = []
        self.models_answer = Answer()
        """What GET /v1/models answers: `Answer(models=[...])`, or an error, a delay, junk."""
        self._port = port
        self._queue: deque[Answer] = deque()
        self._rule: Rule = lambda _: Answer(text="ok")
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []
        self._serial = 0

    @property
    def url(self) -> str:
        """The base URL for clients, e.g. http://127.0.0.1:8123/v1. It stays the same over stop and start."""
        if not self._port:
            raise RuntimeError("the endpoint was not started")
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def queued(self) -> int:
        """How many enqueued answers nobody has asked for yet."""
        return len(self._queue)

    async def start(self) -> None:
        """Listens on loopback, on the port it had before where it was stopped. Raises OSError if that is taken."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and closes every connection hard. Raises what a rule raised. Twice is harmless."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await server.wait_closed()
        if self._failures:
            failure, self._failures = self._failures[0], []
            raise failure

    async def __aenter__(self) -> Endpoint:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def enqueue(self, *answers: Answer) -> None:
        """Adds answers to the queue; each answers one model call, first in first out."""
        self._queue.extend(answers)

    def reply_with(self, rule: Rule) -> None:
        """Answers model calls that find the queue empty. Keep it quick: it runs in the event loop."""
        self._rule = rule

    async def wait_for(self, condition: Callable[[Endpoint], bool], timeout: float | None = 5) -> None:
        """Returns once the condition holds; it is tried whenever anything happened. Raises TimeoutError."""
        try:
            async with asyncio.timeout(timeout):
                while not condition(self):
                    await self._changed.wait()
        except TimeoutError:
            still_open = sum(one.closed_at is None for one in self.connections)
            raise TimeoutError(
                f"not within {timeout} s: {len(self.requests)} requests, {len(self.connections)} connections, "
                f"{still_open} of them open, {self.queued} answers not asked for"
            ) from None

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:  # it came in while this side was stopping
            writer.transport.abort()
            return
        connection = Connection(len(self.connections), time.monotonic())
        self.connections.append(connection)
        self._notify()
        task = asyncio.create_task(self._serve(Wire(reader, writer, connection, self._notify)))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, wire: Wire) -> None:
        """Reads all the time, while answering too: only so is a client that leaves noticed at once."""
        inbox: asyncio.Queue[Received | BadRequestError] = asyncio.Queue()
        reading = asyncio.create_task(self._read(wire, inbox))
        answering = asyncio.create_task(self._answer_all(wire, inbox))
        client_left = False
        try:
            await asyncio.wait({reading, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                failure = answering.exception()
                client_left = isinstance(failure, ConnectionError)
                if failure is not None and not client_left:
                    self._failures.append(failure)
            else:
                client_left = True
        finally:
            reading.cancel()
            answering.cancel()
            try:
                await asyncio.gather(reading, answering, return_exceptions=True)
            finally:  # also where the endpoint stops meanwhile
                await wire.close("client" if client_left else "server")

    async def _read(self, wire: Wire, inbox: asyncio.Queue[Received | BadRequestError]) -> None:
        """Returns when the client has left."""
        try:
            while True:
                received = await wire.read_request()
                self.requests.append(received)
                self._notify()
                inbox.put_nowait(received)
        except BadRequestError as bad:
            inbox.put_nowait(bad)
            await wire.discard()
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def _answer_all(self, wire: Wire, inbox: asyncio.Queue[Received | BadRequestError]) -> None:
        """Returns when this side is to close the connection."""
        while True:
            received = await inbox.get()
            if isinstance(received, BadRequestError):
                await self._send_error(wire, 400, "invalid_request", f"{received}.", {"Connection": "close"})
                return
            if not await self._answer(wire, received):
                return
            if received.headers.get("connection", "").lower() == "close":
                return

    async def _answer(self, wire: Wire, received: Received) -> bool:
        """Answers one request; False where the connection is to be closed."""
        path = received.path.removeprefix("/v1")
        method = {"/models": "GET", "/chat/completions": "POST", "/completions": "POST"}.get(path)
        if method is None:
            return await self._send_error(wire, 404, "unknown_url", f"No such path: {received.path}")
        if method != received.method:
            return await self._send_error(wire, 405, "method_not_allowed", f"Use {method} here.")
        if path == "/models":
            return await self._perform(wire, self.models_answer, None)
        wanted: tuple[str, type | tuple[type, ...]] = ("prompt", (str, list))
        if path == "/chat/completions":
            wanted = ("messages", list)
        if not isinstance(received.json, dict) or not isinstance(received.json.get(wanted[0]), wanted[1]):
            return await self._send_error(
                wire, 400, "invalid_request", f"A JSON body with `{wanted[0]}` is needed."
            )
        answer = self._queue.popleft() if self._queue else self._rule(received)
        self._serial += 1
        self._notify()  # the queue is shorter
        return await self._perform(wire, answer, Reply(received, answer, self._serial), received.streams)

    async def _perform(self, wire: Wire, answer: Answer, reply: Reply | None, streams: bool = False) -> bool:
        if answer.hang:
            await _until_cancelled()
        if answer.delay_first_s:
            await asyncio.sleep(answer.delay_first_s)
        if answer.drop:
            return False
        failure = answer.failure
        if reply is not None and streams and failure is None:
            return await self._stream(wire, answer, reply)
        body = failure[1] if failure else reply.whole() if reply else model_list(answer)
        status = failure[0] if failure else answer.status
        data = answer.junk if answer.junk is not None else json.dumps(body, ensure_ascii=False).encode()
        await wire.head(status, _JSON | dict(answer.headers), len(data))
        if answer.cut_after is None and answer.hang_after is None:
            await wire.send(data)
            return True
        await wire.send(data[: len(data) // 2])
        if answer.hang_after is not None:
            await _until_cancelled()
        return False

    async def _stream(self, wire: Wire, answer: Answer, reply: Reply) -> bool:
        await wire.head(answer.status, _EVENTS | dict(answer.headers), None)
        pieces = reply.pieces()
        if pieces or answer.junk is None:
            for event in reply.opening():
                await wire.event(event)
        for number, event in enumerate(pieces):
            if number in (answer.cut_after, answer.hang_after):
                break
            if number and answer.delay_chunk_s:
                await asyncio.sleep(answer.delay_chunk_s)
            await wire.event(event)
        if answer.hang_after is not None:
            await _until_cancelled()
        if answer.cut_after is not None:
            return False
        if answer.junk is not None:
            await wire.chunk(answer.junk)
        elif answer.error_in_stream is not None:
            await wire.event(error_object(answer.error_in_stream, answer.error_message))
        else:
            for event in reply.closing():
                await wire.event(event)
            await wire.event("[DONE]")
        await wire.end()
        return True

    async def _send_error(
        self, wire: Wire, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> bool:
        data = json.dumps(error_object(code, message)).encode()
        await wire.head(status, _JSON | dict(headers or {}), len(data))
        await wire.send(data)
        return True


async def _until_cancelled() -> None:
    await asyncio.get_running_loop().create_future()
