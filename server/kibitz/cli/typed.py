"""What a person types, read so that a read under way never keeps the process from ending."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from typing import Any

CHUNK = 65_536


class Typed:
    """Standard input as text; bytes that are no UTF-8 are replaced."""

    def __init__(self) -> None:
        # the buffered reader holds a lock while it waits, which would stop the interpreter from ending
        self._raw: Any = getattr(getattr(sys.stdin, "buffer", None), "raw", None)
        self._rest = b""

    async def line(self) -> str:
        """The next line with its end; empty at the end of input."""
        while b"\n" not in self._rest:
            data = await self._read()
            if not data:
                break
            self._rest += data
        line, end, self._rest = self._rest.partition(b"\n")
        return (line + end).decode("utf-8", "replace")

    async def everything(self) -> str:
        """All that is still to come."""
        while data := await self._read():
            self._rest += data
        text, self._rest = self._rest, b""
        return text.decode("utf-8", "replace")

    async def _read(self) -> bytes:
        """In a thread of its own: those of the loop are waited for at its end."""
        if self._raw is None:
            return b""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()

        def settle(data: bytes) -> None:
            if not answer.done():
                answer.set_result(data)

        def read() -> None:
            try:
                data = self._raw.read(CHUNK) or b""
            except (OSError, ValueError):
                data = b""
            with suppress(RuntimeError):  # the loop ended first
                loop.call_soon_threadsafe(settle, data)

        threading.Thread(target=read, name="stdin", daemon=True).start()
        return await answer
