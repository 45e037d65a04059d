"""Values as symbols: what an expression is worth, written in terms of what the program was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

BOOLEAN = frozenset({"cmp", "not", "truth", "is", "isinstance", "excmatch", "matched"})
"""Terms that are True or False."""


class Term:
    """One value. Made by `Table.make` alone, so that equal values of one table are one object."""

    __slots__ = ("args", "boolean", "local", "op", "shared")

    local: bool
    shared: bool
    boolean: bool

    def __init__(self, op: str, args: tuple[Any, ...]) -> None:
        self.op = op
        self.args = args
        inner = list(_inner(args))
        self.local = op == "loc" or any(t.local for t in inner)
        self.shared = op == "closure" or any(t.shared for t in inner)
        self.boolean = op in BOOLEAN or any(t.boolean for t in inner)

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.args))})"


def _inner(args: tuple[Any, ...]) -> Iterator[Term]:
    for arg in args:
        if isinstance(arg, Term):
            yield arg
        elif isinstance(arg, tuple):
            yield from _inner(arg)


class Table:
    """All values of one comparison; the two versions share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[Any, ...]], Term] = {}
        self._fresh = 0

    def make(self, op: str, *args: Any) -> Term:
        """The one term of these parts; arguments are terms, strings, numbers and tuples of them."""
        key = (op, args)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Term(op, args)
        return found

    def fresh(self, hint: str = "") -> Term:
        """A value nothing is known of."""
        return self.make("sym", self.number(), hint)

    def number(self) -> int:
        """A number that was not given out before."""
        self._fresh += 1
        return self._fresh

    def const(self, value: object) -> Term:
        """A constant; 1, 1.0 and True are three."""
        return self.make("const", type(value).__name__, repr(value))

    def rebuilt(self, term: Term, change: Callable[[Term], Term | None]) -> Term:
        """The term with `change` (from term to term, or None to look inside) made in all of its parts."""
        new = change(term)
        if new is not None:
            return new

        def inside(arg: Any) -> Any:
            if isinstance(arg, Term):
                return self.rebuilt(arg, change)
            return tuple(map(inside, arg)) if isinstance(arg, tuple) else arg

        args = tuple(map(inside, term.args))
        return term if args == term.args else self.make(term.op, *args)


def within(term: Term, part: Term) -> bool:
    """Whether a term occurs in another."""
    return term is part or any(within(inner, part) for inner in _inner(term.args))


def is_const(term: Term, *values: object) -> bool:
    """Whether a term is one of some constants."""
    return term.op == "const" and any(term.args == (type(v).__name__, repr(v)) for v in values)


def truth_of(term: Term) -> bool | None:
    """What a constant counts as in a condition; None where that cannot be told from the term alone."""
    if term.op == "const":
        return term.args[1] not in ("False", "None", "0", "0.0", "''", "b''", "()")
    if term.op == "tuple":
        return bool(term.args) if all(mark == "" for mark, _ in term.args) else None
    if term.op == "closure":
        return True
    if term.op == "builtin" and term.args == ("undefined",):
        return False
    return None
