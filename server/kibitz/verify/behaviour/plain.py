"""Syntax trees without what makes no difference when they run: where they stand, docstrings, annotations."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kibitz.verify.behaviour.scopes import FUNCTIONS


def without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """A body without the text at its start."""
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return [*body[1:]] or [ast.Pass()]
    return [*body]


def alike(one: object, other: object) -> bool:
    """Whether two trees do the same line by line: all but docstrings, annotations and where they stand."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, ast.AnnAssign):
        one = _unannotated(one)
    if isinstance(other, ast.AnnAssign):
        other = _unannotated(other)
    if type(one) is not type(other):
        return False
    if not isinstance(one, ast.AST):
        return one == other if isinstance(one, str) else repr(one) == repr(other)
    if isinstance(one, FUNCTIONS):
        assert isinstance(other, FUNCTIONS)
        if not alike(without_docstring(one.body), without_docstring(other.body)):
            return False
    left_out = ("returns", "body") if isinstance(one, FUNCTIONS) else ("annotation",)
    fields = (field for field in one._fields if field not in left_out)
    return all(alike(getattr(one, f, None), getattr(other, f, None)) for f in fields)


def _unannotated(node: ast.AnnAssign) -> ast.stmt:
    return ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()


def stubbed(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module or a class with nothing in its functions and classes."""
    return [_stub(node) for node in without_docstring(body)]


def _stub(node: ast.stmt) -> ast.stmt:
    if isinstance(node, FUNCTIONS):
        return ast.Expr(ast.Constant(f"def {node.name}"), lineno=node.lineno)
    if isinstance(node, ast.ClassDef):
        return ast.Expr(ast.Constant(f"class {node.name}"), lineno=node.lineno)
    return node


def names_in(node: ast.AST) -> set[str]:
    """Every identifier of a tree."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
    return found
