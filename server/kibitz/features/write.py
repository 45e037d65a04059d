"""Writing a checked change to disk: all files or none, and never over a file that changed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError, StaleError
from kibitz.features.journal import NotUndoneError, Replacement, recover, replace_all
from kibitz.settings import user_places
from kibitz.text import encoding_of

if TYPE_CHECKING:
    from kibitz.verify.edit import FileEdit, ProposedEdit


def write_edit(edit: ProposedEdit) -> None:
    """Write every file of an edit, in its encoding; links stay links. Raises StaleError where one is not what it was when
    it was read, `invalid` where one cannot be written; in both cases every file is as it was."""
    journals = journal_folder()
    try:
        recover(journals)
        files = [_replacement(file) for file in edit.files]
        if len({file.target for file in files}) < len(files):
            raise KibitzError(
                "invalid", "The change names one file twice.", "Rename the link that leads to it."
            )
        if not replace_all(files, journals):
            raise StaleError
    except NotUndoneError as error:
        raise KibitzError(
            "internal",
            f"The change could not be written, and not all of it be taken back: {error.strerror}.",
            "Mend that and start kibitz again: it puts the files back.",
        ) from None
    except OSError as error:
        raise KibitzError(
            "invalid", f"The change could not be written: {error.strerror}.", "Nothing was changed."
        ) from None


def journal_folder() -> Path:
    """Where the changes are noted that are being written."""
    return user_places().database.parent / "writes"


def take_back_interrupted() -> str:
    """Put back what a killed process left half written; a sentence about it for the user, empty where there was nothing."""
    try:
        undone = recover(journal_folder())
    except OSError:
        return ""
    if not undone:
        return ""
    return f"A change that was interrupted halfway was taken back: {', '.join(map(str, undone))}."


def _replacement(file: FileEdit) -> Replacement:
    if file.document.path is None:
        raise KibitzError("invalid", "This document has no file.", "Save it first.")
    target = file.document.path.resolve()  # a link stays a link
    try:
        before: bytes | None = target.read_bytes()
    except FileNotFoundError:
        before = None
    if (before is None) != file.create:
        raise StaleError
    encoding = encoding_of(before) if before else "utf-8"
    try:
        if before is not None and before.decode(encoding) != file.document.text:
            raise StaleError
        return Replacement(target, before, file.after.text.encode(encoding))
    except UnicodeDecodeError:
        raise StaleError from None
    except UnicodeEncodeError:
        raise KibitzError(
            "bad_response", "The change has characters that no file can hold.", "Ask again."
        ) from None
