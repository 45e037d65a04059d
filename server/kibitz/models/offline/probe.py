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
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from kibitz.models.offline.probe_docs import Function, definitions
from kibitz.models.offline.probe_explore import Budget, Search, choose
from kibitz.models.offline.probe_run import Runner, Scenario, Seen
from kibitz.models.offline.probe_source import NoSourceError
from kibitz.models.offline.probe_units import (
    Callee,
    Unit,
    depends_on_machine,
    documented,
    function,
    method,
    methods,
    select,
)
from kibitz.sandbox.python_target import Lines, load

Known = dict[str, list[str]]
_UNITS = 6
_METHODS = 8


def main() -> None:
    """One run of the probe."""
    spec = json.loads(Path("spec.json").read_text("utf-8"))
    sys.dont_write_bytecode = True
    sys.argv[:] = [f"probe-{bool(spec.get('verify'))}"]
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
                if _key(runner.run(_scenario(case["scenario"]))) == case["key"]:
                    write(same=number)
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
        self._known: Known = {}

    def run(self) -> None:
        """Explore what was asked for; stops at the time limit, or after a handful where nothing was named."""
        units = select(self._tree, self._module, self._spec)
        named = bool(self._spec["symbol"]) or self._spec["first"] is not None
        self._learn()
        good = 0
        for number, unit in enumerate(units):
            if time.monotonic() > self._end or (good >= _UNITS and not named):
                break
            if unit.target in self._spec["skip"] or (
                depends_on_machine(unit) and not named and not unit.owner
            ):
                continue
            self._write(begin=unit.target)
            share = (self._end - time.monotonic()) / max(1, min(_UNITS - good, len(units) - number))
            until = time.monotonic() + max(0.3, share)
            cases, why = self._unit(unit, until)
            self._write(unit=unit.target, cases=cases, why=why)
            good += bool(cases)

    def _unit(self, unit: Unit, until: float) -> tuple[list[dict[str, Any]], str]:
        try:
            if unit.owner:
                owner = next(u for u in select_all(self._tree) if u.name == unit.owner)
                groups = self._class(owner, until, only=unit.name)
            elif isinstance(unit.node, ast.ClassDef):
                groups = self._class(unit, until)
            else:
                search = self._function(unit, until)
                groups = [(choose([*self._examples(unit), *search.seen], self._most), search.failures)]
        except NoSourceError as error:
            return [], f"{error} cannot be imported"
        cases = [_case(one) for chosen, _ in groups for one in chosen]
        failures: dict[str, int] = {}
        for _, some in groups:
            for why, count in some.items():
                failures[why] = failures.get(why, 0) + count
        return cases, max(failures, key=lambda why: failures[why], default="")

    def _function(self, unit: Unit, until: float) -> Search:
        callee = function(unit, self._module, self._known)
        if callee is None:
            raise NoSourceError(unit.name)
        return self._search(callee, Budget(250, until))

    def _search(self, callee: Callee, budget: Budget, prefix: Iterable[str] = ()) -> Search:
        build = callee.builder(self._module, tuple(prefix))
        search = Search(self._runner, build, callee.parameters, callee.values, callee.unit.goal, budget)
        search.explore()
        return search

    def _examples(self, unit: Unit, owner: ast.ClassDef | None = None) -> list[Seen]:
        texts = [ast.get_docstring(node) or "" for node in (unit.node, owner, self._tree) if node is not None]
        seen = []
        for text in texts:
            for scenario in documented(unit, text, self._module):
                one = self._runner.run(scenario)
                if one.ok:
                    seen.append(one)
        return seen

    def _class(self, unit: Unit, until: float, only: str = "") -> list[tuple[list[Seen], dict[str, int]]]:
        """Objects are made first, then each method is called, then again on objects that other methods have changed."""
        node = unit.node
        assert isinstance(node, ast.ClassDef)
        value = getattr(self._module, unit.name, None)
        if isinstance(value, type) and issubclass(value, BaseException | enum.Enum) and not only:
            return []
        made = self._function(unit, min(until, time.monotonic() + 0.4))
        own = {
            line
            for part in node.body
            if isinstance(part, Function) and part.name == "__init__"
            for line in range(part.lineno, (part.end_lineno or 0) + 1)
        }
        groups = []
        if not only:
            examples = self._examples(unit)
            worth = [one for one in [*examples, *made.seen] if one.error or one.scenario.documented or own]
            groups.append((choose(worth, max(2, self._most // 2), errors=1), made.failures))
        objects = [one for one in made.seen if not one.error]
        units = [
            m
            for m in methods(unit)
            if (m.name == only if only else not m.name.startswith("_") or m.name in _SHOWN)
        ]
        everything = [m for m in methods(unit) if not m.name.startswith("_")] if only else units
        if not objects:
            return [*groups, *((choose(self._examples(m, node), self._most), {}) for m in units[:_METHODS])]
        searches: dict[str, list[Search]] = {}
        mutators: list[tuple[str, tuple[str, ...]]] = []
        subjects = list({one.outcome: one for one in objects}.values())[:2]
        for subject in subjects:
            for m in everything:
                if time.monotonic() > until:
                    break
                search = self._method(m, subject, Budget(40, min(until, time.monotonic() + 0.3)))
                if search is None:
                    continue
                searches.setdefault(m.name, []).append(search)
                if subject is subjects[0]:
                    mutators += [
                        (_statement(s), s.scenario.imports) for s in search.seen if s.mutates and not s.error
                    ][:2]
        for prefix in _prefixes(mutators):
            for m in units:
                known = searches.get(m.name, [])
                reached = {line for search in known for line in search.reached}
                if time.monotonic() > until or (
                    m.goal <= reached
                    and not isinstance(m.node, ast.AsyncFunctionDef)
                    and sum(len(s.seen) for s in known) > 6
                ):
                    continue
                search = self._method(m, subjects[0], Budget(12, until), prefix)
                if search is not None:
                    searches.setdefault(m.name, []).append(search)
        most = self._most if only else 3
        for m in units[: None if only else 40]:
            found = [one for search in searches.get(m.name, []) for one in search.seen]
            failures = {why: n for search in searches.get(m.name, []) for why, n in search.failures.items()}
            groups.append(
                (choose([*self._examples(m, node), *found], most, errors=1 if not only else 2), failures)
            )
        kept = [group for group in groups if group[0]]
        return (kept if only else kept[: _METHODS + 1]) or groups

    def _method(
        self, unit: Unit, made: Seen, budget: Budget, prefix: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ) -> Search | None:
        if depends_on_machine(unit):
            return None
        imports = made.scenario.imports
        for _, needed in prefix:
            imports = (*imports, *needed)
        callee = method(unit, self._module, self._known, made.scenario.expression(), imports)
        if callee is None or (prefix and not callee.subject):
            return None
        return self._search(callee, budget, (statement for statement, _ in prefix))

    def _learn(self) -> None:
        """How objects of the module's own classes are made, for parameters that are annotated with them."""
        for unit in select_all(self._tree):
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
                search = self._search(callee, Budget(8, min(self._end, time.monotonic() + 0.1)))
                sources = [one.scenario.expression() for one in search.seen if not one.error]
                if sources:
                    self._known[unit.name] = list(dict.fromkeys(sources))[:4]


_SHOWN = {
    "__len__",
    "__str__",
    "__repr__",
    "__bool__",
    "__iter__",
    "__contains__",
    "__getitem__",
    "__eq__",
    "__add__",
    "__sub__",
}


def select_all(tree: ast.Module) -> list[Unit]:
    """All functions and classes of a module."""
    return [Unit(node.name, node) for node in definitions(tree)]


def _statement(seen: Seen) -> str:
    return seen.scenario.expression()


def _prefixes(
    mutators: list[tuple[str, tuple[str, ...]]],
) -> list[tuple[tuple[str, tuple[str, ...]], ...]]:
    """What is done to an object before it is looked at: one change, or two."""
    few = list(dict.fromkeys(mutators))[:4]
    return [*((one,) for one in few), *((one, other) for one in few[:2] for other in few[:3])]


def _key(seen: Seen) -> list[Any]:
    return json.loads(json.dumps([seen.ok, seen.outcome]))  # type: ignore[no-any-return]


def _scenario(data: dict[str, Any]) -> Scenario:
    lists = ("imports", "setup")
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
        "key": _key(seen),
        "scenario": asdict(scenario),
    }
