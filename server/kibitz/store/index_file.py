"""What the index file holds, written in short transactions and read beside them."""

from __future__ import annotations

import json
import logging
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from attrs import frozen

from kibitz.store.index_schema import connect, delete
from kibitz.store.sqlite_errors import DAMAGED, code_of

_log = logging.getLogger(__name__)
LINE_BITS = 20
"""A window's row number is its file's id, shifted by this, and its first line: no file has that many lines."""
LEASE_S = 10.0

Fault = sqlite3.Error
Windows = Callable[[str], Iterable[tuple[int, str, str]]]


class Known(NamedTuple):
    """What is known of a file that was looked at."""

    id: int
    size: int
    mtime_ns: int
    hash: bytes


class StoredDefinition(NamedTuple):
    """A definition as it is kept: `bases` in one string, separated by line ends."""

    name: str
    kind: str
    container: str | None
    start: int
    stop: int
    signature: str
    documentation: str
    bases: str


class StoredImport(NamedTuple):
    """An import as it is kept."""

    module: str
    names: tuple[str, ...]
    alias: str | None


@frozen
class Entry:
    """All of one file. `text` is None for one that holds nothing for the index; `steers` says that others' imports depend on it."""

    path: str
    language: str
    size: int
    mtime_ns: int
    hash: bytes
    lines: int = 0
    text: str | None = None
    definitions: Sequence[StoredDefinition] = ()
    imports: Sequence[StoredImport] = ()
    steers: bool = False


class IndexFile:
    """One open index. `windows` cuts a text the same way each time: what it once put in is how it is taken out.

    `write` and its like are for one thread at a time, everything else for another one.
    """

    def __init__(self, path: Path, windows: Windows) -> None:
        self._windows = windows
        self.path = path
        self.temporary: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._writer = connect(path)
        except (sqlite3.Error, OSError) as error:
            # a folder that cannot be written costs the next start its time, not this one its index
            _log.warning("The index is kept for this run only: %s", type(error).__name__)
            self.temporary = tempfile.TemporaryDirectory(prefix="kibitz-index-")
            self.path = Path(self.temporary.name) / path.name
            self._writer = connect(self.path)
        self._open_reader()

    def _open_reader(self) -> None:
        self.reader = connect(self.path)
        self.reader.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, windows, row)")
        self._inode = self.path.stat().st_ino
        self.has_log = self.reader.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        """Whether reading holds up no writer."""

    def close(self) -> None:
        """Close the file; what is written stays."""
        self.reader.close()
        self._writer.close()
        if self.temporary is not None:
            self.temporary.cleanup()

    def start_over(self) -> None:
        """Throw the file away and begin an empty one."""
        self.reader.close()
        self._writer.close()
        delete(self.path)
        self._writer = connect(self.path)
        self._open_reader()

    def is_replaced(self) -> bool:
        """Whether another file is where this one was: another process threw it away."""
        try:
            return self.path.stat().st_ino != self._inode
        except OSError:  # just being made anew
            return False

    def reopen(self) -> None:
        """Go over to the file that is there now."""
        self.reader.close()
        self._writer.close()
        self._writer = connect(self.path)
        self._open_reader()

    @staticmethod
    def is_damage(error: sqlite3.Error) -> bool:
        """Whether an error says that the file itself is broken, and not that it is busy or the disk full."""
        return code_of(error) in DAMAGED or "no such table" in str(error) or "malformed" in str(error)

    @staticmethod
    def is_closed(error: sqlite3.Error) -> bool:
        """Whether an error says that the connection was closed meanwhile."""
        return isinstance(error, sqlite3.ProgrammingError)

    def changes(self) -> int:
        """A number that is another one after files were put in or taken out, by whatever process."""
        row = self.reader.execute("SELECT value FROM meta WHERE key = 'writes'").fetchone()
        return int(row[0]) if row else 0

    # writing

    def known(self) -> dict[str, Known]:
        """Every file that was looked at, as it was then."""
        rows = self._writer.execute("SELECT path, id, size, mtime_ns, hash FROM files")
        return {row[0]: Known(*row[1:]) for row in rows}

    def write(self, entries: Iterable[Entry], gone: Collection[str] = ()) -> None:
        """Put files in, in place of what was known of them, and take others out, all at once or not at all."""
        with self._transaction() as db:
            for path in gone:
                self._take_out(db, path, row=True)
            paths, links = bool(gone), bool(gone)
            for entry in entries:
                new_path, new_links = self._put(db, entry)
                paths = paths or new_path or entry.steers
                links = links or new_links
            self._bump(db, "writes")
            if paths:
                self._bump(db, "paths")
            if links:
                self._bump(db, "links")

    def touch(self, states: Iterable[tuple[str, int, int]]) -> None:
        """Note new sizes and times (path, size, mtime_ns) of files whose contents are as they were."""
        with self._transaction() as db:
            db.executemany("UPDATE files SET size = ?2, mtime_ns = ?3 WHERE path = ?1", list(states))

    def finish(self, *, complete: bool) -> None:
        """Note whether all of the project is in."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('complete', ?)", (str(int(complete)),))
        self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def take_lease(self, owner: str) -> bool:
        """Whether this owner may build now: one at a time, and a dead one's turn ends by itself."""
        now = time.time()
        with self._transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'lease'").fetchone()
            holder, until = json.loads(row[0]) if row else ("", 0.0)
            if holder not in ("", owner) and now < until <= now + LEASE_S:
                return False
            value = json.dumps([owner, now + LEASE_S])
            db.execute("INSERT OR REPLACE INTO meta VALUES ('lease', ?)", (value,))
            return True

    def end_lease(self, owner: str) -> None:
        """Let the next one build."""
        with self._transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'lease'").fetchone()
            if row and json.loads(row[0])[0] == owner:
                db.execute("DELETE FROM meta WHERE key = 'lease'")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield self._writer
            self._writer.execute("COMMIT")
        finally:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    @staticmethod
    def _bump(db: sqlite3.Connection, key: str) -> None:
        db.execute(
            "INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
            (key,),
        )

    def _put(self, db: sqlite3.Connection, entry: Entry) -> tuple[bool, bool]:
        """Whether the set of files with a text changed, and whether what this one imports did."""
        links_before = self._imports(db, entry.path)
        number, had_text = self._take_out(db, entry.path, row=False) or (None, False)
        kept = entry.text is not None
        text = zlib.compress(entry.text.encode(), 1) if entry.text is not None else None
        state = (entry.language, entry.size, entry.mtime_ns, entry.hash, entry.lines, int(kept), text)
        if number is None:
            made = db.execute(
                "INSERT INTO files (path, language, size, mtime_ns, hash, lines, kept, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (entry.path, *state),
            )
            number = made.lastrowid or 0
        else:
            db.execute(
                "UPDATE files SET language = ?, size = ?, mtime_ns = ?, hash = ?, lines = ?, kept = ?, text = ? WHERE id = ?",
                (*state, number),
            )
        if entry.text is not None:
            self._put_contents(db, number, entry, entry.text)
        return had_text != kept, links_before != [(i.module, "\n".join(i.names)) for i in entry.imports]

    @staticmethod
    def _imports(db: sqlite3.Connection, path: str) -> list[tuple[str, str]]:
        return db.execute(
            "SELECT i.module, i.names FROM imports i JOIN files f ON f.id = i.file WHERE f.path = ? ORDER BY i.at",
            (path,),
        ).fetchall()

    def _put_contents(self, db: sqlite3.Connection, number: int, entry: Entry, text: str) -> None:
        db.executemany(
            "INSERT INTO definitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, at, d.name, d.kind, d.container, last_of(d.container), *d[3:])
                for at, d in enumerate(entry.definitions)
            ],
        )
        db.executemany(
            "INSERT INTO imports VALUES (?, ?, ?, ?, ?)",
            [(number, at, i.module, "\n".join(i.names), i.alias) for at, i in enumerate(entry.imports)],
        )
        base = number << LINE_BITS
        db.executemany(
            "INSERT INTO windows (rowid, words, parts) VALUES (?, ?, ?)",
            ((base | start, words, parts) for start, words, parts in self._windows(text)),
        )

    def _take_out(self, db: sqlite3.Connection, path: str, *, row: bool) -> tuple[int, bool] | None:
        found = db.execute("SELECT id, text FROM files WHERE path = ?", (path,)).fetchone()
        if found is None:
            return None
        number, packed = found
        if packed is not None:
            base = number << LINE_BITS
            db.executemany(
                "INSERT INTO windows (windows, rowid, words, parts) VALUES ('delete', ?, ?, ?)",
                ((base | start, words, parts) for start, words, parts in self._windows(unpacked(packed))),
            )
            db.execute("DELETE FROM definitions WHERE file = ?", (number,))
            db.execute("DELETE FROM imports WHERE file = ?", (number,))
        if row:
            db.execute("DELETE FROM files WHERE id = ?", (number,))
        return number, packed is not None


def last_of(container: str | None) -> str | None:
    """The last name of a dotted one."""
    return container.rpartition(".")[2] if container else None


def clean(text: str) -> str:
    """Text that SQLite takes: lone surrogates become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def unpacked(data: Any) -> str:
    """A text as it was put in."""
    return zlib.decompress(data).decode()
