"""`kibitz index`."""

from __future__ import annotations

from pathlib import Path

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run
from kibitz.cli.progress import counted


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@common
def command(path: Path | None, options: Options) -> None:
    """Build or refresh the project's index, and print its figures."""

    async def work() -> int:
        from kibitz.features.project import index_figures

        root = path or options.root
        async with bench_for(Options(options.json, root, options.engine), path) as bench:
            with counted("Indexing") as on_progress:
                figures = await index_figures(bench, on_progress)
        if options.json:
            print_json(figures)
            return 0
        for row in figures["languages"]:
            click.echo(f"{row['language']:<18} {row['files']:>6} files {row['lines']:>9} lines")
        parsed = figures["lastBuild"].get("parsed", 0)
        click.echo(
            f"{figures['files']} files, {figures['lines']} lines, {figures['definitions']} definitions; "
            f"{parsed} files were read anew, in {figures['durationMs'] / 1000:.1f} s ({figures['root']})"
        )
        for note in figures["lastBuild"].get("notes", ()):
            click.echo(f"Left out: {note}", err=True)
        return 0

    run(options, work)
