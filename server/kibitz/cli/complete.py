"""`kibitz complete`."""

from __future__ import annotations

import click

from kibitz.cli.common import (
    Options,
    bench_for,
    common,
    footer,
    open_target,
    place,
    position_in,
    print_json,
    run,
)


@click.command()
@click.argument("target", metavar="FILE:LINE:COL")
@common
def command(target: str, options: Options) -> None:
    """The text that would be inserted at a place; lines and columns count from 1."""

    async def work() -> int:
        from kibitz.features.complete import complete
        from kibitz.features.result import Shapes

        path, line, column = place(target)
        document = open_target(path)
        position = position_in(document, line, column)
        async with bench_for(options, path, says="Completing…") as bench:
            completion = await complete(bench, document, position)
        if options.json:
            print_json(completion.to_json(Shapes()))
            return 0
        for item in completion.items:
            click.echo(item.insert_text)
        if not completion.items:
            click.echo("Nothing to suggest here.", err=True)
        footer(completion.envelope)
        return 0

    run(options, work)
