"""Printing a change."""

from __future__ import annotations

import sys

import click


def print_diff(diff: str) -> None:
    """A unified diff, coloured on a terminal."""
    if not sys.stdout.isatty():
        click.echo(diff, nl=False)
        return
    for line in diff.splitlines():
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.echo(click.style(line, fg=colour, bold=line.startswith(("+++", "---"))))
