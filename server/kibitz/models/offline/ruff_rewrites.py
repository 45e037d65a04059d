"""Python in newer or simpler words, by those of ruff's fixes that keep what the code does.

ruff says of each fix whether it is safe (https://docs.astral.sh/ruff/linter/#fix-safety); only such are applied, and only
for what is reported inside the range. Which Python the code is for, the project's own settings say.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Literal

from kibitz.errors import KibitzError
from kibitz.text import Document, Position, Range, TextEdit, apply_edits
from kibitz.workers.process import find_tool, run_tool

Rewrite = Literal["modernise", "simplify"]

RULES: dict[Rewrite, str] = {
    "modernise": "UP",
    "simplify": "SIM,RET505,RET506,RET507,RET508,E713,E714,FURB110,PLR5501",
}
_UNUSED = "F401"
_VERSION = re.compile(r"^\s*(?:requires-python|target-version)\s*=", re.MULTILINE)
_OLDEST = "py310"
"""The Python a text is for where its project does not say."""
_MOST_ROUNDS = 8
"""One fix may make way for the next."""

Report = dict[str, Any]


async def rewritten(document: Document, path: Path, root: Path | None, where: Range, rewrite: Rewrite) -> str:
    """The text with the lines of a range rewritten, and without the imports that nothing uses any more.

    Raises `invalid` where ruff knows nothing safe to do there or cannot read the text, `not_found` without ruff, `timeout`.
    """
    before = document
    unused = {_said(report) for report in await _reports(document, path, root, _UNUSED)}
    first, last = where.start.line, _last_line(where)
    for _ in range(_MOST_ROUNDS):
        reports = await _reports(document, path, root, RULES[rewrite])
        edits = _chosen(document, [r for r in reports if first <= r["location"]["row"] - 1 <= last])
        if not edits:
            break
        grown = sum(e.new_text.count("\n") - (e.range.end.line - e.range.start.line) for e in edits)
        first += sum(_grown(e) for e in edits if e.range.end.line < first)
        last += grown - sum(_grown(e) for e in edits if e.range.start.line > last)
        document = _with_text(document, apply_edits(document, edits))
    if document.text == before.text:
        raise KibitzError("invalid", f"There is nothing to {rewrite} that is certain.", "Select other lines.")
    fresh = [r for r in await _reports(document, path, root, _UNUSED) if _said(r) not in unused]
    return apply_edits(document, _chosen(document, fresh))


def _grown(edit: TextEdit) -> int:
    return edit.new_text.count("\n") - (edit.range.end.line - edit.range.start.line)


def _last_line(where: Range) -> int:
    """The last line a range touches."""
    reaches = where.end.character > 0 or where.end.line == where.start.line
    return where.end.line if reaches else where.end.line - 1


def _with_text(document: Document, text: str) -> Document:
    return Document(document.uri, text, document.language, document.version, document.path)


def _said(report: Report) -> str:
    return str(report["message"])


async def _reports(document: Document, path: Path, root: Path | None, rules: str) -> list[Report]:
    """What ruff reports, by the project's settings where those work."""
    tool = find_tool("ruff")
    if tool is None:
        raise KibitzError("not_found", "ruff is not installed.", "Install kibitz again.")
    text = document.text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no UTF-8
    asked = [
        tool,
        "check",
        "--select",
        rules,
        "--no-cache",
        "--quiet",
        "--exit-zero",
        "--output-format",
        "json",
    ]
    declared, cwd = await asyncio.to_thread(_settings, path, root)
    if not declared:
        asked += ["--target-version", _OLDEST]
    reports = None
    for options in ([], ["--isolated"]):
        argv = [*asked, *options, "--stdin-filename", str(path), "-"]
        result = await run_tool(argv, stdin=text, cwd=cwd, timeout_s=10)
        try:
            reports = json.loads(result.stdout)
            break
        except ValueError:
            continue
    if not isinstance(reports, list):
        raise KibitzError("internal", "ruff did not answer.", "Install kibitz again.")
    if any(report["code"] in (None, "invalid-syntax") for report in reports):
        raise KibitzError("invalid", f"{path.name} has a syntax error.", "Correct it first, then ask again.")
    return reports


def _settings(path: Path, root: Path | None) -> tuple[bool, Path | None]:
    """Whether a project says which Python it is for, where ruff reads it, and the folder to run ruff in."""
    folder = root if root is not None and root.is_dir() else None
    for parent in path.parents:
        for name in ("pyproject.toml", "ruff.toml", ".ruff.toml"):
            try:
                said = (parent / name).read_text("utf-8", "replace")
            except OSError:
                continue
            if _VERSION.search(said):
                return True, folder
        if parent == root:
            break
    return False, folder


def _chosen(document: Document, reports: list[Report]) -> list[TextEdit]:
    """The edits of the safe fixes, without those that touch an earlier one: they come in the next round."""
    taken: list[TextEdit] = []
    for report in reports:
        fix = report["fix"]
        if fix is None or fix["applicability"] != "safe":
            continue
        edits = [TextEdit(_range(document, edit), edit["content"]) for edit in fix["edits"]]
        if not any(_touch(one.range, other.range) for one in edits for other in taken):
            taken += edits
    return sorted(taken, key=lambda edit: edit.range)


def _touch(one: Range, other: Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def _range(document: Document, edit: Report) -> Range:
    return Range(_position(document, edit["location"]), _position(document, edit["end_location"]))


def _position(document: Document, place: dict[str, int]) -> Position:
    """Rows and columns count from 1; a byte order mark is not counted."""
    line, character = place["row"] - 1, place["column"] - 1
    return document.clamp(Position(line, character + (line == 0 and document.text.startswith("\ufeff"))))
