"""Refactorings without a model: Python by rope and ruff, other languages from the tree, each result proven before it is
handed out."""

from __future__ import annotations

import ast
import asyncio
import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError, UnchangedError, unsupported
from kibitz.models.offline.ruff_rewrites import rewritten
from kibitz.models.offline.wishes import understood
from kibitz.models.tasks import RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range, read_text
from kibitz.workers.process import ToolResult, find_tool, run_tool
from kibitz.workers.worker import Worker

LONGEST_S = 25.0
"""A worker that has not answered by then is cancelled, and ended if that does not help."""

_ASK_A_MODEL = "Set `model`: a model can do the rest."
_UNDEFINED = "F821,F822,F823"
_SYNTAX = "syntax"
_EFFECTFUL = {"antigravity", "idlelib", "readline", "rlcompleter", "this", "tkinter"}
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([^#\r\n;]+)", re.MULTILINE)
_ANY_IMPORT = re.compile(r"^(?:import|from)[ \t]", re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*#+[ \t]*[{}]", re.MULTILINE)
"""Comments that open and close a part of a file: an editor folds it, or a tool copies it into another file."""
_LONGEST_LOOKED_AT = 4000
_LARGEST_SEARCHED = 300_000


async def refactor(task: RefactorTask, worker: Worker) -> dict[Path, str]:
    """The whole new text of every file that changes; `worker` serves `python_worker`.

    Positions are the task's. The texts parse, keep every name defined, and differ only where they have to. Raises
    `unsupported` for what the built-in engine cannot do, `invalid` where the place or the name does not allow it,
    `bad_response` where the result failed its checks, and `timeout`.
    """
    document = task.document
    path = document.path or Path(document.uri)
    if document.language != "python":
        return {path: await asyncio.to_thread(_from_tree, task)}
    wish = understood(task)
    if wish.kind == "organize_imports":
        changes = {path: await organized(document, path, task.project.root)}
    elif wish.kind in ("modernise", "simplify"):
        changes = {path: await rewritten(document, path, task.project.root, wish.place, wish.kind)}
    else:
        changes = await _performed(task, worker, path, wish.kind, wish.place, wish.new_name)
    changed = {
        file: text
        for file, text in changes.items()
        if text != (document.text if file == path else await asyncio.to_thread(read_text, file))
    }
    if not changed:
        raise UnchangedError
    await _check_names(document, path, changed)
    return changed


def available(document: Document, where: Range) -> list[RefactorKind]:
    """Which refactorings may be offered at a range: by the text alone, no process asked. What is offered can still decline.

    Parses a document that was not parsed before, which takes a long one some milliseconds.
    """
    if document.language != "python":
        return _by_tree(document, where)
    found: list[RefactorKind] = []
    start, end = document.offset(where.start), document.offset(where.end)
    selected = document.text[start:end].strip() if end - start <= _LONGEST_LOOKED_AT else None
    if selected is None or (selected and not selected.startswith("#")):
        if selected is None or _is_code(document, where):
            found.append("extract_function")
        if selected is not None and _is_value(selected):
            found.append("extract_variable")
    word = _word(document, where.start)
    if word and (selected in ("", word)):
        found.append("rename")
        if _defines(document.text, word):
            found.append("inline")
    if _ANY_IMPORT.search(document.text):
        found.append("organize_imports")
    return found


def _from_tree(task: RefactorTask) -> str:
    """The new text of a document in a language other than Python."""
    from kibitz.syntax.rewrite.perform import rewritings, rewritten

    document = task.document
    known = rewritings(document.language)
    if not known:
        raise unsupported("Without a model, kibitz does not refactor this language.", _ASK_A_MODEL)
    wish = understood(task)
    kind = next((each for each in known if each == wish.kind), None)
    if kind is None:
        raise unsupported("The built-in engine does not do this in this language.", _ASK_A_MODEL)
    return rewritten(document, kind, wish.place, wish.new_name)


def _by_tree(document: Document, where: Range) -> list[RefactorKind]:
    from kibitz.syntax.rewrite.perform import offered
    from kibitz.syntax.tree import parse

    tree = parse(document)
    return list(offered(tree, where)) if tree is not None else []


async def organized(document: Document, path: Path, root: Path | None) -> str:
    """The text with its imports sorted and without the unused ones, by the project's own ruff settings where they work.

    An unused `import a.b` stays where it may have been for its effect: outside of the standard library. Raises `invalid`
    where comments such as `# {` and `# }` divide the imports.
    """
    last = max((match.start() for match in _ANY_IMPORT.finditer(document.text)), default=0)
    if _SECTION.search(document.text, 0, last):
        raise KibitzError(
            "invalid", "Comments make sections of the imports: none can leave its own.", "Sort them by hand."
        )
    keep = sorted(
        {
            module
            for match in _IMPORT.finditer(document.text)
            for module in re.findall(r"[\w.]+(?=\s*(?:,|$|\Z|as\b))", match.group(1).strip())
            if module.partition(".")[0] not in sys.stdlib_module_names
            or module.partition(".")[0] in _EFFECTFUL
        }
    )
    options = [
        "--select", "I,F401", "--fix", "--quiet", "--no-cache",
        "--config", f"lint.pyflakes.allowed-unused-imports={json.dumps(keep)}",
    ]  # fmt: skip
    result = await _ruff(options, document.text, path, root)
    if result.exit_code not in (0, 1) or not result.stdout:
        result = await _ruff([*options, "--isolated"], document.text, path, root)
    if result.exit_code not in (0, 1) or (not result.stdout and document.text):
        raise KibitzError("invalid", f"ruff could not read {path.name}.", "Correct it first, then ask again.")
    if result.stdout == document.text and _SYNTAX in await _undefined(document.text, path):
        raise KibitzError("invalid", f"{path.name} has a syntax error.", "Correct it first, then ask again.")
    return result.stdout


async def _performed(
    task: RefactorTask, worker: Worker, path: Path, kind: RefactorKind, where: Range, new_name: str | None
) -> dict[Path, str]:
    root = task.project.root
    params: dict[str, Any] = {
        "kind": kind,
        "path": str(path),
        "text": task.document.text,
        "root": str(root) if root is not None else None,
        "start": _point(task.document.clamp(where.start)),
        "end": _point(task.document.clamp(where.end)),
        "new_name": new_name,
        "exclude": list(task.project.exclude),
    }
    try:
        async with asyncio.timeout(LONGEST_S):
            answer = await worker.call("refactor", params)
    except TimeoutError:
        raise KibitzError(
            "timeout", "The refactoring took too long.", "Try a smaller piece or project."
        ) from None
    return {Path(name): text for name, text in answer["changes"].items()}


def _point(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.character}


async def _check_names(document: Document, path: Path, changes: dict[Path, str]) -> None:
    """Raises `bad_response` where a changed text uses a name that it did not lack before."""
    gate = asyncio.Semaphore(4)

    async def look(file: Path, text: str) -> None:
        old = document.text if file == path else await asyncio.to_thread(read_text, file)
        async with gate:
            lacking = await _undefined(text, file) - await _undefined(old, file)
        if lacking:
            raise KibitzError(
                "bad_response", "The result would have used a name that is not defined.", _ASK_A_MODEL
            )

    try:
        async with asyncio.TaskGroup() as group:
            for file, text in changes.items():
                group.create_task(look(file, text))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _undefined(text: str, path: Path) -> set[str]:
    """What ruff says about names that are not there, and `_SYNTAX` where it cannot parse the text."""
    options = ["--select", _UNDEFINED, "--isolated", "--no-cache", "--output-format", "json"]
    result = await _ruff(options, text, path, None)
    try:
        found = json.loads(result.stdout)
    except ValueError:
        raise KibitzError("internal", "ruff did not answer.", "Install kibitz again.") from None
    return {str(f["message"]) if f["code"] in _UNDEFINED.split(",") else _SYNTAX for f in found}


async def _ruff(options: list[str], text: str, path: Path, root: Path | None) -> ToolResult:
    ruff = find_tool("ruff")
    if ruff is None:
        raise KibitzError("not_found", "ruff is not installed.", "Install kibitz again.")
    cwd = root if root is not None and await asyncio.to_thread(root.is_dir) else None
    return await run_tool(
        [ruff, "check", *options, "--stdin-filename", str(path), "-"], stdin=text, cwd=cwd, timeout_s=10
    )


def _is_value(selected: str) -> bool:
    """Whether the selection alone is an expression worth a name."""
    try:
        tree = ast.parse(f"({selected})", mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return False
    return not isinstance(tree.body, (ast.Name, ast.Yield, ast.YieldFrom, ast.NamedExpr))


def _is_code(document: Document, where: Range) -> bool:
    """Whether the lines of the selection may be statements, or its text an expression."""
    if _is_value(document.slice(where).strip()):
        return True
    lines = [
        document.line(number)
        for number in range(where.start.line, where.end.line + (where.end.character > 0))
    ]
    if where.start.character > len(lines[0]) - len(lines[0].lstrip()) if lines else True:
        return where.start.line != where.end.line
    body = textwrap.indent(textwrap.dedent("\n".join(lines)), " ")
    try:
        ast.parse(f"async def f():\n while 1:\n{textwrap.indent(body, ' ')}")
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _word(document: Document, position: Position) -> str:
    """The identifier a position touches, empty where there is none."""
    line = document.line(position.line)
    for match in re.finditer(r"\w+", line):
        if match.start() <= position.character <= match.end():
            word = match.group()
            before = line[: match.start()]
            commented = "#" in before and "'" not in before and '"' not in before
            return word if word.isidentifier() and not _reserved(word) and not commented else ""
    return ""


def _reserved(word: str) -> bool:
    return keyword.iskeyword(word)


def _defines(text: str, word: str) -> bool:
    """Whether the text assigns or defines a word, as far as can be seen at once."""
    if len(text) > _LARGEST_SEARCHED:
        return True
    pattern = rf"^[ \t]*(?:def[ \t]+{re.escape(word)}[ \t]*\(|{re.escape(word)}[ \t]*(?::[^=\n]+)?=(?!=))"
    return re.search(pattern, text, re.MULTILINE) is not None
