"""What SQLite's errors mean, to the program and to a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kibitz.errors import KibitzError, Kind

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_SENTENCES: dict[int, tuple[Kind, str, str]] = {
    sqlite3.SQLITE_BUSY: ("timeout", "is locked by another program", "Close the program that holds it."),
    sqlite3.SQLITE_FULL: (
        "internal",
        "cannot grow, because its disk is full",
        "Free some space and restart kibitz.",
    ),
    sqlite3.SQLITE_READONLY: (
        "internal",
        "cannot be written",
        "Make the file and its folder writable, or set database_url to another file, and restart kibitz.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "internal",
        "cannot be opened",
        "Check the permissions of the file and its folder, or set database_url to another file, and restart kibitz.",
    ),
    sqlite3.SQLITE_IOERR: ("internal", "cannot be read or written", "Check the disk and restart kibitz."),
    sqlite3.SQLITE_CORRUPT: (
        "internal",
        "is damaged",
        "Restart kibitz: it sets the file aside and begins a new one.",
    ),
}
_SAME = {
    sqlite3.SQLITE_LOCKED: sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_PROTOCOL: sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_PERM: sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOTADB: sqlite3.SQLITE_CORRUPT,
}


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def explain(error: sqlite3.Error | OSError, path: Path | None, so: str = "") -> KibitzError:
    """The error as a sentence: what happened to which file, `so` that what; and what to do."""
    name = f"The database {path}" if path is not None else "The database in memory"
    if isinstance(error, OSError):
        reason = (error.strerror or type(error).__name__).lower()
        _, _, hint = _SENTENCES[sqlite3.SQLITE_CANTOPEN]
        return KibitzError("internal", f"{name} cannot be opened: {reason}{so}.", hint)
    code = code_of(error)
    kind, what, hint = _SENTENCES.get(
        _SAME.get(code, code),
        (
            "internal",
            f"gave an error ({getattr(error, 'sqlite_errorname', type(error).__name__)})",
            "Restart kibitz.",
        ),
    )
    return KibitzError(kind, f"{name} {what}{so}.", hint)
