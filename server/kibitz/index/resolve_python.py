"""Python's imports: packages, relative imports, `src` layouts, namespace packages and plain folders of scripts."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kibitz.index.resolve import Paths

_ENDINGS = (".py", ".pyi")
_USUAL = frozenset({"", "src", "lib", "python"})


class Python:
    """Knows for each top-level name the folders it can be imported from."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._packages = {
            path.rpartition("/")[0]
            for name in ("__init__.py", "__init__.pyi")
            for path in paths.named.get(name, ())
        }
        self._roots: defaultdict[str, set[str]] = defaultdict(set)
        for path, language in paths.languages.items():
            if language == "python":
                self._note(path)

    def targets(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """The files of `import module` or `from module import names`: submodules by name, else what the module is."""
        dots = len(module) - len(module.lstrip("."))
        parts = [part for part in module[dots:].split(".") if part]
        if dots:
            above = path.split("/")[:-dots]
            if len(path.split("/")) < dots:
                return []
            return self._taken("/".join([*above, *parts]), names)
        if not parts:
            return []
        for root in self._candidates(path, parts[0]):
            found = self._taken(f"{root}/{'/'.join(parts)}".lstrip("/"), names)
            if found:
                return found
        return []

    def _candidates(self, path: str, top: str) -> list[str]:
        """The folders to look in: those that share the most with the importing file first."""
        from kibitz.index.resolve import shared

        # A plain folder is on the path of what lies in it, no more; and the standard library comes before what is far.
        strict = top in sys.stdlib_module_names
        found = [
            root
            for root in self._roots.get(top, ())
            if root in _USUAL
            or path.startswith(f"{root}/")
            or (not strict and f"{root}/{top}" in self._paths.folders)
        ]
        return sorted(found, key=lambda root: (-shared(f"{root}/x".lstrip("/"), path), root.count("/"), root))

    def _taken(self, base: str, names: tuple[str, ...]) -> list[str]:
        itself = self._module(base)
        found: list[str] = []
        for name in names:
            inner = self._module(f"{base}/{name}".lstrip("/")) if name != "*" else None
            taken = inner or itself
            if taken:
                found.append(taken)
        return found if names else ([itself] if itself else [])

    def _module(self, base: str) -> str | None:
        for candidate in (
            *(f"{base}/__init__{ending}".lstrip("/") for ending in _ENDINGS),
            *(f"{base}{ending}" for ending in _ENDINGS),
        ):
            if candidate in self._paths:
                return candidate
        return None

    def _note(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        stem = name.rpartition(".")[0]
        top, root = stem, folder
        while root in self._packages and root:
            root, _, top = root.rpartition("/")
        if stem != "__init__" or root != folder:
            self._roots[top].add(root)
        # without __init__.py every folder above may be where a namespace package starts
        while root:
            root, _, top = root.rpartition("/")
            self._roots[top].add(root)
