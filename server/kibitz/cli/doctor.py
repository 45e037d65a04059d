"""`kibitz doctor`."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from kibitz.cli.common import Options, bench_for, common, print_json, run

if TYPE_CHECKING:
    from rich.status import Status

    from kibitz.features.step import Step

NAME_WIDTH = 15
"""For the names of the steps, so that what was seen stands in one column."""


@click.command()
@common
def command(options: Options) -> None:
    """Check the configuration, the key, the endpoint, the model, the grammars, the database, the sandbox and the project.

    Every step is tried, whatever fails before it. Exit code 1 where a step failed.
    """

    async def work() -> int:
        from kibitz.features.doctor import examine
        from kibitz.settings import load

        waiting = _waiting() if sys.stderr.isatty() and not options.json else None
        async with bench_for(options, None, complain=False) as bench:
            _, problems = load(root=bench.root)
            steps = []
            on_start = _updates(waiting)
            async for step in examine(bench, problems, on_start):
                steps.append(step)
                if not options.json:
                    if waiting is not None:
                        waiting.stop()
                    click.echo(shown(step, shutil.get_terminal_size((100, 24)).columns))
            if waiting is not None:
                waiting.stop()
        if options.json:
            print_json({"steps": [step.to_json() for step in steps]})
        else:
            click.echo(_summary(steps), err=True)
        return 0 if all(step.ok for step in steps) else 1

    run(options, work)


def shown(step: Step, width: int) -> str:
    """A step for people: a sign, its name, what was seen, and beneath that what to do."""
    sign = click.style("✓", fg="green") if step.ok else click.style("✗", fg="red")
    if not step.tried:
        sign = click.style("–", fg="yellow")
    room = max(30, width - NAME_WIDTH - 3)
    name = click.style(f"{step.name:<{NAME_WIDTH - 1}} ", bold=True)
    seen = [part for line in step.detail.split("\n") for part in _wrapped(line, room)] or [""]
    lines = [f"{sign} {name}{seen[0]}", *(" " * (NAME_WIDTH + 2) + line for line in seen[1:])]
    if step.mend and step.tried:
        first, *rest = _wrapped(step.mend, room - 2)
        lines += [" " * (NAME_WIDTH + 2) + click.style(f"→ {first}", fg="cyan")]
        lines += [" " * (NAME_WIDTH + 4) + click.style(line, fg="cyan") for line in rest]
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines no longer than the width; what stands between backticks is a command, and is not broken."""
    whole = re.sub(r"`[^`]*`", lambda command: command[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines] or [""]


def _summary(steps: list[Step]) -> str:
    failed = list(dict.fromkeys(step.name for step in steps if not step.ok and step.tried))
    if not failed:
        return "All is well."
    said = f"To mend: {', '.join(failed)}."
    if any(not step.tried or step.name == "model" for step in steps if not step.ok):
        said += " Until then every command answers with `--engine offline`."
    return said


def _waiting() -> Status:
    from rich.console import Console

    return Console(stderr=True).status("")


def _updates(waiting: Status | None) -> Callable[[str], None]:
    def on_start(name: str) -> None:
        if waiting is not None:
            waiting.update(f"{name}…")
            waiting.start()

    return on_start
