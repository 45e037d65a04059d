"""Syntax trees without what makes no difference when they run: where they stand, docstrings, annotations."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from kibitz.verify.behaviour.scopes import FUNCTIONS, Function


class _Bare(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: Function) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        node.body = without_docstring(node.body)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return (
            ast.copy_location(ast.Assign([node.target], node.value), node)
            if node.value is not None
            else ast.Pass()
        )


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


def dumped(node: ast.AST) -> str:
    """A tree as text that is the same where the tree does the same line by line."""
    return ast.dump(_Bare().visit(copy.deepcopy(node)))


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
