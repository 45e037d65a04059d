"""Python bugs from ruff: the rules that report defects, each with our severity.

Which rules, and how severe, is data (`rules/ruff.json`). ruff runs isolated from every configuration; `# noqa` holds.
Shapes: `ruff check --output-format json`, https://docs.astral.sh/ruff/linter/; rows and columns count from 1, columns
in code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.offline.rules import FOLDER, SEVERITIES, Finding, Fix, Severity
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.workers.process import find_tool, run_tool

TARGETS = ("py313", "py314")
"""Names are judged as most interpreters do; where that does not parse, the newest syntax is tried."""

BUILTINS = ("_", "reveal_type", "reveal_locals", "get_ipython", "WindowsError")
"""Names that installers, type checkers and platforms add."""

SYNTAX = "invalid-syntax"
MAX_SYNTAX_ERRORS = 5
"""After the first few, syntax errors follow from one another."""


@cache
def severities() -> dict[str, Severity]:
    """ruff's rule codes that are asked for -> how severe we call them."""
    table: dict[Severity, list[str]] = json.loads((FOLDER / "ruff.json").read_text(encoding="utf-8"))
    if set(table) != set(SEVERITIES):
        raise KibitzError("internal", "The table of ruff's rules is damaged.", "Install kibitz again.")
    return {code: severity for severity, codes in table.items() for code in codes}


async def ask_ruff(document: Document) -> list[Finding]:
    """What ruff reports for a Python document. Raises `not_found` without ruff, `timeout`, `internal`."""
    reports = await _check(document, TARGETS[0])
    if any(_is_syntax(report) for report in reports):
        reports = await _check(document, TARGETS[1])
    broken = [report for report in reports if _is_syntax(report)]
    if broken:
        # names and uses are guesses in a text that does not parse
        reports = broken[:MAX_SYNTAX_ERRORS]
    return [_finding(document, report) for report in reports]


def _is_syntax(report: dict[str, Any]) -> bool:
    return report["code"] in (None, SYNTAX)


async def _check(document: Document, target: str) -> list[dict[str, Any]]:
    tool = find_tool("ruff")
    if tool is None:
        raise KibitzError("not_found", "ruff is not installed.", "Install kibitz again.")
    builtins = f"--config=builtins={json.dumps(BUILTINS)}"
    reports, exit_code = await run_ruff(tool, document, target, severities(), builtins)
    if reports is None:
        raise KibitzError(
            "internal", f"ruff failed (exit code {exit_code}).", "Run `kibitz doctor`, and see the log."
        )
    return reports


async def run_ruff(
    tool: str, document: Document, target: str, rules: Iterable[str], *options: str
) -> tuple[list[dict[str, Any]] | None, int | None]:
    """What ruff, without any configuration, reports of a document for these rules, and its exit code; None where it failed."""
    argv = [
        tool,
        "check",
        "--isolated",
        "--no-cache",
        "--quiet",
        "--exit-zero",
        "--preview",
        "--output-format=json",
        f"--target-version={target}",
        f"--select={','.join(rules)}",
        "--config=lint.explicit-preview-rules=true",
        *options,
        f"--stdin-filename={_name(document)}",
        "-",
    ]
    # a lone surrogate has no UTF-8; the replacement is one code point as well, so columns stay right
    text = document.text.encode("utf-8", "replace").decode("utf-8")
    result = await run_tool(argv, stdin=text)
    try:
        reports = json.loads(result.stdout)
    except ValueError:
        reports = None
    return (reports if isinstance(reports, list) else None), result.exit_code


def _name(document: Document) -> str:
    """Only what ruff needs: whether it is a stub or a package's `__init__`."""
    name = document.path.name if document.path is not None else document.uri.rpartition("/")[2]
    if name == "__init__.py":
        return name
    return "module.pyi" if name.endswith(".pyi") else "module.py"


def _finding(document: Document, report: dict[str, Any]) -> Finding:
    syntax = _is_syntax(report)
    rule = "syntax" if syntax else report["code"]
    fix = report["fix"]
    return Finding(
        range=_range(document, report),
        rule=rule if syntax else f"ruff/{rule}",
        severity="error" if syntax else severities().get(rule, "hint"),
        message=report["message"],
        evidence_detail="ruff: the text does not parse."
        if syntax
        else f"ruff {rule} ({report['name']}), {report['url']}",
        fix=_fix(document, fix) if fix and fix["applicability"] == "safe" else None,
    )


def _fix(document: Document, fix: dict[str, Any]) -> Fix:
    edits = tuple(TextEdit(_range(document, edit), edit["content"]) for edit in fix["edits"])
    return Fix(fix["message"] or "Apply ruff's fix", edits)


def _range(document: Document, place: dict[str, Any]) -> Range:
    start, end = _position(document, place["location"]), _position(document, place["end_location"])
    return Range(start, max(start, end))


def _position(document: Document, place: dict[str, int]) -> Position:
    line, character = place["row"] - 1, place["column"] - 1
    if line == 0 and document.text.startswith("\ufeff"):
        character += 1  # ruff does not count a byte order mark
    return document.clamp(Position(line, character))
