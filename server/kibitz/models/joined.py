"""Pieces of an answer that came together are told together: each that travels alone costs as much as a hundred words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Joined:
    """Emits values in order. With `wait`, texts go as one as soon as the event loop has nothing more of this stream to do."""

    def __init__(self, emit: Callable[[Any], None], *, wait: bool) -> None:
        self._emit = emit
        self._wait = wait
        self._loop = asyncio.get_running_loop()
        self._texts: list[str] = []
        self._soon: asyncio.Handle | None = None

    def __call__(self, value: dict[str, Any]) -> None:
        """One more value: {"text"} or another one, before which the texts so far go."""
        if "text" not in value or not self._wait:
            self.flush()
            self._emit(value)
            return
        self._texts.append(value["text"])
        if self._soon is None:
            self._soon = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Emit what waits."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._texts:
            said = "".join(self._texts)
            self._texts.clear()
            self._emit({"text": said})
