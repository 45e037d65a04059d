"""`kibitz history`: the conversations kept on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run, show_markdown

if TYPE_CHECKING:
    from kibitz.store.conversations import Conversations


@click.group()
def command() -> None:
    """Conversations: list, show, search, export, delete."""


def _with_store(options: Options, work: Callable[[Conversations], Awaitable[dict[str, Any] | None]]) -> None:
    """Run with the conversations; what it answers is printed as JSON, in its envelope."""

    async def opened() -> int:
        from kibitz.features.result import Stopwatch, local

        watch = Stopwatch()
        async with bench_for(options, None) as bench:
            answer = await work((await bench.services.store()).conversations)
        if answer is not None:
            print_json({**local(watch), **answer})
        return 0

    run(options, opened)


@command.command("list")
@click.option("--project", help="Only this project's.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@click.option("--before", metavar="ID", help="The page after this conversation.")
@common
def list_command(project: str | None, limit: int, before: str | None, options: Options) -> None:
    """The newest conversations."""

    async def work(conversations: Conversations) -> dict[str, Any] | None:
        rows = await conversations.list(project, limit, before)
        if options.json:
            return {"conversations": [row.to_json() for row in rows]}
        for row in rows:
            click.echo(f"{row.id}  {row.updated[:16].replace('T', ' ')}  {row.messages:>4}  {row.title}")
        if not rows:
            click.echo("No conversations yet.", err=True)
        return None

    _with_store(options, work)


@command.command("show")
@click.argument("conversation_id")
@common
def show_command(conversation_id: str, options: Options) -> None:
    """One conversation."""

    async def work(conversations: Conversations) -> dict[str, Any] | None:
        if options.json:
            return {"conversation": (await conversations.get(conversation_id)).to_json()}
        show_markdown(await conversations.export(conversation_id))
        return None

    _with_store(options, work)


@command.command("search")
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@common
def search_command(query: str, limit: int, options: Options) -> None:
    """Conversations that hold the words."""

    async def work(conversations: Conversations) -> dict[str, Any] | None:
        hits = await conversations.search(query, limit)
        if options.json:
            return {"conversations": [hit.to_json() for hit in hits]}
        for hit in hits:
            click.echo(f"{hit.conversation_id}  {hit.title}\n    {hit.snippet}")
        if not hits:
            click.echo("Nothing found.", err=True)
        return None

    _with_store(options, work)


@command.command("export")
@click.argument("conversation_id")
@common
def export_command(conversation_id: str, options: Options) -> None:
    """One conversation as Markdown."""

    async def work(conversations: Conversations) -> dict[str, Any] | None:
        markdown = await conversations.export(conversation_id)
        if options.json:
            return {"markdown": markdown}
        click.echo(markdown)
        return None

    _with_store(options, work)


@command.command("delete")
@click.argument("conversation_id")
@common
def delete_command(conversation_id: str, options: Options) -> None:
    """Delete a conversation, for good."""

    async def work(conversations: Conversations) -> dict[str, Any] | None:
        await conversations.delete(conversation_id)
        if options.json:
            return {"deleted": True}
        click.echo("Deleted.", err=True)
        return None

    _with_store(options, work)
