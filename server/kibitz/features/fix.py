"""Remove what diagnostics report, and apply the fix a finding carries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features.checked import Refactoring, checked
from kibitz.features.find_bugs import static_findings
from kibitz.features.fix_gone import OURS, diagnostic_check
from kibitz.features.fix_imports import with_imports
from kibitz.features.project_tests import project_tests
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import FixTask, Problem
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range, apply_edits
from kibitz.verify.checks import Check, run_checks
from kibitz.verify.edit import ProposedEdit, file_edit

MOST_AT_ONCE = 20
"""How many problems one prompt speaks of; the first in the text are taken."""
MOST_SAID = 1_500
"""Characters of what a checker says beside its message that a prompt holds."""


async def fix(bench: Workbench, document: Document, problems: Sequence[Problem]) -> Refactoring:
    """Remove the problems that diagnostics report, by whoever answers. Raises as `refactor` does.

    The check `diagnostic` says whether they are gone. A model is asked about at most MOST_AT_ONCE of them.
    """
    if bench.model("fix").name == OFFLINE:
        return await fix_offline(bench, document, problems)
    watch = Stopwatch()
    problems = tuple(sorted(dict.fromkeys(problems), key=lambda p: p.range))
    asked = problems[:MOST_AT_ONCE]
    where = Range(asked[0].range.start, max(p.range.end for p in asked))
    messages = render(
        "fix",
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where),
        context=await other_files(bench, document, where, "bugs"),
        problems="\n\n".join(_said(document, problem) for problem in asked),
    )
    task = FixTask(document, asked, bench.project)
    request = Request("fix", messages, task, max_output_tokens=4096)
    guarded = not await asyncio.to_thread(_in_signature, document, asked)
    answer = await bench.ask(request)
    left = [(p, "too many for one answer") for p in problems[MOST_AT_ONCE:]]
    verify = partial(_verify, bench, document, asked, tuple(_left(p, why) for p, why in left))
    return await checked(bench, document, where, request, answer, watch, public_api=guarded, verify=verify)


async def fix_offline(
    bench: Workbench, document: Document, problems: Sequence[Problem], *, certain: bool = False
) -> Refactoring:
    """The same without a model: by what the diagnostics say, by ruff's fixes and by those of our rules.

    With `certain`, only what nobody would want mended in another way. What is left is said in the checks. Raises
    `unsupported` where nothing can be mended, `bad_response` where the result does not stand its checks.
    """
    watch = Stopwatch()
    problems = await with_imports(bench, document, tuple(dict.fromkeys(problems)))
    request = Request("fix", (), FixTask(document, problems, bench.project, certain))
    answer = await bench.ask(request, model=bench.services.offline)
    left = tuple(Check("left", "skipped", note) for note in answer.notes)
    answer = evolve(answer, notes=())
    verify = partial(_verify, bench, document, problems, left)
    where = problems[0].range if problems else document.whole
    return await checked(bench, document, where, request, answer, watch, public_api=False, verify=verify)


async def _verify(
    bench: Workbench,
    document: Document,
    problems: Sequence[Problem],
    left: tuple[Check, ...],
    edit: ProposedEdit,
) -> tuple[Check, ...]:
    after = next((file.after for file in edit.files if file.document.uri == document.uri), document)
    return (await diagnostic_check(bench, document, after, problems), *left)


def _left(problem: Problem, why: str) -> Check:
    return Check("left", "skipped", f"line {problem.range.start.line + 1}: {why}")


def _said(document: Document, problem: Problem) -> str:
    """A problem as a prompt tells of it: who says so, where, the text there, and what is said beside it."""
    line = problem.range.start.line
    code = f" ({problem.code})" if problem.code else ""
    parts = [f"{problem.source or 'A checker'} reports at line {line + 1}: {problem.message.strip()}{code}"]
    said = document.slice(problem.range)
    if said and "\n" not in said:
        parts.append(f"It is about: {said}")
    if notes := "\n".join(problem.notes)[:MOST_SAID]:
        parts.append(f"Beside it, the checker says:\n{notes}")
    return "\n".join(parts)


def _in_signature(document: Document, problems: Sequence[Problem]) -> bool:
    """Whether a problem stands in a definition's signature: to remove it may change that."""
    tree = parse(document)
    heads = [(d.name_range.start.line, d.signature.count("\n")) for d in tree.definitions] if tree else []
    lines = [problem.range.start.line for problem in problems]
    return any(first <= line <= first + more for first, more in heads for line in lines)


async def apply_finding(bench: Workbench, document: Document, number: str) -> Refactoring:
    """The checked edit that removes a finding. Raises `not_found` where the text no longer has it."""
    watch = Stopwatch()
    findings = await static_findings(bench, document)
    finding = next((f for f in findings if f.id == number and f.fix is not None), None)
    if finding is None or finding.fix is None:
        raise KibitzError(
            "not_found", "This finding is no longer in the text.", "Look at the current findings."
        )
    change = file_edit(document, apply_edits(document, finding.fix.edits))
    checks = await run_checks(document, change.after, trusted=bench.settings.trusted, public_api=False)
    problem = Problem(finding.range, finding.message, OURS, finding.rule)
    checks = (*checks, await diagnostic_check(bench, document, change.after, (problem,)))
    edit = ProposedEdit((change,), checks)
    if not edit.failed:  # last, because it takes seconds
        edit = ProposedEdit((change,), (*checks, await project_tests(bench, edit)))
    if edit.failed:
        why = "; ".join(f"{c.name}: {c.detail}" for c in edit.failed)
        raise KibitzError("bad_response", f"The fix was refused: {why}.", "Change it by hand.")
    return Refactoring(bench.envelope(Answer(OFFLINE, "", Usage()), watch, edit.checks), edit)
