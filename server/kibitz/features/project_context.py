"""What a project's index knows for a request: kept up to date with the editor's texts, and never waited for while typing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kibitz.context.choose import Snippet
from kibitz.context.client import Contexts
from kibitz.context.retrieval import Built, build_completion
from kibitz.context.tasks import Kind
from kibitz.errors import KibitzError
from kibitz.index.client import ProjectIndex
from kibitz.paths import from_uri, inside, shown
from kibitz.text import Document, Position, Range
from kibitz.workers.worker import Worker

log = logging.getLogger("kibitz.context")

TYPING_PATIENCE_S = 0.12
"""How long a completion in an editor waits for the project's part of its context."""

BUILD_PATIENCE_S = 3.0
"""How long a single command waits for an index that does not exist yet, before it uses what there is."""

Progress = Callable[[dict[str, Any]], None]


class ProjectContext:
    """One project: its index, built once in the background, and the contexts made from it."""

    def __init__(self, worker: Worker, root: Path, exclude: tuple[str, ...], folder: Path) -> None:
        self.index = ProjectIndex(worker, root, exclude, folder)
        self._contexts = Contexts(
            worker, {"root": str(root), "exclude": list(exclude), "folder": str(folder)}
        )
        self._root = root
        self._building: asyncio.Task[dict[str, Any]] | None = None
        self._told: dict[str, int | None] = {}
        self._late: set[asyncio.Future[Any]] = set()

    async def build(self, on_progress: Progress | None = None) -> dict[str, Any]:
        """Bring the index up to date with the disk, and wait for it; the figures. Raises the worker's errors."""
        return await self.index.build(on_progress)

    def build_soon(self, on_progress: Progress | None = None) -> asyncio.Task[dict[str, Any]]:
        """Bring the index up to date in the background, once; cancelling the task stops the work and keeps what is done."""
        if self._building is None:
            self._building = asyncio.ensure_future(self.index.build(on_progress))
            self._building.add_done_callback(_heard)
        return self._building

    def state(self) -> dict[str, Any]:
        """Where the index stands: `none`, `building`, `ready` or `failed`."""
        building = self._building
        if building is None:
            state = "none"
        elif not building.done():
            state = "building"
        else:
            state = "failed" if building.cancelled() or building.exception() is not None else "ready"
        return {"root": str(self._root), "state": state}

    async def changed(self, paths: Sequence[Path]) -> None:
        """Files changed on disk; those outside of the project are nobody's."""
        if self._building is None:
            return
        again = False
        for path in paths:
            if inside(path, self._root):
                again |= (await self.index.update(shown(path, self._root), None))["refresh"]
        if again:  # what is ignored has changed
            await self.index.refresh()

    async def completion(
        self, document: Document, position: Position, budget: int, open_documents: Sequence[Document] = ()
    ) -> Built:
        """The context of a completion; without the project's part where that is not there in time, or broken."""
        typing = document.version is not None
        if not typing:
            await asyncio.wait({self.build_soon()}, timeout=BUILD_PATIENCE_S)
        self.build_soon()
        asked = asyncio.ensure_future(self._completion(document, position, budget, open_documents))
        self._late.add(asked)  # never cancelled: a worker that is busy with a build would be ended for it
        asked.add_done_callback(self._late.discard)
        asked.add_done_callback(_heard)
        await asyncio.wait({asked}, timeout=TYPING_PATIENCE_S if typing else None)
        if asked.done() and asked.exception() is None:
            return asked.result()
        return await asyncio.to_thread(lambda: build_completion(document, position, None, budget=budget))

    async def task(
        self,
        document: Document,
        where: Range | None,
        budget: int,
        kind: Kind,
        open_documents: Sequence[Document] = (),
    ) -> tuple[Snippet, ...]:
        """What else a model should see for a task on a range; nothing where the index is broken."""
        await asyncio.wait({self.build_soon()}, timeout=BUILD_PATIENCE_S)
        try:
            await self._tell(open_documents)
            return await self._contexts.task(
                document, where or document.whole, path=self._path(document), budget=budget, kind=kind
            )
        except KibitzError:
            log.warning("the project's part of a context could not be had", exc_info=True)
            return ()

    async def close(self) -> None:
        """Stop building and asking."""
        late = [*self._late, *([self._building] if self._building is not None else [])]
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _completion(
        self, document: Document, position: Position, budget: int, open_documents: Sequence[Document]
    ) -> Built:
        await self._tell([d for d in open_documents if d.uri != document.uri])
        return await self._contexts.completion(document, position, path=self._path(document), budget=budget)

    async def _tell(self, documents: Sequence[Document]) -> None:
        """The texts that changed since they were told last, and those that were closed."""
        current = {d.uri: d for d in documents if d.path is not None and inside(d.path, self._root)}
        for uri, document in current.items():
            if self._told.get(uri, -1) != document.version:
                self._told[uri] = document.version
                await self.index.update(self._path(document), document.text, document.language)
        for uri in [uri for uri in self._told if uri not in current]:
            del self._told[uri]
            if (path := from_uri(uri)) is not None:
                await self.index.update(shown(path, self._root), None)

    def _path(self, document: Document) -> str:
        return shown(document.path, self._root) if document.path is not None else ""


def rendered(snippets: Sequence[Snippet], *, paths: bool) -> str:
    """Snippets as a prompt shows them: each under the file it is from, which is named where the user allows it."""
    return "".join(f"From {s.path if paths else 'another file'}:\n{s.text}\n\n" for s in snippets)


def _heard(task: asyncio.Future[Any]) -> None:
    """A failure costs the project's part of a context, and is said in the log."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("the index could not be used: %s", error)
