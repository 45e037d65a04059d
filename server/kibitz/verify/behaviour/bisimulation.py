"""Both versions run side by side: what one does next, the other has to do next."""

from __future__ import annotations

from kibitz.verify.behaviour.core import TooLargeError, graph_of
from kibitz.verify.behaviour.graph import Graph
from kibitz.verify.behaviour.machine import (
    Event,
    Machine,
    TooDeepError,
    TooLongError,
    escaping,
    go,
    known_truth,
    throw,
)
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.risks import ANYWHERE, guards
from kibitz.verify.behaviour.scopes import all_arguments, shape_of
from kibitz.verify.behaviour.state import Run, Side, State, World
from kibitz.verify.behaviour.terms import Term, within
from kibitz.verify.behaviour.values import Values
from kibitz.verify.behaviour.widen import Place, widened
from kibitz.verify.behaviour.wording import difference

_VISITS = 6
"""So many ways to one place are followed each for itself; further ones are taken together."""
_DECISIONS = 64
"""Likewise of a decision: what it is made on goes by another name in each version, and is best kept."""
_CALLBACKS = 4
_FINAL = frozenset({"return", "raise", "reraise"})
_QUIET = frozenset(
    {
        "truth",
        "cmp",
        "isinstance",
        "sym",
        "param",
        "const",
        "global",
        "builtin",
        "import",
        "tuple",
        "closure",
        "obj",
        "nil",
    }
)


_Key = tuple[int, int, frozenset[str]]
"""A place in both versions, and the old one's variables that may be read from there and have no value yet."""


class DifferentError(Exception):
    """The versions do not do the same: `what` is a sentence's middle, `line` one of the new text."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def compare(
    run: Run,
    graphs: tuple[Graph, Graph],
    programs: tuple[Program, Program],
    given: tuple[dict[str, Term], dict[str, Term]],
) -> None:
    """Raises DifferentError where two functions do not do the same, TooLongError where that takes too long to tell."""
    sides = [Side(p, g.entry, dict(env)) for p, g, env in zip(programs, graphs, given, strict=True)]
    comparison = _Comparison(run, Machine(run))
    run.same_closures = run.same_closures or comparison.equal_closures
    comparison.explore(State(sides[0], sides[1], World()))


class _Comparison:
    def __init__(self, run: Run, machine: Machine) -> None:
        self.run = run
        self.machine = machine
        self.places: dict[_Key, Place] = {}
        self.visits: dict[_Key, int] = {}
        self.waiting: list[State] = []

    def explore(self, start: State) -> None:
        self.waiting.append(start)
        while self.waiting:
            state: State | None = self.waiting.pop()
            while state is not None:
                state = self.step(state)

    def step(self, state: State) -> State | None:
        """One event of both; the state after it, None at an end."""
        old = self.machine.advance(state.old, state.world)
        new = self.machine.advance(state.new, state.world)
        if old.op == new.op and old.op not in _FINAL:
            merged = self.visited(state, old)
            if merged is None:
                _unguarded(state)
                return None
            if merged is not state:
                state = merged
                old = self.machine.advance(state.old, state.world)
                new = self.machine.advance(state.new, state.world)
        if "branch" in (old.op, new.op):
            return self.decide(state, old, new)
        if old.op != new.op or old.data != new.data or not self.same(state, old.terms, new.terms):
            if any(term.op == "unbound" for term in old.terms):
                return None  # nobody relies on a variable that has no value
            if _read_before(old, new):
                return self.proceed_reading(state, old, new)
            raise DifferentError(difference(old, new), new.node.line or old.node.line)
        if old.op == "head":
            for side, event in ((state.old, old), (state.new, new)):
                assert event.node.next is not None
                side.node = event.node.next
            return state
        return self.proceed(state, old, new)

    def visited(self, state: State, event: Event) -> State | None:
        """The state to go on with from a place; None where what follows was looked at before."""
        key = (id(state.old.node), id(state.new.node), state.old.node.live.difference(state.old.env))
        self.visits[key] = self.visits.get(key, 0) + 1
        if event.op != "head" and self.visits[key] <= (_DECISIONS if event.op == "branch" else _VISITS):
            return state
        place = self.places.get(key)
        if place is None:
            self.places[key] = Place(state.copy())
            return state
        merged = widened(self.run, place, state)
        if merged is not None and event.op == "head":
            # what was seen inside of the loop is seen again, with less known
            self.visits.clear()
        return merged

    def decide(self, state: State, old: Event, new: Event) -> State | None:
        """A decision that both take, or one takes alone where that cannot be seen."""
        if old.op == new.op == "branch" and old.terms == new.terms:
            sides = [(0, old), (1, new)]
        elif new.op == "branch" and (quiet(new.terms[0]) or any(within(t, new.terms[0]) for t in old.terms)):
            sides = [(1, new)]
        elif old.op == "branch" and (quiet(old.terms[0]) or any(within(t, old.terms[0]) for t in new.terms)):
            sides = [(0, old)]
        else:
            raise DifferentError(difference(old, new), new.node.line or old.node.line)
        for yes in (True, False):
            branch = state.copy() if yes else state
            branch.world.facts[sides[0][1].terms[0]] = yes
            for which, event in sides:
                go(branch.new if which else branch.old, event.node, event, yes=yes)
            if yes:
                self.waiting.append(branch)
        return state

    def proceed(self, state: State, old: Event, new: Event) -> State | None:
        """What follows an event that both had."""
        if old.op == "return":
            _unguarded(state)
            return None
        caught = old.node.handler is not None or new.node.handler is not None
        if old.op in _FINAL:
            if not caught:
                _unguarded(state)
                return None
            throw(state.old, old.node, old.terms[0])
            throw(state.new, new.node, new.terms[0])
            return state
        names = self.escape(state, old, new)
        if caught:
            thrown = state.copy()
            exception = self.run.table.fresh("exception")
            self.effects(thrown, old, names)
            throw(thrown.old, old.node, exception)
            throw(thrown.new, new.node, exception)
            self.waiting.append(thrown)
        if old.op == "maybe":
            for event in (old, new):
                state.world.facts[self.run.table.make("fine", event.terms[0])] = True
            return state
        self.effects(state, old, names)
        if old.op == "next":
            ended = state.copy()
            for side, event in ((ended.old, old), (ended.new, new)):
                assert event.node.other is not None
                side.node = event.node.other
            self.waiting.append(ended)
        result = self.run.table.fresh()
        for side, event in ((state.old, old), (state.new, new)):
            if event.node.dest:
                side.env[event.node.dest] = result
            assert event.node.next is not None
            side.node = event.node.next
        return state

    def proceed_reading(self, state: State, old: Event, new: Event) -> State:
        """One version takes a method off its object in a step of its own, the other calls it: it is there, or both fail."""
        thrown = state.copy()
        exception = self.run.table.fresh("exception")
        throw(thrown.old, old.node, exception)
        throw(thrown.new, new.node, exception)
        self.waiting.append(thrown)
        event = old if old.op == "maybe" else new
        state.world.facts[self.run.table.make("fine", event.terms[0])] = True
        return state

    def same(self, state: State, old: tuple[Term, ...], new: tuple[Term, ...]) -> bool:
        if old == new:
            return True
        return len(old) == len(new) and all(
            self.equal(a, b) or self.both_nothing(state, a, b) for a, b in zip(old, new, strict=True)
        )

    def both_nothing(self, state: State, a: Term, b: Term) -> bool:
        """Whether one value is None and it is known of the other that it is."""
        none = self.run.table.const(None)
        if none not in (a, b) or not self.run.one_nothing:
            return False
        return state.world.facts.get(self.run.table.make("cmp", "Is", b if a is none else a, none)) is True

    def equal(self, a: object, b: object) -> bool:
        """Whether two values are the same; functions are where they do the same."""
        if a is b:
            return True
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(self.equal(x, y) for x, y in zip(a, b, strict=True))
        if not isinstance(a, Term) or not isinstance(b, Term):
            return a == b
        if a.op != b.op or not (a.shared and b.shared):
            return False
        return self.equal_closures(a, b) if a.op == "closure" else self.equal(a.args, b.args)

    def equal_closures(self, a: Term, b: Term) -> bool:
        key = (a.args[0], b.args[0])
        if key not in self.run.equal_closures:
            self.run.equal_closures[key] = (
                True  # while it is looked at: what calls itself is the same if the rest is
            )
            try:
                same_functions(self.run, a, b)
                self.run.twins[key[1]] = key[0]
            except (DifferentError, TooLargeError):
                self.run.equal_closures[key] = False
            except TooDeepError:
                del self.run.equal_closures[key]
                raise
        return self.run.equal_closures[key]

    def escape(self, state: State, old: Event, new: Event) -> dict[int, Term]:
        """Containers that others get to know are no longer each version's own affair; the symbols of the old one's."""
        pairs = (escaping(state.old, old.raw), escaping(state.new, new.raw))
        names: dict[int, Term] = {}
        if len(pairs[0]) != len(pairs[1]):
            raise DifferentError(difference(old, new), new.node.line)
        for numbers in zip(*pairs, strict=True):
            symbol = self.run.table.fresh("shared")
            names[numbers[0]] = symbol
            for side, number in zip((state.old, state.new), numbers, strict=True):
                _replace(self.run, side, number, symbol)
        return names

    def effects(self, state: State, event: Event, names: dict[int, Term]) -> None:
        """What an event may have changed."""
        world, number, make = state.world, self.run.table.number(), self.run.table.make
        terms = event.terms
        if event.op in ("yield", "await", "yieldfrom", "opaque") or (
            event.op in ("next", "enter", "exit") and (event.data or _runs(terms[0]))
        ):
            world.forget(number)
        elif event.op == "setglobal":
            world.versions[make("word", event.data[1])] = number
        elif event.op in ("setattr", "delattr"):
            name = event.data[0]
            world.versions[make("field", name)] = number
            world.heap = {k: v for k, v in world.heap.items() if k[1] != name}
            if event.op == "setattr":
                world.heap[terms[0], name] = _stored(event, 1, names)
        elif event.op in ("setitem", "delitem"):
            world.touch(terms[0], number)
            if event.op == "setitem":
                world.heap[terms[0], terms[1]] = _stored(event, 2, names)
        elif event.op in ("call", "method", "enter", "exit"):
            if event.op == "call" and terms[0].op in ("closure", "unbound"):
                world.forget(number)
            for term in terms[1:] if event.op == "call" else terms:
                world.touch(term.args[0] if term.op == "super" else term, number)


def _read_before(old: Event, new: Event) -> bool:
    """Whether one version reads the method that the other calls, and a failure of that is caught in both."""
    reads, calls = (old, new) if old.op == "maybe" else (new, old)
    if reads.op != "maybe" or calls.op != "method" or old.node.handler is None or new.node.handler is None:
        return False
    term = reads.terms[0]
    return term.op == "attr" and term.args[0] is calls.terms[0] and term.args[1] == calls.data[0]


def _runs(iterator: Term) -> bool:
    """Whether to take its next item runs a function made here."""
    source = iterator.args[0] if iterator.op == "iter" else None
    return isinstance(source, Term) and source.op == "obj" and source.args[0] == "generator"


def _unguarded(state: State) -> None:
    """Raises DifferentError where the new version read something of a value that the old one, at the end of the same way
    and after a decision about that value, did not."""
    for found, line in state.new.risks.items():
        if found in state.old.risks:
            continue
        for base in found[-1]:
            if found[0] == ANYWHERE or any(guards(fact, base, found) for fact in state.world.facts):
                raise DifferentError("the new text reads something before it is known to be there", line)


def _stored(event: Event, at: int, names: dict[int, Term]) -> Term:
    """What lies in a place after a store: a container that others know of by now goes by its symbol."""
    raw = event.raw[at]
    return names[raw.args[0]] if raw.op == "loc" else event.terms[at]


def _replace(run: Run, side: Side, number: int, symbol: Term) -> None:
    def change(part: Term) -> Term | None:
        if part.op == "loc":
            return symbol if part.args[0] == number else part
        return None if part.local else part

    for register, term in side.env.items():
        if term.local:
            side.env[register] = run.table.rebuilt(term, change)
    side.store.pop(number, None)
    for other, contents in side.store.items():
        if contents.local:
            side.store[other] = run.table.rebuilt(contents, change)


def quiet(atom: Term) -> bool:
    """Whether to ask for an atom can neither fail nor be noticed."""
    if atom.op not in _QUIET or (atom.op == "cmp" and atom.args[0] not in ("Is", "Eq", "Same", "Absent")):
        return False
    return all(quiet(a) for a in _terms(atom.args))


def _terms(args: tuple[object, ...]) -> list[Term]:
    found: list[Term] = []
    for arg in args:
        if isinstance(arg, Term):
            found.append(arg)
        elif isinstance(arg, tuple):
            found += _terms(arg)
    return found


def same_functions(run: Run, a: Term, b: Term) -> None:
    """Raises DifferentError where two closures do not do the same."""
    import ast

    graphs: list[Graph] = []
    given: list[dict[str, Term]] = []
    programs: list[Program] = []
    shapes: list[object] = []
    if run.depth > _CALLBACKS:
        raise TooDeepError
    names: list[list[str]] = []
    for closure in (a, b):
        program, function, frame, known = run.closures[closure.args[0]]
        graphs.append(graph_of(program, function, outer=frame))
        given.append({"^" + register: term for register, term in known.items()})
        programs.append(program)
        arguments = getattr(function, "args", None)
        names.append([x.arg for x in all_arguments(arguments)] if arguments is not None else [])
        shapes.append((shape_of(function), isinstance(function, ast.AsyncFunctionDef)))
    if shapes[0] != shapes[1]:
        raise DifferentError("a function has other parameters", 0)
    for at, pair in enumerate(zip(*names, strict=True)):
        symbol = run.table.make("param", at, run.depth + 1)
        for env, name in zip(given, pair, strict=True):
            env[name] = symbol
    run.depth += 1
    try:
        compare(run, (graphs[0], graphs[1]), (programs[0], programs[1]), (given[0], given[1]))
    finally:
        run.depth -= 1


__all__ = ["DifferentError", "TooLongError", "Values", "compare", "known_truth", "same_functions"]
