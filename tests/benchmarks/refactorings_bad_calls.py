"""Defects in calls: swapped, dropped and mistaken arguments, lost awaits and conversions (see `refactorings_bad`)."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from itertools import pairwise

from refactorings_bad import Found, bad, told_expressions
from refactorings_corpus import Unit, shuffled
from refactorings_good import wrapped

_CONVERSIONS = ("list", "tuple", "set", "str", "int", "sorted", "dict", "bytes")
_COPIES = ("lower", "upper", "strip", "copy", "items", "rstrip", "lstrip", "values")


def calls(unit: Unit, rng: random.Random) -> Iterator[ast.Call]:
    """The calls of a function in a random order, those of messages left out."""
    return (n for n in told_expressions(unit, rng) if isinstance(n, ast.Call))


@bad("arguments swapped")
def swapped(unit: Unit, rng: random.Random) -> Found:
    for call in calls(unit, rng):
        args = [a for a in call.args if not isinstance(a, ast.Starred)]
        pairs = [(a, b) for a, b in pairwise(args) if ast.dump(a) != ast.dump(b)]
        if pairs and not unit.src(call.func).endswith(("isinstance", "format", "cast")):
            one, two = rng.choice(pairs)
            yield [unit.over(one, unit.src(two)), unit.over(two, unit.src(one))]


@bad("argument dropped")
def argument(unit: Unit, rng: random.Random) -> Found:
    for call in calls(unit, rng):
        last = [*call.args, *(k.value for k in call.keywords)][-1:]
        if not last or isinstance(last[0], ast.Constant):  # it may be the default
            continue
        if call.keywords and call.args and call.keywords[-1].arg:
            start = unit.end(([*call.args, *(k.value for k in call.keywords[:-1])])[-1])
            yield [(start, unit.end(call.keywords[-1].value), "")]
        elif len(call.args) > 1:
            yield [(unit.end(call.args[-2]), unit.end(call.args[-1]), "")]


@bad("star arguments dropped")
def stars(unit: Unit, rng: random.Random) -> Found:
    for call in calls(unit, rng):
        if call.keywords and call.keywords[-1].arg is None and (call.args or call.keywords[:-1]):
            start = unit.end(([*call.args, *(k.value for k in call.keywords[:-1])])[-1])
            yield [(start, unit.end(call.keywords[-1].value), "")]


@bad("await lost")
def lost_await(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if isinstance(node, ast.Await):
            yield [unit.over(node, unit.src(node.value))]


@bad("conversion or copy dropped")
def conversion(unit: Unit, rng: random.Random) -> Found:
    kept = [s.value for s in unit.statements() if isinstance(s, ast.Return | ast.Assign | ast.AugAssign)]
    for call in calls(unit, rng):
        function = call.func
        if isinstance(function, ast.Name) and len(call.args) == 1 and not call.keywords:
            odd = isinstance(call.args[0], ast.Starred | ast.GeneratorExp)
            if call in kept and function.id in _CONVERSIONS and not odd:
                yield [unit.over(call, wrapped(call.args[0], unit.src(call.args[0])))]
        elif isinstance(function, ast.Attribute) and not (
            call.args or call.keywords or function.attr not in _COPIES
        ):
            yield [unit.over(call, unit.src(function.value))]


@bad("wrong method of the same kind")
def method(unit: Unit, rng: random.Random) -> Found:
    pairs = {
        "append": "extend",
        "startswith": "endswith",
        "lower": "upper",
        "keys": "values",
        "items": "keys",
    }
    pairs |= {"add": "discard", "lstrip": "rstrip", "strip": "rstrip", "find": "rfind", "split": "rsplit"}
    pairs |= {"get": "pop", "update": "setdefault", "min": "max", "any": "all", "all": "any", "max": "min"}
    for call in calls(unit, rng):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in pairs and (name != "split" or len(call.args) + len(call.keywords) > 1):
            end = unit.end(call.func)
            yield [(end - len(name), end, pairs[name])]
