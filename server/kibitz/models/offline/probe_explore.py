"""Runs inside the sandbox: tries inputs of one function, led by the lines they reach, and keeps few that say much.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from kibitz.models.offline.probe_evidence import Parameter
from kibitz.models.offline.probe_run import RESULT, Runner, Scenario, Seen

_EMPTY = ("''", "b''", "[]", "{}", "()", "set()", "0", "0.0", "None")

Given = dict[str, str]
"""Sources of arguments by parameter; what is missing is left to its default."""

Build = Callable[[Given, str], Scenario | None]
"""The scenario of a call with these arguments, and words for what is special about them."""


@dataclass
class Budget:
    """How much one search may take; `runs` and `until` (of time.monotonic) end it, and two calls that were too slow."""

    runs: int
    until: float
    slow: int = 0

    def spend(self) -> bool:
        """Whether there is another run left; takes it."""
        self.runs -= 1
        return self.runs >= 0 and self.slow < 2 and time.monotonic() < self.until


@dataclass
class Search:
    """One function's inputs. `goal` are the lines to reach; `seen` is what worked, in the order it was found."""

    runner: Runner
    build: Build
    parameters: list[Parameter]
    pools: dict[str, list[str]]
    goal: frozenset[int]
    budget: Budget
    seen: list[Seen] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)
    corpus: list[Given] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)
    _tried: set[tuple[tuple[str, str], ...]] = field(default_factory=set)

    def explore(self) -> list[Seen]:
        """First the likely inputs, one change at a time, then random ones as long as they may reach something new."""
        base = self._base()
        if base is None:
            return self.seen
        for parameter in self.parameters:
            for source in self.pools[parameter.name][: 14 if parameter.required else 5]:
                if not self._try({**base, parameter.name: source}, base):
                    return self.seen
        chance = random.Random(0)  # noqa: S311 - the same inputs in every run
        required = [p.name for p in self.parameters if p.required]
        for _ in range(25 if len(required) > 1 else 0):
            given = {name: chance.choice(self.pools[name][:6]) for name in required}
            if not self._try({**base, **given}, base):
                return self.seen
        idle = 0
        while idle < 60 and self.parameters and not self.goal <= self.reached:
            before = len(self.reached)
            if not self._try(self._changed(chance), base, only_new=True):
                break
            idle = 0 if len(self.reached) > before else idle + 1
        return self.seen

    def _base(self) -> Given | None:
        """Arguments that are of the right types: the first for which the call does not complain."""
        required = [p.name for p in self.parameters if p.required]
        first: Given = {}
        for name in required:
            # alike parameters get different values, so that taking one for the other shows
            again = sum(self.pools[other][0] == self.pools[name][0] for other in first)
            first[name] = self.pools[name][again % min(3, len(self.pools[name]))]
        chance = random.Random(1)  # noqa: S311 - the same inputs in every run
        for number in range(40):
            given = first
            if number:
                reach = 4 + number // 4
                given = {name: chance.choice(self.pools[name][:reach]) for name in required}
            known = len(self.seen)
            if not self._try(given, given):
                return None
            if len(self.seen) > known and not self.seen[-1].error:
                return given
        return first if self.seen else None

    def _try(self, given: Given, base: Given, *, only_new: bool = False) -> bool:
        """Run one input, if it was not run yet, and keep what worked (or only what reaches a new line). Whether to go on."""
        key = tuple(sorted(given.items()))
        if key in self._tried:
            return True
        self._tried.add(key)
        scenario = self.build(given, describe(given, base))
        if scenario is None:
            return True
        if not self.budget.spend():
            return False
        seen = self.runner.run(scenario)
        if seen.why:
            self.failures[seen.why] = self.failures.get(seen.why, 0) + 1
        if seen.why == "slow":
            self.budget.slow += 1
        new = (seen.lines & self.goal) - self.reached
        if seen.ok and (new or not only_new):
            self.seen.append(seen)
            self.reached |= seen.lines
        if new or not self.corpus:
            self.corpus.append(given)
        return True

    def _changed(self, chance: random.Random) -> Given:
        given = dict(chance.choice(self.corpus))
        name = chance.choice(self.parameters).name
        pool = self.pools[name]
        source = given.get(name, pool[0])
        given[name] = chance.choice(pool) if chance.random() < 0.4 else changed(source, chance, pool)
        return given


def changed(source: str, chance: random.Random, pool: list[str]) -> str:
    """A literal a little different from this one, of the same type; another of the pool for what is no literal."""
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError):
        return chance.choice(pool)
    if isinstance(value, bool) or value is None:
        return chance.choice(pool)
    if isinstance(value, int):
        return repr(
            chance.choice((value + 1, value - 1, -value, value * 2, value // 2, min(value * 10, 10_000)))
        )
    if isinstance(value, float):
        return repr(chance.choice((value + 1, -value, value / 2, value * 10, float(int(value)))))
    if isinstance(value, str | list | tuple):
        return repr(_reordered(value, chance, pool))
    return chance.choice(pool)


def _reordered(value: Any, chance: random.Random, pool: list[str]) -> object:
    size = len(value)
    if not size or size > 40:
        return value[:20]
    at, how = chance.randrange(size), chance.randrange(6)
    if how == 0:
        return value[::-1]
    if how == 1:
        return value[:at] + value[at + 1 :]
    if how == 2:
        return value[: at + 1] + value[at:]
    if how == 3:
        return value[: size // 2]
    if how == 4 and isinstance(value, str):
        return value.swapcase()
    try:
        other = ast.literal_eval(chance.choice(pool))
    except (ValueError, SyntaxError, TypeError):
        return value[at:]
    return value + other if type(other) is type(value) else value[at:]


def describe(given: Given, base: Given) -> str:
    """Words for what is special about arguments: `empty data`, `negative n`."""
    words = []
    for name, source in given.items():
        if base.get(name) == source and len(given) > 1 and base is not given:
            continue
        words.append(_words(name, source))
    return " and ".join(word for word in words if word)[:60] if len(words) <= 2 else ""


def _words(name: str, source: str) -> str:
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError):
        return f"other {name}"
    if value is None or isinstance(value, bool):
        return f"{name} {str(value).lower()}"
    if isinstance(value, int | float):
        kind = "zero" if value == 0 else "negative" if value < 0 else ""
        return (
            f"{kind} {name}"
            if kind
            else f"{name} {value}"
            if isinstance(value, int)
            else f"fractional {name}"
        )
    if isinstance(value, str | bytes | list | tuple | dict | set):
        size = len(value)
        kind = "empty" if not size else "one character" if size == 1 and isinstance(value, str) else ""
        if isinstance(value, str) and value.isalnum() and value.isascii() and 1 < size < 12:
            return f"{name} {value.lower()}"
        return f"{kind or ('single item' if size == 1 else 'several' if not isinstance(value, str) else '')} {name}".strip()
    return f"other {name}"


def choose(seen: Iterable[Seen], most: int, errors: int = 2, *, last_resort: bool = False) -> list[Seen]:
    """Few that reach the most lines and differ in their outcome: the documentation's examples first, telling ones before others.

    Where all say little there are none, or one as a `last_resort`.
    """
    everything = _distinct(seen)
    left = [one for one in everything if not _says_little(one, everything)]
    if not left:
        return everything[:1] if last_resort else []
    chosen = [one for one in left if one.scenario.documented][: max(2, most // 2)]
    left = sorted((one for one in left if one not in chosen), key=_emptiness)
    reached = {line for one in chosen for line in one.lines}
    while left and len(chosen) < most:
        best = max(left, key=lambda one: (len(one.lines - reached), not one.error))
        if not best.lines - reached:
            break
        left.remove(best)
        if _welcome(best, chosen, errors):
            chosen.append(best)
            reached |= best.lines
    for one in sorted(left, key=lambda one: (bool(one.error), _echo(one))):
        if len(chosen) >= most:
            break
        if _welcome(one, chosen, errors):
            chosen.append(one)
    return chosen


def _says_little(one: Seen, others: list[Seen]) -> bool:
    """Whether only a type was seen, or a None where the function never gives anything else."""
    if one.weak and [check.right for check in one.checks] == ["None"]:
        return all(
            check.left != RESULT or check.right == "None" for other in others for check in other.checks
        )
    return one.weak


def _echo(one: Seen) -> bool:
    """Whether the result is empty or is an argument: the least telling kind."""
    right = one.checks[0].right if one.checks else ""
    return right in _EMPTY or right in [source for _, source in one.scenario.arguments]


def _welcome(one: Seen, chosen: list[Seen], errors: int) -> bool:
    if one.error and sum(bool(other.error) for other in chosen) >= errors:
        return False
    return all(other.outcome != one.outcome or one.lines - other.lines for other in chosen)


def _distinct(seen: Iterable[Seen]) -> list[Seen]:
    """One of each outcome and set of lines: the first that was found, with arguments that are not empty if there is one."""
    best: dict[tuple[object, ...], Seen] = {}
    for one in seen:
        key = (one.outcome, one.lines, one.scenario.documented)
        if key not in best or _emptiness(one) < _emptiness(best[key]):
            best[key] = one
    return list(best.values())


def _emptiness(one: Seen) -> int:
    """How many arguments are empty, and how many statements come before the call: what makes a test hard to see through."""
    empty = sum(source in _EMPTY for _, source in one.scenario.arguments)
    return 2 * empty + len(one.scenario.setup)
