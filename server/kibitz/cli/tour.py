"""`kibitz tour`: everything kibitz does, on one file, through its own server."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kibitz.cli.common import Options, common, open_target, print_json, run
from kibitz.errors import KibitzError
from kibitz.paths import project_root

if TYPE_CHECKING:
    from rich.console import Console

    from kibitz.cli.tour_steps import Step

TITLES = {
    "complete": "Completion",
    "explain": "Explain",
    "find-bugs": "Find bugs",
    "refactor": "Refactor",
    "generate-tests": "Generate tests",
}
STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "information": "blue",
    "hint": "cyan",
    "quote": "dim",
    "ghost": "italic bright_black",
}
LANGUAGES = {"typescriptreact": "tsx", "javascriptreact": "jsx", "shellscript": "bash"}


@click.command()
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@common
def command(path: Path | None, options: Options) -> None:
    """See completion, explanation, bugs, a refactoring and tests of FILE (or of a sample), as an editor would show them."""

    async def work() -> int:
        with as_file(files("kibitz.cli").joinpath("sample", "invoice.py")) as sample:
            return await tour(path or sample, options, path is None)

    run(options, work)


async def tour(path: Path, options: Options, sample: bool) -> int:
    """Start a server, ask it for five answers, print each as it comes."""
    from rich.console import Console

    from kibitz.cli import tour_steps as steps
    from kibitz.cli.tour_client import tour_server
    from kibitz.features.result import Stopwatch
    from kibitz.syntax.tree import parse

    document = open_target(path)
    root = options.root or (path.parent if sample else project_root(path))
    given: dict[str, Any] = {} if options.engine is None else {"model": options.engine}
    console = Console(quiet=options.json, highlight=False)
    watch, done, tree = Stopwatch(), [], parse(document)
    async with tour_server(document.uri, document.language, document.text, root.absolute(), given) as client:
        ready = watch.ms
        console.print(
            f"\n[bold]kibitz[/] reads [bold]{path.name}[/] ({document.language}, {len(document.lines)} lines)"
            f" — the server was ready in {ready:.0f} ms, and answers as it would in your editor.\n"
        )
        status = await client.command("kibitz.status")
        engine = status["completionModel"]
        tasks: list[tuple[str, Callable[[], Awaitable[Step]]]] = [
            ("complete", lambda: steps.complete(client, document, tree, engine)),
            ("explain", lambda: steps.explain(client, document, tree)),
            ("find-bugs", lambda: steps.find_bugs(client, document)),
            ("refactor", lambda: steps.refactor(client, document, tree)),
            ("generate-tests", lambda: steps.generate_tests(client)),
        ]
        for feature, task in tasks:
            with (
                console.status(f"{TITLES[feature]}…")
                if sys.stdout.isatty() and not options.json
                else _nothing()
            ):
                step = await _attempt(feature, engine, task)
            done.append(step)
            draw(console, step, document.language)
    if options.json:
        print_json({"file": str(path), "steps": [step.to_json() for step in done]})
    else:
        console.print(
            "[dim]Next: `kibitz doctor` checks everything, `kibitz models` adds a language model.[/]\n"
        )
    return 0


async def _attempt(feature: str, engine: str, task: Callable[[], Awaitable[Step]]) -> Step:
    """The step, or the honest sentence in its place."""
    from kibitz.cli.tour_steps import Step
    from kibitz.features.result import Stopwatch

    watch = Stopwatch()
    try:
        return await task()
    except KibitzError as error:
        text = f"{error.message} {error.hint}".strip()
        return Step(feature, engine, watch.ms, False, text, (("plain", text),))


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def draw(console: Console, step: Step, language: str) -> None:
    """One step as a terminal shows it best."""
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.rule import Rule
    from rich.syntax import Syntax
    from rich.text import Text

    sign = "[green]●[/]" if step.ok else "[yellow]○[/]"
    console.print(
        Rule(
            f"{sign} [bold]{TITLES[step.feature]}[/]  [dim]{step.engine}, {step.duration_ms:.0f} ms[/]",
            align="left",
        )
    )
    lexer = LANGUAGES.get(language, language)
    line = Text()
    for style, text in step.parts or (("plain", step.shown),):
        if style == "markdown":
            console.print(Padding(Markdown(text, hyperlinks=False), (0, 2)))
        elif style == "diff":
            console.print(Padding(Syntax(text, "diff", background_color="default", word_wrap=True), (0, 2)))
        elif style == "code" and step.feature == "complete":
            shown = Syntax(text, lexer, background_color="default").highlight(text)
            line.append_text(shown[: len(text)])
        elif style == "code":
            console.print(Padding(Syntax(text, lexer, background_color="default", word_wrap=True), (0, 2)))
        elif style == "title":
            console.print(Padding(Text(text.rstrip("\n"), style="bold"), (0, 2)))
        else:
            line.append(text, style=STYLES.get(style, ""))
    if line:
        console.print(Padding(line, (0, 2)))
    console.print()
