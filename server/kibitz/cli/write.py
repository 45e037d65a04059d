"""Writing a checked change to disk: all files or none, and never over a file that changed meanwhile."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kibitz.errors import KibitzError, StaleError
from kibitz.text import encoding_of

if TYPE_CHECKING:
    from kibitz.verify.edit import ProposedEdit


def print_diff(diff: str) -> None:
    """A unified diff, coloured on a terminal."""
    if not sys.stdout.isatty():
        click.echo(diff, nl=False)
        return
    for line in diff.splitlines():
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.echo(click.style(line, fg=colour, bold=line.startswith(("+++", "---"))))


def write_edit(edit: ProposedEdit) -> None:
    """Write every file of an edit. Raises StaleError where one changed since it was read, `invalid` where one cannot be
    written; in both cases every file is as it was."""
    prepared: list[tuple[Path, Path, bytes | None]] = []
    try:
        for file in edit.files:
            path = file.document.path
            if path is None:
                raise KibitzError("invalid", "This document has no file.", "Save it first.")
            before = None if file.create else path.read_bytes()
            encoding = encoding_of(before) if before else "utf-8"
            if before is not None and before.decode(encoding) != file.document.text:
                raise StaleError
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".kibitz-")
            with os.fdopen(handle, "wb") as out:
                out.write(file.after.text.encode(encoding))
            if before is not None:
                Path(name).chmod(path.stat().st_mode & 0o7777)
            else:
                Path(name).chmod(0o644)
            prepared.append((Path(name), path, before))
        _replace_all(prepared)
    except OSError as error:
        raise KibitzError(
            "invalid", f"The change could not be written: {error.strerror}.", "Nothing was changed."
        ) from None
    finally:
        for temporary, _, _ in prepared:
            temporary.unlink(missing_ok=True)


def _replace_all(prepared: list[tuple[Path, Path, bytes | None]]) -> None:
    """Move every new file into place; where one fails, put the earlier ones back."""
    done: list[tuple[Path, bytes | None]] = []
    try:
        for name, path, before in prepared:
            target = path.resolve()  # a link stays a link
            name.replace(target)
            done.append((target, before))
    except OSError:
        for path, before in done:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)
        raise
