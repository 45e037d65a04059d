"""Runs inside the sandbox: tries the methods of a class on objects, first fresh ones, then such that methods have changed.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import enum
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from types import ModuleType

from kibitz.models.offline.probe_docs import Function, definitions
from kibitz.models.offline.probe_explore import Budget, Search, choose
from kibitz.models.offline.probe_run import RESULT, Runner, Seen
from kibitz.models.offline.probe_source import NoSourceError
from kibitz.models.offline.probe_units import (
    Callee,
    Unit,
    depends_on_machine,
    documented,
    function,
    method,
    methods,
)

Known = dict[str, list[str]]
Group = tuple[list[Seen], Counter[str]]
"""The chosen calls of one function, and what others failed for."""

_METHODS = 8
_SHOWN = {
    "__len__", "__str__", "__repr__", "__bool__", "__iter__", "__contains__", "__getitem__", "__eq__", "__lt__", "__add__",
    "__sub__", "__mul__", "__truediv__", "__neg__", "__abs__",
}  # fmt: skip


def class_of(tree: ast.Module, name: str) -> Unit:
    """The last class of this name."""
    return [Unit(node.name, node) for node in definitions(tree) if node.name == name][-1]


def made_callee(unit: Unit, module: ModuleType, known: Known) -> Callee:
    """How a function or class is called. Raises NoSourceError where it cannot be."""
    callee = function(unit, module, known)
    if callee is None:
        raise NoSourceError(unit.name)
    return callee


def search_for(callee: Callee, runner: Runner, budget: Budget, prefix: Sequence[Seen] = ()) -> Search:
    """A finished search for inputs; the calls of `prefix` are made before each."""
    after = " and ".join(dict.fromkeys(one.scenario.target.rpartition(".")[2] for one in prefix))
    build = callee.builder(runner.module, [one.scenario.expression() for one in prefix], after)
    search = Search(runner, build, callee.parameters, callee.values, callee.unit.goal, budget)
    search.explore()
    return search


def shown_examples(
    unit: Unit, nodes: Iterable[Function | ast.ClassDef | ast.Module], runner: Runner
) -> list[Seen]:
    """The examples in the docstrings of these nodes that show a unit and come out as they say."""
    texts = [ast.get_docstring(node) or "" for node in nodes]
    seen = [runner.run(scenario) for text in texts for scenario in documented(unit, text, runner.module)]
    return [one for one in seen if one.ok]


def explore_class(
    unit: Unit, tree: ast.Module, runner: Runner, known: Known, until: float, most: int, *, only: str = ""
) -> list[Group]:
    """What was chosen of the constructor and of each public method, or of the method `only`."""
    value = getattr(runner.module, unit.name, None)
    if isinstance(value, type) and issubclass(value, BaseException | enum.Enum) and not only:
        return []
    return _Class(unit, tree, runner, known, until).explore(most, only)


class _Class:
    def __init__(self, unit: Unit, tree: ast.Module, runner: Runner, known: Known, until: float) -> None:
        self._unit = unit
        self._tree = tree
        self._runner = runner
        self._known = known
        self._until = until
        self._searches: dict[str, list[Search]] = {}
        self._observers: tuple[str, ...] = ()

    def explore(self, most: int, only: str) -> list[Group]:
        node = self._unit.node
        assert isinstance(node, ast.ClassDef)
        made = search_for(
            made_callee(self._unit, self._runner.module, self._known),
            self._runner,
            Budget(120, self._soon(0.4)),
        )
        groups: list[Group] = []
        if not only:
            own = any(isinstance(part, Function) and part.name == "__init__" for part in node.body)
            examples = shown_examples(self._unit, [node, self._tree], self._runner)
            worth = [one for one in made.seen if one.error or own]
            groups.append((choose([*examples, *worth], max(2, most // 2), errors=1), Counter(made.failures)))
        units = methods(self._unit)
        asked = [m for m in units if (m.name == only if only else m.name[0] != "_" or m.name in _SHOWN)]
        # those that change an object or tell of it serve the others, too
        helpers = [m for m in units if m.name[0] != "_" or m in asked]
        subjects: dict[tuple[object, ...], Seen] = {}
        for one in made.seen:
            if not one.error:
                subjects.setdefault(one.outcome, one)
        few = list(subjects.values())[:2]
        if few:
            self._observe(helpers, few[0])
        for subject in few:
            for m in helpers if subject is few[0] else asked:
                if not any(search.failures.get("slow") for search in self._searches.get(m.name, [])):
                    self._try(m, subject, Budget(60, self._soon(0.3)))
        for prefix in self._prefixes():
            for m in asked:
                if self._wanted(m):
                    self._try(m, few[0], Budget(12, self._soon(0.2)), prefix)
        for m in asked:
            searches = self._searches.get(m.name, [])
            found = [one for search in searches for one in search.seen]
            failures = sum((Counter(search.failures) for search in searches), Counter[str]())
            examples = shown_examples(m, [m.node, node], self._runner)
            chosen = choose(
                [*examples, *found], most if only else 3, errors=2 if only else 1, last_resort=bool(only)
            )
            groups.append((chosen, failures))
        return self._worth(groups, only)

    def _worth(self, groups: list[Group], only: str) -> list[Group]:
        """The groups in which something is asserted, where there are such; not too many."""
        telling = [group for group in groups if any(not one.weak for one in group[0])]
        if only or not telling:
            return groups
        return telling[: _METHODS + 1]

    def _soon(self, seconds: float) -> float:
        return min(self._until, time.monotonic() + seconds)

    def _observe(self, units: list[Unit], subject: Seen) -> None:
        """Find the methods that need no arguments, change nothing and tell something."""
        for unit in units:
            callee = self._callee(unit, subject, ())
            if callee is None or not callee.subject or any(p.required for p in callee.parameters):
                continue
            scenario = callee.builder(self._runner.module)({}, "")
            if scenario is None or unit.name.startswith("__"):
                continue
            seen = self._runner.run(scenario)
            tells = seen.ok and not seen.error and not seen.weak and not seen.mutates and not seen.printed
            if tells and seen.scenario.wrap == "{}" and seen.checks and seen.checks[0].left == RESULT:
                self._observers = (*self._observers, scenario.expression())[:6]

    def _callee(self, unit: Unit, made: Seen, needed: tuple[str, ...]) -> Callee | None:
        if depends_on_machine(unit):
            return None
        imports = (*made.scenario.imports, *needed)
        callee = method(unit, self._runner.module, self._known, made.scenario.expression(), imports)
        if callee is not None and callee.subject:
            callee.observe = self._observers
        return callee

    def _try(self, unit: Unit, made: Seen, budget: Budget, prefix: tuple[Seen, ...] = ()) -> None:
        if not budget.runs or time.monotonic() > self._until:
            return
        callee = self._callee(unit, made, tuple(name for one in prefix for name in one.scenario.imports))
        if callee is None or (prefix and not callee.subject):
            return
        search = search_for(callee, self._runner, budget, prefix)
        self._searches.setdefault(unit.name, []).append(search)

    def _prefixes(self) -> list[tuple[Seen, ...]]:
        """What is done to an object before it is looked at: one change, or two."""
        changes: list[Seen] = []
        for searches in self._searches.values():
            changes += [one for one in searches[0].seen if one.mutates and not one.error][:2]
        few = sorted(changes, key=lambda one: one.scenario.wrap != "{}")[:4]
        return [*((one,) for one in few), *((one, other) for one in few[:2] for other in few[:3])]

    def _wanted(self, unit: Unit) -> bool:
        """Whether more is to be learned of a method: lines not reached, or nothing that tells much."""
        searches = self._searches.get(unit.name, [])
        reached = {line for search in searches for line in search.reached}
        telling = {
            one.outcome for search in searches for one in search.seen if not one.weak and not one.error
        }
        return not unit.goal <= reached or len(telling) < 3
