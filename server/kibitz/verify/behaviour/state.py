"""Where both versions stand: their variables, and what has been found out and done so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field

from kibitz.verify.behaviour.graph import Node
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.risks import Risk
from kibitz.verify.behaviour.terms import Table, Term

_SIMPLE = frozenset({"param", "global", "builtin", "import", "sym", "field", "word"})


@define(eq=False)
class Side:
    """One version: the step it is at, its registers, and the containers only it knows of yet (their
    contents, and which are in another one by now). `risks` is what it read that might have failed, by the line."""

    program: Program
    node: Node
    env: dict[str, Term]
    store: dict[int, Term] = field(factory=dict)
    held: set[int] = field(factory=set)
    risks: dict[Risk, int] = field(factory=dict)

    def copy(self) -> Side:
        return Side(
            self.program, self.node, dict(self.env), dict(self.store), set(self.held), dict(self.risks)
        )


@define(eq=False)
class World:
    """What holds for both versions: decisions made, values known to lie in places, and how often a thing may have changed."""

    facts: dict[Term, bool] = field(factory=dict)
    versions: dict[Term, int] = field(factory=dict)
    heap: dict[tuple[Term, Any], Term] = field(factory=dict)
    epoch: int = 0
    deep: int = 0

    def copy(self) -> World:
        return World(dict(self.facts), dict(self.versions), dict(self.heap), self.epoch, self.deep)

    def version(self, term: Term) -> int:
        """A number that changes when what a term holds may have changed."""
        found = self.versions.get(term)
        if found is not None:
            return found
        return self.epoch if term.op in _SIMPLE else max(self.epoch, self.deep)

    def touch(self, term: Term, number: int) -> None:
        """Note that what a term holds may have changed."""
        if term.op in ("const", "import", "builtin", "closure", "text", "fmt"):
            return
        self.versions[term] = number
        if self.heap:
            self.heap = {key: value for key, value in self.heap.items() if key[0] is not term}

    def forget(self, number: int) -> None:
        """Note that anything may have changed."""
        self.epoch = number
        self.versions = {}
        self.heap = {}


def simple(term: Term) -> bool:
    """Whether a term stands for itself and is not read out of another."""
    return term.op in _SIMPLE


@define(eq=False)
class State:
    """Both versions at one moment."""

    old: Side
    new: Side
    world: World
    steps: int = 0

    def copy(self) -> State:
        return State(self.old.copy(), self.new.copy(), self.world.copy(), self.steps)


@define
class Run:
    """One comparison: the table of values and the closures met; `twins` names one of those that do the same,
    `containers` says whether a thing that is true can become false by what is done to it, `one_nothing` whether what is
    nothing is always the same."""

    table: Table = field(factory=Table)
    closures: dict[int, Any] = field(factory=dict)
    made: dict[Any, int] = field(factory=dict)
    same_closures: Callable[[Term, Term], bool] | None = None
    equal_closures: dict[tuple[int, int], bool] = field(factory=dict)
    twins: dict[int, int] = field(factory=dict)
    fuel: int = 60_000
    depth: int = 0
    containers: bool = True
    one_nothing: bool = True


def located(term: Term) -> list[int]:
    """The containers a term names, in the order it does."""
    if not term.local:
        return []
    if term.op == "loc":
        return [term.args[0]]
    return _located(term.args)


def _located(args: tuple[Any, ...]) -> list[int]:
    found: list[int] = []
    for arg in args:
        if isinstance(arg, Term):
            found += located(arg)
        elif isinstance(arg, tuple):
            found += _located(arg)
    return found
