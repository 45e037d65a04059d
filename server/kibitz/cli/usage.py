"""`kibitz usage`."""

from __future__ import annotations

from datetime import datetime

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run


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
        if options.json:
            print_json(
                {
                    **local(watch),
                    "by": by,
                    "rows": [r.to_json() for r in rows],
                    "suggestions": [r.to_json() for r in accepted],
                }
            )
            return 0
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, header_style="bold")
        table.add_column(by.capitalize())
        for name in ("Calls", "Input", "Cached", "Output", "Reported $", "Estimated $"):
            table.add_column(name, justify="right")
        for row in rows:
            numbers = (row.calls, row.input_tokens, row.cached_tokens, row.output_tokens)
            costs = (f"{row.reported_cost_usd:.4f}", f"{row.estimated_cost_usd:.4f}")
            table.add_row(row.key or "—", *map(str, numbers), *costs)
        if rows:
            Console().print(table)
        else:
            click.echo("No model has been asked yet.", err=True)
        return 0

    run(options, work)
