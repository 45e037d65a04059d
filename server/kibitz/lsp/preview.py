"""Showing a text or a change before it happens: as a virtual document, else as a temporary file, else as a message."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.names import CONTENT_SCHEME

if TYPE_CHECKING:
    from kibitz.lsp.client import Client
    from kibitz.lsp.session import Session
    from kibitz.verify.checks import Check
    from kibitz.verify.edit import ProposedEdit

KEPT = 50
"""So many virtual documents are kept: an editor asks for one again when it restores a window."""

_APPLY, _DISCARD = "Apply", "Discard"


async def show(session: Session, name: str, text: str) -> bool:
    """Open a text for reading; whether the editor did. Temporary files are gone when the session ends."""
    if not session.client.show_document:
        return False
    if session.client.virtual_documents:
        uri = f"{CONTENT_SCHEME}:/{uuid.uuid4().hex[:8]}/{name}"
        session.virtual[uri] = text
        while len(session.virtual) > KEPT:
            del session.virtual[next(iter(session.virtual))]
    else:
        try:
            uri = (await asyncio.to_thread(_written, session, name, text)).as_uri()
        except OSError as error:
            session.report(KibitzError("internal", f"The text could not be shown: {error.strerror}.", ""))
            return False
    params = lsp.ShowDocumentParams(uri, take_focus=True)
    try:
        answer = await session.ask_client(lsp.WINDOW_SHOW_DOCUMENT, params)
    except KibitzError as error:
        session.report(error)
        return False
    return bool(getattr(answer, "success", False))


def _written(session: Session, name: str, text: str) -> Path:
    import tempfile

    if session.shown is None:
        session.shown = tempfile.TemporaryDirectory(prefix="kibitz-", ignore_cleanup_errors=True)
    folder = Path(tempfile.mkdtemp(dir=session.shown.name))
    (folder / name).write_bytes(text.encode("utf-8", "replace"))
    return folder / name


def shown_first(client: Client) -> bool:
    """Whether a change is worth showing as a diff before it is made: where the editor does not do so by itself, and can."""
    previews = client.annotations and client.annotated_actions
    return client.show_document and client.apply_edit and not previews


async def show_diff(session: Session, edit: ProposedEdit, label: str) -> bool:
    """Open the change as a unified diff; whether the editor did."""
    return await show(session, f"{label}.diff", edit.unified_diff(_root(session, edit)))


async def confirmed(session: Session, edit: ProposedEdit, label: str) -> bool:
    """Show the change and ask whether to apply it. Where the editor cannot ask, it is shown and not applied."""
    seen = await show_diff(session, edit, label)
    if not session.client.questions:
        session.message(
            lsp.MessageType.Info,
            f"kibitz: {label}: {checked(edit.checks)} Nothing was changed; this editor cannot ask whether to."
            if seen
            else "kibitz: this editor cannot show the change before it is made.",
        )
        return False
    actions = [lsp.MessageActionItem(_APPLY), lsp.MessageActionItem(_DISCARD)]
    question = f"kibitz: {label}? {checked(edit.checks)}"
    params = lsp.ShowMessageRequestParams(lsp.MessageType.Info, question, actions)
    try:
        answer = await session.ask_client(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params)
    except KibitzError as error:
        session.report(error)
        return False
    return getattr(answer, "title", None) == _APPLY


def say_checks(session: Session, edit: ProposedEdit, label: str) -> None:
    """Say what was checked of a change that the editor makes without a question: what was not is said, never implied."""
    session.message(lsp.MessageType.Info, f"kibitz: {label}: {checked(edit.checks)}")


def checked(checks: tuple[Check, ...]) -> str:
    """The checks as a sentence."""
    passed = ", ".join(check.name for check in checks if check.status == "passed")
    others = "; ".join(
        f"{check.name}{f' ({check.detail})' if check.detail else ''}"
        for check in checks
        if check.status != "passed"
    )
    said = f"Checked: {passed}." if passed else ""
    return f"{said} Not checked: {others}.".strip() if others else said


def summary(checks: tuple[Check, ...]) -> str:
    """The checks in one line."""
    marks = {"passed": "✓", "failed": "✗", "skipped": "–"}
    return "  ".join(f"{marks[check.status]} {check.name}" for check in checks)


def _root(session: Session, edit: ProposedEdit) -> Path | None:
    return session.root_of(edit.files[0].document.path) if edit.files else None
