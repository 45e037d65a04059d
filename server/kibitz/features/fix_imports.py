"""Where a name that is defined nowhere may come from: the project's files, and how its other documents import it."""

from __future__ import annotations

import asyncio
import logging
import os.path
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features.fix_paths import leads_nowhere, with_paths
from kibitz.features.workbench import Workbench
from kibitz.models.offline.fix_rules import matching, mend
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import CALLABLE, TYPES, parse
from kibitz.text import Document, read_text

log = logging.getLogger("kibitz.features")

PATIENCE_S = 0.05
"""How long the index is waited for: a menu is being opened."""
MOST_NAMES = 10
MOST_DOCUMENTS = 12
_late: set[asyncio.Future[Any]] = set()
_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_IMPORTABLE = CALLABLE | TYPES | {"constant", "variable", "type"}


async def with_imports(
    bench: Workbench, document: Document, problems: Sequence[Problem]
) -> tuple[Problem, ...]:
    """The problems; those about a name that only one place of the project defines say, as a note, how it is imported.

    Asks an index that is ready, and waits for it no longer than PATIENCE_S. Python, JavaScript and TypeScript; and what
    `with_paths` adds.
    """
    if document.path is None:
        return tuple(problems)
    if any(leads_nowhere(p) for p in problems):
        problems = await asyncio.to_thread(with_paths, document, problems)
    if document.language != "python" and document.language not in _SCRIPTS:
        return tuple(problems)
    names = {p: name for p in problems[:50] if (name := _undefined(document, p))}
    wanted = list(dict.fromkeys(names.values()))[:MOST_NAMES]
    if not wanted:
        return tuple(problems)
    places = await _in_index(bench, wanted)
    found = await asyncio.to_thread(_statements, bench, document, wanted, places)
    return tuple(
        evolve(p, notes=(*p.notes, f'Suggestion: "{line}"'))
        if (line := found.get(names.get(p, ""))) is not None
        else p
        for p in problems
    )


def _undefined(document: Document, problem: Problem) -> str:
    """The name a problem says is defined nowhere, where nothing else mends it for certain."""
    for rule, case in matching(document, problem):
        if rule.family == "undefined name" and case.name.isidentifier():
            made = mend(document, problem)
            return case.name if made is None or not made[1].certain else ""
    return ""


async def _in_index(bench: Workbench, names: list[str]) -> dict[str, set[Path]]:
    """The files that define each of the names at their own level, as the index knows them."""
    context = bench.services.projects.get(bench.root) if bench.root is not None else None
    if context is None or bench.root is None or context.state()["state"] != "ready":
        return {}
    asked = asyncio.ensure_future(context.index.definitions_named(names))
    _late.add(asked)  # never cancelled: a worker that is busy would be ended for it
    asked.add_done_callback(_heard)
    await asyncio.wait({asked}, timeout=PATIENCE_S)
    if not asked.done() or asked.exception() is not None:
        return {}
    rows = asked.result()
    found: dict[str, set[Path]] = {}
    for row in rows:
        if row.container is None and row.kind in _IMPORTABLE:
            found.setdefault(row.name, set()).add(bench.root / row.path)
    return found


def _heard(asked: asyncio.Future[Any]) -> None:
    """An index in trouble says so itself where it is needed; here it only has nothing to offer."""
    _late.discard(asked)
    if not asked.cancelled() and (error := asked.exception()) is not None:
        log.info("the index was not asked for imports: %s", type(error).__name__)


def _statements(
    bench: Workbench, document: Document, names: Iterable[str], places: dict[str, set[Path]]
) -> dict[str, str]:
    """For each name the only statement that brings it."""
    assert document.path is not None
    others = [d for d in bench.open_documents() if d.uri != document.uri and _kin(d, document)][
        :MOST_DOCUMENTS
    ]
    result: dict[str, str] = {}
    for name in names:
        paths = {p for p in places.get(name, set()) if p != document.path and _kin_name(p, document)}
        paths |= {d.path for d in others if d.path is not None and _defines(d, name)}
        lines = {line for path in paths if (line := _line(document, name, path, bench.root)) is not None}
        lines |= {line for other in others for line in _imported(other, name)}
        if len(lines) == 1:
            result[name] = lines.pop()
    return result


def _kin(one: Document, other: Document) -> bool:
    return one.language == other.language or {one.language, other.language} <= _SCRIPTS


def _kin_name(path: Path, document: Document) -> bool:
    endings = (
        (".py", ".pyi") if document.language == "python" else (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts")
    )
    return path.name.endswith(endings) and not path.name.endswith(".d.ts")


def _defines(document: Document, name: str) -> bool:
    tree = parse(document)
    return tree is not None and any(
        d.name == name and d.container is None and d.kind in _IMPORTABLE for d in tree.definitions
    )


def _imported(document: Document, name: str) -> set[str]:
    """How a document imports a name, where it does so in a way that holds in every file."""
    tree = parse(document)
    if tree is None:
        return set()
    lines = set()
    for item in tree.imports:
        if name not in item.names or item.alias or item.module.startswith("."):
            continue
        if document.language == "python":
            lines.add(f"from {item.module} import {name}")
        elif "require" not in document.slice(item.range) and "{" in document.slice(item.range):
            lines.add(f"import {{ {name} }} from '{item.module}'")
    return lines


def _line(document: Document, name: str, path: Path, root: Path | None) -> str | None:
    assert document.path is not None
    if document.language == "python":
        module = _module(path, document.path, root)
        return f"from {module} import {name}" if module else None
    if not _exports(path, name):
        return None
    target = os.path.relpath(path.with_suffix(""), document.path.parent).replace(os.sep, "/")
    target = target if target.startswith(".") else f"./{target}"
    return f"import {{ {name} }} from '{target.removesuffix('/index')}'"


def _module(path: Path, beside: Path, root: Path | None) -> str:
    """The dotted name of a Python file; empty where that depends on how the program is started."""
    top = path.parent
    while (top / "__init__.py").is_file():
        top = top.parent
    if top == path.parent and top != beside.parent and (root is None or top not in (root, root / "src")):
        return ""
    parts = [*path.relative_to(top).with_suffix("").parts]
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else ""


def _exports(path: Path, name: str) -> bool:
    """Whether a file exports a name by itself."""
    try:
        text = read_text(path)
    except KibitzError:
        return False
    words = (
        r"(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|var|interface|type|enum)"
    )
    return re.search(rf"^export\s+{words}\s+{re.escape(name)}\b", text, re.MULTILINE) is not None
