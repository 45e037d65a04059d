"""What a value is, as far as the value itself says."""

from __future__ import annotations

import ast

from kibitz.verify.behaviour.terms import Term

_COUNTS = frozenset({"len", "int", "float", "abs", "round", "ord", "sum"})
"""Builtin functions that give numbers."""


def part_of(whole: Term, key: Term) -> Term | None:
    """An item of a tuple, where it is known which."""
    at = number_of(key)
    if at is None or any(mark for mark, _ in whole.args) or not -len(whole.args) <= at < len(whole.args):
        return None
    found: Term = whole.args[at][1]
    return found


def number_of(term: Term) -> int | None:
    """The whole number that a constant is."""
    return int(term.args[1]) if term.op == "const" and term.args[0] == "int" else None


def commutes(op: str, left: Term, right: Term) -> bool:
    """Whether the order of two operands makes no difference: a product's never does, a sum's where it is one of numbers."""
    if op == "Mult":
        return True
    if op == "Add":
        return _numeric(left) or _numeric(right)
    return op == "Plus" and _numeric(left) and _numeric(right)


def _numeric(term: Term) -> bool:
    if term.op == "const":
        return term.args[0] in ("int", "float")
    if term.op == "call":
        return term.args[0].op == "builtin" and term.args[0].args[0] in _COUNTS
    return term.op == "bin" and term.args[0] in ("Sub", "Div", "FloorDiv", "Pow")


def string_of(term: Term) -> str | None:
    """The text that a constant is."""
    return ast.literal_eval(term.args[1]) if term.op == "const" and term.args[0] == "str" else None


def textual(term: Term) -> bool:
    """Whether a value is a text for sure."""
    return term.op in ("text", "fmt") or (term.op == "const" and term.args[0] == "str")
