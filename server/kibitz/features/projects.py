"""The projects a user works in: files, languages, conversations, usage."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError
from kibitz.features.services import Services
from kibitz.index.crawl import project_files
from kibitz.settings import Settings
from kibitz.syntax.languages import language_of


async def list_projects(services: Services, folders: list[Path]) -> list[dict[str, Any]]:
    """Every project the store knows and every open folder, by root."""
    store = await services.store()
    known = {row.project: row.to_json() for row in await store.projects() if row.project}
    for folder in folders:
        known.setdefault(str(folder), {"project": str(folder), "conversations": 0})
    return [{"name": Path(root).name, "root": root, **row} for root, row in known.items()]


async def get_project(
    services: Services, folders: list[Path], project: str, settings: Settings
) -> dict[str, Any]:
    """One project by root or name, with its files counted by language. Raises `not_found`."""
    for row in await list_projects(services, folders):
        if project in (row["root"], row["name"]):
            root = Path(row["root"])
            paths = await project_files(root, settings.context.exclude)
            languages = Counter(language_of(path) for path in paths)
            files = [path.relative_to(root).as_posix() for path in paths]
            return {
                **row,
                "languages": dict(languages.most_common()),
                "fileCount": len(files),
                "files": files[:1000],
            }
    raise KibitzError("not_found", f"There is no project {project}.", "See kibitz.projects.list.")
