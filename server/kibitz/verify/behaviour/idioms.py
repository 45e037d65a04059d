"""Statements that say in several lines what Python has one word for: both are read as that word."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from kibitz.verify.behaviour.core import BODY, VALUES, Builder
from kibitz.verify.behaviour.expressions import if_exp, plain

_ADDED = re.compile(r"(\w+)\.(append|add)\((\w+)\)")


def _rewritten(b: Builder, body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    result: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Try) and result and _closes(result[-1], node):
            assert isinstance(result[-1], ast.Assign)
            opened = result.pop()
            assert isinstance(opened, ast.Assign)
            item = ast.withitem(opened.value, opened.targets[0])
            result.append(ast.With([item], node.body, lineno=opened.lineno))
            continue
        if isinstance(node, ast.Return) and result:
            returned = _returned(result[-1], node)
            if returned is not None:
                result[-1] = returned
                continue
        result.append(_looked_up(node) or _all_appended(b, node) or node)
    return result


def _closes(opened: ast.stmt, node: ast.Try) -> bool:
    """`f = open(...)` before `try: ... finally: f.close()`."""
    if not isinstance(opened, ast.Assign) or node.handlers or node.orelse or len(node.finalbody) != 1:
        return False
    call = opened.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "open"):
        return False
    return (
        len(opened.targets) == 1
        and ast.unparse(node.finalbody[0]) == f"{ast.unparse(opened.targets[0])}.close()"
    )


def _all_appended(b: Builder, node: ast.stmt) -> ast.stmt | None:
    """`for x in xs: found.append(x)`, with a list that is made here and a name that nothing else has from here, is
    `found.extend(xs)`; likewise of a set."""
    if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name) or node.orelse:
        return None
    only, name, function = node.body[0], node.target.id, b.frame.function
    if len(node.body) != 1 or not isinstance(only, ast.Expr) or function is None:
        return None
    found = _ADDED.fullmatch(ast.unparse(only.value))
    if found is None or found[3] != name or found[1] == name:
        return None
    inside = [n.id for n in ast.walk(node.iter) if isinstance(n, ast.Name)]
    kind = ast.List if found[2] == "append" else ast.Call
    if (
        found[1] in inside
        or not _made_here(function, found[1], kind)
        or not _bound_anew(function, node, name)
    ):
        return None
    word = "extend" if found[2] == "append" else "update"
    extended = ast.Call(ast.Attribute(ast.Name(found[1], ast.Load()), word, ast.Load()), [node.iter], [])
    return ast.copy_location(ast.Expr(ast.copy_location(extended, node)), node)


def _made_here(function: ast.AST, name: str, kind: type[ast.expr]) -> bool:
    """Whether a name is given a new list or set, and nothing else."""
    stores = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
    stores = [n for n in stores if isinstance(n.ctx, ast.Store)]
    made = [n for n in ast.walk(function) if isinstance(n, ast.Assign) and isinstance(n.value, kind)]
    fitting = [n for n in made if isinstance(n.value, ast.List) or ast.unparse(n.value) == "set()"]
    return len(stores) == 1 and any(stores[0] in n.targets for n in fitting)


def _bound_anew(function: ast.AST, loop: ast.For, name: str) -> bool:
    """Whether all other loops and comprehensions that name a loop's variable give it a value of their own."""
    covered: set[ast.AST] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.For):
            targets = [node.target]
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            targets = [g.target for g in node.generators]
        else:
            continue
        if any(isinstance(n, ast.Name) and n.id == name for t in targets for n in ast.walk(t)):
            covered.update(ast.walk(node))
    named = (n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name)
    return loop in covered and all(n in covered for n in named)


def _looked_up(node: ast.stmt) -> ast.stmt | None:
    if isinstance(node, ast.If):
        last = node.orelse[0] if len(node.orelse) == 1 else None
        if isinstance(last, ast.Return):
            return _returned(ast.If(node.test, node.body, [], lineno=node.lineno), last)
        return _get(node) or _set_default(node)
    if isinstance(node, ast.Try):
        return _get_or_error(node)
    return None


def _set_default(node: ast.If) -> ast.stmt | None:
    """`if k not in d: d[k] = v` is `d.setdefault(k, v)`."""
    test = node.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotIn)):
        return None
    only = node.body[0]
    if len(node.body) != 1 or node.orelse or not isinstance(only, ast.Assign) or len(only.targets) != 1:
        return None
    place = only.targets[0]
    if not _place(place, test.comparators[0], test.left) or not plain(only.value):
        return None
    call = ast.Call(ast.Attribute(test.comparators[0], "setdefault", ast.Load()), [test.left, only.value], [])
    return ast.copy_location(ast.Expr(call), node)


def _get(node: ast.If) -> ast.stmt | None:
    """`if k in d: x = d[k]` with `else: x = v` is `x = d.get(k, v)`."""
    if len(node.body) != 1 or len(node.orelse) != 1:
        return None
    first, second = node.body[0], node.orelse[0]
    if not (isinstance(first, ast.Assign) and isinstance(second, ast.Assign)):
        return None
    if list(map(ast.dump, first.targets)) != list(map(ast.dump, second.targets)):
        return None
    value = _got(ast.IfExp(node.test, first.value, second.value))
    return ast.copy_location(ast.Assign(first.targets, value), node) if value is not None else None


def _returned(node: ast.stmt, last: ast.Return) -> ast.stmt | None:
    """`if k in d: return d[k]` before `return v` is `return d.get(k, v)`."""
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1 or last.value is None:
        return None
    only = node.body[0]
    if not isinstance(only, ast.Return) or only.value is None:
        return None
    value = _got(ast.IfExp(node.test, only.value, last.value))
    return ast.copy_location(ast.Return(ast.copy_location(value, node)), node) if value is not None else None


def _get_or_error(node: ast.Try) -> ast.stmt | None:
    """`try: x = d[k]` with `except KeyError: x = v` is `x = d.get(k, v)`."""
    if len(node.body) != 1 or len(node.handlers) != 1 or node.orelse or node.finalbody:
        return None
    first, handler = node.body[0], node.handlers[0]
    second = handler.body[0]
    if len(handler.body) != 1 or not (isinstance(first, ast.Assign) and isinstance(second, ast.Assign)):
        return None
    if handler.type is None or ast.unparse(handler.type) != "KeyError":
        return None
    if list(map(ast.dump, first.targets)) != list(map(ast.dump, second.targets)):
        return None
    place = first.value
    if not isinstance(place, ast.Subscript) or not plain(second.value) or not plain(place.slice):
        return None
    call = ast.Call(ast.Attribute(place.value, "get", ast.Load()), [place.slice, second.value], [])
    return ast.copy_location(ast.Assign(first.targets, call), node)


def _got(node: ast.IfExp) -> ast.expr | None:
    """`d[k] if k in d else v` is `d.get(k, v)`."""
    test = node.test
    if not (
        isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In | ast.NotIn)
    ):
        return None
    here, other = node.body, node.orelse
    if isinstance(test.ops[0], ast.NotIn):
        here, other = other, here
    if not _place(here, test.comparators[0], test.left) or not plain(other):
        return None
    arguments = [test.left] if isinstance(other, ast.Constant) and other.value is None else [test.left, other]
    return ast.Call(ast.Attribute(test.comparators[0], "get", ast.Load()), arguments, [])


def _place(node: ast.expr, container: ast.expr, key: ast.expr) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == ast.unparse(container)
        and ast.unparse(node.slice) == ast.unparse(key)
        and isinstance(container, ast.Name | ast.Attribute)
    )


def _if_exp(b: Builder, node: ast.IfExp) -> str:
    call = _got(node)
    return b.value(ast.copy_location(call, node)) if call is not None else if_exp(b, node)


BODY[0] = _rewritten
VALUES[ast.IfExp] = _if_exp
