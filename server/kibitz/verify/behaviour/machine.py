"""One version, run to the next thing that can be seen from outside."""

from __future__ import annotations

from typing import Any

from attrs import define, frozen

from kibitz.verify.behaviour.graph import EXCEPTION, LASTING, Node
from kibitz.verify.behaviour.state import Run, Side, World, located
from kibitz.verify.behaviour.terms import Term, is_const, truth_of
from kibitz.verify.behaviour.values import Values

_RAISING = frozenset({"attr", "sub", "bin"})


class TooLongError(Exception):
    """The comparison takes more steps than it is given."""


@frozen(eq=False)
class Event:
    """What comes next of one version: `terms` are the values as others see them, `raw` as the version itself does."""

    op: str
    data: Any
    terms: tuple[Term, ...]
    raw: tuple[Term, ...]
    node: Node


@define(eq=False)
class Machine:
    """Runs versions in the worlds they are given."""

    run: Run

    def advance(self, side: Side, world: World) -> Event:
        """Run to the next step that can be seen, or that decides something that is not known."""
        values = Values(self.run, side, world)
        while True:
            node = side.node
            self.run.fuel -= 1
            if self.run.fuel < 0:
                raise TooLongError
            event = self._step(values, node)
            if event is not None:
                return event

    def _step(self, values: Values, node: Node) -> Event | None:
        side = values.side
        if node.op in LASTING:
            if node.op == "head":
                return Event("head", None, (), (), node)
            return self._event(values, node)
        result = self._silent(values, node)
        if result is not None and node.op == "pure" and self._may_raise(values, node, result):
            return Event("maybe", None, (values.seen(result),), (), node)
        if node.dest and result is not None:
            side.env[node.dest] = result
        assert node.next is not None
        side.node = node.next
        return None

    def _may_raise(self, values: Values, node: Node, result: Term) -> bool:
        if not node.strong or node.handler is None or node.data[0] not in _RAISING or result.op == "const":
            return False
        shown = values.seen(result)
        stable = shown.op in ("import", "text", "obj") or (
            shown.op == "attr" and shown.args[0].op in ("global", "builtin")
        )
        return not stable and not values.world.facts.get(self.run.table.make("fine", shown))

    def _silent(self, values: Values, node: Node) -> Term | None:
        table = self.run.table
        args = [values.read(a) for a in node.args]
        if node.op == "nop":
            return None
        if node.op == "const":
            return table.const(node.data)
        if node.op == "copy":
            return args[0]
        if node.op == "pure":
            return values.pure(node.data, args)
        if node.op == "new":
            kind, marks = node.data
            return values.new(kind, marks, args)
        if node.op == "global":
            return self._global(values, node.data)
        if node.op == "closure":
            return self._closure(values, node)
        assert node.op == "exports", node.op
        pairs = tuple((shown, values.seen(values.read(name))) for shown, name in node.data[0])
        return table.make("exports", pairs)

    def _global(self, values: Values, data: tuple[str, ...]) -> Term:
        table = self.run.table
        if data[0] == "import":
            module, name = data[1], data[2]
            if not name and "." in module.strip("."):
                module, _, name = module.rpartition(".")
            return table.make("import", module, name)
        word = table.make("word", data[1])
        number = values.world.versions.get(word)
        return table.make(*data, number) if number is not None else table.make(*data)

    def _closure(self, values: Values, node: Node) -> Term:
        function, frame, pairs = node.data
        known = tuple(
            (register, self._captured(values, register, at, changes=changes))
            for at, ((changes, _), register) in enumerate(pairs)
        )
        key = (id(function), known)
        if key not in self.run.made:
            number = self.run.table.number()
            self.run.closures[number] = (values.side.program, function, frame, dict(known))
            twin = self._twin(number)
            if twin != number:
                del self.run.closures[number]
            self.run.made[key] = twin
        return self.run.table.make("closure", self.run.made[key])

    def _captured(self, values: Values, register: str, at: int, *, changes: bool) -> Term:
        """What a function made here finds in a variable: where that changes, no more than which one it is."""
        term = values.seen(values.read(register))
        return self.run.table.make("cell", term, at) if changes else term

    def _twin(self, number: int) -> int:
        """A function of the other version that does the same, or itself."""
        program = self.run.closures[number][0]
        for other, closure in list(self.run.closures.items()):
            if closure[0] is not program and self.run.same_closures is not None:
                make = self.run.table.make
                if self.run.same_closures(make("closure", other), make("closure", number)):
                    return other
        return number

    def _event(self, values: Values, node: Node) -> Event | None:
        side = values.side
        args = [values.read(a) for a in node.args]
        if node.op == "branch":
            return self._branch(values, node, args[0])
        quiet: Term | None = None
        op, data = node.op, node.data
        if op == "call" and values.seen(args[0]).op == "attr":
            base = values.seen(args[0])
            op, data, args = "method", (base.args[1], *data), [base.args[0], *args[1:]]
        if op == "call":
            quiet = values.call(args, data)
        elif op == "method":
            quiet = values.method(data[0], args, data[1:])
        elif node.op == "setitem" and args[0].op == "loc":
            number = args[0].args[0]
            side.store[number] = self.run.table.make(
                "setitem", side.store[number], args[1], values.put(args[2])
            )
            quiet = self.run.table.const(None)
        if quiet is not None:
            loud = node.strong and node.handler is not None and quiet.op in ("call", "method")
            if loud and not values.world.facts.get(self.run.table.make("fine", quiet)):
                return Event("maybe", None, (quiet,), (), node)
            if node.dest:
                side.env[node.dest] = quiet
            assert node.next is not None
            side.node = node.next
            return None
        shown = tuple(simplified(values, values.seen(a)) for a in args)
        return Event(op, data, shown, tuple(args), node)

    def _branch(self, values: Values, node: Node, term: Term) -> Event | None:
        atom, positive = atom_of(values, values.seen(term))
        known = known_truth(values, atom)
        if known is None:
            return Event("branch", positive, (atom,), (), node)
        values.side.node = _after(node, known == positive)
        return None


def _after(node: Node, yes: bool) -> Node:
    after = node.next if yes else node.other
    assert after is not None
    return after


def go(side: Side, node: Node, event: Event, *, yes: bool) -> None:
    """Follow a decision about the atom of a branch."""
    side.node = _after(node, yes == event.data)


def throw(side: Side, node: Node, exception: Term) -> None:
    """Go on where a step's exception is caught, or out of the function."""
    side.env[EXCEPTION] = exception
    if node.handler is not None:
        side.node = node.handler
    else:
        side.node = Node("reraise", "", (EXCEPTION,), None, node.line, -1)


def atom_of(values: Values, term: Term) -> tuple[Term, bool]:
    """What a condition asks, and whether it asks for it to be true."""
    positive = True
    while term.op == "not":
        term, positive = term.args[0], not positive
    return values.truth(term), positive


def known_truth(values: Values, atom: Term) -> bool | None:
    """What is known of an atom from constants and from the decisions made so far."""
    constant = truth_of(atom)
    if constant is not None:
        return constant
    facts, make = values.world.facts, values.run.table.make
    if atom in facts:
        return facts[atom]
    if atom.op == "cmp" and atom.args[0] == "Is":
        left, right = atom.args[1], atom.args[2]
        if is_const(right, None):
            if facts.get(make("truth", left, values.version(left))):
                return False
            if any(f.op == "isinstance" and v and f.args[0] is left for f, v in facts.items()):
                return False
    if atom.op == "truth":
        none = values.run.table.const(None)
        if facts.get(values._compare("Is", atom.args[0], none)):  # noqa: SLF001
            return False
    if atom.op == "cmp" and atom.args[0] in ("Eq", "Is"):
        return _excluded(facts, atom)
    return None


def _excluded(facts: dict[Term, bool], atom: Term) -> bool | None:
    """A thing that equals one constant does not equal another."""
    left, right = atom.args[1], atom.args[2]
    if left.op == "const":
        left, right = right, left
    if right.op != "const":
        return None
    for fact, holds in facts.items():
        if holds and fact.op == "cmp" and fact.args[0] in ("Eq", "Is") and fact is not atom:
            pair = fact.args[1:3]
            other = pair[1] if pair[0] is left else pair[0] if pair[1] is left else None
            if (
                other is not None
                and other.op == "const"
                and other.args[0] == right.args[0]
                and other is not right
            ):
                return False
    return None


def simplified(values: Values, term: Term) -> Term:
    """A value with the parts that are known to be true or false as such."""
    if not term.boolean:
        return term

    def change(part: Term) -> Term | None:
        if not part.boolean:
            return part
        if part.op in ("cmp", "isinstance", "truth", "excmatch", "matched"):
            known = known_truth(values, part)
            return values.run.table.const(known) if known is not None else None
        if part.op == "not":
            inner = simplified(values, part.args[0])
            known = truth_of(inner)
            return (
                values.run.table.const(not known)
                if known is not None
                else values.run.table.make("not", inner)
            )
        return None

    return values.run.table.rebuilt(term, change)


def escaping(side: Side, terms: tuple[Term, ...]) -> list[int]:
    """The containers others get to know through some values, with those inside of them."""
    found: list[int] = []
    waiting = [number for term in reversed(terms) for number in reversed(located(term))]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.append(number)
            waiting += reversed(located(side.store[number]))
    return found
