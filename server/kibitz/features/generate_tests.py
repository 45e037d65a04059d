"""Generate tests: only such as ran, several times, and passed; or a plain word that nothing was run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from attrs import evolve, frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files, style_notes
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.tests_place import Place, place_of
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Message, Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import TestsTask
from kibitz.sandbox.job import Limits
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range
from kibitz.verify.answer import parse_code
from kibitz.verify.checks import Check
from kibitz.verify.edit import ProposedEdit, file_edit
from kibitz.verify.parses import check_syntax
from kibitz.verify.test_run import TestOutcome, TestRun, run_tests
from kibitz.verify.test_text import added, test_names, without, without_unused_imports

RUNS = 3
"""How often each test is run."""

OnStep = Callable[[str], object]


@frozen
class GeneratedTests:
    """The tests that are offered, those that were dropped and why, and the change that would add them.

    `module_text` is a whole test module with the offered tests; `path` is where it belongs, None for a document without a file.
    `edit` is None where there is nothing to add. Where the tests were not run, none is `passed` and each `reason` says so.
    """

    envelope: Envelope
    edit: ProposedEdit | None
    tests: tuple[TestOutcome, ...]
    dropped: tuple[tuple[str, str], ...]
    module_text: str
    place: Place

    @property
    def path(self) -> str | None:
        """The test file's name as people see it."""
        return self.place.shown

    def to_json(self) -> dict[str, Any]:
        """The result of `kibitz.generateTests`; `edit` is left to those who know how edits are written."""
        return {
            **self.envelope.to_json(),
            "edit": None,
            "tests": [
                {"name": t.name, "passed": t.passed, "runs": t.runs, "adds": list(t.adds)} for t in self.tests
            ],
            "dropped": [{"name": name, "reason": reason} for name, reason in self.dropped],
            "diff": self.edit.unified_diff(self.place.root) if self.edit is not None else "",
            "module": self.module_text,
            "path": self.path,
        }


async def generate_tests(
    bench: Workbench,
    document: Document,
    where: Range | None,
    symbol: str | None,
    *,
    on_step: OnStep | None = None,
) -> GeneratedTests:
    """Tests of a function (`symbol`), of what lies in a range, or of what the document offers.

    Raises `bad_response` where no test of a model's answer passes even after one repair, `unsupported` where there is nothing
    to test or the code cannot be run, `untrusted`, and the engine's errors.
    """
    bench.services.require_trust()
    return await _Generation(bench, document, where, symbol, on_step or (lambda step: None)).result()


class _Generation:
    def __init__(
        self, bench: Workbench, document: Document, where: Range | None, symbol: str | None, say: OnStep
    ) -> None:
        self._bench = bench
        self._document = document
        self._task = TestsTask(document, symbol, where, bench.project)
        self._say = say
        self._watch = Stopwatch()

    async def result(self) -> GeneratedTests:
        document, bench = self._document, self._bench
        place = await asyncio.to_thread(place_of, bench, document)
        await self._find_symbol()
        skipped = await self._why_not_run()
        request = Request("generate_tests", await self._messages(), self._task, max_output_tokens=6000)
        self._say("writing tests")
        answer = await bench.ask(request)
        try:
            text, run = await self._attempt(answer, skipped)
        except KibitzError as error:
            if answer.engine == OFFLINE or error.kind != "bad_response":
                raise
            self._say("asking for a repair")
            details = error.details if isinstance(error, _NoGoodError) else ()
            again = evolve(request, task=evolve(self._task, failures=details))
            _, turn = render("repair", why="\n".join([error.message, *details]))
            answer = await bench.ask_again(again, answer, turn.text)
            text, run = await self._attempt(answer, skipped)
        if run is None:
            return await self._offered(answer, text, place, skipped)
        return await self._surviving(answer, text, place, run)

    async def _find_symbol(self) -> None:
        name = self._task.symbol
        tree = await asyncio.to_thread(parse, self._document) if name else None
        if name and tree is not None and tree.definition_named(name) is None:
            raise KibitzError("not_found", f"There is no {name} in this file.", "Check the name.")

    async def _why_not_run(self) -> str:
        """Why tests are not run here; empty where they are."""
        if self._document.language != "python":
            return f"kibitz runs tests of Python, not of {self._document.language}"
        sandbox = self._bench.services.sandbox
        if sandbox is None:
            return "the sandbox is switched off"
        return "" if await sandbox.available() else "there is no working sandbox here"

    async def _attempt(self, answer: Answer, skipped: str) -> tuple[str, TestRun | None]:
        """The module of an answer and how its tests ran. Raises `bad_response` where none of them is any good."""
        text = parse_code(answer.text, self._document.language)
        sandbox, settings = self._bench.services.sandbox, self._bench.settings.sandbox
        syntax = await asyncio.to_thread(check_syntax, self._module(""), self._module(text))
        if syntax.status == "failed":
            raise KibitzError("bad_response", f"The test module {syntax.detail}.", "Ask again.")
        if skipped or sandbox is None:
            return text, None
        self._say(f"running the tests {RUNS} times")
        limits = Limits(timeout_s=settings.timeout_s, memory_mb=settings.memory_mb)
        run = await run_tests(
            sandbox, text, target=self._document, root=self._bench.root, runs=RUNS, limits=limits
        )
        if run.target_fails:
            raise unsupported(
                f"The code cannot be imported here, so its tests cannot be run ({run.error.partition(':')[0]}).",
                "Check that it runs, and that what it imports is installed beside kibitz.",
            )
        if not any(test.passed for test in run.tests):
            raise _no_good(run)
        return text, run

    def _module(self, text: str) -> Document:
        return Document("untitled:test", text, self._document.language)

    async def _offered(self, answer: Answer, text: str, place: Place, skipped: str) -> GeneratedTests:
        """Tests that nobody has run, and that say so."""
        names = await asyncio.to_thread(test_names, self._module(text))
        tests = tuple(TestOutcome(name, False, 0, (), "not run") for name in names)
        return await self._placed(
            answer, text, place, tests, (), Check("tests", "skipped", f"not run: {skipped}")
        )

    async def _surviving(self, answer: Answer, text: str, place: Place, run: TestRun) -> GeneratedTests:
        """The tests that passed each time."""
        good = tuple(test for test in run.tests if test.passed)
        dropped = tuple((test.name, test.reason) for test in run.tests if not test.passed)
        text = await self._without(text, [name for name, _ in dropped])
        detail = f"{len(good)} of {len(run.tests)} ran {RUNS} times and passed"
        return await self._placed(answer, text, place, good, dropped, Check("tests", "passed", detail))

    async def _without(self, text: str, names: list[str]) -> str:
        if not names:
            return text
        return await without_unused_imports(await asyncio.to_thread(without, text, names))

    async def _placed(
        self,
        answer: Answer,
        text: str,
        place: Place,
        tests: tuple[TestOutcome, ...],
        dropped: tuple[tuple[str, str], ...],
        check: Check,
    ) -> GeneratedTests:
        """The result with the change to the test file; tests it has by name already are not added again."""
        after = text
        if place.existing is not None and self._document.language == "python":
            have = set(await asyncio.to_thread(test_names, place.existing))
            twice = [test.name for test in tests if test.name in have]
            dropped += tuple((name, "the test file has one of this name") for name in twice)
            tests = tuple(test for test in tests if test.name not in have)
            text = await self._without(text, twice) if tests else ""
            after = await asyncio.to_thread(added, place.existing, text) if tests else place.existing.text
        syntax = await asyncio.to_thread(check_syntax, place.before, _with_text(place.before, after))
        checks = (syntax, check)
        new = place.existing is None
        can_change = place.path is not None and (new or self._document.language == "python")
        edit = None
        if tests and can_change and after != place.before.text:
            edit = ProposedEdit((file_edit(place.before, after, create=new),), checks)
        envelope = self._bench.envelope(answer, self._watch, checks)
        return GeneratedTests(envelope, edit, tests, dropped, text, place)

    async def _messages(self) -> tuple[Message, ...]:
        """What a language model is told; nothing where none is asked."""
        bench, document, task = self._bench, self._document, self._task
        if bench.model("generate_tests").name == OFFLINE:
            return ()
        tree = await asyncio.to_thread(parse, document)
        where, what, names = task.range, "what it offers", [task.symbol.split(".")[0]] if task.symbol else []
        if tree is not None and task.symbol:
            definition = tree.definition_named(task.symbol)
            where = definition.range if definition is not None else None
        if task.symbol:
            what = f"`{task.symbol}`"
        elif where is not None:
            what = f"lines {where.start.line + 1} to {where.end.line + 1}"
        if tree is not None and not names:
            names = [d.name for d in tree.definitions if not d.container and not d.name.startswith("_")]
        return render(
            "generate_tests",
            framework=_framework(document.language),
            import_line=_import_line(bench, document, names),
            what=what,
            path=name_of(bench, document),
            language=document.language,
            code=code_block(document, where),
            context="\n\n".join(
                filter(None, (style_notes(bench), await other_files(bench, document, where, "tests")))
            ),
        )


def _with_text(document: Document, text: str) -> Document:
    """The document with another text."""
    return Document(document.uri, text, document.language, document.version, document.path)


class _NoGoodError(KibitzError):
    """No test passes; the details are for the model that wrote them, not for a log."""

    details: tuple[str, ...] = ()


def _no_good(run: TestRun) -> _NoGoodError:
    if run.tests:
        sentence = (
            f"None of the {len(run.tests)} tests passes." if len(run.tests) > 1 else "The test does not pass."
        )
    else:
        sentence = "The test module cannot be run." if run.error else "The test module has no tests."
    error = _NoGoodError("bad_response", sentence, "Ask again, or name one function.")
    error.details = tuple(f"- {t.name}: {t.reason}" for t in run.tests[:12]) or (run.error,)
    return error


def _framework(language: str) -> str:
    from importlib.util import find_spec

    if language != "python":
        return "the test framework that is customary in this language"
    return "pytest" if find_spec("pytest") is not None else "unittest (pytest is not installed)"


def _import_line(bench: Workbench, document: Document, names: list[str]) -> str:
    """How the tests import the code."""
    from kibitz.sandbox.python_module import module_of

    if document.language != "python":
        return f"(as is customary; the tests lie beside `{name_of(bench, document)}`)"
    module = module_of(document, bench.root)
    wanted = [name for name in names if re.fullmatch(r"[^\W\d]\w*", name)][:20]
    return f"from {module.name} import {', '.join(wanted) or '...'}"
