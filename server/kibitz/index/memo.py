"""What was read of the stored index, kept while it stays as it is: one keystroke asks for much of what the last one did."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Sequence
from typing import Any

from kibitz.index.reader import DefinitionRow
from kibitz.store.index_reads import DefinitionTuple, IndexReads

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
                missing[row.name].append(definition(row))
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

    def _keep(self, key: Hashable, rows: Any) -> Sequence[DefinitionRow]:
        kept = tuple(rows)
        self._kept[key] = kept
        self._rows += 1 + len(kept)
        return kept


class LinesKept:
    """The lines of stored files, those asked for last, for as long as a file's contents are the same."""

    def __init__(self, reads: IndexReads) -> None:
        self._reads = reads
        self._kept: OrderedDict[str, tuple[bytes, int, list[str]]] = OrderedDict()
        self._characters = 0

    def of(self, path: str) -> list[str]:
        """A file's lines; one empty line where it is gone."""
        state = self._reads.hash(path)
        known = self._kept.pop(path, None)
        if known is not None and known[0] == state:
            self._kept[path] = known
            return known[2]
        if known is not None:
            self._characters -= known[1]
        text = self._reads.text(path) or ""
        lines = text.split("\n")
        if state is not None:
            self._kept[path] = (state, len(text), lines)
            self._characters += len(text)
        while self._characters > MOST_CHARACTERS:
            self._characters -= self._kept.popitem(last=False)[1][1]
        return lines


def definition(row: DefinitionTuple) -> DefinitionRow:
    """A row as it is stored, as the reader gives it."""
    return DefinitionRow(*row[:8], tuple(row.bases.split("\n")) if row.bases else ())
