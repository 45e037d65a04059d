"""The project in figures: files, lines and definitions by language."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench, open_document
from kibitz.index.crawl import crawl
from kibitz.syntax.tree import parse


async def index_figures(bench: Workbench) -> dict[str, Any]:
    """Read and parse every file of the project. Raises `invalid` where there is none."""
    if bench.root is None:
        raise KibitzError("invalid", "There is no project here.", "Name a folder.")
    watch = Stopwatch()
    rows, skipped = await asyncio.to_thread(_count, bench.root, bench.settings.context.exclude)
    totals = {name: sum(row[name] for row in rows) for name in ("files", "lines", "definitions")}
    return {
        "root": str(bench.root),
        **totals,
        "languages": rows,
        "skipped": skipped,
        "durationMs": round(watch.ms, 1),
    }


def _count(root: Path, exclude: tuple[str, ...]) -> tuple[list[dict[str, Any]], int]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    skipped = 0
    for path in crawl(root, exclude):
        try:
            document = open_document(path)
        except KibitzError:  # binary or in an encoding nobody named: counted as skipped
            skipped += 1
            continue
        tree = parse(document)
        row = counts[document.language]
        row[0] += 1
        row[1] += len(document.lines)
        row[2] += len(tree.definitions) if tree is not None else 0
    names = ("files", "lines", "definitions")
    rows = [{"language": language, **dict(zip(names, row, strict=True))} for language, row in counts.items()]
    return sorted(rows, key=lambda r: -r["lines"]), skipped
