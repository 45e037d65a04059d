"""The process that builds an index, beside the one that answers: parsing would hold answers up, and may end a process."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kibitz.index.project import Project

NICER = 5
"""How much sooner others get a processor."""

_turn = asyncio.Lock()


async def build(params: dict[str, Any], emit: Callable[[Any], None]) -> dict[str, Any]:
    """`root`, `exclude` and `folder`, and `owner`: see `Project.build`."""
    async with _turn:
        if hasattr(os, "nice"):
            os.nice(NICER)
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)  # what is made here is no garbage, and is let go of file by file
        opened = (Path(params["root"]), tuple(params["exclude"]), Path(params["folder"]))
        project = await asyncio.to_thread(Project, *opened)
        try:
            return await project.build(emit, params["owner"])
        finally:
            await asyncio.to_thread(project.close)


async def stopped(params: None, emit: Callable[[Any], None]) -> bool:
    """Answered when a build that was cancelled has come to its end."""
    del params, emit
    async with _turn:
        return True


METHODS: dict[str, Callable[..., Any]] = {"build": build, "stopped": stopped}
