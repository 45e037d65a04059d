"""LiteLLM's worker process, warmed once for all who wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.settings import environment
from kibitz.workers.worker import Worker

WARM_TIMEOUT_S = 120.0


class ModelWorker(Worker):
    """Serves `litellm_worker`; started with `warm` or by the first call."""

    def __init__(self) -> None:
        super().__init__("kibitz.models.litellm_worker", name="model", env=environment(), cwd=_elsewhere())
        self._warming: asyncio.Task[None] | None = None
        self._warm_pid: int | None = None

    async def warm(self) -> None:
        """Start it and load what its first call needs. Raises `internal` where it does not start."""
        if self._warming is None or (self._warming.done() and self.pid != self._warm_pid):
            self._warming = asyncio.ensure_future(self._warm())
            self._warming.add_done_callback(lambda task: task.cancelled() or task.exception())
        # shared: one caller that gives up must not stop the loading for the others
        await asyncio.shield(self._warming)

    async def end(self) -> None:
        """End it and whatever it is doing, its loading too."""
        if self._warming is not None:
            self._warming.cancel()
            with contextlib.suppress(asyncio.CancelledError, KibitzError):
                await self._warming
            self._warming = None
        await self.close()

    async def _warm(self) -> None:
        try:
            async with asyncio.timeout(WARM_TIMEOUT_S):
                await self.call("warm", None)
        except TimeoutError:
            raise KibitzError(
                "timeout", "The model process did not get ready in time.", "Try again; see `kibitz doctor`."
            ) from None
        self._warm_pid = self.pid


def _elsewhere() -> Path:
    """A folder for the worker that is no project: libraries read files of the folder they are started in."""
    home = Path.home()
    return home if home.is_dir() else Path(sys.prefix)
