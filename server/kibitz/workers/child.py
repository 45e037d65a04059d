"""What runs in a worker process: `python -m kibitz.workers.child MODULE`.

The module offers `METHODS`, a dict of name -> function. A plain function gets the request's parameters and runs in
one thread, in order; a coroutine function gets the parameters and an `emit` for progress, and can be cancelled. The
process ends when its standard input does: a dead parent leaves no child behind. What is logged here goes to the parent,
with the id of the request it belongs to.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib
import inspect
import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from kibitz.errors import KibitzError
from kibitz.log import fields, record_of, request
from kibitz.workers.frames import FrameParser, Malformed, encode

log = logging.getLogger("kibitz.workers")


def take_stdout() -> BinaryIO:
    """The real standard output for the protocol alone: whatever a library prints goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


class Child:
    """Answers requests from standard input on standard output."""

    def __init__(self, methods: dict[str, Callable[..., Any]], out: BinaryIO) -> None:
        self._methods = methods
        self._out = out
        self._write_lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="work")
        self._running: dict[Any, asyncio.Task[None]] = {}

    def send(self, message: dict[str, Any]) -> None:
        data = encode({"jsonrpc": "2.0", **message})
        with self._write_lock:
            self._out.write(data)
            self._out.flush()

    def receive(self, message: Any) -> None:
        if isinstance(message, Malformed) or not isinstance(message, dict):
            return
        if message.get("method") == "$/cancelRequest":
            if task := self._running.get(message["params"]["id"]):
                task.cancel()
        elif "id" in message:
            number, logs = message["id"], message.get("log") or {}
            logging.getLogger("kibitz").setLevel(logs.get("level", logging.CRITICAL))
            with request(logs.get("request", "")):
                task = asyncio.ensure_future(self._answer(number, message["method"], message.get("params")))
            self._running[number] = task
            task.add_done_callback(lambda _: self._running.pop(number, None))

    async def _answer(self, number: Any, method: str, params: Any) -> None:
        try:
            result = await self._call(number, self._methods[method], params)
            self.send({"id": number, "result": result})
        except asyncio.CancelledError:
            self.send({"id": number, "error": {"code": -32800, "message": "cancelled"}})
        except KibitzError as error:
            self.send(
                {"id": number, "error": {"code": -32803, "message": error.message, "data": error.to_json()}}
            )
        except Exception as error:
            log.error("work failed in an unexpected way", exc_info=error, extra=fields(method=method))
            where = _last_frame(error)
            failed = KibitzError("internal", f"{type(error).__name__} in {where}.", "Please report this.")
            self.send(
                {"id": number, "error": {"code": -32603, "message": failed.message, "data": failed.to_json()}}
            )

    async def _call(self, number: Any, function: Callable[..., Any], params: Any) -> Any:
        if inspect.iscoroutinefunction(function):
            return await function(params, lambda value: self._emit(number, value))
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._thread, context.run, function, params)

    def _emit(self, number: Any, value: Any) -> None:
        self.send({"method": "$/progress", "params": {"token": number, "value": value}})


class _ToParent(logging.Handler):
    """The parent writes the log."""

    def __init__(self, child: Child) -> None:
        super().__init__()
        self._child = child

    def emit(self, record: logging.LogRecord) -> None:
        # fails where the parent is gone, and for arguments that do not fit the message: nobody is left to tell
        with contextlib.suppress(OSError, TypeError, ValueError):
            self._child.send({"method": "$/log", "params": record_of(record)})


def _ping(_params: Any) -> bool:
    """Answered by the working thread: proof that earlier work has ended."""
    return True


def _last_frame(error: BaseException) -> str:
    """The innermost place of an error: a module and a line, never a value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def read_stdin(loop: asyncio.AbstractEventLoop, child: Child) -> None:
    """Feed the loop from standard input; leave at once when it ends, whatever is still running."""
    parser = FrameParser()
    while data := os.read(0, 1 << 20):
        for message in parser.feed(data):
            loop.call_soon_threadsafe(child.receive, message)
    os._exit(0)


async def serve(module: str, out: BinaryIO) -> None:
    """Answer until standard input ends."""
    child = Child({"$/ping": _ping, **importlib.import_module(module).METHODS}, out)
    root = logging.getLogger("kibitz")
    root.addHandler(_ToParent(child))
    root.propagate = False
    reader = threading.Thread(target=read_stdin, args=(asyncio.get_running_loop(), child), daemon=True)
    reader.start()
    await asyncio.Event().wait()


def main() -> None:
    """Serve the module named on the command line."""
    asyncio.run(serve(sys.argv[1], take_stdout()))


if __name__ == "__main__":
    main()
