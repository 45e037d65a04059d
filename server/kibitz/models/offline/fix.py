"""Mending what diagnostics report without a model: by what they say, by ruff's own fixes, and by our rules'."""

from __future__ import annotations

import asyncio

from kibitz.errors import KibitzError, UnchangedError
from kibitz.models.offline.findings import find_bugs
from kibitz.models.offline.fix_case import Change, Splice
from kibitz.models.offline.fix_plan import Plan, plan
from kibitz.models.offline.fix_ruff import ruff_changes
from kibitz.models.tasks import FixTask, Problem
from kibitz.workers.worker import Worker

OURS = "kibitz"
"""The source of the diagnostics that our own rules make."""


async def mended(task: FixTask, rules: Worker) -> Plan:
    """The document without the problems that could be mended, and why the others are left.

    `rules` serves `rules_worker`. Raises `unsupported` where none could be, and what the tools raise.
    """
    others = dict(await ruff_changes(task.document, task.problems))
    others |= await _own(task, rules)
    made = await asyncio.to_thread(plan, task.document, task.problems, certain=task.certain, others=others)
    if not made.mended:
        why = made.left[0][1] if len(task.problems) == 1 and made.left else "none of them has a certain fix"
        raise UnchangedError(
            "unsupported",
            f"The built-in engine has no fix for this: {why}.",
            "Set `model` to have one written, and checked, for you.",
        )
    return made


async def _own(task: FixTask, rules: Worker) -> dict[Problem, Change]:
    """The fixes that our own findings carry, for the problems that are such findings."""
    own = [p for p in task.problems if p.source in ("", OURS)]
    if not own:
        return {}
    try:
        findings = [f for f in await find_bugs(task.document, None, rules) if f.fix is not None]
    except KibitzError as error:
        if error.kind != "unsupported":
            raise
        return {}
    changes: dict[Problem, Change] = {}
    for problem in own:
        line = problem.range.start.line
        same = [f for f in findings if f.range.start.line == line and problem.code in ("", f.rule)]
        same = [f for f in same if f.range == problem.range] or same
        if same and (fix := same[0].fix) is not None:
            offset = task.document.offset
            splices = tuple(Splice(offset(e.range.start), offset(e.range.end), e.new_text) for e in fix.edits)
            changes[problem] = Change(fix.title, splices)
    return changes
