"""Doctor: everything kibitz needs, tried once, each with its result and what to do where it failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from kibitz.errors import KibitzError
from kibitz.features.doctor_model import model_steps, other_models
from kibitz.features.result import Stopwatch
from kibitz.features.step import Step
from kibitz.features.workbench import Workbench
from kibitz.log.file import BoundedFile
from kibitz.log.handler import BACKUPS, MOST_BYTES
from kibitz.settings import Problem, log_file, user_places

CRAWLED = 2000
"""How many files the index step looks at."""


async def examine(
    bench: Workbench, problems: list[Problem], on_start: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Step]:
    """The steps, as each is done; `on_start` is told of each before. None of them raises; a model is asked for one word,
    only where one is set."""
    yield _configuration(problems)
    on_start("model")
    async for step in model_steps(bench):
        yield step
    async for step in other_models(bench):
        yield step
    tries: tuple[tuple[str, Callable[[Workbench], Awaitable[Step]]], ...] = (
        ("grammars", _grammars),
        ("checkers", _checkers),
        ("database", _database),
        ("sandbox", _sandbox),
        ("index", _index),
        ("log", _log),
    )
    for name, attempt in tries:
        on_start(name)
        try:
            yield await attempt(bench)
        except KibitzError as error:
            yield Step(name, False, error.message, error.hint)


def _configuration(problems: list[Problem]) -> Step:
    path = user_places().config
    if problems:
        detail = "\n".join(str(problem) for problem in problems)
        each = "this setting" if len(problems) == 1 else "these settings"
        return Step("configuration", False, detail, f"Correct {each}; until then the defaults are used.")
    return Step(
        "configuration", True, f"{path} is right" if path.exists() else f"defaults ({path} would be read)"
    )


async def _grammars(_bench: Workbench) -> Step:
    from kibitz.syntax.grammars import grammar_status, supported

    states = await asyncio.to_thread(lambda: [grammar_status(language) for language in supported()])
    broken = [s for s in states if not s.ok]
    if broken:
        detail = "; ".join(f"{s.language}: {s.detail}" for s in broken)
        return Step("grammars", False, detail, "Install kibitz again: pip install --force-reinstall kibitz")
    return Step("grammars", True, f"{len(states)} languages: {', '.join(s.language for s in states)}")


async def _checkers(bench: Workbench) -> Step:
    from kibitz.features.find_bugs import static_findings
    from kibitz.text import Document

    watch = Stopwatch()
    python = Document("untitled:doctor.py", "import os\n", "python")
    go = Document("untitled:doctor.go", "package main\n\nfunc main() {\n\tx := 1\n\t_ = x == x\n}\n", "go")
    found = [*await static_findings(bench, python), *await static_findings(bench, go)]
    if len(found) < 2:
        return Step(
            "checkers",
            False,
            "the checkers missed what they know",
            "Install kibitz again: pip install --force-reinstall kibitz",
        )
    return Step("checkers", True, f"ruff and the rules answered in {watch.ms:.0f} ms")


async def _database(bench: Workbench) -> Step:
    store = await bench.services.store()
    if (problem := bench.services.database_problem) is not None:
        return Step("database", False, problem.message, problem.hint)
    return Step("database", True, f"{store.path} can be written" if store.persistent else "in memory")


async def _sandbox(bench: Workbench) -> Step:
    if not bench.settings.sandbox.enabled:
        return Step("sandbox", True, "switched off: generated tests are not run")
    sandbox = bench.services.sandbox
    if sandbox is None:
        return Step(
            "sandbox", False, "not used in an untrusted workspace", "Trust the workspace in your editor."
        )
    test = await sandbox.self_test()
    if test.means is None:
        return Step(
            "sandbox",
            False,
            test.detail,
            "Install bubblewrap (apt install bubblewrap); until then generated tests are not run.",
        )
    return Step("sandbox", True, test.detail)


async def _log(bench: Workbench) -> Step:
    path = log_file(bench.settings)
    try:
        await asyncio.to_thread(BoundedFile(path, MOST_BYTES, BACKUPS).append, b"")
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Step(
            "log", False, f"{path} cannot be written: {why}.", "Set `log.file` to a file that can be."
        )
    return Step("log", True, str(path))


async def _index(bench: Workbench) -> Step:
    from itertools import islice

    from kibitz.index.crawl import crawl

    root = bench.root
    if root is None:
        return Step("index", True, "no project here")
    watch = Stopwatch()
    files = await asyncio.to_thread(
        lambda: sum(1 for _ in islice(crawl(root, bench.settings.context.exclude), CRAWLED))
    )
    more = "at least " if files == CRAWLED else ""
    return Step("index", True, f"{more}{files} files of code under {root}, listed in {watch.ms:.0f} ms")
