"""Apply the fix a finding carries."""

from __future__ import annotations

from kibitz.errors import KibitzError
from kibitz.features.find_bugs import static_findings
from kibitz.features.refactor import Refactoring
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Usage
from kibitz.models.select import OFFLINE
from kibitz.text import Document, apply_edits
from kibitz.verify.checks import run_checks
from kibitz.verify.edit import ProposedEdit, file_edit


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
