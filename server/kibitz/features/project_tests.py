"""The check *tests* of a change: the project's own tests, where the user allowed them to be run."""

from __future__ import annotations

from kibitz.errors import KibitzError
from kibitz.features.workbench import Workbench
from kibitz.sandbox.job import Limits
from kibitz.verify.checks import Check
from kibitz.verify.edit import ProposedEdit
from kibitz.verify.project_tests import NAME, check_project_tests


async def project_tests(bench: Workbench, edit: ProposedEdit) -> Check:
    """What the project's tests say of a change that is not applied yet; skipped, with the reason, where they are not run.

    They are run in the sandbox on copies, never in the project's folder, and only with `sandbox.project_tests`.
    """
    settings = bench.settings.sandbox
    if not settings.project_tests:
        return Check(
            NAME, "skipped", "the setting `sandbox.project_tests` does not allow the project's tests"
        )
    sandbox = bench.services.sandbox
    if sandbox is None or not bench.settings.trusted:
        return Check(NAME, "skipped", "the sandbox is switched off, or the workspace is not trusted")
    if bench.root is None:
        return Check(NAME, "skipped", "no folder is open whose tests could be run")
    files = [(file.document.path, file) for file in edit.files]
    try:
        return await check_project_tests(
            sandbox,
            bench.root,
            {path: file.document.text for path, file in files if path is not None and not file.create},
            {path: file.after.text for path, file in files if path is not None},
            unsaved={d.path: d.text for d in bench.open_documents() if d.path is not None},
            exclude=bench.settings.context.exclude,
            limits=Limits(timeout_s=settings.timeout_s, memory_mb=settings.memory_mb),
        )
    except KibitzError as error:  # the sandbox cannot run them; that says nothing of the change
        return Check(NAME, "skipped", error.message)
