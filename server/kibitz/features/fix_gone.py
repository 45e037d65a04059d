"""Whether a change has removed what was reported: told by looking again with what can look, and never implied."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.find_bugs import Finding, static_findings
from kibitz.features.workbench import Workbench
from kibitz.models.offline.fix_ruff import at, counted, reports, rule_of
from kibitz.models.offline.fix_rules import matching
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document
from kibitz.verify.checks import Check, listed

State = Literal["gone", "there", "unknown"]
OURS = "kibitz"
_UNUSED = frozenset({"ruff/F401", "ruff/F841", "ruff/F811"})
"""Hints that count: what a change leaves behind is its own doing."""
_NUMBERS = re.compile(r"\d+")


@frozen
class Looked:
    """What looking again says of one problem."""

    problem: Problem
    state: State


async def diagnostic_check(
    bench: Workbench, before: Document, after: Document, problems: Sequence[Problem]
) -> Check:
    """The check `diagnostic`: passed where every problem is gone by a second look, failed where one is still there or the
    change brings another, skipped where what reported one cannot be run here."""
    # one after the other: where one fails, none of the others may be left running
    told = await asyncio.to_thread(lambda: [_in_tree(before, after, problem) for problem in problems])
    ruff = await _with_ruff(before, after, problems)
    old, new = await _findings(bench, before, after)
    own = _of_ours(problems, old, new)
    looked = [
        Looked(problem, own.get(problem) or ruff.get(problem) or state)
        for problem, state in zip(problems, told, strict=True)
    ]
    brought = _brought(old, new)
    there = [one for one in looked if one.state == "there"]
    unknown = [one for one in looked if one.state == "unknown"]
    gone = len(looked) - len(there) - len(unknown)
    if brought:
        return Check("diagnostic", "failed", f"the change brings: {listed(brought, 3)}")
    if there and not gone and not unknown:
        return Check("diagnostic", "failed", f"still there: {listed([_line(o.problem) for o in there])}")
    parts = []
    if len(looked) > 1:
        parts.append(f"{gone} of {len(looked)} are gone")
    if there:
        parts.append(f"still there: {listed([_line(o.problem) for o in there])}")
    if unknown:
        sources = sorted({one.problem.source or "the checker" for one in unknown})
        parts.append(f"cannot re-run {listed(sources)} here")
    return Check("diagnostic", "skipped" if unknown else "passed", "; ".join(parts))


def _line(problem: Problem) -> str:
    message = problem.message.strip().split("\n", 1)[0]
    return f"line {problem.range.start.line + 1}: {message[:80]}"


async def _with_ruff(before: Document, after: Document, problems: Sequence[Problem]) -> dict[Problem, State]:
    """The problems that ruff sees as well: whether it still says so as often as before."""
    if before.language != "python":
        return {}
    rules = {p: rule for p in problems if (rule := rule_of(p, _family(before, p)))}
    if not rules:
        return {}
    try:
        old, new = await reports(before, set(rules.values())), await reports(after, set(rules.values()))
    except KibitzError:
        return {}
    if old is None or new is None:
        return {}
    seen = {p: report for p, rule in rules.items() if (report := at(before, p, old, rule)) is not None}
    asked = Counter((report.code, report.words) for report in seen.values())
    was, now = counted(old), counted(new)
    return {
        p: "gone" if now[key] <= was[key] - asked[key] else "there"
        for p, report in seen.items()
        for key in [(report.code, report.words)]
    }


def _family(document: Document, problem: Problem) -> str:
    return next((rule.family for rule, _ in matching(document, problem)), "")


_NAMED = frozenset({"unused import", "unused name", "unused variable", "unused parameter", "second import"})
_IMPORTS = frozenset({"unused import", "second import"})
_WRONG = frozenset({"misspelt name", "undefined name", "missing import"})


def _in_tree(before: Document, after: Document, problem: Problem) -> State:
    """What the trees of both texts say: syntax errors that went, names that went, were renamed, or are bound now."""
    old, new = parse(before), parse(after)
    if old is None or new is None:
        return "unknown"
    found = next(iter(matching(before, problem)), None)
    if _broken(old, problem):
        return "gone" if len(new.errors) < len(old.errors) else "there"
    if found is None:
        return "unknown"
    rule, case = found
    if rule.family in _IMPORTS and (held := _imports(old, case.name)):
        return "gone" if _imports(new, case.name) < held else "there"
    name = re.split(r"\.|::|/", case.name)[-1] if case.name else ""
    place = case.place(name)
    if not name or place is None:
        return "unknown"
    was, now = _count(old, name), _count(new, name)
    if rule.family in _NAMED:
        return "gone" if now != was else "there"
    if rule.family in _WRONG:
        if now < was or any(name in item.bound or item.module == name for item in new.imports):
            return "gone"
        bound = name in {d.name for d in new.definitions} - {d.name for d in old.definitions}
        return "gone" if bound else "there" if now == was else "unknown"
    return "unknown"


def _imports(tree: Tree, name: str) -> int:
    """How many imports are of a module, or bind a name."""
    return sum(name in (item.module, item.module.strip('"'), *item.bound) for item in tree.imports)


def _broken(tree: Tree, problem: Problem) -> bool:
    """Whether the problem is that the text does not parse there."""
    first, last = problem.range.start.line - 1, problem.range.end.line + 1
    return (
        any(issue.range.start.line <= last and first <= issue.range.end.line for issue in tree.errors)
        and re.search(r"(?i)expect|syntax|missing|insert|unterminated|not closed|invalid", problem.message)
        is not None
    )


def _count(tree: Tree, name: str) -> int:
    return sum(identifier.name == name for identifier in tree.identifiers)


_Findings = tuple[Finding, ...]


async def _findings(bench: Workbench, before: Document, after: Document) -> tuple[_Findings, _Findings]:
    """What our checkers find in both texts; nothing for a language they do not know."""
    try:
        return await static_findings(bench, before), await static_findings(bench, after)
    except KibitzError as error:
        if error.kind not in ("unsupported", "not_found", "timeout"):
            raise
        return (), ()


def _key(rule: str, message: str) -> tuple[str, str]:
    """A finding without the numbers of lines."""
    return rule, _NUMBERS.sub("", message)


def _of_ours(problems: Sequence[Problem], old: _Findings, new: _Findings) -> dict[Problem, State]:
    """The problems that are findings of ours: whether they are found less often than before."""
    was = Counter(_key(f.rule, f.message) for f in old)
    now = Counter(_key(f.rule, f.message) for f in new)
    ours = [p for p in problems if p.source == OURS and was[_key(p.code, p.message)]]
    asked = Counter(_key(p.code, p.message) for p in ours)
    return {
        p: "gone" if now[key] <= was[key] - asked[key] else "there"
        for p in ours
        for key in [_key(p.code, p.message)]
    }


def _brought(old: _Findings, new: _Findings) -> list[str]:
    """What our checkers find in the new text and not in the old one."""
    was = Counter(_key(f.rule, f.message) for f in old)
    now = Counter(_key(f.rule, f.message) for f in new if f.severity != "hint" or f.rule in _UNUSED)
    return [f"{message} ({rule})" for rule, message in now - was]
