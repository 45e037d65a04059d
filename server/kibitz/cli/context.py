"""`kibitz context`."""

from __future__ import annotations

import click

from kibitz.cli.common import Options, bench_for, common, open_target, place, position_in, print_json, run


@click.command()
@click.argument("target", metavar="FILE:LINE:COL")
@click.option("--tokens", type=click.IntRange(64), help="The budget; otherwise `context.max_tokens`.")
@common
def command(target: str, tokens: int | None, options: Options) -> None:
    """Exactly what a model would be sent for a completion at a place, part by part."""

    async def work() -> int:
        from kibitz.context.tokens import estimate
        from kibitz.context.window import prefix_and_suffix

        path, line, column = place(target)
        document = open_target(path)
        position = position_in(document, line, column)
        async with bench_for(options, path) as bench:
            budget = tokens or bench.settings.context.max_tokens
        prefix, suffix = prefix_and_suffix(document, position, budget)
        parts = [("prefix", prefix), ("suffix", suffix)]
        total = sum(estimate(text) for _, text in parts)
        if options.json:
            print_json({"prefix": prefix, "suffix": suffix, "snippets": [], "tokens": total})
            return 0
        for name, text in parts:
            click.echo(click.style(f"── {name}: {estimate(text)} tokens, from {path}", bold=True))
            click.echo(text)
        click.echo(f"{total} of {budget} tokens (estimated).", err=True)
        return 0

    run(options, work)
