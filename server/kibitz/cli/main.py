"""The `kibitz` command: finds the subcommand's module, and imports no other."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from kibitz import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "tour": ("tour", "See everything kibitz does, on one file"),
    "complete": ("complete", "The text to insert at a place"),
    "explain": ("explain", "What a file, a line or a range does"),
    "find-bugs": ("find_bugs", "What is wrong with files or folders"),
    "refactor": ("refactor", "Change code, checked, as a diff"),
    "generate-tests": ("generate_tests", "Tests that were run and passed"),
    "chat": ("chat", "Ask; one answer or a conversation"),
    "history": ("history", "Conversations: list, show, search, export, delete"),
    "usage": ("usage", "Tokens and cost"),
    "models": ("models", "What can answer, and choose one"),
    "index": ("index", "Read the project, and count what is in it"),
    "context": ("context", "What a model would be sent for a completion"),
    "doctor": ("doctor", "Check everything, and say what to do"),
    "serve": ("serve", "The language server, for editors"),
}


class Lazy(click.Group):
    """Subcommands by name; a module is imported when its command is run or its own help asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"kibitz.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            if near := difflib.get_close_matches(args[0], COMMANDS, 1):
                raise click.UsageError(
                    f"There is no command {args[0]!r}. Did you mean {near[0]!r}?", ctx
                ) from error
            raise


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(__version__, prog_name="kibitz")
@click.option("--stdio", is_flag=True, help="Serve on standard input and output, as `kibitz serve` does.")
@click.pass_context
def group(ctx: click.Context, stdio: bool) -> None:
    """AI in any editor that checks what the model says, and a built-in engine that needs no model."""
    if ctx.invoked_subcommand is None:
        if stdio:
            from kibitz.cli.serve import run

            run()
        else:
            click.echo(ctx.get_help())


def main(argv: list[str] | None = None) -> Any:
    """Run the command line and exit with its code (CONTRACT §1)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    return group(args=argv, prog_name="kibitz")
