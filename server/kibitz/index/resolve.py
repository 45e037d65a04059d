"""From an import as written to the project's files it means, language by language."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Mapping

from kibitz.index import resolve_compiled, resolve_python, resolve_script

MOST_TARGETS = 50
"""A wildcard or a Go package can mean a folder of any size."""
STEERING = frozenset({"tsconfig.json", "jsconfig.json", "package.json", "go.mod", "Cargo.toml"})
"""Names of files that say where imports lead."""


class Paths:
    """The project's files, by path, folder and name."""

    def __init__(self, languages: Mapping[str, str], read: Callable[[str], str | None]) -> None:
        self.languages = languages
        self.read = read
        self.in_folder: defaultdict[str, list[str]] = defaultdict(list)
        self.named: defaultdict[str, list[str]] = defaultdict(list)
        self.folders: set[str] = {""}
        for path in sorted(languages):
            folder, _, name = path.rpartition("/")
            self.in_folder[folder].append(path)
            self.named[name].append(path)
            while folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]

    def __contains__(self, path: str) -> bool:
        return path in self.languages

    def ending(self, path: str, near: str) -> str | None:
        """The file whose path ends with these whole parts: the one nearest to `near`, then the first one."""
        found = [
            one
            for one in self.named.get(path.rpartition("/")[2], ())
            if one == path or one.endswith(f"/{path}")
        ]
        return min(found, key=lambda one: (-shared(one, near), one.count("/"), one)) if found else None

    def folder_ending(self, folder: str, near: str, language: str) -> list[str]:
        """The files of a language in the folders whose path ends with these whole parts, the nearest folder first."""
        found = [
            one
            for one in self.folders
            if (one == folder or one.endswith(f"/{folder}")) and self.of(one, language)
        ]
        found.sort(key=lambda one: (-shared(f"{one}/", near), one.count("/"), one))
        return [path for one in found for path in self.of(one, language)]

    def of(self, folder: str, language: str) -> list[str]:
        """The files of a language directly in a folder, by name."""
        return [path for path in self.in_folder.get(folder, ()) if self.languages[path] == language]

    def upward(self, path: str, name: str) -> str | None:
        """The nearest file of a name in the folders above a path."""
        folder = posixpath.dirname(path)
        while True:
            candidate = f"{folder}/{name}" if folder else name
            if candidate in self.languages:
                return candidate
            if not folder:
                return None
            folder = posixpath.dirname(folder)


def shared(one: str, other: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


class Resolver:
    """The files imports lead to, for one set of files. Keeps what it worked out."""

    def __init__(self, languages: Mapping[str, str], read: Callable[[str], str | None]) -> None:
        self._paths = paths = Paths(languages, read)
        python, script = resolve_python.Python(paths), resolve_script.Script(paths)
        compiled = resolve_compiled.Compiled(paths)
        self._by_language: dict[str, Callable[[str, str, tuple[str, ...]], list[str]]] = {
            "python": python.targets,
            "javascript": script.targets,
            "javascriptreact": script.targets,
            "typescript": script.targets,
            "typescriptreact": script.targets,
            "go": compiled.go,
            "rust": compiled.rust,
            "java": compiled.java,
            "kotlin": compiled.java,
            "c": compiled.include,
            "cpp": compiled.include,
            "ruby": compiled.ruby,
            "lua": compiled.lua,
        }
        self._known: dict[tuple[str, str, str, tuple[str, ...]], tuple[str, ...]] = {}

    def beside(self, path: str, language: str) -> list[str]:
        """The files of a language in the folder of a path, by name, without itself."""
        return [one for one in self._paths.of(posixpath.dirname(path), language) if one != path]

    def targets(self, path: str, language: str, module: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """The project's files an import in a file leads to, in its order; () for what lies outside of the project.

        For languages not known here always ().
        """
        resolve = self._by_language.get(language)
        if resolve is None:
            return ()
        # where an import leads depends on the folder it is in (and in Rust on the file)
        where = path if language == "rust" else posixpath.dirname(path)
        key = (where, language, module, names)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(resolve(path, module, names)))[:MOST_TARGETS]
        return tuple(one for one in self._known[key] if one != path)
