"""ruff's own fixes for what ruff, or another checker in other words, reports of a Python document.

Shapes: `ruff check --output-format json`; rows and columns count from 1, columns in code points. A fix is "safe", "unsafe"
(it may change what the code does) or for display only, https://docs.astral.sh/ruff/linter/#fix-safety.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from kibitz.models.offline.fix_case import Change, Splice
from kibitz.models.offline.ruff import SYNTAX, TARGETS, run_ruff
from kibitz.models.tasks import Problem
from kibitz.text import Document, Position
from kibitz.workers.process import find_tool

TABLE = Path(__file__).parent / "fix_codes.toml"
_CODE = re.compile(r"[A-Z]{1,7}\d{3,4}")
_LEADING = re.compile(r"^([A-Z]{1,3}\d{3,4})[: ]")
_WHERE = re.compile(r"\b(line|column) \d+")


@frozen
class Report:
    """What ruff says of a document: the rule, its words without line numbers, where, and its fix."""

    code: str
    words: str
    start: int
    end: int
    title: str = ""
    splices: tuple[Splice, ...] = ()
    safe: bool = False


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text("utf-8"))


def rule_of(problem: Problem, family: str = "") -> str:
    """ruff's rule that says what the problem says; empty where there is none."""
    code = problem.code.removeprefix("ruff/")
    same: dict[str, str] = _table()["same"]
    source = problem.source.casefold()
    if code in same:
        return same[code]
    if _CODE.fullmatch(code) and "pylint" not in source:
        return code
    if (leading := _LEADING.match(problem.message)) is not None and leading[1] not in same:
        return leading[1]
    families: dict[str, str] = _table()["families"]
    return families.get(family, "")


def always(rule: str) -> bool | None:
    """Whether ruff's fix for a rule is safe, for rules that it always fixes; None for others."""
    if rule in _table()["safe"].split():
        return True
    return False if rule in _table()["unsafe"].split() else None


def mostly(rule: str) -> bool:
    """Whether ruff nearly always has a fix for a rule; where it has not, that is said when it is asked for."""
    return rule in _table()["mostly"].split()


async def reports(document: Document, rules: Iterable[str]) -> list[Report] | None:
    """What ruff reports of a document for some of its rules; None where it does not parse or ruff does not know them."""
    tool = find_tool("ruff")
    wanted = sorted(set(rules))
    if tool is None or not wanted or not document.text.strip():
        return None if wanted else []
    entries, _ = await run_ruff(tool, document, TARGETS[0], wanted)
    if entries is None:
        return None
    if any(entry["code"] in (None, SYNTAX) for entry in entries):
        return None
    return [_report(document, entry) for entry in entries]


def counted(found: Iterable[Report]) -> Counter[tuple[str, str]]:
    """How often each rule says the same words."""
    return Counter((report.code, report.words) for report in found)


def _report(document: Document, entry: dict[str, Any]) -> Report:
    fix = entry["fix"] or {}
    applicability = fix.get("applicability", "display")
    splices = tuple(
        Splice(_offset(document, e["location"]), _offset(document, e["end_location"]), e["content"])
        for e in fix.get("edits", ())
    )
    return Report(
        entry["code"],
        _WHERE.sub(r"\1", entry["message"]),
        _offset(document, entry["location"]),
        _offset(document, entry["end_location"]),
        fix.get("message") or f"Apply ruff's fix for {entry['code']}",
        splices if applicability in ("safe", "unsafe") else (),
        applicability == "safe",
    )


def _offset(document: Document, place: dict[str, int]) -> int:
    line, character = place["row"] - 1, place["column"] - 1
    if line == 0 and document.text.startswith("\ufeff"):
        character += 1
    return document.offset(document.clamp(Position(line, character)))


def at(document: Document, problem: Problem, found: Iterable[Report], rule: str) -> Report | None:
    """The report that is about a problem: of its rule, at its place, else alone on its line."""
    start, end = document.offset(problem.range.start), document.offset(problem.range.end)
    same = [r for r in found if r.code == rule]
    over = [r for r in same if r.start <= max(end, start + 1) and start <= r.end]
    named = [r for r in over if _names(r.words) & _names(problem.message)] or over
    if named:
        return min(named, key=lambda r: abs(r.start - start))
    line = problem.range.start.line
    lined = [r for r in same if document.position(r.start).line == line]
    return lined[0] if len(lined) == 1 else None


def _names(words: str) -> set[str]:
    return set(re.findall(r"[\w.]+", "".join(re.findall(r"[`'\"][^`'\"]+[`'\"]", words))))


def change_of(report: Report) -> Change | None:
    """ruff's fix as a change; None where it has none."""
    if not report.splices:
        return None
    title = report.title if report.safe else f"{report.title} (may change what the code does)"
    return Change(title, report.splices, report.safe)


async def ruff_changes(document: Document, problems: Iterable[Problem]) -> list[tuple[Problem, Change]]:
    """ruff's fixes for the problems it has one for, in their order. Raises KibitzError where ruff does not start."""
    asked = [(problem, rule) for problem in problems if (rule := rule_of(problem))]
    if document.language != "python" or not asked:
        return []
    found = await reports(document, {rule for _, rule in asked})
    if found is None:
        return []
    pairs = [(problem, at(document, problem, found, rule)) for problem, rule in asked]
    return [(p, c) for p, r in pairs if r is not None and (c := change_of(r)) is not None]
