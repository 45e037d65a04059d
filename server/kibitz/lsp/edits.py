"""A checked change as the client can take it: for the documents as they are now, versioned and annotated where it honours
that; all of its files or none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError, StaleError
from kibitz.lsp.convert import from_range
from kibitz.lsp.current import ATTEMPTS, current, is_now
from kibitz.lsp.preview import confirmed, say_checks, show_diff, summary
from kibitz.lsp.session import Session

if TYPE_CHECKING:
    from kibitz.text import Document
    from kibitz.verify.edit import FileEdit, ProposedEdit

ANNOTATION = "kibitz"

ATOMIC = (lsp.FailureHandlingKind.Transactional, lsp.FailureHandlingKind.Undo)
"""Clients of which an edit that creates files is made whole or not at all, by their own word."""


def takes(session: Session, edit: ProposedEdit) -> bool:
    """Whether the client can be given the edit at all: new files need `resourceOperations`, which only
    `documentChanges` can carry."""
    client = session.client
    return not any(file.create for file in edit.files) or (client.create_files and client.document_changes)


def workspace_edit(session: Session, edit: ProposedEdit, *, confirm: bool = False) -> lsp.WorkspaceEdit:
    """The edit in the shape the client declared; `confirm` asks for a preview first, as an edit by a model wants.

    Raises `unsupported` where it would have to create a file and cannot, and StaleError where a document is not what
    the edit speaks of."""
    client = session.client
    if not takes(session, edit):
        raise KibitzError(
            "unsupported",
            "This editor cannot create files for a language server.",
            "Use `kibitz … --write` in a terminal.",
        )
    annotated = client.annotations and client.document_changes
    changes: list[Any] = []
    plain: dict[str, list[lsp.TextEdit]] = {}
    for file in _in_order(edit):
        if file.create:
            # should it exist by now, the client has to refuse: neither overwritten nor added to
            changes.append(lsp.CreateFile(file.document.uri, annotation_id=ANNOTATION if annotated else None))
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


async def apply(
    session: Session, edit: ProposedEdit, label: str, *, confirm: bool = False, look: bool = False
) -> bool:
    """Have the client apply the edit, all of its files or none; one that cannot gets a message and the diff.

    `confirm`: a model made it, so it is looked at first where the client has a way, and its checks are said where it
    has none. `look`: it is shown first in any case. Raises StaleError.
    """
    client = session.client
    edit = await current(session, edit)
    if not client.apply_edit or not takes(session, edit):
        seen = await show_diff(session, edit, label)
        what = "here is the diff" if seen else "the command's result has it"
        session.message(lsp.MessageType.Info, f"kibitz: this editor cannot apply the change for you; {what}.")
        return False
    previewed = confirm and client.annotations and client.document_changes
    if look and not previewed and not await confirmed(session, edit, label):
        return False
    done = await _apply_whole(session, edit, label, confirm=confirm, again=not previewed)
    if done and confirm and not previewed and not look:
        say_checks(session, edit, label)
    return done


async def _apply_whole(
    session: Session, edit: ProposedEdit, label: str, *, confirm: bool, again: bool
) -> bool:
    """In one request where the client makes it whole; else new files first, which are taken back where the rest fails."""
    import attrs

    made = tuple(file for file in edit.files if file.create)
    rest = tuple(file for file in edit.files if not file.create)
    if not made or not rest or session.client.failure_handling in ATOMIC:
        return await _send(session, edit, label, confirm=confirm, again=again)
    if not await _send(session, attrs.evolve(edit, files=made), label, confirm=confirm, again=False):
        return False
    if await _send(session, attrs.evolve(edit, files=rest), label, confirm=confirm, again=again):
        return True
    await _take_back(session, [file.document for file in made])
    return False


async def _send(session: Session, edit: ProposedEdit, label: str, *, confirm: bool, again: bool) -> bool:
    """One edit to the client. `again`: where something was typed while it was on its way, and the client refused it for
    that, it is moved along and sent once more."""
    for _ in range(ATTEMPTS if again else 1):
        try:
            edit = await current(session, edit)
            params = lsp.ApplyWorkspaceEditParams(workspace_edit(session, edit, confirm=confirm), label)
        except StaleError as error:
            session.report(error)
            return False
        try:
            answer = await session.ask_client(lsp.WORKSPACE_APPLY_EDIT, params)
        except KibitzError as error:
            if again and await _typed(session, edit):
                continue
            session.report(error)
            return False
        if answer.applied:
            return True
        if all(is_now(session, file) for file in edit.files):
            break
    session.message(
        lsp.MessageType.Warning, f"kibitz: the editor did not apply the change{_why(edit, answer)}."
    )
    return False


async def _typed(session: Session, edit: ProposedEdit) -> bool:
    """Whether the editor had changes that it had not told of yet: Emacs tells of them half a second later, and refuses
    what does not know them with an error."""
    for _ in range(14):
        if not all(is_now(session, file) for file in edit.files):
            return True
        await asyncio.sleep(0.05)
    return False


def _why(edit: ProposedEdit, answer: lsp.ApplyWorkspaceEditResult) -> str:
    """The client's reason, and the files it says it changed before it failed."""
    reason = f" ({answer.failure_reason})" if answer.failure_reason else ""
    steps = [file for file in _in_order(edit) for _ in range(1 + file.create)]
    changed = dict.fromkeys(_name(file.document) for file in steps[: answer.failed_change or 0])
    return f"{reason}; undo it in {', '.join(changed)}" if changed else reason


def _in_order(edit: ProposedEdit) -> list[FileEdit]:
    """New files first: where a client stops halfway, nothing is lost."""
    return sorted(edit.files, key=lambda file: not file.create)


def _name(document: Document) -> str:
    return document.uri.rsplit("/", 1)[-1]


async def _take_back(session: Session, made: list[Document]) -> None:
    """Delete files that were made for a change that failed."""
    if session.client.delete_files:
        options = lsp.DeleteFileOptions(ignore_if_not_exists=True)
        deletions = [lsp.DeleteFile(document.uri, options=options) for document in made]
        params = lsp.ApplyWorkspaceEditParams(lsp.WorkspaceEdit(document_changes=deletions), "Take it back")
        try:
            answer = await session.ask_client(lsp.WORKSPACE_APPLY_EDIT, params)
        except KibitzError as error:
            session.report(error)
        else:
            if answer.applied:
                return
    names = ", ".join(_name(document) for document in made)
    session.message(lsp.MessageType.Warning, f"kibitz: the change failed after {names} was made; delete it.")
