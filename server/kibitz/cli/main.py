"""The `kibitz` command: finds the subcommand's module, and imports no other."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

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
    "egress": ("egress", "What was sent to which host"),
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


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code (CONTRACT §1)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - for as long as the process lives
        elif hasattr(stream := getattr(sys, name), "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = sys.argv[1:] if argv is None else argv
    try:
        code = group.main(args=arguments, prog_name="kibitz", standalone_mode=False)
    except click.ClickException as error:
        code = _wrong_usage(error, arguments)
    except click.Abort:
        code = 130
    except SystemExit as done:
        code = done.code
    sys.exit(_flushed(code))


def _wrong_usage(error: click.ClickException, arguments: list[str]) -> int:
    """What is wrong with the command line, in the form it asks for."""
    from kibitz.cli.common import Options, fail
    from kibitz.errors import KibitzError

    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in options:
        context = getattr(error, "ctx", None)
        hint = f"See `{context.command_path if context is not None else 'kibitz'} --help`."
        fail(Options(json=True), KibitzError("invalid", error.format_message().rstrip(".") + ".", hint))
    else:
        error.show()
    return error.exit_code


def _flushed(code: Any) -> Any:
    """The exit code, with everything written; a reader that went away early wanted no more."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            click.echo(f"kibitz: The answer could not be written: {error.strerror}.", err=True)
            return 1
    return code
