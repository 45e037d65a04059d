"""Standard input and output as the server's wire: neither a slow client nor a full pipe ever blocks the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import BinaryIO


class PipeWriter:
    """Writes in a thread of its own, in order."""

    def __init__(self, out: BinaryIO, on_broken: Callable[[], None]) -> None:
        self._out = out
        self._on_broken = on_broken
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="stdout", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue bytes; returns at once."""
        self._queue.put(data)

    def close(self, timeout_s: float = 2.0) -> None:
        """Write what is queued and end; a client that no longer reads is given up after the timeout."""
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                self._out.write(data)
                self._out.flush()
        except (OSError, ValueError):
            with contextlib.suppress(RuntimeError):  # the loop may have ended before the client did
                self._on_broken()


def read_in_thread(
    loop: asyncio.AbstractEventLoop, on_bytes: Callable[[bytes], None], on_end: Callable[[], None]
) -> None:
    """Start feeding the loop from standard input until it ends."""

    def run() -> None:
        with contextlib.suppress(RuntimeError):  # the loop may end while a read is under way
            try:
                while data := os.read(0, 1 << 20):
                    loop.call_soon_threadsafe(on_bytes, data)
            except OSError:
                pass
            loop.call_soon_threadsafe(on_end)

    threading.Thread(target=run, name="stdin", daemon=True).start()
