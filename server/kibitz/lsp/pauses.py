"""Garbage is looked for in the pauses of a conversation: within an answer it would add several milliseconds to it.

Python's own collector stays on, but only for what is youngest (`cli/serve.py`). CPython's developer guide, "Garbage
collector design", has what a generation is.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Literal

PAUSE_S = 0.05
"""So long after a message in either direction, the next key is some time away: what is new is looked through, a
millisecond or two."""

REST_S = 4.0
"""After this, all that was not set aside at the start: some milliseconds."""


class Pauses:
    """Knows when something was last said. Use it in one event loop."""

    def __init__(self) -> None:
        self._said = 0.0
        self._waiting: Literal["", "pause", "rest"] = ""
        self._timer: asyncio.TimerHandle | None = None

    def said(self) -> None:
        """A message came or went."""
        self._said = asyncio.get_running_loop().time()
        if self._waiting != "pause":
            if self._timer is not None:
                self._timer.cancel()
            self._wait("pause", PAUSE_S)

    def _wait(self, what: Literal["pause", "rest"], seconds: float) -> None:
        self._waiting = what
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        quiet = asyncio.get_running_loop().time() - self._said
        if quiet < PAUSE_S:
            self._wait("pause", PAUSE_S - quiet + 0.001)
        elif self._waiting == "pause":
            gc.collect(1)
            self._wait("rest", REST_S)
        else:
            self._waiting, self._timer = "", None
            gc.collect()
