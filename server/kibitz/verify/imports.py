"""Whether what a change imports is there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kibitz.errors import KibitzError
from kibitz.syntax.python_check import parsed
from kibitz.text import Document, read_text
from kibitz.verify.checks import Check, listed

_UP = 8
_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_FROM = re.compile(
    r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["'](\.{1,2}/[^"'\n]*|\.{1,2})["']"""
)
_ENDS = (
    "",
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".mts",
    ".cts",
    ".json",
    ".vue",
    ".svelte",
    ".css",
)


class _Import(NamedTuple):
    """One module, and the name taken from it ("" where the module itself is)."""

    module: str
    name: str


def check_imports(before: Document, after: Document) -> Check:
    """New imports of modules that do not exist, or of names that their modules do not have.

    Python: the standard library, modules of the project and what stands in its environments; what is in none of them is
    not known, and said. JavaScript and TypeScript: files named by a relative path. Nothing is imported or run for it.
    """
    if after.language in _SCRIPTS:
        return _scripts(before, after)
    if after.language != "python":
        return Check("imports", "skipped", f"imports are not looked up in {after.language}")
    if not _touched(before, after):
        return Check("imports", "passed")
    try:
        old, new = _imports(before.text), _imports(after.text)
    except (SyntaxError, ValueError, RecursionError):
        return Check("imports", "skipped", "the new text does not parse")
    known = {i.module.split(".")[0] for i in old if not i.module.startswith(".")}
    missing: list[str] = []
    unknown: list[str] = []
    for found in sorted(new - old):
        there = _there(found, after.path, known)
        label = f"{found.module}.{found.name}".replace("..", ".") if found.name else found.module
        if there is False:
            missing.append(label)
        elif there is None:
            unknown.append(label)
    if missing:
        return Check("imports", "failed", f"not there: {listed(missing)}")
    if unknown:
        return Check("imports", "skipped", f"not known whether there is {listed(unknown)}")
    return Check("imports", "passed")


def _touched(before: Document, after: Document) -> bool:
    """Whether an import may stand in what is not the same in both; to parse a long file takes longer than to look."""
    old, new = before.lines, after.lines
    least = min(len(old), len(new))
    start = next((n for n in range(least) if old[n] != new[n]), least)
    end = next((n for n in range(least - start) if old[-n - 1] != new[-n - 1]), least - start)
    if any("import" in line for line in (*old[start : len(old) - end], *new[start : len(new) - end])):
        return True
    # in the middle of an import that goes on over several lines
    last = next((n for n in range(start - 1, -1, -1) if "import" in old[n]), start)
    above = "\n".join(old[last:start])
    return ("(" in above and ")" not in above) or above.endswith("\\")


def _imports(text: str) -> set[_Import]:
    found: set[_Import] = set()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            found.update(_Import(alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found.update(_Import(module, alias.name) for alias in node.names if alias.name != "*")
    return found


def _there(wanted: _Import, path: Path | None, known: set[str]) -> bool | None:
    """Whether an import can be resolved; None where that is not known."""
    module, name = wanted
    if module.startswith("."):
        if path is None:
            return None
        level = len(module) - len(module.lstrip("."))
        if len(path.parts) <= level or not path.parent.is_dir():
            return None
        base = path.parents[level - 1]
        return _in_folder(base, module.lstrip("."), name)
    top = module.split(".")[0]
    if top in sys.stdlib_module_names or top == "__future__":
        return _standard(module, name)
    for base in list(path.parents)[:_UP] if path is not None else ():
        for root in (base, base / "src"):
            if _module(root / top) is not None:
                there = _in_folder(root, module, name)
                # elsewhere a folder of that name may be another thing than the package
                own = path is not None and (root / top) in path.parents
                return there if there or own else None
        if _installed(base, top):
            return True
    return True if top in known else None


def _installed(base: Path, top: str) -> bool:
    """Whether an environment in a folder has a package."""
    for name in (".venv", "venv", "env"):
        for packages in (base / name).glob("lib/python*/site-packages"):
            if _module(packages / top) is not None:
                return True
        if _module(base / name / "Lib" / "site-packages" / top) is not None:
            return True
    return False


def _module(place: Path) -> Path | None:
    """The file of a module, or the folder of a package."""
    for end in (".py", ".pyi"):
        if place.with_name(place.name + end).is_file():
            return place.with_name(place.name + end)
    holds = place.is_dir() and any(next(place.glob(p), None) for p in ("*.py", "*.pyi", "*/__init__.py"))
    return place if holds else None


def _in_folder(base: Path, module: str, name: str) -> bool | None:
    """Whether a folder has a module, and that the name."""
    found: Path | None = base
    for part in filter(None, module.split(".")):
        if found is None or not found.is_dir():
            return None if found is not None and found.is_file() else False
        found = _module(found / part)
    if found is None:
        return None if list(base.glob(f"{module.split('.')[0]}*.so")) else False
    if not name:
        return True
    if found.is_dir():
        if _module(found / name) is not None:
            return True
        found = next((p for p in (found / "__init__.py", found / "__init__.pyi") if p.is_file()), None)
        if found is None:
            return None
    return _defines(found, name)


def _defines(path: Path, name: str) -> bool | None:
    """Whether a module's text gives a name a value at its top level; None where that cannot be seen."""
    try:
        tree = parsed(read_text(path))
    except (KibitzError, SyntaxError, ValueError):
        return None
    if name in set(_bound(tree)):
        return True
    return None if any(map(_dynamic, ast.walk(tree))) else False


def _dynamic(node: ast.AST) -> bool:
    """Whether something may give a module names that its text does not show."""
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names)
    if isinstance(node, ast.FunctionDef):
        return node.name == "__getattr__"
    if isinstance(node, ast.Attribute):
        return node.attr == "modules" and isinstance(node.value, ast.Name) and node.value.id == "sys"
    return isinstance(node, ast.Name) and node.id in ("globals", "vars", "exec", "setattr", "locals")


def _bound(tree: ast.Module) -> Iterator[str]:
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.Global):
            yield from node.names
        waiting.extend(ast.iter_child_nodes(node))


def _standard(module: str, name: str) -> bool | None:
    """Whether the standard library has it, by what this process has of it: nothing is imported to find out."""
    loaded = sys.modules.get(module)
    if loaded is None:
        return True if not name and "." not in module else None if name else True
    if not name or hasattr(loaded, name):
        return True
    # a newer or older Python, or another system, may have it; a name nobody gave to a module that is loaded is invented
    return (
        None
        if module in ("typing", "os", "socket", "signal", "time", "asyncio") and name[:1] != "_"
        else False
    )


def _scripts(before: Document, after: Document) -> Check:
    if after.path is None:
        return Check("imports", "skipped", "the file is nowhere yet")
    fresh = set(_FROM.findall(after.text)) - set(_FROM.findall(before.text))
    missing = sorted(name for name in fresh if not _file(after.path.parent, name.split("?")[0]))
    if missing:
        return Check("imports", "failed", f"not there: {listed(missing)}")
    return Check("imports", "passed")


def _file(folder: Path, name: str) -> bool:
    place = folder / name
    stem = place.with_suffix("") if place.suffix in (".js", ".jsx", ".mjs", ".cjs") else place
    return (
        any(
            Path(f"{p}{end}").is_file() or (p / f"index{end}").is_file()
            for p in {place, stem}
            for end in _ENDS
        )
        or place.is_dir()
    )
