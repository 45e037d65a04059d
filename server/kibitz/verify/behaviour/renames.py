"""Names that the new version has in every place where the old one had another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_OWN = frozenset({"FunctionDef", "AsyncFunctionDef", "ClassDef", "parameter", "import", "stored"})
"""Where a name is given its meaning: what is only read means what others gave it."""


def renames(old: ast.Module, new: ast.Module) -> dict[str, str]:
    """From the new version's names to the old one's, for names of one version only that stand in the same places.

    A name that was changed in some of its places and not in others is none of these, and neither is one that the file does
    not define: `xs.append` is no new name of `xs.extend`.
    """
    before, after = _places(old), _places(new)
    gone = {name: kinds for name, kinds in before.items() if name not in after}
    come = {name: kinds for name, kinds in after.items() if name not in before}
    found: dict[str, str] = {}
    for name, kinds in come.items():
        for candidate, its in gone.items():
            if its == kinds and candidate not in found.values() and _OWN.intersection(kinds):
                found[name] = candidate
                break
    return found


def _places(tree: ast.Module) -> dict[str, list[str]]:
    """What each identifier is used as, in the order of the text."""
    found: dict[str, list[str]] = {}
    for name, kind in _identifiers(tree):
        found.setdefault(name, []).append(kind)
    return found


def _identifiers(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Name):
        yield node.id, "name" if isinstance(node.ctx, ast.Load) else "stored"
    elif isinstance(node, ast.Attribute):
        yield node.attr, "attribute" if isinstance(node.ctx, ast.Load) else "stored"
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, type(node).__name__
    elif isinstance(node, ast.arg):
        yield node.arg, "parameter"
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, "keyword"
    elif isinstance(node, ast.alias):
        yield node.asname or node.name, "import"
    for child in ast.iter_child_nodes(node):
        yield from _identifiers(child)
