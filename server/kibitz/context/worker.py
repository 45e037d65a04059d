"""The worker that keeps the index and builds contexts from it, served by `workers.child`: one process does both.

What it answers is plain JSON; `kibitz.context.client` makes objects of it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from kibitz.context.remembered import Remembered
from kibitz.context.retrieval import Edited, build_completion
from kibitz.context.tasks import build_task_context
from kibitz.context.told import Heard
from kibitz.index import worker as index
from kibitz.index.tidy import TIDY
from kibitz.text import Position, span

Params = dict[str, Any]

BEHIND_S = 30.0
"""A completion's context may be so much older than what is just being indexed, but no older than the end of that: to read
it anew takes as long as to build it."""

_heard = Heard()
_remembered = Remembered(BEHIND_S)


def completion(params: Params) -> Params | None:
    """`document`, `line`, `character`, `path`, `budget`, `open`, `edits` and the project: see `build_completion`.

    None where the document has to be told whole, see `Told`.
    """
    document = _heard.document(params["document"])
    if document is None:
        return None
    opened = [one for told in params.get("open", ()) if (one := Heard().document(told)) is not None]
    project = index.project_of(params)
    built = project.asked(
        lambda: build_completion(
            document,
            Position(params["line"], params["character"]),
            project.view,
            path=params["path"],
            budget=params["budget"],
            open_documents=opened,
            recent_edits=[Edited(**edit) for edit in params.get("edits", ())],
            remembered=lambda key, find: _remembered.get(
                (project.root, project.told, key), project.view.state(), find
            ),
        ),
        keep_s=BEHIND_S,
    )
    return attrs.asdict(built)


def task_context(params: Params) -> list[Params] | None:
    """`document`, `range` (four numbers), `path`, `budget`, `kind` and the project: see `build_task_context`.

    None where the document has to be told whole.
    """
    document = _heard.document(params["document"])
    if document is None:
        return None
    project = index.project_of(params)
    snippets = project.asked(
        lambda: build_task_context(
            document,
            span(*params["range"]),
            project.view,
            path=params["path"],
            budget=params["budget"],
            kind=params["kind"],
        )
    )
    return [attrs.asdict(snippet) for snippet in snippets]


METHODS: dict[str, Callable[..., Any]] = {
    **index.METHODS,
    "completion": TIDY.answering(completion),
    "task_context": TIDY.answering(task_context),
}
