"""Runs inside the sandbox: values as source that gives an equal value back, with the imports it needs.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import builtins
import enum
import importlib
import math
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any, NamedTuple

MOST = 320
"""The longest source of a value, in characters: nobody reads a longer one in a test."""

_EXACT = (type(None), bool, int, str, bytes, complex, type(Ellipsis))
_WELL_KNOWN = {
    "io": "import io",
    "re": "import re",
    "asyncio": "import asyncio",
    "datetime": "import datetime",
    "itertools": "import itertools",
    "collections": "import collections",
    "math": "import math",
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "Path": "from pathlib import Path",
    "PurePosixPath": "from pathlib import PurePosixPath",
    "PosixPath": "from pathlib import PosixPath",
}


class Source(NamedTuple):
    """An expression and the import statements it needs."""

    text: str
    imports: tuple[str, ...] = ()


class NoSourceError(Exception):
    """There is no source for the value."""


def namespace(imports: Iterable[str]) -> dict[str, Any]:
    """The names after these import statements, as a test module would have them."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec("\n".join(imports), names)  # noqa: S102
    return names


def free_names(code: str) -> list[str]:
    """The names a piece of code uses and does not bind itself, in order. Raises SyntaxError."""
    tree = ast.parse(code)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    used = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    return [name for name in dict.fromkeys(used) if name not in bound]


def imports_for(names: Iterable[str], module: ModuleType) -> tuple[str, ...]:
    """The imports that bind names as the module under test does; builtins need none. Raises NoSourceError."""
    found: dict[str, None] = {}
    for name in names:
        if name in vars(module):
            value = vars(module)[name]
            if isinstance(value, ModuleType):
                found[_import(value.__name__, name)] = None
            else:
                found[f"from {module.__name__} import {name}"] = None
        elif name in _WELL_KNOWN:
            found[_WELL_KNOWN[name]] = None
        elif name == module.__name__.rpartition(".")[2]:
            found[_import(module.__name__, name)] = None
        elif not hasattr(builtins, name):
            raise NoSourceError(name)
    return tuple(found)


def _import(module: str, name: str) -> str:
    package, _, last = module.rpartition(".")
    if name == last:
        return f"from {package} import {last}" if package else f"import {module}"
    return f"import {module} as {name}"


def class_source(cls: type, module: ModuleType) -> Source:
    """The name of a class with its import. Raises NoSourceError for one that cannot be imported."""
    home, _, rest = cls.__qualname__.partition(".")
    if cls.__module__ == "builtins" and home in vars(builtins) and home not in vars(module):
        return Source(cls.__qualname__)
    owner = sys.modules.get(cls.__module__)
    if owner is None or not cls.__qualname__.replace(".", "").isidentifier():
        raise NoSourceError(cls.__qualname__)
    found: Any = vars(owner).get(home)
    for part in rest.split(".") if rest else []:
        found = getattr(found, part, None)
    if found is not cls:
        raise NoSourceError(cls.__qualname__)
    public = _public_home(cls, home)
    return Source(cls.__qualname__, (f"from {public} import {home}",))


def _public_home(cls: type, home: str) -> str:
    """The module people import a class from: `fractions`, not `_fractions`."""
    name = cls.__module__.lstrip("_")
    if name != cls.__module__ and "." not in name:
        try:
            if vars(importlib.import_module(name)).get(home) is cls:
                return name
        except ImportError:
            return cls.__module__
    return cls.__module__


def source_of(value: object, module: ModuleType) -> Source:
    """Source that evaluates to an equal value of the same type. Raises NoSourceError where there is none."""
    imports: dict[str, None] = {}
    text = _write(value, module, imports, 0)
    if len(text) > MOST:
        raise NoSourceError("too long")
    source = Source(text, tuple(imports))
    try:
        again = eval(text, namespace(imports))  # noqa: S307
        same = type(again) is type(value) and bool(again == value)
    except Exception as error:  # noqa: BLE001 - the code under test decides what can go wrong
        raise NoSourceError(type(error).__name__) from None
    if not same:
        raise NoSourceError("not equal")
    return source


def _write(value: Any, module: ModuleType, imports: dict[str, None], depth: int) -> str:
    kind = type(value)
    if depth > 6:
        raise NoSourceError("deep")
    if kind in _EXACT:
        if kind in (str, bytes) and len(value) > MOST:
            raise NoSourceError("too long")
        return repr(value)
    if kind is float:
        if math.isnan(value):
            raise NoSourceError("nan")
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if kind in (list, tuple, set, frozenset, dict):
        return _container(value, module, imports, depth)
    if isinstance(value, enum.Enum):
        source = class_source(kind, module)
        imports.update(dict.fromkeys(source.imports))
        if value.name is None or not value.name.isidentifier():
            raise NoSourceError("flag")
        return f"{source.text}.{value.name}"
    if isinstance(value, type):
        source = class_source(value, module)
        imports.update(dict.fromkeys(source.imports))
        return source.text
    return _represented(value, module, imports)


def _container(value: Any, module: ModuleType, imports: dict[str, None], depth: int) -> str:
    if len(value) > 60:
        raise NoSourceError("long")

    def write(item: object) -> str:
        return _write(item, module, imports, depth + 1)

    if isinstance(value, dict):
        return "{" + ", ".join(f"{write(k)}: {write(v)}" for k, v in value.items()) + "}"
    items = [write(item) for item in value]
    if isinstance(value, list):
        return f"[{', '.join(items)}]"
    if isinstance(value, tuple):
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    inner = ", ".join(sorted(items))
    if isinstance(value, frozenset):
        return f"frozenset({{{inner}}})" if items else "frozenset()"
    return f"{{{inner}}}" if items else "set()"


def _represented(value: Any, module: ModuleType, imports: dict[str, None]) -> str:
    """What the type's own repr says, where it is an expression."""
    try:
        text = repr(value)
        if " at 0x" in text or text.startswith("<") or len(text) > MOST:
            raise NoSourceError("no expression")
        names = free_names(text)
    except NoSourceError:
        raise
    except Exception as error:  # noqa: BLE001 - a repr of the code under test
        raise NoSourceError(type(error).__name__) from None
    for name in names:
        if name == type(value).__qualname__.split(".")[0]:
            imports.update(dict.fromkeys(class_source(type(value), module).imports))
        elif name == type(value).__module__ and name in sys.modules:
            imports[f"import {name}"] = None
        else:
            imports.update(dict.fromkeys(imports_for([name], module)))
    return text
