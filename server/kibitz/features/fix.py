"""Remove what a diagnostic reports, and apply the fix a finding carries."""

from __future__ import annotations

import asyncio

from kibitz.errors import KibitzError
from kibitz.features.checked import Refactoring, checked
from kibitz.features.find_bugs import static_findings
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import FixTask
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range, apply_edits
from kibitz.verify.checks import run_checks
from kibitz.verify.edit import ProposedEdit, file_edit


async def fix(
    bench: Workbench, document: Document, where: Range, message: str, source: str, code: str
) -> Refactoring:
    """Remove the problem a diagnostic reports. Raises as `refactor` does."""
    watch = Stopwatch()
    task = FixTask(document, where, message, source, code, bench.project)
    if bench.model("fix").name == OFFLINE:
        request = Request("fix", (), task)
        answer = await bench.ask(request, model=bench.services.offline)
        return await checked(bench, document, where, request, answer, watch, public_api=False)
    messages = render(
        "fix",
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where),
        source=source or "a checker",
        first=str(where.start.line + 1),
        context=await other_files(bench, document, where, "bugs"),
        message=message,
        rule=code,
    )
    request = Request("fix", messages, task, max_output_tokens=4096)
    guarded = not await asyncio.to_thread(_in_signature, document, where)
    answer = await bench.ask(request)
    return await checked(bench, document, where, request, answer, watch, public_api=guarded)


def _in_signature(document: Document, where: Range) -> bool:
    """Whether a problem stands in a definition's signature: to remove it may change that."""
    tree = parse(document)
    heads = ((d.name_range.start.line, d.signature.count("\n")) for d in tree.definitions) if tree else ()
    return any(first <= where.start.line <= first + more for first, more in heads)


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
    edit = ProposedEdit((change,), checks)
    if edit.failed:
        why = "; ".join(f"{c.name}: {c.detail}" for c in edit.failed)
        raise KibitzError("bad_response", f"The fix was refused: {why}.", "Change it by hand.")
    return Refactoring(bench.envelope(Answer(OFFLINE, "", Usage()), watch, checks), edit)
