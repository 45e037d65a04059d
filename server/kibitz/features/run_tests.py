"""Run tests in the sandbox: a test file's, a project's, or cases given as a call and what it should give."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench, open_document
from kibitz.index.crawl import project_files
from kibitz.models.protocol import Answer, Usage
from kibitz.models.select import OFFLINE
from kibitz.sandbox.job import Limits
from kibitz.sandbox.python_module import module_of
from kibitz.sandbox.run import Sandbox
from kibitz.text import Document
from kibitz.verify.test_run import IDLE, TOOTHLESS
from kibitz.verify.test_run import run_tests as run_module

MAX_FILES = 50
_TEST_FILE = re.compile(r"(?:^test_.*|.*_test)\.py$")


@frozen
class Case:
    """One test: whether it passed, and what it said where it did not."""

    name: str
    passed: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """One entry of `cases`."""
        return {"name": self.name, "passed": self.passed, "reason": self.reason}


@frozen
class Ran:
    """What ran, in order."""

    envelope: Envelope
    cases: tuple[Case, ...]

    def to_json(self) -> dict[str, Any]:
        """The result of `kibitz.runTests`."""
        passed = sum(case.passed for case in self.cases)
        cases = [case.to_json() for case in self.cases]
        return {**self.envelope.to_json(), "passed": passed, "failed": len(cases) - passed, "cases": cases}


@frozen
class Wanted:
    """A call, as a Python expression, and the JSON value (or the text of the value) it should give."""

    name: str
    call: str
    expected: Any


async def run_tests(bench: Workbench, document: Document | None, wanted: tuple[Wanted, ...]) -> Ran:
    """Run cases against a document, else the tests in it, else those of the project's test files.

    Raises `unsupported` for anything but Python, `invalid` for a call that is no expression, `untrusted`.
    """
    watch = Stopwatch()
    bench.services.require_trust()
    sandbox = bench.services.sandbox
    if sandbox is None:
        raise unsupported("The sandbox is switched off.", "Set `sandbox.enabled`.")
    if document is not None and document.language != "python":
        raise unsupported(f"kibitz runs Python tests, not {document.language}.", "Run them in a terminal.")
    cases: list[Case] = []
    if wanted:
        if document is None:
            raise KibitzError("invalid", "Cases need the document they call.", "Name it with `uri`.")
        cases = await _run(bench, sandbox, module_for(document, bench.root, wanted), document, wanted)
    elif document is not None:
        cases = await _run(bench, sandbox, document.text, document, ())
    elif bench.root is not None:
        files = [
            p
            for p in await project_files(bench.root, bench.settings.context.exclude)
            if _TEST_FILE.match(p.name)
        ]
        for path in files[:MAX_FILES]:
            found = open_document(path)
            ran = await _run(bench, sandbox, found.text, found, ())
            cases += [Case(f"{bench.shown(found)}::{case.name}", case.passed, case.reason) for case in ran]
    return Ran(bench.envelope(Answer(OFFLINE, "", Usage()), watch), tuple(cases))


def module_for(document: Document, root: Path | None, wanted: tuple[Wanted, ...]) -> str:
    """A test module with one function for each case. Raises `invalid` for a call that is no expression."""
    name = module_of(document, root).name
    lines = ["import json", f"import {name} as _target", "globals().update(vars(_target))", ""]
    for number, case in enumerate(wanted):
        try:
            ast.parse(case.call.strip(), mode="eval")
        except (SyntaxError, ValueError):
            raise KibitzError(
                "invalid",
                f"The call of case {case.name!r} is not a Python expression.",
                "Write it as: add(1, 2)",
            ) from None
        value = json.dumps(json.dumps(case.expected))
        lines += [
            f"def test_case_{number}():",
            f"    expected = json.loads({value})",
            f"    result = (\n{case.call.strip()}\n    )",  # on lines of its own: it may end in a comment
            "    same = result == expected or (isinstance(expected, str) and repr(result) == expected)",
            "    assert same, f'got {result!r:.200}, expected {expected!r:.200}'",
            "",
        ]
    return "\n".join(lines)


async def _run(
    bench: Workbench, sandbox: Sandbox, text: str, document: Document, wanted: tuple[Wanted, ...]
) -> list[Case]:
    settings = bench.settings.sandbox
    limits = Limits(timeout_s=settings.timeout_s, memory_mb=settings.memory_mb)
    ran = await run_module(sandbox, text, target=document, root=bench.root, runs=1, limits=limits)
    if ran.error and not ran.tests:
        return [Case(bench.shown(document), passed=False, reason=ran.error)]
    names = {f"test_case_{number}": case.name for number, case in enumerate(wanted)}
    return [
        Case(
            names.get(t.name, t.name), t.passed or t.reason in (IDLE, TOOTHLESS), "" if t.passed else t.reason
        )
        for t in ran.tests
    ]
