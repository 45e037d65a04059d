"""An edit for the documents as they are by now: moved along where the user typed beside it, and checked again there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError, StaleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kibitz.lsp.session import Session
    from kibitz.verify.checks import Check
    from kibitz.verify.edit import FileEdit, ProposedEdit

ATTEMPTS = 5
"""So often an edit is moved along while the user types on; then it is left to them to ask again."""


async def current(session: Session, edit: ProposedEdit) -> ProposedEdit:
    """The edit for the documents as they are now; what had to move along with its text is checked again there.

    Raises StaleError where what an edit touches has changed, where a file that is not open is not on disk what it was,
    and where a change that was right is not any more: of several files then none is changed.
    """
    import attrs

    for _ in range(ATTEMPTS):
        moved = await _moved(session, edit)
        elsewhere = [
            new for old, new in zip(edit.files, moved, strict=True) if old.document.text != new.document.text
        ]
        if not elsewhere:
            return attrs.evolve(edit, files=moved)
        if not await _passes(session, elsewhere):
            raise StaleError
        if all(is_now(session, file) for file in moved):
            return attrs.evolve(edit, files=moved, checks=_later(edit.checks))
    raise StaleError


def _later(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """What is known of an edit that moved: the project's tests ran with another text."""
    import attrs

    return tuple(
        attrs.evolve(check, status="skipped", detail="the text changed after they ran")
        if check.name == "tests" and check.status == "passed"
        else check
        for check in checks
    )


async def _moved(session: Session, edit: ProposedEdit) -> tuple[FileEdit, ...]:
    from kibitz.verify.edit import rebase

    closed = [file for file in edit.files if file.document.uri not in session.documents]
    found = iter(await asyncio.to_thread(lambda: [_on_disk(file) for file in closed])) if closed else iter(())
    moved = []
    on_disk = {file.document.uri for file in closed}
    for file in edit.files:
        live = session.documents.get(file.document.uri)
        if file.document.uri in on_disk:
            moved.append(next(found))
        elif live is None:  # closed while the disk was read
            raise StaleError
        else:
            now, typed = live.snapshot(), live.since(file.document.version)
            moved.append(
                rebase(file, now)
                if now.text == file.document.text
                else await asyncio.to_thread(rebase, file, now, typed)
            )
    return tuple(moved)


def _on_disk(file: FileEdit) -> FileEdit:
    """The edit of a file that is not open, which must be what it was, or not be there where it is to be made."""
    import attrs

    from kibitz.text import read_text

    path = file.document.path
    if path is None:
        raise StaleError
    try:
        there = path.exists()
        now = read_text(path) if there or not file.create else ""
    except (KibitzError, OSError):
        raise StaleError from None
    if now != file.document.text:
        raise StaleError
    return attrs.evolve(file, create=file.create and not there)


def is_now(session: Session, file: FileEdit) -> bool:
    """Whether an edit speaks of its document as it is now."""
    live = session.documents.get(file.document.uri)
    return live is None or live.snapshot().text == file.document.text


async def _passes(session: Session, files: Iterable[FileEdit]) -> bool:
    """Whether edits are still right beside what was typed: a name that was renamed may have been used meanwhile."""
    from kibitz.verify.checks import run_checks

    for file in files:
        # the public API was judged when the edit was made, and moving it changes nothing there
        checks = await run_checks(
            file.document, file.after, trusted=session.settings.trusted, public_api=False
        )
        if any(check.status == "failed" for check in checks):
            return False
    return True
