"""The process that keeps the projects' indexes, served by `workers.child`. Rows are JSON objects of the reader's fields."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from kibitz.index.project import Project
from kibitz.index.reader import DefinitionRow
from kibitz.index.tidy import TIDY

Params = dict[str, Any]

_projects: dict[str, Project] = {}
_opening = threading.Lock()


def project_of(params: Params) -> Project:
    """The project the parameters name by `root`, `exclude` and `folder`, opened where it is not open."""
    root, exclude = str(params["root"]), tuple(params["exclude"])
    with _opening:
        if root not in _projects:
            TIDY.begin()
            _projects[root] = Project(Path(root), exclude, Path(params["folder"]))
        elif _projects[root].exclude != exclude:
            _projects[root].use(exclude)
        return _projects[root]


def open_project(params: Params) -> Params:
    """Open a project; answers its figures, and whether its index is `private`: kept for this process only."""
    project = project_of(params)
    return {**project.figures(), "private": project.private}


def close_project(params: Params) -> bool:
    """Let go of a project."""
    with _opening:
        project = _projects.pop(str(params["root"]), None)
    if project is not None:
        project.close()
    return project is not None


def built(params: Params) -> Params:
    """`result`: what another process answered that built the project's index."""
    return project_of(params).built(params["result"])


def build_here(params: Params) -> Params:
    """A slice of a build in this process, whose index nobody else can write: {"progress"}, or {"result"} when it is done."""
    return project_of(params).build_slice()


def update(params: Params) -> Params:
    """`path`, and `text` or null: see `Project.update`."""
    return project_of(params).update(params["path"], params["text"], params.get("language", ""))


def figures(params: Params) -> Params:
    """See `Project.figures`."""
    return project_of(params).figures()


def _rows(rows: Sequence[Any]) -> list[Params]:
    return [row._asdict() if isinstance(row, DefinitionRow) else attrs.asdict(row) for row in rows]


def _asking(method: str, *names: str) -> Callable[[Params], Any]:
    """A method of the reader with these parameters; those that are missing have the reader's defaults."""

    def ask(params: Params) -> Any:
        project = project_of(params)
        given = {name: params[name] for name in names if name in params}
        answer = project.asked(lambda: getattr(project.view, method)(**given))
        if isinstance(answer, str) or method == "importers_of":
            return answer
        return _rows(answer)

    return ask


_ANSWERS: dict[str, Callable[[Params], Any]] = {
    "open": open_project,
    "update": update,
    "built": built,
    "build_here": build_here,
    "figures": figures,
    "files": _asking("files", "language"),
    "definitions_named": _asking("definitions_named", "names", "limit"),
    "definitions_in": _asking("definitions_in", "path"),
    "members_of": _asking("members_of", "container", "limit"),
    "imports_of": _asking("imports_of", "path"),
    "importers_of": _asking("importers_of", "path"),
    "references_to": _asking("references_to", "name", "limit"),
    "search": _asking("search", "words", "limit", "language"),
    "text": _asking("text", "path", "start_line", "end_line"),
}
METHODS: dict[str, Callable[[Params], Any]] = {
    "close": close_project,
    **{name: TIDY.answering(method) for name, method in _ANSWERS.items()},
}
