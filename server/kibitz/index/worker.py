"""The process that keeps the projects' indexes, served by `workers.child`. Rows are JSON objects of the reader's fields."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from kibitz.index.project import Project

Params = dict[str, Any]
Emit = Callable[[Any], None]

_projects: dict[str, Project] = {}
_opening = threading.Lock()
_building: dict[str, asyncio.Lock] = {}


def project_of(params: Params) -> Project:
    """The project the parameters name by `root`, `exclude` and `folder`, opened where it is not open."""
    root, exclude = str(params["root"]), tuple(params["exclude"])
    with _opening:
        if root not in _projects:
            _projects[root] = Project(Path(root), exclude, Path(params["folder"]))
        elif _projects[root].exclude != exclude:
            _projects[root].use(exclude)
        return _projects[root]


def open_project(params: Params) -> Params:
    """Open a project; answers its figures."""
    return project_of(params).figures()


async def close_project(params: Params, emit: Emit) -> bool:
    """Let go of a project, once it is not being built."""
    del emit
    root = str(params["root"])
    async with _building.setdefault(root, asyncio.Lock()):
        with _opening:
            project = _projects.pop(root, None)
        if project is not None:
            await asyncio.to_thread(project.close)
    return project is not None


async def build(params: Params, emit: Emit) -> Params:
    """Build or refresh; one run at a time, a second request waits and finds the work done."""
    project = await asyncio.to_thread(project_of, params)
    async with _building.setdefault(str(params["root"]), asyncio.Lock()):
        return await project.build(emit)


def update(params: Params) -> Params:
    """`path`, and `text` or null: see `Project.update`."""
    return project_of(params).update(params["path"], params["text"], params.get("language", ""))


def figures(params: Params) -> Params:
    """See `Project.figures`."""
    return project_of(params).figures()


def _rows(rows: Sequence[Any]) -> list[Params]:
    return [attrs.asdict(row) for row in rows]


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


METHODS: dict[str, Callable[..., Any]] = {
    "open": open_project,
    "close": close_project,
    "build": build,
    "refresh": build,
    "update": update,
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
