"""A worker process: started when first needed, talked to, cancelled, restarted when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError
from kibitz.log import fields, level, relay, request_id
from kibitz.workers import process
from kibitz.workers.rpc import Peer

log = logging.getLogger("kibitz.workers")

STARTS_PER_MINUTE = 5
"""A worker that dies more often than this is left dead for the rest of the minute, with an error that says so."""

CANCEL_GRACE_S = 2.0
"""How long cancelled work may go on before its process is ended for it."""


class Worker:
    """A child process that serves one of our modules (see `workers.child`)."""

    def __init__(
        self, module: str, *, name: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.name = name
        self._cwd = cwd
        self._module = module
        self._env = env
        self._process: asyncio.subprocess.Process | None = None
        self._peer: Peer | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._starts: list[float] = []
        self._grace: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process id while the worker runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def ended(self) -> bool:
        """Whether the process that was started last is there no more."""
        return self._peer is not None and self._peer.closed.is_set()

    async def start(self) -> None:
        """Start the process now, so that the first call does not wait for it."""
        await self._connected()

    async def call(self, method: str, params: Any, on_progress: Callable[[Any], None] | None = None) -> Any:
        """One request. Raises the worker's KibitzError, or `internal` where it died.

        A cancelled call is cancelled in the worker too; work that does not stop is ended with its process.
        """
        peer = await self._connected()
        try:
            return await peer.request(method, params, on_progress)
        except asyncio.CancelledError:
            self._end_unless_answered(peer)
            raise

    async def stream(self, method: str, params: Any) -> AsyncGenerator[Any, None]:
        """The values a request emits, in order; closing the iterator cancels the request."""
        values: asyncio.Queue[Any] = asyncio.Queue()
        call = asyncio.ensure_future(self.call(method, params, values.put_nowait))
        done = object()
        call.add_done_callback(lambda _: values.put_nowait(done))
        try:
            while (value := await values.get()) is not done:
                yield value
            await call
        finally:
            if not call.done():
                call.cancel()
            with contextlib.suppress(asyncio.CancelledError, KibitzError):
                await call

    async def close(self) -> None:
        """End the process."""
        for task in self._grace:
            task.cancel()
        if self._peer is not None:
            self._peer.close()
        if self._process is not None:
            await process.kill(self._process)
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        self._process = self._peer = self._reading = None

    async def _connected(self) -> Peer:
        async with self._starting:
            if self._peer is not None and not self._peer.closed.is_set():
                return self._peer
            if self._process is not None:
                await self._say_how_it_ended()
            await self.close()
            now = asyncio.get_running_loop().time()
            self._starts = [at for at in self._starts if now - at < 60] + [now]
            if len(self._starts) > STARTS_PER_MINUTE:
                raise KibitzError(
                    "internal",
                    f"The {self.name} process keeps ending.",
                    "Run `kibitz doctor`, and see the log.",
                )
            argv = [sys.executable, "-P", "-X", "utf8", "-m", "kibitz.workers.child", self._module]
            self._process = await process.start(argv, env=self._env, cwd=self._cwd)
            if self._process.stdin is None or self._process.stdout is None:
                raise KibitzError("internal", f"The {self.name} process has no pipes.", "Please report this.")
            self._peer = Peer(self._process.stdin, {"$/log": self._log}, _stamp)
            self._reading = asyncio.ensure_future(self._peer.run(self._process.stdout))
            return self._peer

    def _log(self, said: dict[str, Any]) -> None:
        relay({**said, "worker": self.name})

    async def _say_how_it_ended(self) -> None:
        """One that was not asked to end."""
        assert self._process is not None
        with contextlib.suppress(TimeoutError):  # its pipes are closed, and it lives on
            async with asyncio.timeout(1):
                await self._process.wait()
        code = self._process.returncode
        log.error("a worker process ended", extra=fields(worker=self.name, exitCode=code))

    def _end_unless_answered(self, peer: Peer) -> None:
        """Plain functions cannot be interrupted: prove within the grace that the worker still answers, or end it."""

        async def watch() -> None:
            try:
                async with asyncio.timeout(CANCEL_GRACE_S):
                    await peer.request("$/ping", None)
            except TimeoutError:
                if self._peer is peer and self._process is not None:
                    await process.kill(self._process)
            except KibitzError:
                return

        task = asyncio.ensure_future(watch())
        self._grace.add(task)
        task.add_done_callback(self._grace.discard)


def _stamp() -> dict[str, Any]:
    """What the worker's own lines of the log need to know."""
    return {"log": {"request": request_id(), "level": level()}}
