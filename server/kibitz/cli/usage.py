"""`kibitz usage`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run

if TYPE_CHECKING:
    from rich.table import Table

    from kibitz.store.retained import RetainedRow
    from kibitz.store.usage import AcceptanceRow


@click.command()
@click.option(
    "--by",
    type=click.Choice(["model", "day", "feature", "project", "conversation"]),
    default="model",
    show_default=True,
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, as 2026-01-31.")
@common
def command(by: str, since: datetime | None, options: Options) -> None:
    """Tokens and cost; what providers reported and what was estimated are kept apart."""

    async def work() -> int:
        from kibitz.features.result import Stopwatch, local

        day, watch = since.date() if since else None, Stopwatch()
        async with bench_for(options, None) as bench:
            store = await bench.services.store()
            rows = await store.usage.summary(by, day)  # type: ignore[arg-type]  # click has checked it
            accepted = await store.usage.acceptance(day)
            retained = await store.retained.summary(day)
        if options.json:
            print_json(
                {
                    **local(watch),
                    "by": by,
                    "rows": [r.to_json() for r in rows],
                    "suggestions": [r.to_json() for r in accepted],
                    "retained": [r.to_json() for r in retained],
                }
            )
            return 0
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, header_style="bold")
        table.add_column(by.capitalize(), overflow="fold")
        headings = ["Calls", "Failed", "Input", "Cached", "Output", "Reported $", "Estimated $", "No price"]
        rare = {"Failed": any(r.failed_calls for r in rows), "No price": any(r.unpriced_calls for r in rows)}
        shown = [name for name in headings if rare.get(name, True)]
        for name in shown:
            table.add_column(name, justify="right")
        for row in rows:
            counts = (
                row.calls,
                row.failed_calls or "",
                row.input_tokens,
                row.cached_tokens,
                row.output_tokens,
            )
            costs = (f"{row.reported_cost_usd:.4f}", f"{row.estimated_cost_usd:.4f}")
            cells = dict(zip(headings, (*counts, *costs, row.unpriced_calls or ""), strict=True))
            table.add_row(row.key or "—", *(str(cells[name]) for name in shown))
        if rows:
            Console().print(table)
        else:
            click.echo("No model has been asked yet.", err=True)
        if accepted:
            Console().print(_suggestions(accepted, retained))
        return 0

    run(options, work)


def _suggestions(accepted: list[AcceptanceRow], retained: list[RetainedRow]) -> Table:
    """What was shown and taken of completions, and how much of it was still there later."""
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in ("Suggestions", "Language"):
        table.add_column(name)
    times = sorted({row.after_s for row in retained})
    for name in ("Shown", "Taken", "In part", "Characters", *(f"There after {t} s" for t in times)):
        table.add_column(name, justify="right")
    found = {
        (r.engine, r.language, r.after_s): f"{100 * r.there / r.looked:.0f} %" for r in retained if r.looked
    }
    for row in accepted:
        numbers = (row.shown, row.accepted, row.partly_accepted, row.accepted_chars)
        later = (found.get((row.engine, row.language, t), "") for t in times)
        table.add_row(row.engine, row.language, *map(str, numbers), *later)
    return table
