"""`kibitz doctor`."""

from __future__ import annotations

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run


@click.command()
@common
def command(options: Options) -> None:
    """Check the configuration, the key, the model, the grammars, the database, the sandbox and the project.

    Exit code 1 where a step failed.
    """

    async def work() -> int:
        from kibitz.features.doctor import examine
        from kibitz.settings import load

        async with bench_for(options, None, complain=False) as bench:
            _, problems = load(root=bench.root)
            steps = []
            async for step in examine(bench, problems):
                steps.append(step)
                if not options.json:
                    sign = click.style("✓", fg="green") if step.ok else click.style("✗", fg="red")
                    click.echo(f"{sign} {click.style(step.name, bold=True)}: {step.detail}")
                    if step.mend:
                        click.echo(f"    → {step.mend}")
        if options.json:
            print_json({"steps": [step.to_json() for step in steps]})
        return 0 if all(step.ok for step in steps) else 1

    run(options, work)
