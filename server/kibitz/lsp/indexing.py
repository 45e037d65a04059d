"""The project's index, built in the background where a language model will ask for it, with progress and a cancel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError
from kibitz.lsp.progress import report
from kibitz.lsp.session import Session

MANY = 50
"""More changed files than this are looked at together."""


async def index_folders(session: Session) -> None:
    """Bring the index of every workspace folder up to date, one after the other."""
    if not session.settings.trusted or not session.services.asks_a_model:
        return
    for folder in session.folders:
        await _index(session, folder)


async def _index(session: Session, folder: Path) -> None:
    project = session.services.project(folder, session.bench_at(folder).settings.context.exclude)
    async with report(session, "kibitz: indexing", None, None) as says:

        def show(step: dict[str, Any]) -> None:
            total = step["total"]
            says.say(f"{step['done']} of {total} files", step["done"] * 100 // total if total else None)

        building = project.build_soon(show)
        try:
            await building
        except KibitzError as error:
            session.report(error)


async def files_changed(session: Session, paths: list[Path]) -> None:
    """Have the indexes in use follow the disk; many files at once, as by a branch switch, are one look at the project."""
    for project in session.open_projects():
        try:
            if len(paths) > MANY:
                await project.build()
            else:
                await project.changed(paths)
        except KibitzError as error:
            session.report(error)
