"""`window/workDoneProgress/cancel`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp import progress
from kibitz.lsp.session import Session

METHOD = lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL


def handle(session: Session, params: lsp.WorkDoneProgressCancelParams) -> None:
    """Stop the work the user cancelled in the progress display."""
    progress.cancel(session, params.token)
