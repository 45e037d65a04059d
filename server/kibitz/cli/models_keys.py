"""`kibitz models key`: keys in the system keyring."""

from __future__ import annotations

import sys

import click

from kibitz.cli.common import Options, common, print_json, run

host_option = click.option(
    "--host", metavar="HOST[:PORT]", help="The server the key is for; without it, the provider's own."
)


@click.group("key")
def command() -> None:
    """Keys in the system keyring, each bound to its host."""


@command.command("set")
@click.argument("provider")
@host_option
@common
def set_command(provider: str, host: str | None, options: Options) -> None:
    """Store the key of PROVIDER, asked for on a terminal, else the first line of standard input."""

    async def work() -> int:
        from kibitz.features.keys import entry_for, store_key
        from kibitz.models.key_store import user_keys

        name = entry_for(provider, host)  # refused before the key is asked for
        secret = (
            click.prompt(f"Key for {name}", hide_input=True, err=True)
            if sys.stdin.isatty()
            else sys.stdin.readline()
        )
        await store_key(user_keys(), provider, host, secret)
        _say(options, "stored", name)
        return 0

    run(options, work)


@command.command("delete")
@click.argument("provider")
@host_option
@common
def delete_command(provider: str, host: str | None, options: Options) -> None:
    """Forget the key of PROVIDER."""

    async def work() -> int:
        from kibitz.features.keys import delete_key
        from kibitz.models.key_store import user_keys

        _say(options, "deleted", await delete_key(user_keys(), provider, host))
        return 0

    run(options, work)


@command.command("list")
@common
def list_command(options: Options) -> None:
    """Which keys are stored; never the keys."""

    async def work() -> int:
        from kibitz.features.keys import list_keys
        from kibitz.models.key_store import user_keys

        rows = list_keys(user_keys())
        if options.json:
            print_json({"keys": rows})
        for row in () if options.json else rows:
            click.echo(f"{row['provider']:<20} {row['host']}")
        if not rows:
            click.echo("No keys are stored: `kibitz models key set PROVIDER` stores one.", err=True)
        return 0

    run(options, work)


def _say(options: Options, done: str, name: str) -> None:
    if options.json:
        print_json({done: name})
    else:
        click.echo(f"The key for {name} is {done}.", err=True)
