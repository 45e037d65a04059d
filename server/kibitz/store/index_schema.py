"""The index's file: one SQLite database for a project, a cache that is thrown away rather than repaired."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import unicodedata
from hashlib import blake2b
from pathlib import Path

from kibitz.store.sqlite_errors import BUSY, DAMAGED, code_of

FORMAT = 1
"""Goes up whenever what is stored means something else: tables, windows, words, or what a file's parse keeps."""
BUSY_S = 10.0
_NAME = re.compile(r"^([0-9a-f]{24})\.v(\d+)\.sqlite$")

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, language TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, hash BLOB NOT NULL, lines INTEGER NOT NULL, kept INTEGER NOT NULL, text BLOB
);
CREATE TABLE definitions (
    file INTEGER NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, container TEXT, last TEXT,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, signature TEXT NOT NULL, documentation TEXT NOT NULL, bases TEXT NOT NULL,
    PRIMARY KEY (file, at)
) WITHOUT ROWID;
CREATE INDEX definitions_name ON definitions (name);
CREATE INDEX definitions_last ON definitions (last) WHERE last IS NOT NULL;
CREATE TABLE imports (
    file INTEGER NOT NULL, at INTEGER NOT NULL, module TEXT NOT NULL, names TEXT NOT NULL, alias TEXT,
    PRIMARY KEY (file, at)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE windows USING fts5(
    words, parts, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
);
INSERT INTO windows (windows, rank) VALUES ('hashsize', 8000000);
"""
# `windows` has no text of its own: a window's row number is its file's id and its first line, and its end follows from
# the file's text. `kept` is 0 for a file that was looked at and holds nothing for the index: it is not read again.


def index_path(folder: Path, root: Path) -> Path:
    """The file that holds the index of a root, by the root's real path."""
    real = os.path.realpath(root)
    return folder / f"{blake2b(os.fsencode(real), digest_size=12).hexdigest()}.v{FORMAT}.sqlite"


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an index of this format, made anew where there is none or a damaged one.

    May be used in any one thread at a time. Raises sqlite3.Error or OSError where the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_older(path)
    try:
        return _opened(path)
    except sqlite3.Error as error:
        if code_of(error) not in DAMAGED:
            raise
        delete(path)
        return _opened(path)


def delete(path: Path) -> None:
    """Remove an index and what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        with contextlib.suppress(OSError):
            path.chmod(0o600)  # it holds the project's text
        for pragma in (
            "busy_timeout = 10000",
            "synchronous = OFF",
            "temp_store = MEMORY",
            "cache_size = -16000",
            "trusted_schema = OFF",
            "journal_size_limit = 8000000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        with contextlib.suppress(
            sqlite3.OperationalError
        ):  # another process is just doing the same, or it has no WAL
            connection.execute("PRAGMA journal_mode = WAL")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone()
        if found is None:
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('format', ?)", (_format(),))
        elif _stored_format(connection) != _format():
            raise _damaged()
        connection.execute("SELECT count(*) FROM files").fetchone()
        connection.execute("SELECT rowid FROM windows LIMIT 1").fetchone()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _stored_format(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except sqlite3.OperationalError as error:
        if code_of(error) in BUSY:
            raise
        return None
    return str(row[0]) if row else None


def _format() -> str:
    """Words are cut by Python's tables of characters: another table cuts others, which could not be taken out again."""
    return f"{FORMAT} {unicodedata.unidata_version}"


def _damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("not an index of this format")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _forget_older(path: Path) -> None:
    """Remove indexes of the same project in an older format."""
    mine = _NAME.match(path.name)
    if mine is None:
        return
    for other in path.parent.glob(f"{mine[1]}.v*.sqlite"):
        found = _NAME.match(other.name)
        if found is not None and int(found[2]) < FORMAT:
            delete(other)
