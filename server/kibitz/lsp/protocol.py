"""JSON-RPC as the specification wants it, on top of pygls.

pygls 2.1.1 keeps the types, the converter and requests to the client. What it gets wrong is done here instead, once:
commands that cannot be cancelled, an entry leaked per notification, parameters that do not fit left unanswered,
tracebacks and paths in errors, requests answered before `initialize` and dropped after `shutdown`, payloads logged,
streams that break on one bad header. Each has a test in tests/e2e/test_protocol.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from kibitz.errors import KibitzError, Kind, StaleError, let_go
from kibitz.log import fields, request, request_id
from kibitz.lsp.pauses import Pauses
from kibitz.workers.frames import FrameParser, Malformed

log = logging.getLogger("kibitz.lsp")

Handler = Callable[[Any], Awaitable[Any] | None]
"""Takes the structured parameters. What it does before it returns a coroutine is done before the next message is read."""

CODES = {"cancelled": -32800, "invalid": -32602, "internal": -32603}
"""JSON-RPC codes by kind; every other kind is RequestFailed (-32803)."""

LEVELS: dict[str | None, int] = {
    None: logging.DEBUG,
    "cancelled": logging.DEBUG,
    "invalid": logging.INFO,
    "not_found": logging.INFO,
    "unsupported": logging.INFO,
    "untrusted": logging.INFO,
    "internal": logging.ERROR,
}
"""How loud the end of a request is, by the kind of its error; every other kind is a warning."""

REQUEST_FAILED = -32803
CONTENT_MODIFIED = -32801


class Protocol(LanguageServerProtocol):
    """Every request id gets exactly one answer."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self.requests: dict[str, Handler] = {}
        self.notifications: dict[str, Handler] = {}
        self.exit_code: int | None = None
        self.ended = asyncio.Event()
        self._frames = FrameParser()
        self._pauses = Pauses()
        self._state = "new"
        self._open: dict[Any, asyncio.Future[Any] | None] = {}
        self._background: set[asyncio.Future[Any]] = set()

    # --- in

    def feed(self, data: bytes) -> None:
        """Handle the messages these bytes complete."""
        self._pauses.said()
        for message in self._frames.feed(data):
            if isinstance(message, Malformed):
                self._fail(None, -32700, f"The message's {message.part} could not be read.")
                continue
            for one in (message or [None]) if isinstance(message, list) else [message]:
                try:
                    self._take(one)
                except Exception:
                    log.exception("a message could not be handled")  # the next ones are waiting

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            number = message.get("id") if isinstance(message, dict) else None
            self._fail(number if _is_id(number) else None, -32600, "This is not a JSON-RPC 2.0 message.")
            return
        method, number = message.get("method"), message.get("id")
        if isinstance(method, str):
            if "id" not in message:
                self._take_notification(method, message)
            elif _is_id(number):
                self._take_request(number, method, message)
            else:
                self._fail(None, -32600, "A request id is a number or a text.")
        elif "result" in message or "error" in message:
            self._take_response(message)
        else:
            self._fail(
                number if _is_id(number) else None, -32600, "A message has a method, a result or an error."
            )

    def _take_request(self, number: Any, method: str, message: dict[str, Any]) -> None:
        refusal = self._refusal(method)
        if refusal is not None:
            self._fail(number, *refusal)
            return
        handler = self.requests.get(method)
        if handler is None:
            self._fail(number, -32601, f"{method} is not offered.")
            return
        if number in self._open:
            self._fail(number, -32600, "A request with this id is still open.")
            return
        try:
            params = self._params(message)
        except JsonRpcException:
            self._fail(number, -32602, f"The parameters of {method} do not fit.")
            return
        if method == lsp.INITIALIZE:
            self._state = "initialized"
        elif method == lsp.SHUTDOWN:
            self._state = "shutdown"
        self._open[number] = None
        self._start(number, method, handler, params)

    def _refusal(self, method: str) -> tuple[int, str] | None:
        if self._state == "new" and method != lsp.INITIALIZE:
            return -32002, "The server has not been initialized."
        if self._state == "shutdown":
            return -32600, "The server is shutting down."
        if self._state == "initialized" and method == lsp.INITIALIZE:
            return -32600, "The server has been initialized already."
        return None

    def _start(self, number: Any, method: str, handler: Handler, params: Any) -> None:
        """Run a handler; one that has work to wait for goes on as a task of its own. All it logs has this request's id."""
        with request():
            began = time.monotonic()
            try:
                outcome = handler(params)
            except Exception as error:  # noqa: BLE001 - the edge: a request must be answered, whatever failed
                self._log_end(method, began, error)
                self._answer_error(number, error)
                return
            if not asyncio.iscoroutine(outcome):
                self._log_end(method, began, None)
                self._answer(number, outcome)
                return
            task = asyncio.ensure_future(outcome)
            self._open[number] = task
            task.add_done_callback(lambda done: self._finish(number, method, began, done))

    def _finish(self, number: Any, method: str, began: float, task: asyncio.Future[Any]) -> None:
        error = (
            KibitzError("cancelled", "The request was cancelled.") if task.cancelled() else task.exception()
        )
        let_go(task)
        self._log_end(method, began, error)
        if error is not None:
            self._answer_error(number, error)
        else:
            self._answer(number, task.result())

    def _log_end(self, method: str, began: float, error: BaseException | None) -> None:
        """What became of a request, and how long it took."""
        kind = error.kind if isinstance(error, KibitzError) else "internal" if error is not None else None
        level = LEVELS.get(kind, logging.WARNING)
        if log.isEnabledFor(level):
            spent = (time.monotonic() - began) * 1000
            unexpected = error if error is not None and not isinstance(error, KibitzError) else None
            text = "a request was answered" if error is None else "a request failed"
            log.log(
                level, text, exc_info=unexpected, extra=fields(method=method, kind=kind, durationMs=spent)
            )

    def _take_notification(self, method: str, message: dict[str, Any]) -> None:
        if method == lsp.EXIT:
            self.end(0 if self._state == "shutdown" else 1)
            return
        if self._state != "initialized":
            return
        if method == lsp.CANCEL_REQUEST:
            self._cancel((message.get("params") or {}).get("id"))
            return
        handler = self.notifications.get(method)
        if handler is None:
            return
        with request():
            try:
                outcome = handler(self._params(message))
            except JsonRpcException:
                log.warning("parameters of %s do not fit", method)
                return
            except Exception:
                log.exception("%s failed", method)
                return
            if asyncio.iscoroutine(outcome):
                self.in_background(outcome, method)

    def _take_response(self, message: dict[str, Any]) -> None:
        number: Any = message.get("id")
        future = self._request_futures.pop(number, None) if _is_id(number) else None
        if future is None or future.done():  # whoever asked was cancelled meanwhile
            self._result_types.pop(str(number), None)
            return
        try:
            answer = self.structure_message(message)
        except JsonRpcException:
            future.set_exception(KibitzError("bad_response", "The editor's answer does not fit."))
            return
        self._result_types.pop(answer.id, None)
        if (error := getattr(answer, "error", None)) is not None:
            future.set_exception(JsonRpcException.from_error(error))
        else:
            future.set_result(getattr(answer, "result", None))

    def _params(self, message: dict[str, Any]) -> Any:
        if self.get_message_type(message["method"]) is None:
            return message.get("params")
        return getattr(self.structure_message(message), "params", None)

    def _cancel(self, number: Any) -> None:
        """Answer at once; the work is told to stop, and what it still says is dropped."""
        if not _is_id(number) or (task := self._open.get(number)) is None:
            return
        self._answer_error(number, KibitzError("cancelled", "The request was cancelled."))
        task.cancel()

    def in_flight(self) -> int:  # no property: pygls reads those before there is anything to count
        """How many requests are being worked on."""
        return len(self._open)

    # --- out

    def in_background(self, work: Any, name: str) -> asyncio.Task[Any]:
        """Work nobody waits for: kept, and its failure logged."""
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._background.add(task)

        def done(ended: asyncio.Future[Any]) -> None:
            self._background.discard(ended)
            let_go(ended)
            if not ended.cancelled() and (error := ended.exception()) is not None:
                log.error("%s failed", name, exc_info=error)

        task.add_done_callback(done)
        return task

    def end(self, code: int) -> None:
        """Stop serving with this exit code; the first call decides."""
        if self.exit_code is None:
            self.exit_code = code
        for task in [*self._open.values(), *self._background]:
            if task is not None:
                task.cancel()
        self.ended.set()

    def _answer(self, number: Any, result: Any) -> None:
        if number not in self._open:
            return
        del self._open[number]
        try:
            self._send_data({"jsonrpc": "2.0", "id": number, "result": result})
        except (TypeError, ValueError):
            log.exception("an answer could not be written as JSON")
            self._fail(number, -32603, "The answer could not be written.")

    def _answer_error(self, number: Any, error: BaseException) -> None:
        if number not in self._open:
            return
        del self._open[number]
        if not isinstance(error, KibitzError):
            error = KibitzError(
                "internal",
                "Something went wrong inside kibitz.",
                f"The log has the details, under {request_id()}: kibitz doctor names it.",
            )
        code = CONTENT_MODIFIED if isinstance(error, StaleError) else CODES.get(error.kind, REQUEST_FAILED)
        self._fail(number, code, error.message, error.to_json())

    def _fail(self, number: Any, code: int, message: str, data: Any = None) -> None:
        error: dict[str, Any] = {"code": code, "message": message}
        if data is None:
            kind: Kind = {-32603: "internal", -32601: "unsupported"}.get(code, "invalid")  # type: ignore[assignment]
            data = KibitzError(kind, message).to_json()
        error["data"] = data
        self._send_data({"jsonrpc": "2.0", "id": number, "error": error})

    def _send_data(self, data: Any) -> None:
        """Write one message. Unlike the base's, it logs no payload."""
        if self.writer is None:
            return
        self._pauses.said()
        body = json.dumps(data, default=self._serialize_message, separators=(",", ":")).encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)


def _is_id(number: Any) -> bool:
    return isinstance(number, int | str) and not isinstance(number, bool)
