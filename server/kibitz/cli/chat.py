"""`kibitz chat`."""

from __future__ import annotations

import sys

import click

from kibitz.cli.common import (
    EXIT_CODES,
    Options,
    bench_for,
    common,
    fail,
    footer,
    lines_of,
    open_target,
    print_json,
    range_in,
    run,
)
from kibitz.cli.typed import Typed
from kibitz.errors import KibitzError


@click.command()
@click.argument("message", required=False)
@click.option("--conversation", "conversation_id", metavar="ID", help="Go on with a conversation.")
@click.option("--file", "target", metavar="FILE[:LINE[-LINE]]", help="The code it is about.")
@common
def command(message: str | None, conversation_id: str | None, target: str | None, options: Options) -> None:
    """One answer, streamed; without MESSAGE, a conversation until end of input."""

    async def work() -> int:
        from kibitz.features.chat import send
        from kibitz.features.result import Shapes

        document = where = None
        if target is not None:
            path, first, last = lines_of(target)
            document = open_target(path)
            where = range_in(document, first, last)
        async with bench_for(options, document.path if document else None) as bench:
            if message is not None or options.json:
                text = message if message is not None else await Typed().everything()
                on_text = None if options.json else lambda piece: click.echo(piece, nl=False)
                reply = await send(
                    bench,
                    text,
                    conversation_id=conversation_id,
                    document=document,
                    where=where,
                    on_text=on_text,
                )
                if options.json:
                    print_json(reply.to_json(Shapes()))
                else:
                    click.echo()
                    footer(reply.envelope)
                    if reply.conversation_id:
                        click.echo(f"— conversation {reply.conversation_id}", err=True)
                return 0
            typed, current, code = Typed(), conversation_id, 0
            click.echo("Ask away; an empty line or end of input ends the conversation.", err=True)
            while line := (await _ask(typed)).strip():
                try:
                    reply = await send(
                        bench,
                        line,
                        conversation_id=current,
                        document=document,
                        where=where,
                        on_text=lambda piece: click.echo(piece, nl=False),
                    )
                except KibitzError as error:
                    fail(options, error)
                    code = EXIT_CODES.get(error.kind, 2)
                    continue
                current, code = reply.conversation_id or None, 0
                click.echo()
                footer(reply.envelope)
            return code

    run(options, work)


async def _ask(typed: Typed) -> str:
    """A line from the person, or nothing at the end of input."""
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("> ", nl=False, err=True)
    return await typed.line()
