"""The side of a worker process (`workers.child`) that serves coroutine functions as well."""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import Any, BinaryIO

from kibitz.log import request
from kibitz.workers.child import Child, Find, Function, cancelled, log_to, read_stdin


class TaskChild(Child):
    """Runs coroutine functions as tasks of the running loop, in whose thread `receive` is called."""

    def __init__(self, find: Find, out: BinaryIO) -> None:
        super().__init__(find, out)
        self._tasks: dict[Any, asyncio.Task[None]] = {}

    def start(self, number: Any, function: Function, message: dict[str, Any]) -> None:
        """Begin a coroutine function now; a plain one waits for its turn."""
        if not inspect.iscoroutinefunction(function):
            super().start(number, function, message)
            return
        with request((message.get("log") or {}).get("request", "")):
            task = asyncio.ensure_future(self._run(number, function, message))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    def cancel(self, number: Any) -> None:
        """End a task, which answers that it was cancelled."""
        if (task := self._tasks.get(number)) is not None:
            task.cancel()
        else:
            super().cancel(number)

    async def _run(self, number: Any, function: Function, message: dict[str, Any]) -> None:
        def emit(value: Any) -> None:
            self.send({"method": "$/progress", "params": {"token": number, "value": value}})

        running = asyncio.ensure_future(function(message.get("params"), emit))
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.wait([running])
        self.send(
            cancelled(number)
            if running.cancelled()
            else self.answer(number, running.result, message["method"])
        )


def serve(find: Find, out: BinaryIO) -> None:
    """Answer until standard input ends."""

    async def forever() -> None:
        child = TaskChild(find, out)
        log_to(child)
        loop = asyncio.get_running_loop()
        threading.Thread(
            target=read_stdin,
            args=(lambda message: loop.call_soon_threadsafe(child.receive, message),),
            daemon=True,
        ).start()
        await asyncio.Event().wait()

    asyncio.run(forever())
