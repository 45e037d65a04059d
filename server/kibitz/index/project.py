"""One project's index in the process that keeps it: the file, the open documents, the builder, and how to ask."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

from kibitz.errors import KibitzError
from kibitz.index.analyze import digest, generated_name
from kibitz.index.build import Builder, entry_of
from kibitz.index.crawl import MAX_FILE_BYTES, look_at, walk, wanted
from kibitz.index.ignore import read_plain
from kibitz.index.overlay import Overlay
from kibitz.index.pause import Pause
from kibitz.index.view import View
from kibitz.index.words import windows
from kibitz.store.index_file import Entry, Fault, IndexFile, clean
from kibitz.store.index_reads import IndexReads
from kibitz.store.index_schema import index_path
from kibitz.syntax.languages import language_of

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Project:
    """Everything but `build` is for one thread; `build` may run beside it."""

    def __init__(self, root: Path, exclude: tuple[str, ...], folder: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.exclude = exclude
        self._lock = threading.Lock()
        self._file = IndexFile(index_path(folder, self.root), windows)
        self._reads = IndexReads(self._file)
        self._pause = Pause(self._file.path.parent)
        self._overlay = Overlay()
        self.view = View(self._reads, self._overlay)
        self._last: dict[str, Any] = {}
        self._slices: Generator[dict[str, Any], None, dict[str, Any]] | None = None
        self.told = 0
        """How often somebody said that a file or a document is another one."""

    @property
    def private(self) -> bool:
        """Whether the index is kept for this process only, because its folder cannot be used."""
        return self._file.temporary is not None

    def use(self, exclude: tuple[str, ...]) -> None:
        """Other files are left out from now on; the next build takes them out."""
        self.exclude = exclude
        for path in list(self._overlay):
            if not wanted(self.root, path, exclude):
                self._overlay.drop(path)

    def close(self) -> None:
        """Close the file, and end a build of this thread's."""
        if self._slices is not None:
            self._slices.close()
        self._reads.renew()
        with self._lock:
            self._file.close()

    async def build(self, emit: Callable[[dict[str, Any]], None], owner: str = "") -> dict[str, Any]:
        """Bring the index up to date, in threads; `emit` gets the progress. See `building`."""
        from kibitz.index.drive import drive  # asyncio: the process that answers does without

        return await drive(self.building(owner), emit)

    def building(self, owner: str = "") -> Generator[dict[str, Any], None, dict[str, Any]]:
        """Bring the index up to date, a slice at a time; see `Builder.slices`. Raises `internal` where the file cannot be written.

        A build by the same `owner` as one that died goes on at once, another one waits a while for that one.
        """
        builder = Builder(self.root, self.exclude, self._file, self._lock, self._pause, owner)
        try:
            self._last = yield from builder.slices()
        except Fault as error:
            self._mend(error)
            self._last = yield from builder.slices()
        return {**self._last, **self.figures()}

    def build_slice(self) -> dict[str, Any]:
        """The next slice of a build in the thread that asks: {"progress"}, or {"result"} when it is done."""
        slices, self._slices = self._slices or self.building(), None
        try:
            progress = next(slices)
        except StopIteration as end:
            return {"result": end.value}
        self._slices = slices
        return {"progress": progress}

    def built(self, result: dict[str, Any]) -> dict[str, Any]:
        """What `build` answered in another process, as this one's answer."""
        self._reads.renew()
        self._last = result
        return {**result, "open": len(self._overlay)}

    def update(self, path: str, text: str | None, language: str = "") -> dict[str, Any]:
        """Show an open document's text (with `text`), or what lies on the disk now (without).

        Answers whether the file is in the index now, and whether the whole project should be looked through again.
        """
        self.told += 1
        if not path.isascii() and clean(path) != path:
            return {"indexed": False, "refresh": False}
        if text is not None:
            if not wanted(self.root, path, self.exclude) or generated_name(path):
                return {"indexed": False, "refresh": False}
            stored, content = self.asked(lambda: (self._reads.language(path), self._reads.hash(path)))
            known = language or stored or language_of(path, text[:200].split("\n")[0])
            if known == stored and content == digest(text.encode("utf-8", "surrogatepass")):
                self._overlay.drop(path)  # most of what is open is as it was saved: that is known already
            else:
                self._overlay.put(path, known, text, new=stored is None)
            return {"indexed": True, "refresh": False}
        self._overlay.drop(path)
        if path.rpartition("/")[2] == ".gitignore":
            return {"indexed": False, "refresh": True}
        return self.asked(lambda: self._from_disk(path), writes=True)

    def figures(self) -> dict[str, Any]:
        """What is in the index, and how the last build went."""
        counts = self.asked(self._reads.counts)
        return {
            **counts,
            "windows": self.asked(self._reads.window_count),
            "open": len(self._overlay),
            "complete": bool(self.asked(lambda: self._reads.meta("complete"))),
            "bytes": sum(p.stat().st_size for p in self._file.path.parent.glob(self._file.path.name + "*")),
            "lastBuild": {
                key: self._last[key]
                for key in ("parsed", "seconds", "cpuSeconds", "notes")
                if key in self._last
            },
        }

    def asked(self, question: Callable[[], T], *, writes: bool = False, keep_s: float = 0.0) -> T:
        """The answer, from one state of the index unless the question `writes`; with `keep_s`, one up to so many seconds old.

        A question with `keep_s` is one that somebody who types waits for: builds wait too. Where the file turns out to be broken, that of an empty index that is then built anew.
        """
        try:
            with self._pause.asking() if keep_s else nullcontext():
                return self._answered(question, writes, keep_s)
        except Fault as error:
            self._mend(error)
            return self._answered(question, writes, keep_s)

    def _answered(self, question: Callable[[], T], writes: bool, keep_s: float) -> T:
        if self._file.is_replaced():  # another process found it damaged, and made it anew
            self._reads.renew()
            with self._lock:
                self._file.reopen()
            self.view.forget()
        if writes:  # without a write-ahead log, nobody could write while we read
            self._reads.renew()
            return question()
        with self._reads.snapshot(keep_s):
            return question()

    def _mend(self, error: Fault) -> None:
        self._reads.renew()
        with self._lock:  # another thread may have thrown the file away meanwhile: then that was the error
            if self._file.is_closed(error):
                return
            if not self._file.is_damage(error):
                raise KibitzError(
                    "internal",
                    f"The project index cannot be used ({getattr(error, 'sqlite_errorname', type(error).__name__)}).",
                    "It is a cache: free some space, or delete its folder.",
                ) from None
            _log.warning("The project index was damaged and is made anew")
            self._file.start_over()
            self.view.forget()

    def _from_disk(self, path: str) -> dict[str, Any]:
        found = look_at(self.root, path, self.exclude)
        notes: Counter[str] = Counter()
        entries: list[Entry] = []
        gone: list[str] = []
        same = False
        if found is None:
            inside = [row[0] for row in self._reads.files() if row[0].startswith(f"{path}/")]
            allowed = wanted(self.root, f"{path}/x", self.exclude)
            there = (
                {f.path: f for f in walk(self.root, self.exclude, start=path)}
                if allowed and (self.root / path).is_dir()
                else {}
            )
            gone = [one for one in (path, *inside) if one not in there]
            todo = list(there.values())
        else:
            todo = [found]
        for one in todo:
            data = read_plain(os.path.join(self.root, one.path), MAX_FILE_BYTES)  # noqa: PTH118
            if data is None:
                gone.append(one.path)
            elif (self._reads.language(one.path), self._reads.hash(one.path)) == (one.language, digest(data)):
                same = True  # a document was closed that was as it was saved
            else:
                entries.append(entry_of(one, data, notes))
        if entries or gone:
            with self._lock:
                self._file.write(entries, gone)
        return {"indexed": same or any(entry.text is not None for entry in entries), "refresh": False}
