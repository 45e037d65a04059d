"""The worker that keeps the index and builds contexts from it, served by `workers.child`: one process does both.

What it answers is plain JSON; `kibitz.context.client` makes objects of it again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from kibitz.context.retrieval import Edited, build_completion
from kibitz.context.tasks import build_task_context
from kibitz.index import worker as index
from kibitz.index.tidy import TIDY
from kibitz.text import Document, Position, span

Params = dict[str, Any]


def completion(params: Params) -> Params:
    """`document`, `line`, `character`, `path`, `budget`, `open`, `edits` and the project: see `build_completion`."""
    project = index.project_of(params)
    built = project.asked(
        lambda: build_completion(
            document_of(params["document"]),
            Position(params["line"], params["character"]),
            project.view,
            path=params["path"],
            budget=params["budget"],
            open_documents=[document_of(opened) for opened in params.get("open", ())],
            recent_edits=[Edited(**edit) for edit in params.get("edits", ())],
        )
    )
    return attrs.asdict(built)


def task_context(params: Params) -> list[Params]:
    """`document`, `range` (four numbers), `path`, `budget`, `kind` and the project: see `build_task_context`."""
    project = index.project_of(params)
    snippets = project.asked(
        lambda: build_task_context(
            document_of(params["document"]),
            span(*params["range"]),
            project.view,
            path=params["path"],
            budget=params["budget"],
            kind=params["kind"],
        )
    )
    return [attrs.asdict(snippet) for snippet in snippets]


def document_of(given: Params) -> Document:
    """A document from what `client.document_json` made of it."""
    path = Path(given["path"]) if given["path"] else None
    return Document(given["uri"], given["text"], given["language"], given["version"], path)


METHODS: dict[str, Callable[..., Any]] = {
    **index.METHODS,
    "completion": TIDY.answering(completion),
    "task_context": TIDY.answering(task_context),
}
