"""Bringing the stored index up to what lies on the disk, in slices, so that it can be asked and stopped meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from kibitz.index.analyze import Analyzed, analyzed, digest, generated_name, readable
from kibitz.index.crawl import MAX_FILE_BYTES, Found, walk
from kibitz.index.ignore import read_plain
from kibitz.index.pause import Pause
from kibitz.index.resolve import STEERING
from kibitz.store.index_file import Entry, IndexFile, Known, StoredDefinition, StoredImport, clean

SLICE_S = 0.05
BATCH_CHARACTERS = 3_000_000
BATCH_FILES = 400
MAX_FILES = 100_000


def entry_of(found: Found, data: bytes, notes: Counter[str]) -> Entry:
    """All the index keeps of a file with these contents."""
    return stored(analyzed_of(found, data, notes), found, digest(data))


def analyzed_of(found: Found, data: bytes, notes: Counter[str]) -> Analyzed | None:
    """What the text of a file says; None for a file that holds nothing for the index."""
    text = readable(found.path, found.language, data)
    if text is None:
        notes["generated, binary or minified files"] += 1
        return None
    return analyzed(found.path, found.language, text, notes)


def stored(one: Analyzed | None, found: Found, content: bytes) -> Entry:
    """The form in which a file is kept."""
    if one is None:
        return Entry(found.path, found.language, found.size, found.mtime_ns, content)
    return Entry(
        found.path,
        found.language,
        found.size,
        found.mtime_ns,
        content,
        one.lines,
        one.text,
        [
            StoredDefinition(
                clean(d.name),
                d.kind,
                clean(d.container) if d.container else None,
                d.start_line,
                d.end_line,
                clean(d.signature),
                clean(d.documentation),
                "\n".join(d.bases),
            )
            for d in one.definitions
        ],
        [StoredImport(i.module, i.names, i.alias) for i in one.imports],
        steers=found.path.rpartition("/")[2] in STEERING,
    )


class Builder:
    """Builds one project's index. `lock` is held while the file is written."""

    def __init__(
        self,
        root: Path,
        exclude: tuple[str, ...],
        file: IndexFile,
        lock: threading.Lock,
        pause: Pause,
        owner: str = "",
    ) -> None:
        self._root = root
        self._exclude = exclude
        self._file = file
        self._lock = lock
        self._pause = pause
        self._owner = owner or uuid4().hex
        self._mark = file.path.with_name(file.path.name + ".at")

    def slices(self) -> Generator[dict[str, Any], None, dict[str, Any]]:
        """Index what is new or changed and forget what is gone, SLICE_S at a time; yields progress, returns figures and notes.

        One process builds at a time: another one waits (`waiting` in its progress, no work done), then finds the work done.
        Stopped at any point, the next run goes on from there.
        """
        started, cpu = time.monotonic(), time.process_time()
        while not self._locked(self._file.take_lease, self._owner):
            yield {"done": 0, "total": 0, "path": "", "waiting": True}
        work = _Work(self._root, self._exclude, self._file, self._lock, self._pause, self._owner, self._mark)
        try:
            yield from work.slices()
        finally:
            self._locked(self._file.end_lease, self._owner)
        return {
            "parsed": work.parsed,
            "unchanged": work.unchanged,
            "removed": work.removed,
            "seconds": round(time.monotonic() - started, 3),
            "cpuSeconds": round(time.process_time() - cpu, 3),
            "notes": [f"{count} {reason} left out" for reason, count in sorted(work.notes.items()) if count],
        }

    def _locked(self, function: Callable[[str], Any], value: str) -> Any:
        with self._lock:
            return function(value)


class _Work:
    """One run, as a generator of slices."""

    def __init__(
        self,
        root: Path,
        exclude: tuple[str, ...],
        file: IndexFile,
        lock: threading.Lock,
        pause: Pause,
        owner: str,
        mark: Path,
    ) -> None:
        self._root, self._exclude, self._file, self._lock = root, exclude, file, lock
        self._pause = pause
        self._owner = owner
        self._mark = _Mark(mark)
        self.notes: Counter[str] = Counter()
        self.parsed = self.unchanged = self.removed = 0
        self._entries: list[Entry] = []
        self._characters = 0
        self._same: list[tuple[str, int, int]] = []
        self._next = 0.0

    def slices(self) -> Generator[dict[str, Any], None, None]:
        """Work for SLICE_S at a time; yields progress. What is done is kept when it is closed early."""
        suspect = self._mark.open()
        try:
            with self._lock:
                known = self._file.known()
            todo: list[Found] = []
            seen: set[str] = set()
            yield from self._scan(known, todo, seen)
            total = len(todo)
            for done, found in enumerate(todo):
                self._pause.wait()
                if found.path == suspect:
                    self.notes["files that ended the last builds"] += 1
                    self._add(Entry(found.path, found.language, found.size, found.mtime_ns, b""), 0)
                else:
                    self._one(found, known.get(found.path))
                if self._due():
                    yield {"done": done, "total": total, "path": found.path}
            self._flush()
            gone = [path for path in known if path not in seen]
            for at in range(0, len(gone), BATCH_FILES):
                with self._lock:
                    self._file.write([], gone[at : at + BATCH_FILES])
                self.removed += len(gone[at : at + BATCH_FILES])
                yield {"done": total, "total": total, "path": ""}
            with self._lock:
                self._file.finish(complete=True)
            yield {"done": total, "total": total, "path": ""}
        finally:
            self._flush()
            self._mark.remove()

    def _scan(
        self, known: dict[str, Known], todo: list[Found], seen: set[str]
    ) -> Generator[dict[str, Any], None, None]:
        for found in walk(self._root, self._exclude, self.notes):
            if len(seen) >= MAX_FILES:
                self.notes[f"files above the limit of {MAX_FILES}"] += 1
                continue
            seen.add(found.path)
            before = known.get(found.path)
            if before is not None and (before.size, before.mtime_ns) == (found.size, found.mtime_ns):
                self.unchanged += 1
            else:
                todo.append(found)
            if self._due():
                self._pause.wait()
                yield {"done": 0, "total": len(seen), "path": found.path}

    def _one(self, found: Found, before: Known | None) -> None:
        if generated_name(found.path):
            self.notes["generated, binary or minified files"] += 1
            self._add(Entry(found.path, found.language, found.size, found.mtime_ns, b""), 0)
            return
        data = read_plain(os.path.join(self._root, found.path), MAX_FILE_BYTES)  # noqa: PTH118 - names of any bytes
        if (
            data is None
        ):  # gone, unreadable, or something else by now: what is known of it stays until the next scan
            self.notes["files that cannot be read"] += 1
            return
        content = digest(data)
        if before is not None and before.hash == content:
            self.unchanged += 1
            self._same.append((found.path, found.size, found.mtime_ns))
            return
        self._mark.set(found.path)
        entry = stored(analyzed_of(found, data, self.notes), found, content)
        self.parsed += 1
        self._add(entry, len(data))

    def _add(self, entry: Entry, size: int) -> None:
        self._entries.append(entry)
        self._characters += size
        if self._characters >= BATCH_CHARACTERS or len(self._entries) >= BATCH_FILES:
            self._flush()

    def _flush(self) -> None:
        entries, self._entries, self._characters = self._entries, [], 0
        same, self._same = self._same, []
        with self._lock:
            if entries:
                self._file.write(self._between_answers(entries))
            if same:
                self._file.touch(same)
            if entries or same:
                self._file.take_lease(self._owner)

    def _between_answers(self, entries: list[Entry]) -> Iterator[Entry]:
        for entry in entries:
            self._pause.wait()
            yield entry

    def _due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + SLICE_S
        return True


class _Mark:
    """The path of the file that is being parsed, where the next process finds it if this one does not survive that file.

    A process is also ended for other reasons: a file is to blame where two came to their end over it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._before, self._times = b"", 0

    def open(self) -> str:
        """Begin; answers the file at which two builds were ended without a word."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        self._handle = os.open(self._path, flags, 0o600)
        parts = os.read(self._handle, 65536).split(b"\0")
        if len(parts) > 1 and parts[1].isdigit():
            self._before, self._times = parts[0], int(parts[1])
        return os.fsdecode(self._before) if self._times > 1 else ""

    def set(self, path: str) -> None:
        """This file is next. Written over the one before: a new file for each would cost more than parsing."""
        name = os.fsencode(path)
        times = self._times + 1 if name == self._before else 1
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, b"%b\0%d\0" % (name, times))

    def remove(self) -> None:
        """The build came to an end."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        self._path.unlink(missing_ok=True)
