"""One version, run to the next thing that can be seen from outside."""

from __future__ import annotations

import ast
from typing import Any

from attrs import define, frozen

from kibitz.verify.behaviour.graph import EXCEPTION, LASTING, Node
from kibitz.verify.behaviour.kinds import string_of
from kibitz.verify.behaviour.risks import ANYWHERE, risk
from kibitz.verify.behaviour.scopes import FUNCTIONS
from kibitz.verify.behaviour.state import Run, Side, World, located
from kibitz.verify.behaviour.terms import Term, is_const, truth_of
from kibitz.verify.behaviour.values import Values


class TooLongError(Exception):
    """The comparison takes more steps than it is given."""


class TooDeepError(TooLongError):
    """Functions are made in functions that are made in functions, and so on."""


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
        if node.op == "new" and node.strong and node.handler is not None:
            iterated = self._iterated(values, node)
            if iterated is not None:
                return Event("maybe", None, (iterated,), (), node)
        result = self._silent(values, node)
        if result is not None and node.op == "pure":
            _note(values, node, result)
        if result is not None and node.op == "pure" and self._may_raise(values, node, result):
            return Event("maybe", None, (values.seen(result),), (), node)
        if node.dest and result is not None:
            side.env[node.dest] = result
        assert node.next is not None
        side.node = node.next
        return None

    def _iterated(self, values: Values, node: Node) -> Term | None:
        """A value whose items go into a container, where it is not known yet that it has items."""
        kind, marks = node.data
        for mark, register in zip(marks, node.args, strict=True) if kind != "dict" else ():
            shown = values.seen(values.read(register))
            if mark == "*" and shown.op not in ("obj", "tuple", "text"):
                whole = self.run.table.make("items", shown, values.version(shown))
                if not values.world.facts.get(self.run.table.make("fine", whole)):
                    return whole
        return None

    def _may_raise(self, values: Values, node: Node, result: Term) -> bool:
        if node.handler is None or node.data[0] not in node.strong or result.op == "const":
            return False
        shown = values.seen(result)
        stable = shown.op in ("import", "text", "obj") or (
            shown.op == "attr" and shown.args[0].op in ("global", "builtin", "obj")
        )
        return not stable and not values.world.facts.get(self.run.table.make("fine", shown))

    def _silent(self, values: Values, node: Node) -> Term | None:
        table = self.run.table
        args = _read(values, node)
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
        program, function = self.run.closures[number][:2]
        make, inside = self.run.table.make, _makes_functions(function)
        for other, closure in list(self.run.closures.items()):
            if (
                closure[0] is program
                or self.run.same_closures is None
                or _makes_functions(closure[1]) != inside
            ):
                continue
            try:
                if self.run.same_closures(make("closure", other), make("closure", number)):
                    return other
            except TooDeepError:
                continue
        return number

    def _event(self, values: Values, node: Node) -> Event | None:
        side = values.side
        args = _read(values, node)
        if node.op == "branch":
            return self._branch(values, node, args[0])
        quiet: Term | None = None
        op, data = node.op, node.data
        if op == "call" and values.seen(args[0]).op == "attr":
            bound = args[0] if args[0].op == "attr" else values.seen(args[0])
            op, data, args = "method", (bound.args[1], *data), [bound.args[0], *args[1:]]
        elif op == "method" and args[0].op == "import":
            op, data, args = "call", data[1:], [values.attribute(args[0], data[0]), *args[1:]]
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
            _note(values, node, quiet)
            if node.dest:
                side.env[node.dest] = quiet
            assert node.next is not None
            side.node = node.next
            return None
        shown = tuple(simplified(values, values.seen(a)) for a in args)
        if op == "method":
            _note_read(values, node, shown[0], data[0])
        return Event(op, data, shown, tuple(args), node)

    def _branch(self, values: Values, node: Node, term: Term) -> Event | None:
        atom, positive = atom_of(values, values.seen(term))
        known = known_truth(values, atom)
        if known is None:
            return Event("branch", positive, (atom,), (), node)
        values.side.node = _after(node, known == positive)
        return None


def _makes_functions(function: ast.AST) -> bool:
    inner = (*FUNCTIONS, ast.Lambda)
    return any(isinstance(node, inner) for node in ast.walk(function) if node is not function)


def _read(values: Values, node: Node) -> list[Term]:
    args = [values.read(a) for a in node.args]
    if any(arg.op == "unbound" for arg in args):
        values.side.risks.setdefault((ANYWHERE, "unbound", ("",)), node.line)
    return args


def _note(values: Values, node: Node, result: Term) -> None:
    found = risk(values.seen(result) if result.local else result)
    if found is not None:
        values.side.risks.setdefault(found, node.line)


def _note_read(values: Values, node: Node, base: Term, name: str) -> None:
    """A call of a method reads the method, as taking it off its object does."""
    found = risk(values.attribute(base, name))
    if found is not None:
        values.side.risks.setdefault(found, node.line)


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
            if facts.get(make("truth", left, values.truth_version(left))):
                return False
            if any(f.op == "isinstance" and v and f.args[0] is left for f, v in facts.items()):
                return False
    if atom.op in ("truth", "cmp") and not values.run.containers:
        found = _absence(values, atom)
        if found is not None:
            return found
    if atom.op == "truth":
        none = values.run.table.const(None)
        if facts.get(values._compare("Is", atom.args[0], none)):  # noqa: SLF001
            return False
    if atom.op == "cmp" and atom.args[0] in ("Eq", "Is"):
        return _excluded(facts, atom)
    if atom.op == "truth" and atom.args[0].op == "method" and atom.args[0].args[0] in _ENDS:
        return _other_end(facts, atom.args[0])
    if atom.op == "matched":
        return _other_pattern(facts, atom)
    return None


def _absence(values: Values, atom: Term) -> bool | None:
    """What `a?.b` asks of `a`, in terms of `if (a)` and of `a == null`: objects are there or not."""
    facts, make = values.world.facts, values.run.table.make
    subject, none = atom.args[1 if atom.op == "cmp" else 0], values.run.table.const(None)
    absent = facts.get(make("cmp", "Absent", subject, none))
    if atom.op == "truth":
        return None if absent is None else not absent
    if atom.args[0] == "Is" and is_const(atom.args[2], None):
        return absent
    if atom.args[0] != "Absent":
        return None
    true, null = facts.get(make("truth", subject, 0)), facts.get(make("cmp", "Is", subject, none))
    return null if true is None else not true


_ENDS = frozenset({"startswith", "endswith"})


def _other_end(facts: dict[Term, bool], asked: Term) -> bool | None:
    """A text that ends with one constant does not end with another, unless that is its end too."""
    name, _, given, _ = asked.args
    for fact, holds in facts.items():
        known = fact.args[0]
        if not holds or fact.op != "truth" or known.op != "method" or known.args[0] != name:
            continue
        texts = [string_of(g[1]) for g in (given, known.args[2]) if len(g) == 2]
        if len(texts) < 2 or texts[0] is None or texts[1] is None or given[0] is not known.args[2][0]:
            continue
        if not getattr(texts[0], name)(texts[1]) and not getattr(texts[1], name)(texts[0]):
            return False
    return None


def _other_pattern(facts: dict[Term, bool], asked: Term) -> bool | None:
    """What is one of a type's plain variants is not another of them."""
    where, _, name = asked.args[0].rpartition(" :: ")
    if not where or not name.isidentifier():
        return None
    for fact, holds in facts.items():
        if holds and fact.op == "matched" and fact.args[1] is asked.args[1] and fact is not asked:
            other, _, variant = fact.args[0].rpartition(" :: ")
            if other == where and variant.isidentifier() and variant != name:
                return False
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
