"""Imports of Go, Rust, Java and Kotlin, C and C++, Ruby and Lua."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kibitz.index.resolve import Paths

_MODULE = re.compile(r"^\s*module\s+\"?([^\s\"]+)", re.MULTILINE)
_CRATE = re.compile(r"^\s*\[package\][^\[]*?^\s*name\s*=\s*[\"']([\w-]+)", re.MULTILINE | re.DOTALL)
_HEADER_FOLDERS = ("", "include/", "src/", "inc/")


class Compiled:
    """Knows Go's modules and Rust's crates."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._modules: list[tuple[str, str]] | None = None
        self._crates: dict[str, str] | None = None
        self._packages: dict[tuple[str, str, str], list[str]] = {}

    def go(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """The files of a package, by the modules' own paths; tests are no part of it."""
        del path, names
        if self._modules is None:
            found = [
                (_MODULE.search(self._paths.read(p) or ""), p) for p in self._paths.named.get("go.mod", ())
            ]
            self._modules = sorted(
                ((m[1], posixpath.dirname(p)) for m, p in found if m), key=lambda one: (-len(one[0]), one)
            )
        for name, folder in self._modules:
            if module == name or module.startswith(f"{name}/"):
                inner = posixpath.join(folder, module[len(name) + 1 :]).rstrip("/")
                return [one for one in self._paths.of(inner, "go") if not one.endswith("_test.go")]
        return []

    def java(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """The file of a class (also of one whose member is taken), or those of a package for a wildcard."""
        language = self._paths.languages.get(path, "java")
        endings = (".java", ".kt")
        parts = module.split(".")
        chains = [[*parts, name] for name in names] if names and names != ("*",) else [parts]
        found: list[str] = []
        for chain in chains:
            for length in range(len(chain), max(0, len(chain) - 3), -1):
                base = "/".join(chain[:length])
                one = next((f for e in endings if (f := self._paths.ending(base + e, path))), None)
                if one:
                    found.append(one)
                    break
            else:
                # Kotlin's functions, and wildcards, belong to a package's folder
                folder = parts if names == ("*",) or language == "kotlin" else []
                found += self._package(folder, path, language)
        return found

    def _package(self, parts: list[str], path: str, language: str) -> list[str]:
        if not parts:
            return []
        key = ("/".join(parts), posixpath.dirname(path), language)
        if key not in self._packages:
            self._packages[key] = self._paths.folder_ending(key[0], path, language)
        return self._packages[key]

    def include(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """A header: beside the file, in the usual folders, or the nearest one whose path ends like this."""
        del names
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
        for candidate in (beside, *(posixpath.normpath(folder + module) for folder in _HEADER_FOLDERS)):
            if candidate in self._paths:
                return [candidate]
        clean = module
        while clean.startswith(("../", "./")):
            clean = clean.partition("/")[2]
        found = self._paths.ending(clean, path)
        return [found] if found else []

    def ruby(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """What `require_relative` and `require` mean: beside the file, or under a `lib`."""
        del names
        name = module if module.endswith(".rb") else f"{module}.rb"
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if beside in self._paths:
            return [beside]
        found = None if name.startswith(".") else self._paths.ending(name, path)
        return [found] if found else []

    def lua(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """A module with dots or slashes, or its folder's init file."""
        del names
        base = module.replace(".", "/").strip("/")
        if not base:
            return []
        found = self._paths.ending(f"{base}.lua", path) or self._paths.ending(f"{base}/init.lua", path)
        return [found] if found else []

    def rust(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """What `use` and `mod` lead to: the longest part of the path that is a module's file."""
        parts = [part for part in module.split("::") if part]
        chains = [[*parts, name] for name in names if name not in ("*", "self")] or [parts]
        found = [self._rust_module(path, chain) for chain in chains]
        return [one for one in found if one]

    def _rust_module(self, path: str, chain: list[str]) -> str | None:
        root = self._crate_root(path)
        inside = _rust_folder(path)
        first, rest = chain[0], chain[1:]
        if first == "crate" and root is not None:
            return self._deepest(_rust_folder(root), rest) or root
        if first in ("self", "super"):
            folder = inside
            while chain and chain[0] in ("self", "super"):
                if chain[0] == "super":
                    folder = posixpath.dirname(folder)
                chain = chain[1:]
            return self._deepest(folder, chain) or self._rust_file(folder)
        child = self._deepest(inside, chain)
        if child:
            return child
        crate = self._crate_named(first)
        if crate is not None:
            return self._deepest(_rust_folder(crate), rest) or crate
        return None

    def _deepest(self, folder: str, chain: list[str]) -> str | None:
        found = None
        for part in chain:
            folder = f"{folder}/{part}".lstrip("/")
            at = next((p for p in (f"{folder}.rs", f"{folder}/mod.rs") if p in self._paths), None)
            if at is None and folder not in self._paths.folders:
                break
            found = at or found
        return found

    def _rust_file(self, folder: str) -> str | None:
        """The file of the module whose children lie in a folder."""
        names = (
            f"{folder}.rs",
            *(f"{folder}/{name}".lstrip("/") for name in ("mod.rs", "lib.rs", "main.rs")),
        )
        return next((name for name in names if name in self._paths), None)

    def _crate_root(self, path: str) -> str | None:
        manifest = self._paths.upward(path, "Cargo.toml")
        return self._root_of(posixpath.dirname(manifest)) if manifest is not None else self._root_of("")

    def _root_of(self, folder: str) -> str | None:
        names = (f"{folder}/src/{name}".lstrip("/") for name in ("lib.rs", "main.rs"))
        return next((name for name in names if name in self._paths), None)

    def _crate_named(self, name: str) -> str | None:
        if self._crates is None:
            self._crates = {}
            for manifest in self._paths.named.get("Cargo.toml", ()):
                found = _CRATE.search(self._paths.read(manifest) or "")
                root = self._root_of(posixpath.dirname(manifest))
                if found and root:
                    self._crates.setdefault(found[1].replace("-", "_"), root)
        return self._crates.get(name)


def _rust_folder(path: str) -> str:
    """The folder in which the modules declared in a file lie."""
    folder, _, name = path.rpartition("/")
    if name in ("mod.rs", "lib.rs", "main.rs"):
        return folder
    return path.removesuffix(".rs")
