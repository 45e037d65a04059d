"""A build beside other work of an event loop: its slices run in threads, and it can be stopped between two of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

WAIT_S = 0.2
"""How long a build that has to wait for another process does so before it looks again."""

Emit = Callable[[dict[str, Any]], None]
Slices = Generator[dict[str, Any], None, dict[str, Any]]


async def drive(slices: Slices, emit: Emit) -> dict[str, Any]:
    """What a build returns; `emit` gets its progress. Raises what it raises."""
    running: asyncio.Future[dict[str, Any]] | None = None
    try:
        while True:
            running = asyncio.ensure_future(asyncio.to_thread(_next, slices))
            said = await asyncio.shield(running)
            if "result" in said:
                return dict(said["result"])
            emit(said["progress"])
            if said["progress"].get("waiting"):
                await asyncio.sleep(WAIT_S)
    finally:
        if running is not None and not running.done():
            await asyncio.wait([running])  # a slice is short, and a generator in two threads an error
        await asyncio.shield(asyncio.to_thread(slices.close))


def _next(slices: Slices) -> dict[str, Any]:
    """{"progress"} of the next slice, or {"result"} of them all."""
    try:
        return {"progress": next(slices)}
    except StopIteration as end:
        return {"result": end.value}
