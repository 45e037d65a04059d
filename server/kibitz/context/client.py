"""Contexts as the server asks for them: the index worker's process builds them, the event loop only waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from kibitz.context.choose import Snippet
from kibitz.context.retrieval import Built, Edited
from kibitz.context.tasks import Kind
from kibitz.context.told import Told
from kibitz.text import Document, Position, Range

MODULE = "kibitz.context.worker"
"""What the worker of the index serves in a server that builds contexts: all of the index's methods, and these."""


class Calls(Protocol):
    """What of `workers.worker.Worker` is needed."""

    async def call(self, method: str, params: Any) -> Any: ...


class Contexts:
    """The contexts of one project; `project` is what `index.client.ProjectIndex` names it by: root, exclude, folder."""

    def __init__(self, worker: Calls, project: dict[str, Any]) -> None:
        self._worker = worker
        self._project = project
        self._told = Told()

    async def completion(
        self,
        document: Document,
        position: Position,
        *,
        path: str,
        budget: int,
        open_documents: Sequence[Document] = (),
        recent_edits: Sequence[Edited] = (),
    ) -> Built:
        """See `build_completion`. Raises what `Worker.call` does."""
        answer = await self._ask(
            "completion",
            document,
            {
                "line": position.line,
                "character": position.character,
                "path": path,
                "budget": budget,
                "open": [Told().shown(opened) for opened in open_documents],
                "edits": [attrs.asdict(edit) for edit in recent_edits],
            },
        )
        return Built(**{**answer, "snippets": tuple(Snippet(**given) for given in answer["snippets"])})

    async def task(
        self, document: Document, where: Range, *, path: str, budget: int, kind: Kind
    ) -> tuple[Snippet, ...]:
        """See `build_task_context`. Raises what `Worker.call` does."""
        given = {"range": [*where.start, *where.end], "path": path, "budget": budget, "kind": kind}
        answer = await self._ask("task_context", document, given)
        return tuple(Snippet(**given) for given in answer)

    async def _ask(self, method: str, document: Document, given: dict[str, Any]) -> Any:
        """An answer about a document; all of its text is told where the worker has lost what it was told (it was restarted)."""
        asked = {**self._project, **given}
        answer = await self._worker.call(method, {**asked, "document": self._told.shown(document)})
        if answer is None:
            self._told.forget()
            answer = await self._worker.call(method, {**asked, "document": self._told.shown(document)})
        return answer
