"""A count that moves, for long work on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def counted(title: str) -> Iterator[Callable[[dict[str, Any]], None] | None]:
    """Shows {"done", "total", "path"} as it comes, on standard error; None where nobody looks at a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("[dim]{task.fields[path]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None, path="")

        def show(step: dict[str, Any]) -> None:
            progress.update(
                task, completed=step["done"], total=step["total"] or None, path=step.get("path", "")
            )

        yield show
