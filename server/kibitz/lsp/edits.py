"""A checked change as the client can take it: versioned and annotated where it honours that, else as a diff to read."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError, StaleError
from kibitz.lsp.convert import from_range
from kibitz.lsp.names import CONTENT_SCHEME
from kibitz.lsp.session import Session

if TYPE_CHECKING:
    from kibitz.text import Document
    from kibitz.verify.checks import Check
    from kibitz.verify.edit import FileEdit, ProposedEdit

ANNOTATION = "kibitz"


def current(session: Session, edit: ProposedEdit) -> ProposedEdit:
    """The edit moved to the documents as they are now. Raises StaleError where what it touches has changed."""
    import attrs

    from kibitz.verify.edit import rebase

    moved = []
    for file in edit.files:
        now = session.snapshot(file.document.uri) or _on_disk(session, file)
        same = now.text == file.document.text  # if under another version
        moved.append(attrs.evolve(file, document=now) if same else rebase(file, now))
    return attrs.evolve(edit, files=tuple(moved))


def _on_disk(session: Session, file: FileEdit) -> Document:
    """What a document that is not open says now; a new file says nothing. Raises StaleError where it is gone."""
    if file.create and file.document.path is not None and not file.document.path.exists():
        return file.document
    try:
        return session.document(file.document.uri)
    except KibitzError:
        raise StaleError from None


def workspace_edit(session: Session, edit: ProposedEdit, *, confirm: bool = False) -> lsp.WorkspaceEdit:
    """The edit in the shape the client declared; `confirm` asks for a preview first, as an edit by a model wants.

    Raises `unsupported` where it would have to create a file and cannot."""
    client = session.client
    annotated = client.annotations and client.document_changes
    changes: list[Any] = []
    plain: dict[str, list[lsp.TextEdit]] = {}
    for file in edit.files:
        if file.create:
            if not (client.create_files and client.document_changes):
                raise KibitzError(
                    "unsupported",
                    "This editor cannot create files for a language server.",
                    "Use `kibitz … --write` in a terminal.",
                )
            changes.append(
                lsp.CreateFile(file.document.uri, options=lsp.CreateFileOptions(ignore_if_exists=True))
            )
        ranges = [(from_range(file.document, e.range, client.encoding), e.new_text) for e in file.edits]
        plain[file.document.uri] = [lsp.TextEdit(where, text) for where, text in ranges]
        edits: list[Any] = [
            lsp.AnnotatedTextEdit(ANNOTATION, where, text) if annotated else lsp.TextEdit(where, text)
            for where, text in ranges
        ]
        changes.append(
            lsp.TextDocumentEdit(
                lsp.OptionalVersionedTextDocumentIdentifier(file.document.uri, _version(session, file)), edits
            )
        )
    if not client.document_changes:
        return lsp.WorkspaceEdit(changes=plain)
    annotation = lsp.ChangeAnnotation("kibitz", needs_confirmation=confirm, description=summary(edit.checks))
    return lsp.WorkspaceEdit(
        document_changes=changes, change_annotations={ANNOTATION: annotation} if annotated else None
    )


def summary(checks: tuple[Check, ...]) -> str:
    """The checks in one line."""
    marks = {"passed": "✓", "failed": "✗", "skipped": "–"}
    return "  ".join(f"{marks[check.status]} {check.name}" for check in checks)


async def apply(session: Session, edit: ProposedEdit, label: str, *, confirm: bool = False) -> bool:
    """Have the client apply the edit; a client that cannot gets a message and the diff. Raises StaleError."""
    edit = current(session, edit)
    if not session.client.apply_edit:
        await show(session, f"{label}.diff", edit.unified_diff(None))
        session.message(
            lsp.MessageType.Info, "kibitz: this editor cannot apply the change for you; here is the diff."
        )
        return False
    params = lsp.ApplyWorkspaceEditParams(workspace_edit(session, edit, confirm=confirm), label)
    try:
        answer = await session.ask_client(lsp.WORKSPACE_APPLY_EDIT, params)
    except KibitzError as error:
        session.report(error)
        return False
    if not answer.applied:
        reason = f" ({answer.failure_reason})" if answer.failure_reason else ""
        session.message(lsp.MessageType.Warning, f"kibitz: the editor did not apply the change{reason}.")
    return bool(answer.applied)


async def show(session: Session, name: str, text: str) -> None:
    """Open a text for reading: as a virtual document, else as a temporary file, else not at all."""
    if not session.client.show_document:
        return
    if session.client.virtual_documents:
        uri = f"{CONTENT_SCHEME}:/{uuid.uuid4().hex[:8]}/{name}"
        session.virtual[uri] = text
    else:
        import tempfile
        from pathlib import Path

        folder = Path(tempfile.mkdtemp(prefix="kibitz-"))
        (folder / name).write_text(text, "utf-8")
        uri = (folder / name).as_uri()
    params = lsp.ShowDocumentParams(uri, take_focus=True)
    try:
        await session.ask_client(lsp.WINDOW_SHOW_DOCUMENT, params)
    except KibitzError as error:
        session.report(error)


def _version(session: Session, file: FileEdit) -> int | None:
    """The version of an open document; null for one that the editor does not have open, as the specification says."""
    live = session.documents.get(file.document.uri)
    if live is None:
        return None
    if live.snapshot().text != file.document.text:
        raise StaleError
    return live.version


def to_json(session: Session, edit: ProposedEdit, *, confirm: bool = False) -> Any:
    """The edit as a command's result carries it."""
    from pygls.protocol import default_converter

    return default_converter().unstructure(workspace_edit(session, edit, confirm=confirm))  # type: ignore[no-untyped-call]
