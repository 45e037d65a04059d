"""Runs inside the sandbox: finds inputs for the functions of a module, and writes down what they do.

Reads `spec.json`: `target` (a module), `symbol`, `first` and `last` (1-based lines), `skip` (units that ended the process),
`budget_s`, `most` (cases of one unit); or `verify`, cases to be run again. Writes a JSON object per line to `probe.jsonl`:
`{"begin"}` and `{"unit", "cases", "why"}` for each unit, `{"same"}` for each verified case, then `{"end", ...}`.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import enum
import importlib.util
import io
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from kibitz.models.offline.probe_class import class_of, explore_class, made_callee, search_for, shown_examples
from kibitz.models.offline.probe_docs import definitions
from kibitz.models.offline.probe_explore import Budget, choose
from kibitz.models.offline.probe_run import Runner, Scenario, Seen
from kibitz.models.offline.probe_source import NoSourceError
from kibitz.models.offline.probe_units import Unit, depends_on_machine, function, select
from kibitz.sandbox.python_target import Lines, load

Known = dict[str, list[str]]
_UNITS = 6


def main() -> None:
    """One run of the probe."""
    spec = json.loads(Path("spec.json").read_text("utf-8"))
    sys.dont_write_bytecode = True
    sys.stdin = io.TextIOBase()  # nobody types while tests run
    # what depends on them comes out differently the second time
    sys.argv[:] = ["verify", "--other", "x"] if spec.get("verify") else ["probe"]
    with Path("probe.jsonl").open("w", encoding="utf-8") as file:

        def write(**record: Any) -> None:
            file.write(json.dumps(record) + "\n")
            file.flush()

        try:
            module = load(spec["target"])
        except BaseException as error:  # noqa: BLE001 - importing may even exit
            write(end=True, error=f"{type(error).__name__}: {error}"[:300])
            return
        tree = ast.parse(spec["target"]["text"].removeprefix("\ufeff"))
        raises = frozenset(
            line
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        )
        runner = Runner(module, Lines(module, spec["target"]["filename"]), raises)
        if spec.get("verify"):
            for number, case in enumerate(spec["verify"]):
                write(begin=number)
                again = runner.run(_scenario(case["scenario"]))
                if again.ok and (again.error, again.printed) == (case["error"], case["printed"]):
                    write(same=number, checks=[asdict(check) for check in again.checks])
        else:
            Probe(runner, tree, spec, write).run()
        write(end=True, error="", pytest=importlib.util.find_spec("pytest") is not None)


class Probe:
    """The search through the units of a module."""

    def __init__(self, runner: Runner, tree: ast.Module, spec: dict[str, Any], write: Any) -> None:
        self._runner = runner
        self._module: ModuleType = runner.module
        self._tree = tree
        self._spec = spec
        self._write = write
        self._end = time.monotonic() + float(spec["budget_s"])
        self._most = int(spec["most"])
        self._named = bool(spec["symbol"]) or spec["first"] is not None
        self._known: Known = {}

    def run(self) -> None:
        """Explore what was asked for; stops at the time limit, or after a handful where nothing was named."""
        units = select(self._tree, self._module, self._spec)
        self._learn()
        good = 0
        for number, unit in enumerate(units):
            if time.monotonic() > self._end or (good >= _UNITS and not self._named):
                break
            if unit.target in self._spec["skip"] or (
                depends_on_machine(unit) and not self._named and not unit.owner
            ):
                continue
            self._write(begin=unit.target)
            share = (self._end - time.monotonic()) / max(1, min(_UNITS - good, len(units) - number))
            until = time.monotonic() + max(0.3, share)
            cases, why = self._unit(unit, until)
            self._write(unit=unit.target, cases=cases, why=why)
            good += bool(cases)

    def _unit(self, unit: Unit, until: float) -> tuple[list[dict[str, Any]], str]:
        """The cases of a unit, and what most inputs failed for."""
        node = unit.node
        try:
            if isinstance(node, ast.ClassDef) or unit.owner:
                owner = unit if isinstance(node, ast.ClassDef) else class_of(self._tree, unit.owner)
                only = unit.name if unit.owner else ""
                groups = explore_class(
                    owner, self._tree, self._runner, self._known, until, self._most, only=only
                )
            else:
                search = search_for(
                    made_callee(unit, self._runner.module, self._known), self._runner, Budget(250, until)
                )
                found = [*shown_examples(unit, [node, self._tree], self._runner), *search.seen]
                groups = [(choose(found, self._most, last_resort=self._named), Counter(search.failures))]
        except NoSourceError as error:
            return [], f"{error} cannot be imported"
        cases = [_case(one) for chosen, _ in groups for one in chosen]
        failures = sum((Counter(some) for _, some in groups), Counter[str]())
        return cases, failures.most_common(1)[0][0] if failures else ""

    def _learn(self) -> None:
        """How objects of the module's own classes are made, for parameters that are annotated with them."""
        for unit in [Unit(node.name, node) for node in definitions(self._tree)]:
            value = getattr(self._module, unit.name, None)
            if (
                not isinstance(unit.node, ast.ClassDef)
                or not isinstance(value, type)
                or len(self._known) >= 12
            ):
                continue
            if issubclass(value, enum.Enum):
                self._known[unit.name] = [f"{unit.name}.{name}" for name in value.__members__][:6]
                continue
            try:
                callee = function(unit, self._module, self._known)
            except NoSourceError:
                continue
            if callee is not None and not issubclass(value, BaseException):
                budget = Budget(8, min(self._end, time.monotonic() + 0.1))
                search = search_for(callee, self._runner, budget)
                sources = [one.scenario.expression() for one in search.seen if not one.error]
                if sources:
                    self._known[unit.name] = list(dict.fromkeys(sources))[:4]


def _scenario(data: dict[str, Any]) -> Scenario:
    lists = ("imports", "setup", "observe")
    made = Scenario(**{**data, **{name: tuple(data[name]) for name in lists}})
    return replace(made, arguments=tuple((name, source) for name, source in data["arguments"]))


def _case(seen: Seen) -> dict[str, Any]:
    """What a test is written from."""
    scenario = seen.scenario
    bound = [(name, source) for name, source in scenario.arguments if name in seen.changed]
    checks = [asdict(check) for check in seen.checks]
    return {
        "target": scenario.target,
        "what": scenario.what,
        "imports": list(dict.fromkeys([*scenario.imports, *seen.imports])),
        "setup": [*scenario.setup, *(f"{name} = {source}" for name, source in bound)],
        "call": scenario.expression([name for name, _ in bound]),
        "checks": checks,
        "error": seen.error,
        "printed": seen.printed,
        "documented": scenario.documented,
        "scenario": asdict(scenario),
    }
