"""Calls that no longer fit the function they are of: those that comparing the functions around them does not reach."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from kibitz.verify.behaviour.difference import Difference
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.scopes import Function, all_arguments

_PLAIN = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "overload", "final"})
"""Decorators that leave it to the function what it is called with."""


def misfits(old: Program, new: Program) -> Iterator[Difference]:
    """Functions whose parameters were changed, with a call in the new text that is left as the old parameters want it.

    Only calls that can mean nothing else are looked at: by the bare name of a module's function, or by a private name.
    """
    back = {old_name: name for name, old_name in new.alias.items()}
    for name, function in old.functions.items():
        other = ".".join(back.get(part, part) for part in name.split("."))
        twin = new.functions.get(other)
        if twin is None or _written(function) == _written(twin) or not (_plain(function) and _plain(twin)):
            continue
        short = other.rpartition(".")[2]
        wanted = [c for c in _calls_of_bases(new, other) if _fits(c, function, method=True)]
        if any(not _fits(call, twin, method=True) for call in wanted):
            yield Difference(other, "it no longer takes what its class's base gives it", twin.lineno)
            continue
        private = any(part.startswith("_") and not part.endswith("__") for part in other.split("."))
        if sum(known.rpartition(".")[2] == short for known in new.functions) > 1:
            continue
        before = Counter(ast.dump(c) for c in _calls(old, name.rpartition(".")[2], private, "." in name))
        calls = list(_calls(new, short, private, "." in other))
        if not short.startswith("_") and any(_fits(call, twin, "." in other) for call in calls):
            continue  # a public name of a private class may be another class's too
        for call in calls:
            same = before[ast.dump(call)] > 0
            method = "." in other
            if (_fits(call, function, method) or not same) and not _fits(call, twin, method):
                yield Difference(other, "a call of it does not give it what it takes now", call.lineno)
                break
            if same and _moved(call, function, twin, method):
                yield Difference(
                    other, "its parameters changed places, and a call of it did not", call.lineno
                )
                break


def _calls_of_bases(program: Program, name: str) -> Iterator[ast.Call]:
    """The calls of a method on the object itself in the bases of its class, and one as the method of a base wants it."""
    owner, _, short = name.rpartition(".")
    waiting, seen = [owner], {owner}
    while waiting:
        node = program.classes.get(waiting.pop())
        bases = [b.id for b in node.bases if isinstance(b, ast.Name)] if node is not None else []
        for base in bases:
            if base in seen or base not in program.classes:
                continue
            seen.add(base)
            waiting.append(base)
            function = program.functions.get(f"{base}.{short}")
            if function is not None and _plain(function):
                arguments = function.args
                places = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
                required = places[1 : len(places) - len(arguments.defaults)]
                yield ast.Call(ast.Name(short), [ast.Name(p) for p in required], [])
            for call in ast.walk(program.classes[base]):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == f"self.{short}":
                    yield call


def _written(function: Function) -> tuple[object, ...]:
    arguments = function.args
    named = [a.arg for a in all_arguments(arguments)]
    return (*named, len(arguments.posonlyargs), len(arguments.args), len(arguments.defaults))


def _plain(function: Function) -> bool:
    return all(
        (d.id if isinstance(d, ast.Name) else d.attr if isinstance(d, ast.Attribute) else "") in _PLAIN
        for d in function.decorator_list
    )


def _calls(program: Program, short: str, private: bool, method: bool) -> Iterator[ast.Call]:
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Call):
            named = isinstance(node.func, ast.Name) and node.func.id == short and not method
            if named or (private and isinstance(node.func, ast.Attribute) and node.func.attr == short):
                yield node


def _fits(call: ast.Call, function: Function, method: bool) -> bool:
    """Whether a call gives a function what it needs and no more, as far as can be told; a receiver may be given or not."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return True
    return any(_binds(call, function.args, skipped) for skipped in ((0, 1) if method else (0,)))


def _binds(call: ast.Call, arguments: ast.arguments, skipped: int) -> bool:
    places = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    required = set(places[: len(places) - len(arguments.defaults)]) - set(places[:skipped])
    required |= {a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None}
    places = places[skipped:]
    if len(call.args) > len(places) and arguments.vararg is None:
        return False
    by_place, named = set(places[: len(call.args)]), {k.arg for k in call.keywords}
    free = {*places, *(a.arg for a in arguments.kwonlyargs)}
    if named & by_place or (named - free and arguments.kwarg is None):
        return False
    return not required - by_place - named


def _moved(call: ast.Call, old: Function, new: Function, method: bool) -> bool:
    """Whether a call gives by place what another parameter of the same function takes now."""
    before, after = ([a.arg for a in [*f.args.posonlyargs, *f.args.args]] for f in (old, new))
    if set(before) != set(after) or any(isinstance(a, ast.Starred) for a in call.args):
        return False
    count = len(call.args) + (method and before[:1] == after[:1])
    given = [ast.dump(a) for a in call.args]
    return before[:count] != after[:count] and len(set(given)) == len(given)
