"""`kibitz egress`: what was sent to which host."""

from __future__ import annotations

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="The newest so many.")
@click.option("--text", is_flag=True, help="Show the exact text of each, secrets replaced as they were sent.")
@common
def command(limit: int, text: bool, options: Options) -> None:
    """What was sent: when, to which host and model, for what, how much, and how many secrets were kept back."""

    async def work() -> int:
        from kibitz.features.result import Stopwatch, local

        watch = Stopwatch()
        async with bench_for(options, None) as bench:
            store = await bench.services.store()
            rows = await store.egress.list(limit, with_text=text)
        if options.json:
            print_json({**local(watch), "rows": [row.to_json() for row in rows]})
            return 0
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, header_style="bold")
        table.add_column("Time", no_wrap=True)
        for name in ("Host", "Model", "Feature"):
            table.add_column(name, overflow="fold")
        for name in ("Bytes", "Tokens", "Secrets"):
            table.add_column(name, justify="right")
        for row in rows:
            said = (row.time[:19].replace("T", " "), row.host, row.model, row.feature)
            kept_back = row.redactions if isinstance(row.redactions, int) else len(row.redactions)
            table.add_row(*said, str(row.bytes), str(row.tokens), str(kept_back or ""))
        if rows and not text:
            Console().print(table)
        for row in rows if text else ():
            click.echo(f"— {row.time}  {row.host}  {row.model}  {row.feature}  {row.bytes} bytes")
            click.echo(row.text or "")
        if not rows:
            click.echo("Nothing has been sent yet.", err=True)
        return 0

    run(options, work)
