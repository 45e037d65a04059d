"""The process that keeps the projects' indexes, served by `workers.child`. Rows are JSON objects of the reader's fields."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs

from kibitz.errors import KibitzError
from kibitz.index import builder
from kibitz.index.project import Project
from kibitz.index.reader import DefinitionRow
from kibitz.index.tidy import TIDY
from kibitz.workers.worker import Worker

STARTS = 3
"""A file that ends the process that reads it does so twice, then it is left out."""
STOPPING_S = 5.0

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
            TIDY.begin()
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
    """Build or refresh, in a process of its own; one run at a time, a second request waits and finds the work done."""
    project = await asyncio.to_thread(project_of, params)
    async with _building.setdefault(str(params["root"]), asyncio.Lock()):
        if project.private:  # nobody else can write what only this process has
            return await project.build(emit)
        named = {
            "root": str(project.root),
            "exclude": list(project.exclude),
            "folder": params["folder"],
            "owner": uuid4().hex,
        }
        return project.built(await _built(named, emit))


async def _built(project: Params, emit: Emit) -> Params:
    """The build's answer, from a process that ends with it; one that dies over a file is started again."""
    for left in reversed(range(STARTS)):
        worker = Worker(builder.MODULE, name="index builder")
        try:
            return dict(await worker.call("build", project, emit))
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
METHODS: dict[str, Callable[..., Any]] = {
    "close": close_project,
    "build": build,
    "refresh": build,
    **{name: TIDY.answering(method) for name, method in _ANSWERS.items()},
}
