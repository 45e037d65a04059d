"""`kibitz index`."""

from __future__ import annotations

from pathlib import Path

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@common
def command(path: Path | None, options: Options) -> None:
    """Read the project's files, and print how many lines and definitions each language has."""

    async def work() -> int:
        from kibitz.features.project import index_figures

        root = path or options.root
        async with bench_for(
            Options(options.json, root, options.engine), path, says="Reading the project…"
        ) as bench:
            figures = await index_figures(bench)
        if options.json:
            print_json(figures)
            return 0
        for row in figures["languages"]:
            click.echo(
                f"{row['language']:<18} {row['files']:>6} files {row['lines']:>8} lines {row['definitions']:>7} definitions"
            )
        total = f"{figures['files']} files, {figures['lines']} lines, {figures['definitions']} definitions"
        click.echo(f"{total} in {figures['durationMs'] / 1000:.1f} s ({figures['root']})")
        return 0

    run(options, work)
