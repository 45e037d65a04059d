"""Looking up in a dict that is written out: the chain of comparisons that says the same."""

from __future__ import annotations

import ast

from kibitz.verify.behaviour.core import Builder
from kibitz.verify.behaviour.expressions import compared

_MOST = 16


def written_out(b: Builder, node: ast.expr) -> ast.Dict | None:
    """A dict with constants as keys and values that may be made early or late, in its place or under a name of its own."""
    found: ast.expr | None = node
    if isinstance(node, ast.Name):
        local = b.resolve(node.id) is not None
        found = _of_its_own(b, node.id) if local else b.program.constants.get(node.id)
    if not isinstance(found, ast.Dict) or not 0 < len(found.keys) <= _MOST:
        return None
    keys = all(isinstance(k, ast.Constant) for k in found.keys)
    return found if keys and all(map(_simple, found.values)) else None


def _of_its_own(b: Builder, name: str) -> ast.expr | None:
    """What a local variable is given once, where it is only looked up in."""
    frame = b.frame
    found = frame.bound.get(name)
    if not isinstance(found, ast.Dict) or frame.function is None or frame.scope.stored[name] != 1:
        return None
    nodes = list(ast.walk(frame.function))
    named = sum(isinstance(n, ast.Name) and n.id == name for n in nodes)
    looked = 0
    for part in nodes:
        reads = isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load)
        if reads or (isinstance(part, ast.Attribute) and part.attr == "get"):
            assert isinstance(part, ast.Subscript | ast.Attribute)
            looked += isinstance(part.value, ast.Name) and part.value.id == name
    return found if named == looked + 1 else None


def _simple(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(map(_simple, node.elts))
    if isinstance(node, ast.UnaryOp):
        return _simple(node.operand)
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.Lambda)


def chosen(b: Builder, among: ast.Dict, key: str, default: ast.expr | None) -> str:
    """The value for a key; without one, the default, or a KeyError where there is none."""
    result, end = b.temporary(), b.label()
    for name, value in zip(among.keys, among.values, strict=True):
        assert name is not None
        here, more = b.label(), b.label()
        b.fork(compared(b, ast.Eq(), key, b.value(name)), here, more)
        b.place(here)
        b.emit("copy", result, (b.value(value),))
        b.jump(end)
        b.place(more)
    if default is not None:
        b.emit("copy", result, (b.value(default),))
    else:
        error = b.make("call", (b.make("global", (), ("builtin", "KeyError")), key), ("",))
        b.emit("raise", "", (error, b.make("const", (), ...)))
        b.tail = None
    b.place(end)
    return result
