"""Doctor: everything kibitz needs, tried once, each with its result and what to do where it failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.catalog import target
from kibitz.models.protocol import Message, Request
from kibitz.models.select import OFFLINE
from kibitz.settings import Problem, has_variable, log_file, user_places

CRAWLED = 2000
"""How many files the index step looks at."""


@frozen
class Step:
    """One thing that was tried: `detail` is what was seen, `mend` what to do where it is not ok."""

    name: str
    ok: bool
    detail: str
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        """One entry of `kibitz doctor --json`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "mend": self.mend}


async def examine(bench: Workbench, problems: list[Problem]) -> AsyncIterator[Step]:
    """The steps, as each is done. None of them raises; a model is asked for one word only where one is set."""
    yield _configuration(problems)
    tries: tuple[tuple[str, Callable[[Workbench], Awaitable[Step]]], ...] = (
        ("key", _key),
        ("endpoint and model", _model),
        ("grammars", _grammars),
        ("checkers", _checkers),
        ("database", _database),
        ("sandbox", _sandbox),
        ("index", _index),
        ("log", _log),
    )
    for name, attempt in tries:
        try:
            yield await attempt(bench)
        except KibitzError as error:
            yield Step(name, False, error.message, error.hint)


def _configuration(problems: list[Problem]) -> Step:
    path = user_places().config
    if problems:
        return Step(
            "configuration",
            False,
            " ".join(str(p) for p in problems),
            "Correct these settings; their defaults are used.",
        )
    return Step(
        "configuration", True, f"{path} is right" if path.exists() else f"defaults ({path} would be read)"
    )


async def _key(bench: Workbench) -> Step:
    name = bench.services.choice.for_feature("chat")
    if name == OFFLINE:
        return Step("key", True, "none needed: the built-in engine answers")
    target(name, bench.settings, has_variable)
    (info,) = await bench.services.gateway.describe([name])
    if not info.available:
        return Step("key", False, info.reason, "Set the key, or choose another model: kibitz models use NAME")
    return Step("key", True, info.reason or f"{name} can be asked")


async def _model(bench: Workbench) -> Step:
    name = bench.services.choice.for_feature("chat")
    if name == OFFLINE:
        return Step(
            "endpoint and model", True, "offline, the built-in engine; set `model` for a language model"
        )
    watch = Stopwatch()
    request = Request(
        "chat", (Message("user", "Answer with the word: ready"),), max_output_tokens=16, timeout_s=20
    )
    answer = await bench.ask(request)
    return Step("endpoint and model", True, f"{answer.engine} answered in {watch.ms:.0f} ms")


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

    def attempt() -> str | None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8"):
                return None
        except OSError as error:
            return error.strerror

    problem = await asyncio.to_thread(attempt)
    if problem is not None:
        return Step(
            "log", False, f"{path} cannot be written: {problem}", "Set `log.file` to a file that can."
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
