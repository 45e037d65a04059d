"""Contexts as the server asks for them: the index worker's process builds them, the event loop only waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from kibitz.context.choose import Snippet
from kibitz.context.retrieval import Built, Edited
from kibitz.context.tasks import Kind
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
        answer = await self._worker.call(
            "completion",
            {
                **self._project,
                "document": document_json(document),
                "line": position.line,
                "character": position.character,
                "path": path,
                "budget": budget,
                "open": [document_json(opened) for opened in open_documents],
                "edits": [attrs.asdict(edit) for edit in recent_edits],
            },
        )
        return Built(**{**answer, "snippets": tuple(Snippet(**given) for given in answer["snippets"])})

    async def task(
        self, document: Document, where: Range, *, path: str, budget: int, kind: Kind
    ) -> tuple[Snippet, ...]:
        """See `build_task_context`. Raises what `Worker.call` does."""
        answer = await self._worker.call(
            "task_context",
            {
                **self._project,
                "document": document_json(document),
                "range": [*where.start, *where.end],
                "path": path,
                "budget": budget,
                "kind": kind,
            },
        )
        return tuple(Snippet(**given) for given in answer)


def document_json(document: Document) -> dict[str, Any]:
    """A document as it travels to the worker."""
    return {
        "uri": document.uri,
        "text": document.text,
        "language": document.language,
        "version": document.version,
        "path": str(document.path) if document.path else "",
    }
