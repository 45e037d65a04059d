"""What jedi knows about Python: names to complete, signatures, references. Reads files, runs none of the project's code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jedi
from jedi.cache import clear_time_caches
from parso.cache import parser_cache

from kibitz.errors import KibitzError
from kibitz.models.offline.python_files import containing

MOST_COMPLETIONS = 50
MOST_REFERENCES = 1000
LONGEST_S = 10.0

_ENVIRONMENT = jedi.InterpreterEnvironment()
_DESCRIBED = 12
"""Signatures cost an inference each: only the first names get one."""

MOST_LINES = 60_000
"""So many lines of parsed files stay in memory, about 120 MB; the parser itself lets go of none of the first 600 files."""


def warm(params: dict[str, Any]) -> None:
    """Load what every first answer needs: the parser, the builtins' stubs. `cache`, where given, keeps parsed files."""
    if cache := params.get("cache"):
        jedi.settings.cache_directory = cache
    script = jedi.Script("import os\nos.path.j\n''.s", environment=_ENVIRONMENT)
    script.complete(3, 4)


def complete(params: dict[str, Any]) -> dict[str, Any]:
    """What could stand at a position.

    Takes path, text, line, column, root. Returns {"names": [{"name", "suffix", "type", "signature"}], "call": {"name",
    "parameters", "index"} or None}: at most `MOST_COMPLETIONS`, best first; `suffix` is what is missing of the name.
    """
    script = _script(params)
    line, column = _position(params)
    found = script.complete(line, column)
    private = [c for c in found if c.name.startswith("_")] if not _asks_private(params) else []
    ordered = [c for c in found if c not in private] + private
    names = [
        {
            "name": c.name_with_symbols,
            "suffix": c.complete or "",
            "type": c.type,
            "signature": _signature(c) if number < _DESCRIBED else "",
        }
        for number, c in enumerate(ordered[:MOST_COMPLETIONS])
    ]
    return {"names": names, "call": _call(script, line, column)}


def references(params: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the name at a position is used.

    Takes path, text, line, column, root, scope ("file" or "project"), exclude. Returns [{"path", "line", "column",
    "text"}], 0-based, the definition among them, at most `MOST_REFERENCES`; `text` is the line, stripped.
    Raises `timeout` where the project is too large to search.
    """
    script = _script(params)
    line, column = _position(params)
    whole = params.get("scope") == "project" and params.get("root")
    seen: dict[tuple[str, int, int], dict[str, Any]] = {}
    for name in script.get_references(line, column, scope="file", include_builtins=False):
        _add(seen, name, params["path"])
    targets = script.goto(line, column, follow_imports=True)
    if whole and targets and targets[0].name:
        for name in _elsewhere(params, targets):
            _add(seen, name, params["path"])
            if len(seen) >= MOST_REFERENCES:
                break
    return sorted(
        seen.values(), key=lambda r: (r["path"] != params["path"], r["path"], r["line"], r["column"])
    )


def forget_the_oldest(most_lines: int = MOST_LINES) -> None:
    """Let go of the parsed files that were used the longest time ago, a quarter at once, where there are more lines than this."""
    files = [(kind, path, one) for kind, known in parser_cache.items() for path, one in known.items()]
    lines = sum(len(one.lines) for *_, one in files)
    if lines <= most_lines:
        return
    clear_time_caches(delete_all=True)  # the signatures kept there are still looked up in their files
    for kind, path, one in sorted(files, key=lambda file: file[2].last_used):
        if lines <= 0.75 * most_lines:
            parser_cache.setdefault(kind, {})[path] = one
        else:
            lines -= len(one.lines)


def _elsewhere(params: dict[str, Any], targets: list[Any]) -> Iterator[Any]:
    """The uses in the other files that contain the word, each checked to lead to the same definition."""
    deadline = time.monotonic() + LONGEST_S
    wanted = {(str(t.module_path), t.line, t.column) for t in targets}
    own = Path(params["path"])
    for path in containing(Path(params["root"]), targets[0].name, params.get("exclude") or [], deadline):
        if path == own or path.resolve() == own.resolve():
            continue
        forget_the_oldest()
        script = jedi.Script(path=path, project=_project(params), environment=_ENVIRONMENT)
        for name in script.get_names(all_scopes=True, definitions=True, references=True):
            if time.monotonic() > deadline:
                raise KibitzError(
                    "timeout", "Searching the project took too long.", "Ask for references in this file only."
                )
            if name.name != targets[0].name:
                continue
            led = name.goto(follow_imports=True)
            if any((str(t.module_path), t.line, t.column) in wanted for t in led):
                yield name


def _add(seen: dict[tuple[str, int, int], dict[str, Any]], name: Any, own: str) -> None:
    if name.line is None:
        return
    path = str(name.module_path or own)
    key = (path, name.line - 1, name.column)
    seen[key] = {"path": path, "line": key[1], "column": key[2], "text": name.get_line_code().strip()}


def _project(params: dict[str, Any]) -> Any:
    root = Path(params.get("root") or Path(params["path"]).parent)
    packages = [str(p) for p in root.glob("*venv/lib/python3*/site-packages")]
    sources = [str(root / "src")] if (root / "src").is_dir() else []
    return jedi.Project(root, added_sys_path=[*sources, *packages], load_unsafe_extensions=False)


def _script(params: dict[str, Any]) -> Any:
    forget_the_oldest()
    return jedi.Script(
        params["text"], path=params["path"], project=_project(params), environment=_ENVIRONMENT
    )


def _position(params: dict[str, Any]) -> tuple[int, int]:
    """jedi's position; it counts from line 1 and raises for columns outside of the line."""
    lines = params["text"].split("\n")
    line = min(max(params["line"], 0), len(lines) - 1)
    return line + 1, min(max(params["column"], 0), len(lines[line].rstrip("\r")))


def _asks_private(params: dict[str, Any]) -> bool:
    line, column = _position(params)
    before: str = params["text"].split("\n")[line - 1][:column]
    return before.rpartition(".")[2].strip().startswith("_") if "." in before else before.endswith("_")


def _signature(completion: Any) -> str:
    if completion.type not in ("function", "class"):
        return ""
    found = completion.get_signatures()
    return str(found[0].to_string()) if found else ""


def _call(script: Any, line: int, column: int) -> dict[str, Any] | None:
    """The call the position is in the brackets of."""
    found = script.get_signatures(line, column)
    if not found:
        return None
    return {
        "name": found[0].name,
        "parameters": [param.name for param in found[0].params],
        "index": found[0].index,
    }
