"""What may fail where nothing is known of a value yet: reading it before its guard is another behaviour."""

from __future__ import annotations

from typing import Any

from kibitz.verify.behaviour.kinds import number_of, string_of
from kibitz.verify.behaviour.terms import Term, is_const

Risk = tuple[Any, ...]
"""What is read of what, whenever that is; the values it fails for come last, as a tuple."""

_FAILING = frozenset(
    [
        "len",
        "int",
        "float",
        "min",
        "max",
        "abs",
        "sum",
        "round",
        "divmod",
        "pow",
        "ord",
        "chr",
        "range",
        "enumerate",
        "zip",
        "reversed",
        "sorted",
        "any",
        "all",
        "tuple",
    ]
)
ANYWHERE = "anywhere"
"""The first word of a risk that is one before any decision, not only before one about what is read."""
_SAFE = frozenset({"import", "builtin", "global", "const", "obj", "text", "tuple", "loc"})


def risk(term: Term) -> Risk | None:
    """How making a value could fail, if it could; the values it would be the fault of."""
    kind, bases = _read(term)
    bases = tuple(base for base in bases if base.op not in _SAFE)
    return (*kind, bases) if bases else None


def _read(term: Term) -> tuple[tuple[Any, ...], tuple[Term, ...]]:
    args = term.args
    if term.op == "attr":
        return ("attr", args[1]), (args[0],)
    if term.op == "sub" and args[0].op == "method" and number_of(args[1]) is not None:
        # a text of unknown length, as `line.split()[1]`
        return (ANYWHERE, args[0].args[0], args[0].args[2], args[1]), args[0].args[2][:1]
    if term.op == "sub":
        return ("sub", args[1]), (args[0], *_index(args[1]))
    if term.op == "bin":
        return ("bin", args[0]), (args[1], args[2])
    if term.op == "cmp" and args[0] == "Lt":
        return ("cmp",), (args[1], args[2])
    if term.op == "call" and args[0].op == "builtin" and _by_name(args[0], args[2]):
        return (ANYWHERE, args[2]), args[2]
    if term.op == "call" and args[0].op == "builtin" and args[0].args[0] in _FAILING:
        return ("call", args[0], args[2]), args[2]
    if term.op == "method":
        return ("method", args[0], args[2]), args[2][:1]
    return (), ()


def _index(key: Term) -> tuple[Term, ...]:
    """What a computed place in a sequence is computed from."""
    return tuple(a for a in key.args[1:] if isinstance(a, Term)) if key.op == "bin" else ()


def _by_name(function: Term, given: tuple[Term, ...]) -> bool:
    """Whether an attribute is read whose name only the run knows."""
    return function.args[0] == "getattr" and len(given) == 2 and string_of(given[1]) is None


def guards(atom: Term, base: Term, found: Risk) -> bool:
    """Whether a decision is about a value that a risk is about: whether it is there, how large it is, what it has."""
    if atom.op in ("truth", "isinstance"):
        return atom.args[0] is base or _measures(atom.args[0], base)
    if atom.op == "matched":
        return base in atom.args
    if atom.op == "cmp":
        sides = atom.args[1:3]
        place = found[0] == "sub" and base in _index(found[1])
        if atom.args[0] in ("Eq", "Is", "Same") and not place and not any(s.op == "const" for s in sides):
            return False
        if atom.args[0] == "Eq" and any(is_const(side, True, False) for side in sides):
            return False
        return any(side is base or _measures(side, base) for side in sides)
    return False


def _measures(term: Term, base: Term) -> bool:
    return (
        term.op == "call"
        and term.args[0].op == "builtin"
        and term.args[0].args[0] in ("len", "hasattr", "callable")
        and term.args[2][0] is base
    )
