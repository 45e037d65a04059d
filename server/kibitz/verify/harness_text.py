"""Runs inside the sandbox: what the text of a test module says of its tests, before any of them is run.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

_ASSERTS = re.compile(r"assert|raises|warns|fail|approx")


@dataclass
class TextFacts:
    """A test as written: whether it names something of the target, and whether it asserts anything that could be false."""

    name: str
    depends: bool
    asserts: bool


def facts(text: str, target: str) -> list[TextFacts]:
    """The tests of a module in order, methods as `Class.method`. Raises SyntaxError."""
    tree = ast.parse(text)
    depending = _imported(tree, target)
    asserting: set[str] = set()
    parts = {name: node for node in tree.body for name in _bound(node)}
    # what uses what depends on the target depends on it too; two rounds more than any real module needs
    for _ in range(5):
        depending |= {name for name, node in parts.items() if _names(node) & depending}
        asserting |= {name for name, node in parts.items() if _asserts(node, asserting)}
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            found.append(TextFacts(node.name, bool(_names(node) & depending), _asserts(node, asserting)))
        elif isinstance(node, ast.ClassDef):
            helpers = [part for part in node.body if not _is_test(part)]
            shared = any(_names(part) & depending for part in helpers)
            checked = {
                part.name
                for part in helpers
                if isinstance(part, ast.FunctionDef) and _asserts(part, asserting)
            }
            found += [
                TextFacts(
                    f"{node.name}.{part.name}",
                    bool(_names(part) & depending) or shared,
                    _asserts(part, asserting | checked),
                )
                for part in node.body
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(part)
            ]
    return found


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _imported(tree: ast.Module, target: str) -> set[str]:
    """The names that come from the target, or lead to it."""
    package, _, last = target.rpartition(".")
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            whole = module == target or node.level > 0
            found |= {
                alias.asname or alias.name
                for alias in node.names
                if whole or (module == package and alias.name == last)
            }
        elif isinstance(node, ast.Import):
            found |= {
                alias.asname or alias.name.split(".")[0]
                for alias in node.names
                if alias.name == target or target.startswith(f"{alias.name}.")
            }
    if "*" in found:
        found |= _names(tree)
    return found


def _bound(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return []
    return [
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]


def _names(node: ast.AST) -> set[str]:
    """The names a piece of code mentions, parameters (which may be fixtures) among them."""
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return used | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}


def _asserts(node: ast.AST, helpers: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Assert) and any(
            isinstance(p, ast.Name | ast.Call) for p in ast.walk(part.test)
        ):
            return True
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if _ASSERTS.search(name) or name in helpers:
                return True
    return False
