"""`kibitz generate-tests`."""

from __future__ import annotations

from pathlib import Path

import click

from kibitz.cli.common import Options, bench_for, common, footer, open_target, print_json, run
from kibitz.features.write import write_edit


@click.command()
@click.argument("target", metavar="FILE[::SYMBOL]")
@click.option("--write", "write_it", is_flag=True, help="Write the tests to the project's test file.")
@common
def command(target: str, write_it: bool, options: Options) -> None:
    """Tests that were run in a sandbox and passed, and why the others were dropped."""

    async def work() -> int:
        from kibitz.features.generate_tests import generate_tests

        name, _, symbol = target.partition("::")
        document = open_target(Path(name))
        async with bench_for(options, Path(name), says="Writing and running tests…") as bench:
            result = await generate_tests(bench, document, None, symbol or None)
            if write_it and result.edit is not None:
                write_edit(result.edit)
        if options.json:
            print_json({**result.to_json(), "written": write_it and result.edit is not None})
            return 0 if result.tests else 1
        click.echo(result.module_text.rstrip("\n"))
        for test in result.tests:
            ran = f"passed {test.runs} times" if test.passed else "not run"
            click.echo(f"{test.name}: {ran}", err=True)
        for dropped, reason in result.dropped:
            click.echo(f"{dropped}: dropped, {reason}", err=True)
        if write_it and result.edit is not None:
            click.echo(f"Written to {result.path}", err=True)
        footer(result.envelope)
        return 0 if result.tests else 1

    run(options, work)
