"""`kibitz context`."""

from __future__ import annotations

import click

from kibitz.cli.common import Options, bench_for, common, open_target, place, position_in, print_json, run
from kibitz.cli.progress import counted


@click.command()
@click.argument("target", metavar="FILE:LINE:COL")
@click.option("--tokens", type=click.IntRange(64), help="The budget; otherwise `context.max_tokens`.")
@common
def command(target: str, tokens: int | None, options: Options) -> None:
    """Exactly what a model would be sent for a completion at a place, part by part."""

    async def work() -> int:
        import attrs

        from kibitz.context.tokens import estimate
        from kibitz.features.complete import window
        from kibitz.features.project import index_figures

        path, line, column = place(target)
        document = open_target(path)
        position = position_in(document, line, column)
        async with bench_for(options, path) as bench:
            budget = tokens or bench.settings.context.max_tokens
            with counted("Indexing") as on_progress:
                await index_figures(bench, on_progress)
            built = await window(bench, document, position, budget)
        if options.json:
            snippets = [attrs.asdict(snippet) for snippet in built.snippets]
            print_json(
                {"prefix": built.prefix, "suffix": built.suffix, "snippets": snippets, "tokens": built.tokens}
            )
            return 0
        for snippet in built.snippets:
            where = f"{snippet.path}:{snippet.start_line + 1}-{snippet.end_line + 1}"
            click.echo(click.style(f"── {where}: {snippet.tokens} tokens, {snippet.why}", bold=True))
            click.echo(snippet.text)
        if built.skipped:
            click.echo(click.style(f"── no other files: {built.skipped}", bold=True))
        for name, text in (("before the cursor", built.prefix), ("after the cursor", built.suffix)):
            click.echo(click.style(f"── {name}: {estimate(text)} tokens, {path}", bold=True))
            click.echo(text)
        click.echo(f"{built.tokens} of {budget} tokens (estimated).", err=True)
        return 0

    run(options, work)
