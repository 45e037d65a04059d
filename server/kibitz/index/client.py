"""The index as the server asks it: the same names as in the worker, awaited."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from kibitz.errors import KibitzError
from kibitz.index.reader import DefinitionRow, FileRow, ImportRow, WindowRow
from kibitz.settings.sources import environment
from kibitz.workers.worker import Worker

MODULE = "kibitz.index.worker"
BUILDER = "kibitz.index.builder"
STARTS = 3
"""A file that ends the process that reads it does so twice, then it is left out."""

STOPPING_S = 5.0
_log = logging.getLogger(__name__)
Progress = Callable[[dict[str, Any]], None]


class Calls(Protocol):
    """What of `workers.worker.Worker` is needed."""

    @property
    def pid(self) -> int | None: ...

    async def call(
        self, method: str, params: Any, on_progress: Callable[[Any], None] | None = None
    ) -> Any: ...


class ProjectIndex:
    """One project's index in a worker that serves MODULE and may serve other projects as well.

    `folder` holds the index files of all projects. Paths are relative to the root, with forward slashes. Every method
    raises what `Worker.call` does, and `internal` where the index file cannot be used. A worker that was restarted is
    told again of the open documents.
    """

    def __init__(self, worker: Calls, root: Path, exclude: Sequence[str], folder: Path) -> None:
        self._worker = worker
        self._project = {"root": str(root), "exclude": list(exclude), "folder": str(folder)}
        self._texts: dict[str, tuple[str, str]] = {}
        self._told: int | None = None
        self._building = asyncio.Lock()

    async def open(self) -> dict[str, Any]:
        """Open the stored index, whatever is in it; answers `figures`."""
        return dict(await self._ask("open"))

    async def close(self) -> None:
        """Let the worker forget the project, once it is not being built; what is stored stays."""
        async with self._building:
            await self._ask("close")

    async def build(self, on_progress: Progress | None = None) -> dict[str, Any]:
        """Bring the index up to date with the disk: answers `figures`, with what was parsed and left out.

        `on_progress` gets {"done", "total", "path"}; while the project is looked through `done` is 0. Cancelling stops
        the work; what is done is kept. One run at a time: a second request waits, and finds the work done.
        """
        async with self._building:
            private = (await self.open())["private"]
            result = await (self._built_here(on_progress) if private else self._built(on_progress))
        for note in result.get("notes", ()):
            _log.info("Index: %s", note)
        return result

    async def refresh(self, on_progress: Progress | None = None) -> dict[str, Any]:
        """The same as `build`: unchanged files (by size and time, else by content) are not parsed again."""
        return await self.build(on_progress)

    async def update(self, path: str, text: str | None, language: str = "") -> dict[str, Any]:
        """Index an open document's text; with None, what lies on the disk now, be it changed or gone (or a folder).

        Answers {"indexed", "refresh"}: whether the file is in the index, and whether a `refresh` is needed.
        """
        if text is None:
            self._texts.pop(path, None)
        else:
            self._texts[path] = (text, language)
        return dict(await self._ask("update", path=path, text=text, language=language))

    async def figures(self) -> dict[str, Any]:
        """Counts of files, lines, definitions, imports, windows; `complete`, `bytes`, `open`, and the last build's."""
        return dict(await self._ask("figures"))

    async def files(self, language: str | None = None) -> list[FileRow]:
        """See `Reader.files`."""
        return [FileRow(**row) for row in await self._ask("files", language=language)]

    async def definitions_named(self, names: Collection[str], limit: int = 200) -> list[DefinitionRow]:
        """See `Reader.definitions_named`."""
        return _definitions(await self._ask("definitions_named", names=list(names), limit=limit))

    async def definitions_in(self, path: str) -> list[DefinitionRow]:
        """See `Reader.definitions_in`."""
        return _definitions(await self._ask("definitions_in", path=path))

    async def members_of(self, container: str, limit: int = 200) -> list[DefinitionRow]:
        """See `Reader.members_of`."""
        return _definitions(await self._ask("members_of", container=container, limit=limit))

    async def imports_of(self, path: str) -> list[ImportRow]:
        """See `Reader.imports_of`."""
        rows = await self._ask("imports_of", path=path)
        return [
            ImportRow(row["module"], tuple(row["names"]), row["alias"], tuple(row["targets"])) for row in rows
        ]

    async def importers_of(self, path: str) -> list[str]:
        """See `Reader.importers_of`."""
        return list(await self._ask("importers_of", path=path))

    async def references_to(self, name: str, limit: int = 100) -> list[WindowRow]:
        """See `Reader.references_to`."""
        return [WindowRow(**row) for row in await self._ask("references_to", name=name, limit=limit)]

    async def search(
        self, words: Sequence[str], limit: int = 50, language: str | None = None
    ) -> list[WindowRow]:
        """See `Reader.search`."""
        rows = await self._ask("search", words=list(words), limit=limit, language=language)
        return [WindowRow(**row) for row in rows]

    async def text(self, path: str, start_line: int, end_line: int) -> str:
        """See `Reader.text`."""
        return str(await self._ask("text", path=path, start_line=start_line, end_line=end_line))

    async def _built(self, on_progress: Progress | None) -> dict[str, Any]:
        """The build's answer, from a process that ends with it; one that dies over a file is started again."""
        owner = uuid4().hex
        for left in reversed(range(STARTS)):
            worker = Worker(BUILDER, name="index builder", env=environment())
            try:
                result = await worker.call("build", {**self._project, "owner": owner}, on_progress)
                return dict(await self._ask("built", result=result))
            except KibitzError:
                if not worker.ended or not left:
                    raise
            except asyncio.CancelledError:
                with contextlib.suppress(KibitzError, TimeoutError):
                    async with asyncio.timeout(STOPPING_S):
                        await worker.call("stopped", None)
                raise
            finally:
                await worker.close()
        raise AssertionError("the last start raises or returns")

    async def _built_here(self, on_progress: Progress | None) -> dict[str, Any]:
        """The same in the worker, where nobody else can write its index: slice after slice, so that it answers between."""
        while "result" not in (said := await self._ask("build_here")):
            if on_progress is not None:
                on_progress(said["progress"])
        return dict(said["result"])

    async def _ask(self, method: str, **params: Any) -> Any:
        if self._worker.pid != self._told or self._told is None:
            await self._worker.call("open", self._project)
            self._told = self._worker.pid
            for path, (text, language) in list(self._texts.items()):
                again = {**self._project, "path": path, "text": text, "language": language}
                await self._worker.call("update", again)
        return await self._worker.call(method, {**self._project, **params})


def _definitions(rows: Any) -> list[DefinitionRow]:
    return [DefinitionRow(**{**row, "bases": tuple(row["bases"])}) for row in rows]
