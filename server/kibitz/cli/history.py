"""`kibitz history`: the conversations kept on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run, show_markdown

if TYPE_CHECKING:
    from kibitz.store.conversations import Conversations


@click.group()
def command() -> None:
    """Conversations: list, show, search, export, delete."""


def _with_store(options: Options, work: Callable[[Conversations], Awaitable[None]]) -> None:
    async def opened() -> int:
        async with bench_for(options, None) as bench:
            await work((await bench.services.store()).conversations)
        return 0

    run(options, opened)


@command.command("list")
@click.option("--project", help="Only this project's.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.option("--before", metavar="ID", help="The page after this conversation.")
@common
def list_command(project: str | None, limit: int, before: str | None, options: Options) -> None:
    """The newest conversations."""

    async def work(conversations: Conversations) -> None:
        rows = await conversations.list(project, limit, before)
        if options.json:
            print_json({"conversations": [row.to_json() for row in rows]})
            return
        for row in rows:
            click.echo(f"{row.id}  {row.updated[:16].replace('T', ' ')}  {row.messages:>4}  {row.title}")
        if not rows:
            click.echo("No conversations yet.", err=True)

    _with_store(options, work)


@command.command("show")
@click.argument("conversation_id")
@common
def show_command(conversation_id: str, options: Options) -> None:
    """One conversation."""

    async def work(conversations: Conversations) -> None:
        if options.json:
            print_json({"conversation": (await conversations.get(conversation_id)).to_json()})
        else:
            show_markdown(await conversations.export(conversation_id))

    _with_store(options, work)


@command.command("search")
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@common
def search_command(query: str, limit: int, options: Options) -> None:
    """Conversations that hold the words."""

    async def work(conversations: Conversations) -> None:
        hits = await conversations.search(query, limit)
        if options.json:
            print_json({"conversations": [hit.to_json() for hit in hits]})
            return
        for hit in hits:
            click.echo(f"{hit.conversation_id}  {hit.title}\n    {hit.snippet}")
        if not hits:
            click.echo("Nothing found.", err=True)

    _with_store(options, work)


@command.command("export")
@click.argument("conversation_id")
@common
def export_command(conversation_id: str, options: Options) -> None:
    """One conversation as Markdown."""

    async def work(conversations: Conversations) -> None:
        markdown = await conversations.export(conversation_id)
        if options.json:
            print_json({"markdown": markdown})
        else:
            click.echo(markdown)

    _with_store(options, work)


@command.command("delete")
@click.argument("conversation_id")
@common
def delete_command(conversation_id: str, options: Options) -> None:
    """Delete a conversation, for good."""

    async def work(conversations: Conversations) -> None:
        await conversations.delete(conversation_id)
        if options.json:
            print_json({"deleted": conversation_id})
        else:
            click.echo("Deleted.", err=True)

    _with_store(options, work)
