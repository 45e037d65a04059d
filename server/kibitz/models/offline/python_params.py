"""Refusals to rename a parameter, or a decorated function, whose name others than its callers read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

from kibitz.errors import KibitzError
from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_source import Source

_BY_HAND = "Rename it by hand."
_TRANSPARENT = {
    *("property", "staticmethod", "classmethod", "setter", "getter", "deleter", "cached_property", "wraps"),
    *("lru_cache", "cache", "abstractmethod", "abstractproperty", "contextmanager", "asynccontextmanager"),
    *("overload", "override", "final", "total_ordering", "dataclass", "singledispatch", "runtime_checkable"),
    *("define", "frozen", "mutable", "attrs", "s", "unique", "no_type_check", "deprecated", "skip", "skipif"),
}
"""Decorators, by their last name, that neither show nor look up the names of what they decorate."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def check_decorated(source: Source, node: ast.AST, roots: Sequence[Path], word: str) -> None:
    """Raises `invalid` where a decorator from outside of the project may read the names of what it decorates."""
    if not isinstance(node, Definition):
        return
    for decorator in node.decorator_list:
        path = decorator.func if isinstance(decorator, ast.Call) else decorator
        said = ast.unparse(path)
        if said.rpartition(".")[2] not in _TRANSPARENT and not _own(source, path, roots):
            raise KibitzError("invalid", f"The decorator `{said}` may read the name `{word}`.", _BY_HAND)


def check_parameter(
    sources: Iterable[Source], source: Source, home: Scope, word: str, called: set[str]
) -> None:
    """Raises `invalid` where a parameter is passed by its name in ways that cannot be followed, as tests are by pytest."""
    function = str(getattr(home.node, "name", ""))
    if function.startswith(("test", "pytest_")) or (function.startswith("setup_") and word != "self"):
        raise KibitzError("invalid", f"pytest passes `{word}` by its name.", _BY_HAND)
    for some in sources:
        spread = any(
            isinstance(node, ast.Call)
            and _last(node.func) in called
            and any(keyword.arg is None for keyword in node.keywords)
            for node in ast.walk(some.tree)
        )
        if spread and _named(some, word, called):
            raise KibitzError(
                "invalid", f"`{word}` may be among the `**` arguments of a call of `{function}`.", _BY_HAND
            )


def _named(source: Source, word: str, called: set[str]) -> bool:
    """Whether a file has a name as a string, or passes it as a keyword to something else."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value == word:
            return True
        other = isinstance(node, ast.Call) and _last(node.func) not in called
        if other and any(keyword.arg == word for keyword in getattr(node, "keywords", [])):
            return True
    return False


def _own(source: Source, path: ast.expr, roots: Sequence[Path]) -> bool:
    """Whether a decorator is the project's: defined in this file, or imported from one of the project's."""
    while isinstance(path, ast.Attribute):
        path = path.value
    name = path.id if isinstance(path, ast.Name) else ""
    found = [i for i in source.names.identifiers if i.name == name and i.role == "store"]
    origins = [source.above[id(i.node)] for i in found if isinstance(i.node, ast.alias)]
    if any(isinstance(i.node, Definition) for i in found):
        return True
    return bool(origins) and all(
        isinstance(origin, (ast.Import, ast.ImportFrom)) and of_project(origin, roots) for origin in origins
    )


def of_project(origin: ast.ImportFrom | ast.Import, roots: Sequence[Path]) -> bool:
    """Whether an import names modules of the project only."""
    if isinstance(origin, ast.ImportFrom) and origin.level:
        return True
    names = [origin.module or ""] if isinstance(origin, ast.ImportFrom) else [a.name for a in origin.names]
    paths = [name.replace(".", "/") for name in names]
    return all(
        any((root / f"{path}.py").is_file() or (root / path / "__init__.py").is_file() for root in roots)
        for path in paths
    )


def _last(node: ast.expr) -> str:
    """The last name of a path to something."""
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))
