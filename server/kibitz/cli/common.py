"""What the subcommands share: targets on the command line, one run of a coroutine, errors and exit codes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from kibitz import log
from kibitz.errors import KibitzError
from kibitz.paths import project_root
from kibitz.settings import load, log_file, user_places
from kibitz.text import Document, Position, Range

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kibitz.features.workbench import Workbench

F = TypeVar("F", bound=Callable[..., Any])

EXIT_CODES = {
    "budget": 4,
    "auth": 3,
    "rate_limit": 3,
    "quota": 3,
    "timeout": 3,
    "network": 3,
    "context_length": 3,
    "content_filter": 3,
    "bad_response": 1,
    "unsupported": 1,
    "internal": 1,
    "cancelled": 130,
}
"""By kind of error (CONTRACT §1); everything else is wrong usage or unreadable input: 2."""


@frozen
class Options:
    """The options every subcommand has."""

    json: bool = False
    root: Path | None = None
    engine: str | None = None


def common(function: F) -> F:
    """Add `--json`, `--root` and `--engine`; the function gets them as `options`."""

    @click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON document, and nothing else, on standard output.",
    )
    @click.option(
        "--root", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The project's folder."
    )
    @click.option("--engine", metavar="MODEL", help="Who answers: `offline`, or provider/model.")
    @wraps(function)
    def wrapped(*args: Any, as_json: bool, root: Path | None, engine: str | None, **kwargs: Any) -> Any:
        return function(*args, options=Options(as_json, root, engine), **kwargs)

    return wrapped  # type: ignore[return-value]


def run(options: Options, work: Callable[[], Awaitable[int]]) -> None:
    """Run a subcommand's coroutine and exit with its code; errors become one sentence, or one JSON document."""
    with log.request():
        try:
            code = asyncio.run(_finish(work))
        except KibitzError as error:
            code = EXIT_CODES.get(error.kind, 2)
            fail(options, error)
        except (KeyboardInterrupt, asyncio.CancelledError):
            code = 130
            click.echo("Interrupted.", err=True)
        except BrokenPipeError:  # who reads has read enough; `main` closes the pipe quietly
            code = 0
        except Exception as error:  # noqa: BLE001 - the last door: no traceback ever reaches a person
            code = 1
            fail(options, _unexpected(error))
        log.stop()
    sys.exit(code)


async def _finish(work: Callable[[], Awaitable[int]]) -> int:
    return await work()


def _unexpected(error: Exception) -> KibitzError:
    """One line for the person, the traceback for the log."""
    import errno

    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return KibitzError("internal", "There is no space left on the disk.", "Free some, and try again.")
    if log.current() is None:  # it failed before any settings were read
        log.start(user_places().log, "warning", lambda *_: None)
    command = click.get_current_context().command_path
    logging.getLogger("kibitz.cli").error(
        "a command failed", exc_info=error, extra=log.fields(command=command)
    )
    log.flush()
    said = f"Something went wrong inside kibitz ({type(error).__name__})."
    handler = log.current()
    if handler is None or handler.problem is not None:
        return KibitzError("internal", said, "Please report this.")
    return KibitzError("internal", said, f"The log has the details, under {log.request_id()}: {handler.path}")


def fail(options: Options, error: KibitzError) -> None:
    """Say what went wrong, where the caller looks."""
    if options.json:
        try:
            click.echo(json.dumps({"error": error.to_json()}, ensure_ascii=False))
            return
        except OSError:  # nothing can be written there: people are told
            pass
    click.echo(f"kibitz: {error.message} {error.hint}".rstrip(), err=True)


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@asynccontextmanager
async def bench_for(
    options: Options, path: Path | None, *, says: str = "", complain: bool = True
) -> AsyncIterator[Workbench]:
    """The workbench of a file's project, with progress after a second; `complain`: problems of the settings and the
    services are printed."""
    from kibitz.cli import asking
    from kibitz.features.services import Services
    from kibitz.features.workbench import Workbench
    from kibitz.features.write import take_back_interrupted
    from kibitz.models.select import every_setting

    root = (options.root or project_root(path or Path.cwd())).absolute()
    overrides: dict[str, Any] = {}
    if options.engine is not None:
        overrides = dict.fromkeys(("model", *every_setting()), options.engine)
    settings, problems = load(root=root, overrides=overrides)
    for problem in problems if complain else ():
        click.echo(f"kibitz: {problem}", err=True)
    log.start(log_file(settings), settings.log.level, _log_problem)
    if complain and (said := take_back_interrupted()):
        click.echo(f"kibitz: {said}", err=True)

    async def confirm_unpriced(model: str) -> bool | None:
        if waiting is not None:
            waiting.cancel()  # its moving sign would stand on the question
        return await asking.confirm_unpriced(model)

    services = Services(
        settings,
        lambda error: click.echo(f"kibitz: {error.message} {error.hint}", err=True) if complain else None,
        confirm_unpriced,
    )
    waiting = asyncio.ensure_future(_show_progress(says)) if says and sys.stderr.isatty() else None
    try:
        yield Workbench(services, settings, root)
    finally:
        if waiting is not None:
            waiting.cancel()
        await services.close()


def _log_problem(path: Path, why: str) -> None:
    click.echo(f"kibitz: The log {path} cannot be written: {why}. Set `log.file`.", err=True)


async def _show_progress(says: str) -> None:
    """A moving sign for what takes longer than a second."""
    await asyncio.sleep(1)
    from rich.console import Console

    with Console(stderr=True).status(says):
        await asyncio.Event().wait()


def open_target(path: Path) -> Document:
    """A file as a document. Raises `not_found` or `invalid`."""
    from kibitz.features.workbench import open_document

    return open_document(path)


_PLACE = re.compile(r"(?s)(?P<path>.+?):(?P<line>\d{1,9}):(?P<column>\d{1,9})")
_LINES = re.compile(r"(?s)(?P<path>.+?)(?::(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?)?")


def place(target: str) -> tuple[Path, int, int]:
    """FILE:LINE:COL as a path and 1-based numbers. Raises `invalid`."""
    match = _PLACE.fullmatch(target)
    if match is None:
        raise KibitzError(
            "invalid", f"{target!r} is not a place.", "Write it as FILE:LINE:COL, both counted from 1."
        )
    return Path(match["path"]), int(match["line"]), int(match["column"])


def position_in(document: Document, line: int, column: int) -> Position:
    """A 1-based place as a position in the document. Raises `invalid` where there is no such line or column."""
    if not 1 <= line <= len(document.lines):
        raise KibitzError(
            "invalid", f"There is no line {line}: the file has {len(document.lines)}.", "Lines count from 1."
        )
    length = len(document.line(line - 1))
    if not 1 <= column <= length + 1:
        raise KibitzError(
            "invalid", f"Line {line} has no column {column}: it has {length}.", "Columns count from 1."
        )
    return Position(line - 1, column - 1)


def lines_of(target: str) -> tuple[Path, int | None, int | None]:
    """FILE[:LINE[-LINE]] as a path and 1-based, inclusive lines. A file that has such a name wins."""
    if os.path.exists(target):  # noqa: PTH110 - pathlib raises for a name that is too long
        return Path(target), None, None
    match = _LINES.fullmatch(target)
    if match is None:
        raise KibitzError(
            "invalid", f"{target!r} names no file.", "Write it as FILE, FILE:LINE or FILE:LINE-LINE."
        )
    first = int(match["first"]) if match["first"] else None
    return Path(match["path"]), first, int(match["last"]) if match["last"] else first


def range_in(document: Document, first: int | None, last: int | None) -> Range | None:
    """Whole lines as a range; None for the whole file. Raises `invalid` where the lines are not there."""
    if first is None or last is None:
        return None
    if not 1 <= first <= last <= len(document.lines):
        raise KibitzError(
            "invalid",
            f"There are no lines {first} to {last}: the file has {len(document.lines)}.",
            "Lines count from 1.",
        )
    return Range(Position(first - 1, 0), Position(last - 1, len(document.line(last - 1))))


def show_markdown(text: str) -> None:
    """Markdown, drawn on a terminal and plain in a pipe."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text, hyperlinks=False))
    else:
        click.echo(text.rstrip("\n"))


def footer(envelope: Any) -> None:
    """Who answered, how long it took and what it cost, for people."""
    usage = envelope.usage
    cost = "" if not usage.cost_usd else f", ${usage.cost_usd:.4f}{' (estimated)' if usage.estimated else ''}"
    tokens = f", {usage.input_tokens}+{usage.output_tokens} tokens" if usage.input_tokens else ""
    click.echo(f"— {envelope.engine}, {envelope.duration_ms:.0f} ms{tokens}{cost}", err=True)
