"""Names in strings: those that code looks up, and those a module lists as its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kibitz.models.offline.python_source import Source

_LOOKING_UP = {"getattr", "setattr", "hasattr", "delattr"}
_NAMING = {*_LOOKING_UP, "attrgetter", "methodcaller", "patch", "object"}
"""Functions, by their last name, that take an attribute's name as a string; the last two are `mock.patch` and `patch.object`."""


def named(source: Source, name: str) -> int | None:
    """The line of a string by which an attribute or a module's name is found.

    That is one in `__slots__` or `__match_args__`, or given to `getattr`, `mock.patch` and their like. In a file that looks
    attributes up by names it computes, every string that is the name counts, but for keys between brackets and `__all__`.
    """
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    parts: list[ast.AST] = [arg for call in calls if _last(call.func) in _NAMING for arg in call.args]
    parts += [
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__slots__", "__match_args__")
    ]
    for part in (inner for root in parts for inner in ast.walk(root)):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and name in part.value.split("."):
            return part.lineno
    if not any(_computed(call) for call in calls):
        return None
    lists = {id(part) for node in public_lists(source) for part in ast.walk(node)}
    for node in ast.walk(source.tree):
        key = isinstance(source.above.get(id(node)), (ast.Expr, ast.Subscript))
        if isinstance(node, ast.Constant) and node.value == name and not key and id(node) not in lists:
            return node.lineno
    return None


def public_lists(source: Source) -> Iterator[ast.stmt]:
    """The statements that say what `__all__` is."""
    for node in ast.walk(source.tree):
        match node:
            case (
                ast.Assign([ast.Name("__all__")])
                | ast.AnnAssign(ast.Name("__all__"))
                | ast.AugAssign(ast.Name("__all__"))
                | ast.Expr(ast.Call(ast.Attribute(ast.Name("__all__"))))
            ):
                yield node


def listed(source: Source, name: str) -> bool:
    """Whether `__all__` has a name."""
    return any(
        isinstance(part, ast.Constant) and part.value == name
        for node in public_lists(source)
        for part in ast.walk(node)
    )


def reads_public_names(source: Source) -> bool:
    """Whether a file uses an `__all__` for more than to say what it is."""
    lists = {id(part) for node in public_lists(source) for part in ast.walk(node)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(_, "__all__") | ast.Name("__all__", ast.Load()) | ast.Constant("__all__"):
                if id(node) not in lists:
                    return True
    return False


def _last(node: ast.expr) -> str:
    """The last name of a path to something."""
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))


def _computed(call: ast.Call) -> bool:
    """Whether a call looks an attribute up by a name that is no string in the text."""
    plain = isinstance(call.func, ast.Name) and call.func.id in _LOOKING_UP and len(call.args) > 1
    return plain and not isinstance(call.args[1], ast.Constant)
