"""The project in figures: its index brought up to date, and what is in it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from kibitz.errors import KibitzError
from kibitz.features.project_context import Progress
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench


async def index_figures(bench: Workbench, on_progress: Progress | None = None) -> dict[str, Any]:
    """Build or refresh the index. Raises `invalid` where there is no project, `untrusted`, and the index's errors."""
    if bench.root is None:
        raise KibitzError("invalid", "There is no project here.", "Name a folder.")
    watch = Stopwatch()
    project = bench.services.project(bench.root, bench.settings.context.exclude)
    figures = await project.build(on_progress)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in await project.index.files():
        counts[row.language][0] += 1
        counts[row.language][1] += row.lines
    languages = [
        {"language": name, "files": files, "lines": lines} for name, (files, lines) in counts.items()
    ]
    return {
        "root": str(bench.root),
        **figures,
        "languages": sorted(languages, key=lambda row: (-row["lines"], row["language"])),
        "durationMs": round(watch.ms, 1),
    }
