"""Conditions as decisions on their smallest parts: what makes merged, split, turned and chained ones the same."""

from __future__ import annotations

import ast

from kibitz.verify.behaviour.core import Builder
from kibitz.verify.behaviour.dispatch import written_out
from kibitz.verify.behaviour.expressions import compared
from kibitz.verify.behaviour.graph import Node


def decide(b: Builder, node: ast.expr, yes: Node, no: Node) -> None:
    """Go to `yes` where an expression is true, else to `no`, as short-circuit evaluation does."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        decide(b, node.operand, no, yes)
    elif isinstance(node, ast.BoolOp):
        for part in node.values[:-1]:
            more = b.label()
            decide(b, part, *((more, no) if isinstance(node.op, ast.And) else (yes, more)))
            b.place(more)
        decide(b, node.values[-1], yes, no)
    elif isinstance(node, ast.IfExp):
        first, second = b.label(), b.label()
        decide(b, node.test, first, second)
        for label, part in ((first, node.body), (second, node.orelse)):
            b.place(label)
            decide(b, part, yes, no)
    elif isinstance(node, ast.Constant):
        b.jump(yes if node.value else no)
    elif isinstance(node, ast.Compare):
        _comparison(b, node, yes, no)
    elif isinstance(node, ast.Call) and _split_call(b, node, yes, no):
        pass
    else:
        b.fork(b.value(node), yes, no)


def _comparison(b: Builder, node: ast.Compare, yes: Node, no: Node) -> None:
    size = sized(node)
    if size is not None:
        decide(b, size[0], *((yes, no) if size[1] else (no, yes)))
        return
    left = b.value(node.left)
    for at, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
        last = at == len(node.ops) - 1
        more = yes if last else b.label()
        left = _one(b, op, left, right, more, no)
        if not last:
            b.place(more)


def _one(b: Builder, op: ast.cmpop, left: str, right: ast.expr, yes: Node, no: Node) -> str:
    """One comparison of a chain; the register of its right side, which the next one compares."""
    table = written_out(b, right) if isinstance(op, ast.In | ast.NotIn) else None
    if table is not None:
        right = ast.Tuple([key for key in table.keys if key is not None], ast.Load())
    if (
        isinstance(op, ast.In | ast.NotIn)
        and isinstance(right, ast.Tuple | ast.List | ast.Set)
        and right.elts
    ):
        if isinstance(op, ast.NotIn):
            yes, no = no, yes
        if all(isinstance(e, ast.Constant | ast.Name | ast.Attribute) for e in right.elts):
            for part in right.elts[:-1]:
                more = b.label()
                b.fork(_equal(b, left, part), yes, more)
                b.place(more)
            b.fork(_equal(b, left, right.elts[-1]), yes, no)
            return left
        if isinstance(op, ast.NotIn):
            yes, no = no, yes
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Call) and _is_keys(right):
        assert isinstance(right.func, ast.Attribute)
        right = right.func.value
    register = b.value(right)
    b.fork(compared(b, op, left, register), yes, no)
    return register


def _equal(b: Builder, left: str, part: ast.expr) -> str:
    none = isinstance(part, ast.Constant) and part.value is None
    return compared(b, ast.Is() if none else ast.Eq(), left, b.value(part))


def _is_keys(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "keys" and not node.args + node.keywords


def sized(node: ast.Compare) -> tuple[ast.expr, bool] | None:
    """What `len(xs) > 0` and its kin ask of `xs`: whether it has something, or nothing."""
    left, right = node.left, node.comparators[0]
    if len(node.ops) != 1 or not (isinstance(left, ast.Call) and isinstance(left.func, ast.Name)):
        return None
    if left.func.id != "len" or len(left.args) != 1 or not isinstance(right, ast.Constant):
        return None
    wanted = {
        (ast.Eq, 0): False,
        (ast.NotEq, 0): True,
        (ast.Gt, 0): True,
        (ast.GtE, 1): True,
        (ast.Lt, 1): False,
        (ast.LtE, 0): False,
    }
    found = wanted.get((type(node.ops[0]), right.value)) if type(right.value) is int else None
    return (left.args[0], found) if found is not None else None


def _split_call(b: Builder, node: ast.Call, yes: Node, no: Node) -> bool:
    """`isinstance(x, (A, B))`, `s.startswith((a, b))`, `bool(x)` and `len(x)` as their smaller parts."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        return False
    if name in ("bool", "len") and len(node.args) == 1 and b.resolve(name) is None:
        decide(b, node.args[0], yes, no)
        return True
    if name == "isinstance" and len(node.args) == 2:
        parts = _alternatives(node.args[1])
        if not parts:
            return False
        subject, function = b.value(node.args[0]), b.value(node.func)
        for at, part in enumerate(parts):
            more = no if at == len(parts) - 1 else b.label()
            b.fork(b.make("call", (function, subject, b.value(part)), ("", "")), yes, more)
            if more is not no:
                b.place(more)
        return True
    if (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in ("startswith", "endswith")
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Tuple)
        and node.args[0].elts
    ):
        subject = b.value(node.func.value)
        for at, part in enumerate(node.args[0].elts):
            more = no if at == len(node.args[0].elts) - 1 else b.label()
            b.fork(b.make("method", (subject, b.value(part)), (node.func.attr, "")), yes, more)
            if more is not no:
                b.place(more)
        return True
    return False


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Tuple):
        return [part for e in node.elts for part in (_alternatives(e) or [e])]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [part for e in (node.left, node.right) for part in (_alternatives(e) or [e])]
    return []
