"""Tests without a model: inputs are found, the code is run on them in the sandbox, and what it did is written down."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kibitz.errors import KibitzError, unsupported
from kibitz.models.offline.tests_write import write
from kibitz.models.tasks import TestsTask
from kibitz.sandbox.job import Limits
from kibitz.sandbox.python_module import PythonModule, module_of, script_job

if TYPE_CHECKING:
    from kibitz.sandbox.run import Sandbox

_HERE = "kibitz.models.offline"
_PARTS = ("class", "docs", "evidence", "explore", "run", "source", "units", "values")
_NEEDS = (*(f"{_HERE}.probe_{part}" for part in _PARTS), "kibitz.sandbox.python_target")
_RECORDS = "probe.jsonl"
_BUDGET_S = 3.5
_LIMITS = Limits(timeout_s=9.0)
_RESTARTS = 2


async def generate(task: TestsTask, sandbox: Sandbox | None) -> str:
    """One fenced block with a test module that holds what the code does now.

    With no sandbox nothing is run, and only what the documentation shows is asserted. Raises `unsupported` where nothing
    can be tested, with the reason.
    """
    if task.document.language != "python":
        raise unsupported(
            f"The built-in engine writes tests for Python, not for {task.document.language}.",
            "Set `model` to have them written.",
        )
    module = module_of(task.document, task.project.root)
    if sandbox is None or await sandbox.available() is None:
        cases, pytest = await _documented(task, module), _has_pytest()
        if not cases:
            raise unsupported(
                "Without the sandbox the code is not run, and its documentation shows no examples to test.",
                "Set `sandbox.enabled`."
                if sandbox is None
                else "`kibitz doctor` says what the sandbox lacks.",
            )
    else:
        cases, pytest = await _seen(task, module, sandbox)
    text = await write(cases, module.name, pytest=pytest)
    fence = "````" if "```" in text else "```"
    return f"{fence}python\n{text}{fence}\n"


def _asked(task: TestsTask) -> dict[str, Any]:
    """What is to be tested, in 1-based lines."""
    where = task.range
    if where is None or task.symbol:
        return {"symbol": task.symbol or "", "first": None, "last": None}
    last = where.end.line - (where.end.character == 0 and where.end.line > where.start.line)
    return {"symbol": "", "first": where.start.line + 1, "last": last + 1}


async def _seen(task: TestsTask, module: PythonModule, sandbox: Sandbox) -> tuple[list[dict[str, Any]], bool]:
    """The cases that came out the same in a second process, and whether pytest can be imported there."""
    asked = _asked(task)
    named = bool(asked["symbol"]) or asked["first"] is not None
    cases: list[dict[str, Any]] = []
    skip: list[str] = []
    whys: list[str] = []
    end: dict[str, Any] | None = None
    for _ in range(_RESTARTS + 1):
        spec = {**asked, "skip": skip, "budget_s": _BUDGET_S, "most": 8 if named else 4}
        records = await _probe(spec, module, task, sandbox, seed="0")
        cases += [case for record in records for case in record.get("cases", ())]
        whys += [f"{r['unit']}: {r['why']}" for r in records if "unit" in r and r["why"]]
        end = next((record for record in records if record.get("end")), None)
        begun = [str(record["begin"]) for record in records if "begin" in record]
        if end is not None:
            break
        if not begun:
            raise unsupported(
                "The process that imports the file ended early, so it cannot be tested.",
                "Check that importing it neither ends the process nor takes long.",
            )
        # the process was ended by the last one that began
        whys.append(f"{begun[-1]}: ended the process")
        skip += begun
    if end is not None and end["error"]:
        raise unsupported(
            f"The file cannot be imported here, so it cannot be tested ({end['error'].partition(':')[0]}).",
            "Check that it runs, and that what it imports is installed beside kibitz.",
        )
    if cases:
        records = await _probe({"verify": cases}, module, task, sandbox, seed="4711")
        again = {record["same"]: record["checks"] for record in records if "same" in record}
        cases = [case for n, case in enumerate(cases) if n in again and _agreed(case, again[n])]
    if not cases:
        raise _nothing(task, whys)
    return cases, bool(end and end.get("pytest"))


def _agreed(case: dict[str, Any], again: list[Any]) -> bool:
    """Keeps of a case the checks that came out the same again. Whether they still say something."""
    before = case["checks"]
    case["checks"] = [check for check in before if check in again]
    told = [check for check in before if check["kind"] != "type"]
    return bool(
        case["error"]
        or case["printed"]
        or [c for c in told if c in again]
        or (before and not told and before == again)
    )


async def _probe(
    spec: dict[str, Any], module: PythonModule, task: TestsTask, sandbox: Sandbox, *, seed: str
) -> list[dict[str, Any]]:
    job = script_job(
        f"{_HERE}.probe",
        _NEEDS,
        spec,
        module,
        root=task.project.root,
        env={"PYTHONHASHSEED": seed, "COLUMNS": "80" if seed == "0" else "60"},
        limits=_LIMITS,
        collect=(_RECORDS,),
    )
    outcome = await sandbox.run(job)
    text = outcome.files.get(_RECORDS, b"").decode("utf-8", "replace")
    return _records(text.splitlines())


def _records(lines: Sequence[str]) -> list[dict[str, Any]]:
    """The records that were written whole."""
    found = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:  # the process was ended in the middle of it
            break
        found.append(record)
    return found


def _nothing(task: TestsTask, whys: list[str]) -> KibitzError:
    what = task.symbol or "this file"
    if not whys:
        sentence = (
            f"There is no function in {what} that can be called."
            if not task.symbol
            else f"There is no function or class {what} here."
        )
        return unsupported(sentence, "Name another function, or set `model`.")
    return unsupported(
        f"No input was found on which {what} gives the same result every time ({'; '.join(whys[:3])}).",
        "Name another function, or set `model` to have tests written.",
    )


async def _documented(task: TestsTask, module: PythonModule) -> list[dict[str, Any]]:
    """The documentation's examples, read in a process of our own so that a long text holds nobody up."""
    from kibitz.workers.process import run_tool

    spec = {"text": task.document.text, "module": module.name, **_asked(task)}
    script = f"from {_HERE}.probe_docs import main; main()"
    result = await run_tool([sys.executable, "-I", "-c", script], stdin=json.dumps(spec), timeout_s=20)
    if result.exit_code != 0:
        raise unsupported("The file does not parse, so it cannot be tested.", "Correct its syntax first.")
    cases: list[dict[str, Any]] = json.loads(result.stdout)
    return cases[:12]


def _has_pytest() -> bool:
    from importlib.util import find_spec

    return find_spec("pytest") is not None
