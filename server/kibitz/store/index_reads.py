"""What is asked of the index file. Plain tuples, in a fixed order."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from kibitz.store.index_file import LINE_BITS, IndexFile, StoredImport, clean, unpacked

WHOLE_WEIGHT, PART_WEIGHT = 3.0, 1.0
"""How much more a whole word counts than a part of a compound one."""
_DEFINITION = "f.path, d.name, d.kind, d.container, d.start, d.stop, d.signature, d.documentation, d.bases"
UNFINISHED_S = 3.0
"""No older state is kept of an index that is built for the first time: it grows."""
_FROM = "FROM definitions d JOIN files f ON f.id = d.file"


DefinitionTuple = tuple[str, str, str, str | None, int, int, str, str, str]
"""A definition as it is stored: path, name, kind, container, first and last line, signature, documentation, and bases in
lines. Thousands are read for one keystroke."""


class Hit(NamedTuple):
    """A window found: its file, its first line, and BM25's score, higher is better."""

    path: str
    start: int
    score: float


class IndexReads:
    """The questions, each one statement or two, on the reader's connection."""

    def __init__(self, file: IndexFile) -> None:
        self._file = file
        self._state: int | None = None
        self._inside = False
        self._kept_until = 0.0
        self._using = threading.RLock()
        self._timer: threading.Timer | None = None

    @contextmanager
    def snapshot(self, keep_s: float = 0.0) -> Iterator[None]:
        """One state of the index for all that is asked within, whoever writes meanwhile; asked for it, sooner answered.

        With `keep_s`, that state is kept for so many seconds, and the next question that says so is answered from it too:
        each write of another process makes SQLite forget all it has read.
        """
        with self._using:
            if self._inside:
                yield
                return
            if not (keep_s and time.monotonic() < self._kept_until):
                self._begin(keep_s)
            self._inside = True
            try:
                yield
            except BaseException:
                self._kept_until = 0.0
                raise
            finally:
                self._inside = False
                if not self._kept_until:
                    self.renew()

    def _begin(self, keep_s: float) -> None:
        self.renew()
        self._db.execute("BEGIN")
        self._state = self._file.changes()
        if keep_s and self._file.has_log:
            keep_s = keep_s if self.meta("complete") else min(keep_s, UNFINISHED_S)
            self._kept_until = time.monotonic() + keep_s
            self._timer = threading.Timer(keep_s, self.renew)
            self._timer.daemon = True
            self._timer.start()

    def renew(self) -> None:
        """The next question is answered from the state of then."""
        with self._using:
            if self._timer is not None:
                self._timer.cancel()
            self._timer, self._state, self._kept_until = None, None, 0.0
            with contextlib.suppress(sqlite3.ProgrammingError):  # closed
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @property
    def _db(self) -> sqlite3.Connection:
        return self._file.reader

    def files(self, language: str | None = None) -> list[tuple[str, str, int]]:
        """Path, language and lines of the files with a text, by path."""
        where, values = ("AND language = ?", (clean(language),)) if language else ("", ())
        statement = f"SELECT path, language, lines FROM files WHERE kept {where} ORDER BY path"  # noqa: S608
        return self._db.execute(statement, values).fetchall()

    def counts(self) -> dict[str, int]:
        """How much there is of everything."""
        row = self._db.execute("SELECT count(*), coalesce(sum(lines), 0) FROM files WHERE kept").fetchone()
        definitions = self._db.execute("SELECT count(*) FROM definitions").fetchone()
        imports = self._db.execute("SELECT count(*) FROM imports").fetchone()
        left = self._db.execute("SELECT count(*) FROM files WHERE NOT kept").fetchone()
        return {
            "files": row[0],
            "lines": row[1],
            "definitions": definitions[0],
            "imports": imports[0],
            "leftOut": left[0],
        }

    def meta(self, key: str) -> int:
        """A number kept under a name; 0 where there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else 0

    def definitions_named(self, names: Collection[str], limit: int) -> list[DefinitionTuple]:
        """The definitions of any of the names, by path and place."""
        return self._definitions(
            f"WHERE d.name IN ({marks(names)}) ORDER BY f.path, d.at LIMIT ?", (*map(clean, names), limit)
        )

    def definitions_of_each(self, names: Collection[str], each: int) -> list[DefinitionTuple]:
        """Of each name at most so many definitions, by name, path and place."""
        rows = self._db.execute(
            f"SELECT {_DEFINITION} FROM (SELECT d.file, d.at, row_number() OVER (PARTITION BY d.name ORDER BY f.path, d.at) "  # noqa: S608
            f"AS number {_FROM} WHERE d.name IN ({marks(names)})) AS first JOIN definitions d USING (file, at) "
            "JOIN files f ON f.id = d.file WHERE first.number <= ? ORDER BY d.name, f.path, d.at",
            (*map(clean, names), each),
        )
        return rows.fetchall()

    def changes(self) -> int:
        """See `IndexFile.changes`."""
        return self._file.changes() if self._state is None else self._state

    def definitions_in(self, path: str) -> list[DefinitionTuple]:
        """The definitions of a file, in its order."""
        return self._definitions("WHERE f.path = ? ORDER BY d.at", (clean(path),))

    def members_of(self, container: str, limit: int) -> list[DefinitionTuple]:
        """What is directly inside of a definition of a (dotted or last) name."""
        container = clean(container)
        column = "container" if "." in container else "last"
        return self._definitions(
            f"WHERE d.last = ? AND d.{column} = ? ORDER BY f.path, d.at LIMIT ?",
            (container.rpartition(".")[2], container, limit),
        )

    def imports_of(self, path: str) -> list[StoredImport]:
        """What a file imports, in its order."""
        rows = self._db.execute(
            "SELECT i.module, i.names, i.alias FROM imports i JOIN files f ON f.id = i.file WHERE f.path = ? ORDER BY i.at",
            (clean(path),),
        )
        return [
            StoredImport(module, tuple(names.split("\n")) if names else (), alias)
            for module, names, alias in rows
        ]

    def all_imports(self) -> list[tuple[str, str, StoredImport]]:
        """Path, language and import, of all files."""
        rows = self._db.execute(
            "SELECT f.path, f.language, i.module, i.names, i.alias FROM imports i JOIN files f ON f.id = i.file"
        )
        return [
            (path, language, StoredImport(module, tuple(names.split("\n")) if names else (), alias))
            for path, language, module, names, alias in rows
        ]

    def hash(self, path: str) -> bytes | None:
        """What tells a file's contents from others; None where it is not in."""
        row = self._db.execute("SELECT hash FROM files WHERE path = ? AND kept", (clean(path),)).fetchone()
        return row[0] if row else None

    def text(self, path: str) -> str | None:
        """A file's text; None where it is not in."""
        row = self._db.execute("SELECT text FROM files WHERE path = ?", (clean(path),)).fetchone()
        return unpacked(row[0]) if row and row[0] is not None else None

    def language(self, path: str) -> str | None:
        """A file's language; None where it is not in."""
        row = self._db.execute(
            "SELECT language FROM files WHERE path = ? AND kept", (clean(path),)
        ).fetchone()
        return row[0] if row else None

    def window_count(self) -> int:
        """How many windows there are."""
        row = self._db.execute("SELECT count(*) FROM windows_docsize").fetchone()
        return int(row[0])

    def frequency(self, term: str) -> int:
        """How many windows hold a word, whole or as a part."""
        row = self._db.execute("SELECT doc FROM temp.vocabulary WHERE term = ?", (term,)).fetchone()
        return row[0] if row else 0

    def search(self, terms: Sequence[str], limit: int, language: str | None) -> list[Hit]:
        """The windows with any of the words, the best first."""
        if not terms:
            return []
        query = " OR ".join(quoted(term) for term in terms)
        where, values = ("AND f.language = ?", (clean(language),)) if language else ("", ())
        rows = self._db.execute(
            f"SELECT f.path, w.rowid, -bm25(windows, {WHOLE_WEIGHT}, {PART_WEIGHT}) AS score FROM windows w "  # noqa: S608
            f"JOIN files f ON f.id = w.rowid >> {LINE_BITS} WHERE windows MATCH ? {where} "
            "ORDER BY score DESC, f.path, w.rowid LIMIT ?",
            (query, *values, limit),
        )
        return [Hit(path, number & ((1 << LINE_BITS) - 1), score) for path, number, score in rows]

    def files_with(self, word: str) -> list[str]:
        """The files that hold a word as a whole, by path; upper and lower case are the same here."""
        rows = self._db.execute(
            f"SELECT DISTINCT f.path FROM windows w JOIN files f ON f.id = w.rowid >> {LINE_BITS} "  # noqa: S608
            "WHERE windows MATCH ? ORDER BY f.path",
            (f"words : {quoted(word)}",),
        )
        return [row[0] for row in rows]

    def _definitions(self, rest: str, values: tuple[object, ...]) -> list[DefinitionTuple]:
        rows = self._db.execute(f"SELECT {_DEFINITION} {_FROM} {rest}", values)
        return rows.fetchall()


def marks(values: Collection[object]) -> str:
    """Question marks for a list of values."""
    return ", ".join("?" * len(values))


def quoted(term: str) -> str:
    """A word as a string of the search language."""
    return '"' + term.replace('"', '""') + '"'
