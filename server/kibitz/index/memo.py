"""What was read of the stored index, kept while it stays as it is: one keystroke asks for much of what the last one did."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from attrs import define, field

from kibitz.index.reader import DefinitionRow
from kibitz.index.words import WINDOW_LINES, window_end
from kibitz.store.index_reads import DefinitionTuple, Hit, IndexReads

MOST_ROWS = 60_000
MOST_CHARACTERS = 12_000_000


class RowsKept:
    """Rows as they are stored, forgotten as soon as anything is written."""

    def __init__(self, reads: IndexReads) -> None:
        self._reads = reads
        self._kept: dict[Hashable, Any] = {}
        self._rows = 0
        self._state = -1

    def forget(self) -> None:
        """Read everything anew."""
        self._kept.clear()
        self._rows = 0

    def named(self, names: Collection[str], each: int) -> dict[str, Sequence[DefinitionRow]]:
        """See `IndexReads.definitions_of_each`, by name."""
        self._look()
        found: dict[str, Sequence[DefinitionRow]] = {}
        missing: dict[str, list[DefinitionRow]] = {}
        for name in names:
            kept = self._kept.get(("named", name, each))
            if kept is None:
                missing[name] = []
            else:
                found[name] = kept
        if missing:
            for row in self._reads.definitions_of_each(sorted(missing), each):
                missing[row[1]].append(definition(row))
        for name, rows in missing.items():
            found[name] = self._keep(("named", name, each), rows)
        return found

    def members(self, container: str, limit: int) -> Sequence[DefinitionRow]:
        """See `IndexReads.members_of`."""
        self._look()
        key = ("members", container, limit)
        kept: Sequence[DefinitionRow] | None = self._kept.get(key)
        return (
            kept
            if kept is not None
            else self._keep(key, map(definition, self._reads.members_of(container, limit)))
        )

    def inside(self, path: str) -> Sequence[DefinitionRow]:
        """See `IndexReads.definitions_in`."""
        self._look()
        key = ("inside", path)
        kept: Sequence[DefinitionRow] | None = self._kept.get(key)
        return (
            kept if kept is not None else self._keep(key, map(definition, self._reads.definitions_in(path)))
        )

    def defined(self, path: str) -> Mapping[str, int]:
        """How many definitions of each name a file has."""
        self._look()
        key = ("defined", path)
        if key not in self._kept:
            self._kept[key] = Counter(row.name for row in self.inside(path))
        kept: Mapping[str, int] = self._kept[key]
        return kept

    def search(self, terms: Sequence[str], limit: int, language: str | None) -> Sequence[Hit]:
        """See `IndexReads.search`: the word that is just being typed is often none that is known."""
        self._look()
        key = ("search", tuple(terms), limit, language)
        kept: Sequence[Hit] | None = self._kept.get(key)
        return kept if kept is not None else self._keep(key, self._reads.search(terms, limit, language))

    def frequency(self, term: str) -> int:
        """See `IndexReads.frequency`."""
        self._look()
        key = ("frequency", term)
        if key not in self._kept:
            self._kept[key] = self._reads.frequency(term)
            self._rows += 1
        return int(self._kept[key])

    def window_count(self) -> int:
        """See `IndexReads.window_count`."""
        self._look()
        if "windows" not in self._kept:
            self._kept["windows"] = self._reads.window_count()
        return int(self._kept["windows"])

    def _look(self) -> None:
        state = self._reads.changes()
        if state != self._state or self._rows > MOST_ROWS:
            self.forget()
            self._state = state

    def _keep(self, key: Hashable, rows: Any) -> tuple[Any, ...]:
        kept = tuple(rows)
        self._kept[key] = kept
        self._rows += 1 + len(kept)
        return kept


@define
class _Lines:
    """A file's text, for contents with a hash; `seen` is the state of the index in which they were its contents."""

    hash: bytes
    seen: int
    text: str
    windows: dict[int, tuple[int, str]] = field(factory=dict)


class LinesKept:
    """The lines of stored files, those asked for last, for as long as a file's contents are the same."""

    def __init__(self, reads: IndexReads) -> None:
        self._reads = reads
        self._kept: OrderedDict[str, _Lines] = OrderedDict()
        self._characters = 0

    def forget(self) -> None:
        """Read everything anew."""
        self._kept.clear()
        self._characters = 0

    def window(self, path: str, start: int) -> tuple[int, str]:
        """Of a file's window that starts at a line, the line after the last one, and its text."""
        known = self._known(path)
        if known is None:
            return window_end([""], start), ""
        found = known.windows.get(start)
        if found is None:
            lines = known.text.split("\n", start + WINDOW_LINES)  # what follows, if anything, is the last one
            end = window_end(lines, start)
            found = known.windows[start] = end, "\n".join(lines[start:end])
        return found

    def _known(self, path: str) -> _Lines | None:
        now = self._reads.changes()
        known = self._kept.get(path)
        if known is not None and known.seen == now:
            self._kept.move_to_end(path)
            return known
        state = self._reads.hash(path)
        if known is not None:
            if known.hash == state:
                known.seen = now
                self._kept.move_to_end(path)
                return known
            del self._kept[path]
            self._characters -= len(known.text)
        if state is None:
            return None
        text = self._reads.text(path) or ""
        known = self._kept[path] = _Lines(state, now, text)
        self._characters += len(text)
        while self._characters > MOST_CHARACTERS and len(self._kept) > 1:
            self._characters -= len(self._kept.popitem(last=False)[1].text)
        return known


def definition(row: DefinitionTuple) -> DefinitionRow:
    """A row as it is stored, as the reader gives it."""
    return DefinitionRow._make((*row[:8], tuple(row[8].split("\n")) if row[8] else ()))
