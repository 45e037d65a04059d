"""What runs in a worker process: `python -m kibitz.workers.child MODULE`.

The module offers `METHODS`, a dict of name -> function, or `method`, which finds the function of a name. A plain function
gets the request's parameters and runs in one thread, in order. A generator function runs beside these, but only while none
of them has anything to do: it gives way at each `yield`, and returns its answer. A coroutine function gets the parameters
and an `emit` for progress, and can be cancelled. The process ends when its standard input does: a dead parent leaves no
child behind. What is logged here goes to the parent, with the id of the request it belongs to.

A module of plain functions is served without asyncio, which costs every process that imports it 7 MB.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import logging
import os
import sys
import threading
from collections.abc import Callable, Generator
from functools import partial
from queue import SimpleQueue
from typing import Any, BinaryIO

from kibitz.errors import KibitzError
from kibitz.log import fields, record_of, request
from kibitz.workers.frames import FrameParser, Malformed, encode

log = logging.getLogger("kibitz.workers")

Function = Callable[..., Any]
Find = Callable[[str], Function | None]
Task = tuple[Any, Function, dict[str, Any]]
"""A request's id, the function, and the whole message."""


def take_stdout() -> BinaryIO:
    """The real standard output for the protocol alone: whatever a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


class Child:
    """Answers requests for plain and generator functions; `receive` may be called from one thread, `send` from any."""

    def __init__(self, find: Find, out: BinaryIO) -> None:
        self._find = find
        self._out = out
        self._write_lock = threading.Lock()
        self._todo: SimpleQueue[Task] = SimpleQueue()
        self._beside: SimpleQueue[Task] | None = None
        self._open: set[Any] = set()
        self._open_lock = threading.Lock()
        self._waiting = 0
        self._free = threading.Event()
        self._free.set()
        threading.Thread(target=self._work, args=(self._todo,), name="work", daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Write one message. Raises OSError where the parent is gone."""
        data = encode({"jsonrpc": "2.0", **message})
        with self._write_lock:
            self._out.write(data)
            self._out.flush()

    def receive(self, message: Any) -> None:
        """Take one message of the parent's."""
        if isinstance(message, Malformed) or not isinstance(message, dict):
            return
        if message.get("method") == "$/cancelRequest":
            self.cancel(message["params"]["id"])
        elif "id" in message:
            level = (message.get("log") or {}).get("level", logging.CRITICAL)
            logging.getLogger("kibitz").setLevel(level)
            method = message["method"]
            self.start(
                message["id"], _ping if method == "$/ping" else self._find(method) or _missing, message
            )

    def start(self, number: Any, function: Function, message: dict[str, Any]) -> None:
        """Put a request behind those that wait."""
        beside = inspect.isgeneratorfunction(function)
        with self._open_lock:
            self._open.add(number)
            self._waiting += not beside
            if not beside:
                self._free.clear()
        if not beside:
            self._todo.put((number, function, message))
            return
        if self._beside is None:
            self._beside = SimpleQueue()
            threading.Thread(target=self._work, args=(self._beside,), name="beside", daemon=True).start()
        self._beside.put((number, function, message))

    def cancel(self, number: Any) -> None:
        """Answer at once; a plain function that has begun goes on unheard, a generator comes to its end."""
        if self._take(number):
            self.send(cancelled(number))

    def answer(self, number: Any, call: Callable[[], Any], method: str) -> dict[str, Any]:
        """The message that answers a request with what the call returns or raises."""
        try:
            return {"id": number, "result": call()}
        except KibitzError as error:
            return {
                "id": number,
                "error": {"code": -32803, "message": error.message, "data": error.to_json()},
            }
        except Exception as error:
            log.error("work failed in an unexpected way", exc_info=error, extra=fields(method=method))
            where = _last_frame(error)
            failed = KibitzError("internal", f"{type(error).__name__} in {where}.", "Please report this.")
            return {
                "id": number,
                "error": {"code": -32603, "message": failed.message, "data": failed.to_json()},
            }

    def _work(self, todo: SimpleQueue[Task]) -> None:
        while True:
            number, function, message = todo.get()
            try:
                if number in self._open:
                    self._do(number, function, message)
            finally:
                if todo is self._todo:
                    with self._open_lock:
                        self._waiting -= 1
                        if not self._waiting:
                            self._free.set()

    def _do(self, number: Any, function: Function, message: dict[str, Any]) -> None:
        def call() -> Any:
            result = function(message.get("params"))
            return self._steps(number, result) if inspect.isgenerator(result) else result

        with request((message.get("log") or {}).get("request", "")):
            answer = self.answer(number, call, message["method"])
        if self._take(number):
            with contextlib.suppress(OSError):  # the parent is gone: nobody is left to tell
                try:
                    self.send(answer)
                except (TypeError, ValueError) as error:  # what was returned is no JSON
                    self.send(self.answer(number, partial(_raise, error), message["method"]))

    def _steps(self, number: Any, steps: Generator[Any, Any, Any]) -> Any:
        """What the generator returns; None where nobody waits for it any more."""
        while True:
            self._free.wait()
            if number not in self._open:
                steps.close()
                return None
            try:
                next(steps)
            except StopIteration as end:
                return end.value

    def _take(self, number: Any) -> bool:
        """Whether a request was still open; it is not any more."""
        with self._open_lock:
            known = number in self._open
            self._open.discard(number)
        return known


class _ToParent(logging.Handler):
    """The parent writes the log."""

    def __init__(self, child: Child) -> None:
        super().__init__()
        self._child = child

    def emit(self, record: logging.LogRecord) -> None:
        # fails where the parent is gone, and for arguments that do not fit the message: nobody is left to tell
        with contextlib.suppress(OSError, TypeError, ValueError):
            self._child.send({"method": "$/log", "params": record_of(record)})


def cancelled(number: Any) -> dict[str, Any]:
    """The answer to a request that was cancelled."""
    return {"id": number, "error": {"code": -32800, "message": "cancelled"}}


def _ping(_params: Any) -> bool:
    """Answered by the working thread: proof that earlier work has ended."""
    return True


def _missing(_params: Any) -> None:
    raise KibitzError(
        "internal", "A worker process was asked for what it does not do.", "Please report this."
    )


def _raise(error: Exception) -> None:
    raise error


def _last_frame(error: BaseException) -> str:
    """The innermost place of an error: a module and a line, never a value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def read_stdin(receive: Callable[[Any], None]) -> None:
    """Give every message of standard input; leave at once when it ends, whatever is still running."""
    parser = FrameParser()
    while data := os.read(0, 1 << 20):
        for message in parser.feed(data):
            receive(message)
    os._exit(0)


def log_to(child: Child) -> None:
    """Let the parent write what is logged here."""
    root = logging.getLogger("kibitz")
    root.addHandler(_ToParent(child))
    root.propagate = False


def main() -> None:
    """Serve the module named on the command line."""
    out = take_stdout()
    module = importlib.import_module(sys.argv[1])
    methods: dict[str, Function] = getattr(module, "METHODS", {})
    if any(map(inspect.iscoroutinefunction, methods.values())):
        from kibitz.workers.child_tasks import serve

        serve(methods.get, out)
    else:
        child = Child(getattr(module, "method", methods.get), out)
        log_to(child)
        read_stdin(child.receive)


if __name__ == "__main__":
    main()
