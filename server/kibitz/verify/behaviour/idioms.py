"""Statements that say in several lines what Python has one word for: both are read as that word."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kibitz.verify.behaviour.core import BODY, VALUES, Builder
from kibitz.verify.behaviour.expressions import if_exp


def _rewritten(_: Builder, body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    result: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Try) and result and _closes(result[-1], node):
            assert isinstance(result[-1], ast.Assign)
            opened = result.pop()
            assert isinstance(opened, ast.Assign)
            item = ast.withitem(opened.value, opened.targets[0])
            result.append(ast.With([item], node.body, lineno=opened.lineno))
            continue
        result.append(_looked_up(node) or node)
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


def _simple(node: ast.expr) -> bool:
    """Whether making a value early or late makes no difference."""
    empty = (isinstance(node, ast.List | ast.Tuple) and not node.elts) or (
        isinstance(node, ast.Dict) and not node.keys
    )
    return (
        isinstance(node, ast.Constant | ast.Name)
        or empty
        or (isinstance(node, ast.UnaryOp) and _simple(node.operand))
    )


def _looked_up(node: ast.stmt) -> ast.stmt | None:
    if isinstance(node, ast.If):
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
    if not _place(place, test.comparators[0], test.left) or not _simple(only.value):
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
    if not isinstance(place, ast.Subscript) or not _simple(second.value) or not _simple(place.slice):
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
    if not _place(here, test.comparators[0], test.left) or not _simple(other):
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
