"""Members of Python objects, as jedi knows them: a suggestion after a dot should exist."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from kibitz.models.tasks import CompleteTask
from kibitz.workers.worker import Worker

AFTER_DOT = re.compile(r"[\w\])]\.(\w*)\Z")
_NAME = re.compile(r"\w+")

PATIENCE_S = 0.25
"""How long a key waits for jedi; a command line waits for its first, slow answer."""

COMMAND_LINE_PATIENCE_S = 5.0


def asks_for_member(task: CompleteTask) -> bool:
    """Whether the cursor stands after a dot in Python code."""
    before = task.document.line(task.position.line)[: task.position.character]
    return task.document.language == "python" and AFTER_DOT.search(before) is not None


class Members:
    """One question at a time: while jedi thinks about an earlier key, later ones go without it."""

    def __init__(self, worker: Worker, cache: str) -> None:
        self._worker = worker
        self._asking: asyncio.Future[Any] = asyncio.ensure_future(worker.call("warm", {"cache": cache}))
        self._asking.add_done_callback(_heard)

    async def correct(self, task: CompleteTask, suggestion: str) -> str:
        """The suggestion where its first name exists, else the member that the file uses most, else nothing.

        What jedi does not know, or does not say in time, is left as it is.
        """
        match = AFTER_DOT.search(task.document.line(task.position.line)[: task.position.character])
        begun = match.group(1) if match else ""
        names = await self._names(task)
        if not names:
            return suggestion
        first = _NAME.match(begun + suggestion)
        if first is not None and first.group() in names:
            return suggestion
        text = task.document.text
        used = [(len(re.findall(rf"\.{re.escape(n)}\b", text)), n) for n in names if n.startswith(begun)]
        count, name = max(used, default=(0, ""))
        return name[len(begun) :] if count or len(used) == 1 else ""

    async def _names(self, task: CompleteTask) -> list[str]:
        on_command_line = task.document.version is None
        if on_command_line:
            await asyncio.wait({self._asking})
        elif not self._asking.done():
            return []
        params = {
            "path": str(task.document.path or ""),
            "text": task.document.text,
            "line": task.position.line,
            "column": task.position.character,
            "root": str(task.project.root) if task.project.root is not None else None,
        }
        self._asking = asyncio.ensure_future(self._worker.call("complete", params))
        self._asking.add_done_callback(_heard)
        await asyncio.wait({self._asking}, timeout=COMMAND_LINE_PATIENCE_S if on_command_line else PATIENCE_S)
        if not self._asking.done() or self._asking.cancelled() or self._asking.exception() is not None:
            return []
        return [entry["name"] for entry in self._asking.result()["names"]]

    async def close(self) -> None:
        """Stop asking."""
        self._asking.cancel()
        await asyncio.wait({self._asking})


def _heard(task: asyncio.Future[Any]) -> None:
    """Take note of a failure: without jedi a suggestion is only less sure."""
    if not task.cancelled():
        task.exception()
