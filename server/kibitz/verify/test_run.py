"""Whether tests pass: each is run several times, in other orders and under other hash seeds, in the sandbox."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, ClassVar

from attrs import evolve, field, frozen

from kibitz.sandbox.job import Limits, Outcome
from kibitz.sandbox.python_module import PythonModule, module_of, script_job
from kibitz.sandbox.run import Sandbox
from kibitz.text import Document

TEST_FILE = "test_generated.py"
LIMIT_S = 5.0
"""The longest one test may take, in seconds; never more than a quarter of what the sandbox allows."""

_RECORDS = "harness.jsonl"
_NEEDS = ("kibitz.sandbox.python_target", "kibitz.verify.harness_text")
_RESTARTS = 3
_WORLDS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "COLUMNS": "120", "TZ": "AAA-5:30"},
    {"PYTHONHASHSEED": "4711", "COLUMNS": "60", "TZ": "BBB8"},
)
"""What may differ between two machines on which a test should do the same."""


IDLE = "does not exercise the code"
TOOTHLESS = "asserts nothing"
"""Reasons of tests that pass, and are still not worth having."""


@frozen
class TestOutcome:
    """One test. `passed` says that it passed every one of its `runs`; else `reason` says why it is not worth having.

    `adds` are the 1-based lines of the target that it reaches and no surviving test before it does. `name` is dotted
    for a method.
    """

    __test__: ClassVar[bool] = False

    name: str
    passed: bool
    runs: int
    adds: tuple[int, ...] = ()
    reason: str = ""


@frozen
class TestRun:
    """The tests in the order of the module; `error` where none could be run, with the reason.

    `target_fails` says that not the tests are to blame, but the code: importing it fails.
    """

    __test__: ClassVar[bool] = False

    tests: tuple[TestOutcome, ...]
    error: str = ""
    target_fails: bool = False


@frozen
class _Result:
    """How a test ended in one run."""

    ok: bool
    reason: str
    lines: frozenset[int] = frozenset()


@frozen
class _Once:
    """One run of all tests: the results by name, what the text says of them, and what kept them from running."""

    results: dict[str, _Result] = field(factory=dict)
    facts: tuple[dict[str, Any], ...] = ()
    error: str = ""
    target_fails: bool = False


async def run_tests(
    sandbox: Sandbox,
    module_text: str,
    *,
    target: Document,
    root: Path | None,
    interpreter: Path | None = None,
    runs: int = 3,
    limits: Limits | None = None,
) -> TestRun:
    """Run the tests of a module against the text of `target`, saved or not, `runs` times each.

    A test survives where it passes each time, asserts something, and reaches or names the target. Without `interpreter` our own
    runs them. Raises the sandbox's errors, and `unsupported` for a target that cannot be imported by name.
    """
    module = await asyncio.to_thread(module_of, target, root)
    limits = limits or Limits()

    async def once(number: int) -> _Once:
        return await _run_once(sandbox, module_text, module, root, interpreter, number, limits)

    first, *others = await asyncio.gather(*map(once, range(runs)))
    every = (first, *others)
    error = next((one.error for one in every if one.error), "")
    if not first.results and error:
        return TestRun((), error, any(one.target_fails for one in every))
    return TestRun(_judged(every, runs))


def _judged(every: tuple[_Once, ...], runs: int) -> tuple[TestOutcome, ...]:
    facts = {fact["name"]: fact for fact in every[0].facts}
    names = [name for name in facts if name in every[0].results]
    names += [name for name in every[0].results if name not in facts]
    reached: set[int] = set()
    found: list[TestOutcome] = []
    for name in names:
        results = [one.results.get(name, _Result(False, one.error or "was not run")) for one in every]
        reason = _reason(results, facts.get(name))
        lines = frozenset[int]().union(*(result.lines for result in results))
        outcome = TestOutcome(name, not reason, runs, (), reason)
        if not reason:
            outcome = evolve(outcome, adds=tuple(sorted(lines - reached)))
            reached |= lines
        found.append(outcome)
    return tuple(found)


def _reason(results: list[_Result], fact: dict[str, Any] | None) -> str:
    """Why a test is not worth having; empty where it is."""
    bad = [result for result in results if not result.ok]
    if len(bad) == len(results):
        return bad[0].reason
    if bad:
        return f"flaky: passed {len(results) - len(bad)} of {len(results)} times ({bad[0].reason})"
    if fact is None:
        return ""
    if not any(result.lines for result in results) and not fact["depends"]:
        return IDLE
    return "" if fact["asserts"] else TOOTHLESS


async def _run_once(
    sandbox: Sandbox,
    text: str,
    module: PythonModule,
    root: Path | None,
    interpreter: Path | None,
    number: int,
    limits: Limits,
) -> _Once:
    """One run; where a test ends the process, the others are run without it."""
    once = _Once()
    for _ in range(_RESTARTS + 1):
        spec = {
            "tests": TEST_FILE,
            "order": number or None,
            "skip": list(once.results),
            "limit_s": min(LIMIT_S, limits.timeout_s / 4),
        }
        job = script_job(
            "kibitz.verify.harness",
            _NEEDS,
            spec,
            module,
            interpreter=interpreter,
            root=root,
            files={TEST_FILE: text},
            env={**_WORLDS[number % len(_WORLDS)], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            limits=limits,
            collect=(_RECORDS,),
        )
        outcome = await sandbox.run(job)
        once, culprit = _read(once, outcome)
        if culprit is None:
            return once
        once = evolve(once, results={**once.results, culprit: _Result(False, _ended(outcome))})
    return once


def _read(once: _Once, outcome: Outcome) -> tuple[_Once, str | None]:
    """What was run, and the test that ended the process, if one did."""
    results = dict(once.results)
    facts, error, target_fails, begun, ended = once.facts, once.error, False, None, False
    for line in outcome.files.get(_RECORDS, b"").decode("utf-8", "replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:  # the process was ended in the middle of it
            break
        if "found" in record:
            facts = tuple(record["found"])
        elif "begin" in record:
            begun = str(record["begin"])
        elif "name" in record:
            begun = None
            name, ok, lines = str(record["name"]), bool(record["ok"]), frozenset[int](record["lines"])
            before = results.get(name, _Result(True, ""))  # the other parameters of the same test
            reason = before.reason or str(record["reason"])
            results[name] = _Result(before.ok and ok, reason, before.lines | lines)
        elif "end" in record:
            ended, error = True, str(record["error"]).replace(outcome.scratch, "").strip()
            target_fails = bool(record["target"])
    if not ended and begun is None:
        error = error or f"the run {_ended(outcome)}"
    return _Once(results, facts, error, target_fails), None if ended else begun


def _ended(outcome: Outcome) -> str:
    if outcome.timed_out:
        return f"took longer than the sandbox allows ({outcome.duration_s:.0f} s)"
    if outcome.limits:
        return f"exceeded a limit of the sandbox ({', '.join(outcome.limits)})"
    return "ended the process"
