"""JavaScript's and TypeScript's imports: relative files, index files, tsconfig's paths, packages of the workspace."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kibitz.index.resolve import Paths

_ENDINGS = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte")
_COMPILED = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_CONDITIONS = ("source", "types", "import", "module", "default", "require", "node", "browser")
_BUILT = re.compile(r"(^|/)(?:dist|lib|build|out|esm|cjs)(?=/)")
_JSONC = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*(?s:.*?)\*/')
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_MOST_EXTENDED = 8


class Script:
    """Knows the configurations and the workspace's packages."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._configs: dict[str, tuple[str | None, dict[str, list[str]]]] = {}
        self._packages: dict[str, tuple[str, dict[str, Any]]] | None = None

    def targets(self, path: str, module: str, names: tuple[str, ...]) -> list[str]:
        """The file a module's name leads to."""
        del names  # a module is one file, whatever is taken from it
        module = module.partition("?")[0]
        folder = posixpath.dirname(path)
        if module.startswith((".", "/")):
            found = self._file(_joined(folder, module) if module.startswith(".") else module[1:])
        else:
            found = self._mapped(path, module) or self._packaged(module)
        return [found] if found else []

    def _file(self, base: str | None) -> str | None:
        """The file a path without its ending means, or a folder's index."""
        if base is None:
            return None
        if base in self._paths:
            return base
        stem, ending = posixpath.splitext(base)
        candidates = [stem + other for other in _COMPILED.get(ending, ())]
        candidates += [base + other for other in _ENDINGS]
        for candidate in candidates:
            if candidate in self._paths:
                return candidate
        if base not in self._paths.folders:
            return None
        manifest = f"{base}/package.json".lstrip("/")
        if manifest in self._paths:
            found = self._entry(base, self._json(manifest), ".")
            if found:
                return found
        return next((p for e in _ENDINGS if (p := f"{base}/index{e}".lstrip("/")) in self._paths), None)

    def _mapped(self, path: str, module: str) -> str | None:
        """What `compilerOptions.paths` and `baseUrl` of the nearest configuration say."""
        config = self._paths.upward(path, "tsconfig.json") or self._paths.upward(path, "jsconfig.json")
        if config is None:
            return None
        base, patterns = self._config(config, _MOST_EXTENDED)
        exact = sorted(patterns, key=lambda pattern: (pattern != module, -len(pattern.partition("*")[0])))
        for pattern in exact:
            head, star, tail = pattern.partition("*")
            fits = module.startswith(head) and module.endswith(tail) and len(module) >= len(head) + len(tail)
            if module == pattern or (star and fits):
                middle = module[len(head) : len(module) - len(tail)] if star else ""
                for target in patterns[pattern]:
                    found = self._file(_joined("", target.replace("*", middle, 1)))
                    if found:
                        return found
        return self._file(_joined(base, module)) if base is not None else None

    def _config(self, config: str, depth: int) -> tuple[str | None, dict[str, list[str]]]:
        """The base folder and the patterns of a configuration, with what it extends; targets relative to the root."""
        if config in self._configs:
            return self._configs[config]
        self._configs[config] = (None, {})  # one that extends itself says nothing
        data, folder = self._json(config), posixpath.dirname(config)
        base: str | None = None
        patterns: dict[str, list[str]] = {}
        extended = data.get("extends")
        for one in extended if isinstance(extended, list) else [extended]:
            if isinstance(one, str) and one.startswith(".") and depth:
                other = _joined(folder, one)
                for name in (other, f"{other}.json"):
                    if name is not None and name in self._paths:
                        base, patterns = self._config(name, depth - 1)
        options = data.get("compilerOptions")
        if isinstance(options, dict):
            own_base, own = options.get("baseUrl"), options.get("paths")
            if isinstance(own_base, str):
                base = _joined(folder, own_base)
            if isinstance(own, dict):
                start = base if base is not None else folder
                patterns = {
                    str(pattern): [
                        joined for t in targets if isinstance(t, str) and (joined := _joined(start, t))
                    ]
                    for pattern, targets in own.items()
                    if isinstance(targets, list)
                }
        self._configs[config] = (base, patterns)
        return base, patterns

    def _packaged(self, module: str) -> str | None:
        """The file of a package that lies in the project."""
        if self._packages is None:
            self._packages = {}
            for manifest in self._paths.named.get("package.json", ()):
                data = self._json(manifest)
                if isinstance(data.get("name"), str):
                    self._packages.setdefault(data["name"], (posixpath.dirname(manifest), data))
        count = 2 if module.startswith("@") else 1
        parts = module.split("/")
        name, rest = "/".join(parts[:count]), "/".join(parts[count:])
        if name not in self._packages:
            return None
        folder, data = self._packages[name]
        return self._entry(folder, data, f"./{rest}" if rest else ".")

    def _entry(self, folder: str, data: dict[str, Any], subpath: str) -> str | None:
        """The file a package offers under a subpath, in its sources where what it names is built from them."""
        named = _exported(data.get("exports"), subpath)
        if subpath == ".":
            named += [
                data[key] for key in ("source", "types", "module", "main") if isinstance(data.get(key), str)
            ]
            named += ["src/index", "index", "src/main"]
        else:
            named += [subpath, f"src/{subpath[2:]}"]
        for name in named:
            base = _joined(folder, name)
            if base is None or base == folder:
                continue
            inner = base[len(folder) :].lstrip("/")
            source = _BUILT.sub(r"\1src", inner, count=1)
            for candidate in dict.fromkeys((inner, source)):
                whole = f"{folder}/{candidate}".lstrip("/")
                found = self._file(whole) or self._file(re.sub(r"(\.d)?\.[cm]?[jt]s$", "", whole))
                if found:
                    return found
        return None

    def _json(self, path: str) -> dict[str, Any]:
        """A JSON file that may have comments and trailing commas; {} for any other."""
        text = self._paths.read(path) or ""
        text = _COMMA.sub(lambda m: m[1] or "", _JSONC.sub(lambda m: m[1] or "", text))
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


def _exported(exports: Any, subpath: str) -> list[str]:
    """The files `exports` names for a subpath, the most telling condition first."""
    if isinstance(exports, str):
        return [exports] if subpath == "." else []
    if not isinstance(exports, dict):
        return []
    if not any(str(key).startswith(".") for key in exports):
        return _conditions(exports, 4) if subpath == "." else []
    if subpath in exports:
        return _conditions(exports[subpath], 4)
    for pattern, target in exports.items():
        head, star, tail = str(pattern).partition("*")
        if star and subpath.startswith(head) and subpath.endswith(tail):
            middle = subpath[len(head) : len(subpath) - len(tail)]
            return [one.replace("*", middle) for one in _conditions(target, 4)]
    return []


def _conditions(target: Any, depth: int) -> list[str]:
    if isinstance(target, str):
        return [target]
    if isinstance(target, dict) and depth:
        return [one for name in _CONDITIONS if name in target for one in _conditions(target[name], depth - 1)]
    return []


def _joined(folder: str | None, path: str) -> str | None:
    """A path relative to a folder of the project; None where it leaves the project."""
    joined = posixpath.normpath(posixpath.join(folder or "", path))
    if joined.startswith(("..", "/")):
        return None
    return "" if joined == "." else joined
