"""`kibitz models`."""

from __future__ import annotations

import json
import re

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run
from kibitz.errors import KibitzError
from kibitz.settings import user_places


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
@common
def use_command(name: str, options: Options) -> None:
    """Answer with NAME (provider/model, or `offline`) from now on: written to your config.toml."""

    async def work() -> int:
        path = user_places().config
        try:
            text = path.read_text("utf-8") if path.exists() else ""
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(with_model(text, name), "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KibitzError(
                "invalid", f"{path} cannot be changed: {error}.", "Check its permissions."
            ) from None
        if options.json:
            print_json({"model": name, "config": str(path)})
        else:
            click.echo(f"{name} answers from now on (in {path}).", err=True)
        return 0

    run(options, work)


def with_model(text: str, name: str) -> str:
    """A config.toml with its top-level `model` set; everything else stays as it is written."""
    line = f"model = {json.dumps(name)}"
    top, bracket, tables = text.partition("\n[") if not text.startswith("[") else ("", "[", text[1:])
    replaced, count = re.subn(r"(?m)^[ \t]*model[ \t]*=.*$", lambda _: line, top, count=1)
    if not count:
        replaced = f"{line}\n{top}" if top.strip() else f"{line}\n"
    return (
        replaced
        + (bracket if replaced.endswith("\n") or bracket.startswith("\n") else "\n" + bracket)
        + tables
    )


def _list(options: Options) -> None:
    async def work() -> int:
        from kibitz.features.models import list_models

        async with bench_for(options, None, says="Asking…") as bench:
            rows = await list_models(bench)
        if options.json:
            print_json({"models": rows})
            return 0
        for row in rows:
            sign = click.style("✓", fg="green") if row["available"] else click.style("✗", fg="red")
            click.echo(f"{sign} {row['name']:<40} {row['reason']}")
        if len(rows) == 1:
            click.echo("Set `model` (kibitz models use provider/model) to add a language model.", err=True)
        return 0

    run(options, work)
