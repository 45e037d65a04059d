"""`kibitz models`."""

from __future__ import annotations

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run
from kibitz.cli.config_file import set_value
from kibitz.cli.models_keys import command as key_command
from kibitz.settings import load, user_places


@click.group(invoke_without_command=True)
@common
@click.pass_context
def command(ctx: click.Context, options: Options) -> None:
    """What can answer, from where, at which price."""
    if ctx.invoked_subcommand is None:
        _list(options)


@command.command("list")
@common
def list_command(options: Options) -> None:
    """What can answer, and why others cannot."""
    _list(options)


@command.command("use")
@click.argument("name")
@click.option("--feature", metavar="FEATURE", help="For one feature alone, such as `complete` or `chat`.")
@common
def use_command(name: str, feature: str | None, options: Options) -> None:
    """Answer with NAME (provider/model, or `offline`) from now on: written to your config.toml."""

    async def work() -> int:
        from kibitz.features.models import check, in_force, own_models, setting_for

        key = setting_for(feature)
        check(name, load()[0])  # refused here, not at every later answer
        path = user_places().config
        set_value(path, key, name)
        if options.json:
            print_json({"model": name, "feature": feature, "config": str(path)})
            return 0
        click.echo(f"{name} answers{f' {feature}' if feature else ''} from now on (in {path}).", err=True)
        settings = load()[0]
        for other, model in (own_models(settings) if feature is None else {}).items():
            if model != name:
                click.echo(f"`{other}` is still answered by {model}.", err=True)
        if (found := in_force(key, settings)) != name:
            click.echo(f"But here the environment sets `{key}` to {found!r}, which goes first.", err=True)
        return 0

    run(options, work)


def _list(options: Options) -> None:
    async def work() -> int:
        from kibitz.features.models import list_models
        from kibitz.features.result import Stopwatch, local

        watch = Stopwatch()
        async with bench_for(options, None, says="Asking…") as bench:
            rows = await list_models(bench)
        if options.json:
            print_json({**local(watch), "models": rows})
            return 0
        for row in rows:
            sign = click.style("✓", fg="green") if row["available"] else click.style("✗", fg="red")
            click.echo(f"{sign} {row['name']:<40} {row['reason']}")
        if len(rows) == 1:
            click.echo("Set `model` (kibitz models use provider/model) to add a language model.", err=True)
        return 0

    run(options, work)


command.add_command(key_command)
