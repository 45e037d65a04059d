"""`kibitz explain`."""

from __future__ import annotations

import sys

import click

from kibitz.cli.common import (
    Options,
    bench_for,
    common,
    footer,
    lines_of,
    open_target,
    print_json,
    range_in,
    run,
    show_markdown,
)


@click.command()
@click.argument("target", metavar="FILE[:LINE[-LINE]]")
@common
def command(target: str, options: Options) -> None:
    """What a file does, or the definition at a line, or a range of lines."""

    async def work() -> int:
        from kibitz.features.explain import explain
        from kibitz.features.result import Shapes
        from kibitz.text import Range

        path, first, last = lines_of(target)
        document = open_target(path)
        where = range_in(document, first, last)
        if where is not None and first == last:  # one line stands for the definition around it
            indent = len(document.line(where.start.line)) - len(document.line(where.start.line).lstrip())
            start = where.start._replace(character=indent)
            where = Range(start, start)
        plain = not options.json and not sys.stdout.isatty()
        async with bench_for(options, path, says="Explaining…") as bench:
            result = await explain(
                bench, document, where, (lambda text: click.echo(text, nl=False)) if plain else None
            )
        if options.json:
            print_json(result.to_json(Shapes()))
            return 0
        if plain:
            click.echo()
        else:
            show_markdown(result.markdown)
        if result.unresolved:
            click.echo(f"Not in the code: {', '.join(result.unresolved)}", err=True)
        footer(result.envelope)
        return 0

    run(options, work)
