"""How long a project's lines may be, as its own files say."""

from __future__ import annotations

import configparser
import fnmatch
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LARGEST = 200_000
_SANE = range(20, 1000)
_SCRIPTS = frozenset(
    {"javascript", "javascriptreact", "typescript", "typescriptreact", "json", "css", "scss", "html", "vue"}
)
_PATTERNS = {
    "python": "x.py", "rust": "x.rs", "go": "x.go", "java": "X.java", "javascript": "x.js", "javascriptreact": "x.jsx",
    "typescript": "x.ts", "typescriptreact": "x.tsx", "c": "x.c", "cpp": "x.cpp", "csharp": "X.cs", "ruby": "x.rb",
    "php": "x.php", "kotlin": "X.kt", "lua": "x.lua", "shellscript": "x.sh",
}  # fmt: skip
_Stamp = tuple[tuple[str, int, int], ...]
_kept: dict[tuple[Path, str], tuple[_Stamp, int | None]] = {}


def line_length_of(root: Path, language: str) -> int | None:
    """The longest line the project at `root` wants in files of a language; None where it does not say.

    Reads the settings of the language's formatters and linters, then `.editorconfig`, in that folder alone; again only
    when one of them changed. Files that cannot be read or understood say nothing.
    """
    readers = [*_readers(language), (".editorconfig", _editorconfig)]
    stamp = _stamp(root, readers)
    key = (root, language)
    kept = _kept.get(key)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    found = None
    for name, read in readers:
        text = _text(root / name) if any(name == known for known, _, _ in stamp) else None
        length = read(text, language) if text is not None else None
        if isinstance(length, int) and not isinstance(length, bool) and length in _SANE:
            found = length
            break
    _kept[key] = (stamp, found)
    return found


_Read = Callable[[str, str], Any]


def _readers(language: str) -> list[tuple[str, _Read]]:
    if language == "python":
        return [
            ("ruff.toml", _ruff),
            (".ruff.toml", _ruff),
            ("pyproject.toml", _pyproject),
            ("setup.cfg", _flake8),
            ("tox.ini", _flake8),
            (".flake8", _flake8),
        ]
    if language == "rust":
        return [("rustfmt.toml", _rustfmt), (".rustfmt.toml", _rustfmt)]
    if language in _SCRIPTS:
        names = (
            ".prettierrc",
            ".prettierrc.json",
            ".prettierrc.yaml",
            ".prettierrc.yml",
            ".prettierrc.toml",
            "package.json",
        )
        return [(name, _package if name == "package.json" else _prettier) for name in names]
    return []


def _stamp(root: Path, readers: list[tuple[str, _Read]]) -> _Stamp:
    found = []
    for name, _ in readers:
        try:
            status = (root / name).stat()
        except OSError:  # not there
            continue
        found.append((name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _text(path: Path) -> str | None:
    try:
        if path.stat().st_size > _LARGEST:
            return None
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):  # nothing that can be read says nothing
        return None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _deep(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _ruff(text: str, _language: str) -> Any:
    return _deep(_toml(text), "line-length")


def _pyproject(text: str, _language: str) -> Any:
    data = _toml(text)
    for keys in (
        ("ruff", "line-length"),
        ("black", "line-length"),
        ("flake8", "max-line-length"),
        ("isort", "line_length"),
    ):
        if (length := _deep(data, "tool", *keys)) is not None:
            return length
    return None


def _rustfmt(text: str, _language: str) -> Any:
    return _deep(_toml(text), "max_width")


def _flake8(text: str, _language: str) -> int | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        for section in ("flake8", "pycodestyle"):
            if parser.has_option(section, "max-line-length"):
                return parser.getint(section, "max-line-length")
    except (configparser.Error, ValueError):  # not in this form
        return None
    return None


def _prettier(text: str, _language: str) -> Any:
    """JSON, YAML or TOML: the one option is written alike in all of them."""
    match = re.search(r"""(?:^|[\s{,])["']?printWidth["']?\s*[:=]\s*(\d+)""", text, re.MULTILINE)
    return int(match.group(1)) if match else None


def _package(text: str, _language: str) -> Any:
    try:
        return _deep(json.loads(text), "prettier", "printWidth")
    except (ValueError, RecursionError):  # a package's file that is not JSON says nothing
        return None


def _editorconfig(text: str, language: str) -> int | None:
    """The last section that fits says it."""
    name = _PATTERNS.get(language, "x.txt")
    fits, found = False, None
    for raw in text.split("\n"):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            fits = any(fnmatch.fnmatchcase(name, glob) for glob in _globs(line[1:-1]))
        elif fits and (
            match := re.match(r"max_line_length\s*=\s*(\w+)\s*(?:[#;].*)?\Z", line, re.IGNORECASE)
        ):
            found = int(match.group(1)) if match.group(1).isdigit() else None
    return found


def _globs(pattern: str) -> list[str]:
    """A section's pattern without its braces."""
    match = re.match(r"(.*)\{([^{}]*)\}(.*)\Z", pattern)
    if match is None:
        return [pattern.rpartition("/")[2]]
    return [f"{match.group(1)}{part.strip()}{match.group(3)}" for part in match.group(2).split(",")]
