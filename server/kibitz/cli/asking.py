"""A question to whoever sits at the terminal."""

from __future__ import annotations

import sys

import click

from kibitz.cli.typed import Typed


async def confirm_unpriced(model: str) -> bool | None:
    """Whether a model may be asked although its price is not known; None where nobody sits there."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    click.echo(
        f"No price is known for {model}: a budget cannot hold its cost, only its tokens are counted.",
        err=True,
    )
    click.echo("Use it from now on? [y/N] ", err=True, nl=False)
    return (await Typed().line()).strip().lower() in ("y", "yes")
