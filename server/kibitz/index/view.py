"""The index as everyone reads it: what is stored, behind the texts of open documents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from kibitz.index.memo import LinesKept, RowsKept, definition
from kibitz.index.overlay import OpenText, Overlay
from kibitz.index.reader import DefinitionRow, FileRow, ImportRow, WindowRow
from kibitz.index.resolve import Resolver
from kibitz.index.words import code_words, parts_of, words_of
from kibitz.store.index_file import StoredImport, last_of
from kibitz.store.index_reads import IndexReads

MAX_TERMS = 24
MAX_PLACES = 3000
"""How many windows all words searched for may stand in, but for the rarest: each is scored, and that takes time."""
COMMON = 0.25
"""A word in more than this part of all windows tells none apart: it is not searched for where there are others."""
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


class View:
    """Implements `reader.Reader`. For one thread at a time."""

    def __init__(self, reads: IndexReads, overlay: Overlay) -> None:
        self._reads = reads
        self._overlay = overlay
        self._files = 0
        self._rows = RowsKept(reads)
        self._lines = LinesKept(reads)
        self._resolver: Resolver | None = None
        self._resolver_of: tuple[int, int] = (-1, -1)
        self._targets: dict[str, set[str]] = {}
        self._importers: defaultdict[str, set[str]] = defaultdict(set)
        self._graph_of: tuple[int, int, int] = (-1, -1, -1)
        self._graph_open: dict[str, OpenText] = {}

    def state(self) -> tuple[int, int]:
        """Numbers, one of which is another one as soon as an answer may be because of what is stored."""
        return self._files, self._reads.changes()

    def forget(self) -> None:
        """Work out anew what was kept of the stored files."""
        self._resolver, self._graph_of = None, (-1, -1, -1)
        self._files += 1
        self._rows.forget()
        self._lines.forget()

    def files(self, language: str | None = None) -> Sequence[FileRow]:
        """The files, by path."""
        rows = [FileRow(*row) for row in self._reads.files(language) if row[0] not in self._overlay]
        rows += [
            FileRow(one.path, one.language, one.lines)
            for one in self._overlay.all()
            if language in (None, one.language)
        ]
        return sorted(rows, key=lambda row: row.path)

    def definitions_named(self, names: Collection[str], limit: int = 200) -> Sequence[DefinitionRow]:
        """The definitions of these names anywhere in the project, by path."""
        wanted = sorted(set(names))
        stored = list(map(definition, self._reads.definitions_named(wanted, limit + self._hidden())))
        return self._merged(stored, wanted, lambda row: row.name in wanted, limit)

    def definitions_of_each(self, names: Collection[str], each: int) -> Sequence[DefinitionRow]:
        """Of each of these names at most so many definitions, by name and path."""
        found: list[DefinitionRow] = []
        stored = self._rows.named(names, each + self._hidden_of(names))
        opened = self._opened_with(names)
        for name in sorted(set(names)):
            rows = stored[name]
            if self._overlay:
                rows = [row for row in rows if row.path not in self._overlay]
                rows += [row for one in opened for row in one.definitions if row.name == name]
                rows.sort(key=lambda row: row.path)
            found += rows[:each]
        return found

    def definitions_in(self, path: str) -> Sequence[DefinitionRow]:
        """The definitions of one file, in its order."""
        opened = self._overlay.get(path)
        if opened is not None:
            return opened.definitions
        return self._rows.inside(path)

    def members_of(self, container: str, limit: int = 200) -> Sequence[DefinitionRow]:
        """What is defined directly inside of a definition of this (dotted or last) name, by path."""
        stored = self._rows.members(container, limit + self._hidden())
        dotted = "." in container
        return self._merged(
            stored,
            (last_of(container) or "",),
            lambda row: (row.container if dotted else last_of(row.container)) == container,
            limit,
        )

    def imports_of(self, path: str) -> Sequence[ImportRow]:
        """What a file imports, and the project's files that leads to."""
        opened = self._overlay.get(path)
        imports = (
            [StoredImport(i.module, i.names, i.alias) for i in opened.imports]
            if opened is not None
            else self._reads.imports_of(path)
        )
        language = opened.language if opened is not None else self._reads.language(path)
        resolver = self._resolve()
        return [
            ImportRow(i.module, i.names, i.alias, resolver.targets(path, language or "", i.module, i.names))
            for i in imports
        ]

    def beside(self, path: str, language: str) -> Sequence[str]:
        """The files of a language in the folder of a path, by name, without itself."""
        return self._resolve().beside(path, language)

    def importers_of(self, path: str) -> Sequence[str]:
        """The files that import a file, by path."""
        self._update_graph()
        return sorted(self._importers.get(path, ()))

    def references_to(self, name: str, limit: int = 100) -> Sequence[WindowRow]:
        """The lines that use a name in code (not in comments or strings), by path, without those that define it."""
        word = name.rpartition(".")[2]
        if not _IDENTIFIER.fullmatch(word):
            return []
        paths = {path for path in self._reads.files_with(word) if path not in self._overlay}
        found: list[WindowRow] = []
        for path in sorted(paths.union(self._overlay.with_word(word))):
            found += self._uses(path, word, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def search(
        self,
        words: Sequence[str],
        limit: int = 50,
        language: str | None = None,
        apart: Collection[str] = (),
    ) -> Sequence[WindowRow]:
        """The windows that hold most of the words, the rarer ones first (BM25), of all files but those `apart`."""
        count = self._rows.window_count()
        terms = {term: self._rows.frequency(term) for term in _terms(words)}
        chosen = sorted(terms, key=lambda term: (terms[term], term))
        telling = [term for term in chosen if terms[term] <= max(50, count * COMMON)]
        chosen = _within_reach((telling or chosen)[:MAX_TERMS], terms)
        known = [term for term in chosen if terms[term]]
        hidden = limit + 16 * (len(self._overlay) + len(apart))
        hits = [h for h in self._rows.search(known, hidden, language) if h.path not in self._overlay]
        hits += self._overlay.search(chosen, terms, count, language)
        hits = [hit for hit in hits if hit.path not in apart]
        hits.sort(key=lambda hit: (-hit.score, hit.path, hit.start))
        rows: list[WindowRow] = []
        for path, start, score in hits[:limit]:
            opened = self._overlay.get(path)
            end, text = (opened or self._lines).window(path, start)
            rows.append(WindowRow(path, start, end - 1, text, score))
        return rows

    def text(self, path: str, start_line: int, end_line: int) -> str:
        """Lines of a file as they were indexed (0-based, inclusive, with LF between them); empty where the file is gone."""
        lines = (self._text(path) or "").split("\n")
        return "\n".join(lines[max(0, start_line) : max(0, end_line + 1)])

    def _hidden(self) -> int:
        """How many stored rows the open documents may take away from an answer."""
        return sum(len(self._rows.inside(path)) for path in self._overlay)

    def _hidden_of(self, names: Collection[str]) -> int:
        """How many rows of one name they may take away at most; rounded up, since answers are kept by their limit."""
        defined = [self._rows.defined(path) for path in self._overlay]
        most = max((sum(one.get(name, 0) for one in defined) for name in names), default=0) if defined else 0
        return -(-most // 8) * 8

    def _opened_with(self, names: Collection[str]) -> list[OpenText]:
        """The open documents that hold one of these words: none other can define it, and parsing takes time."""
        return [one for one in self._overlay.all() if any(name in one.text for name in names)]

    def _merged(
        self,
        stored: Sequence[DefinitionRow],
        words: Collection[str],
        fits: Callable[[DefinitionRow], bool],
        limit: int,
    ) -> Sequence[DefinitionRow]:
        rows = [row for row in stored if row.path not in self._overlay]
        rows += [row for one in self._opened_with(words) for row in one.definitions if fits(row)]
        rows.sort(key=lambda row: row.path)  # stable: the order within a file stays
        return rows[:limit]

    def _text(self, path: str) -> str | None:
        opened = self._overlay.get(path)
        return opened.text if opened is not None else self._reads.text(path)

    def _uses(self, path: str, word: str, limit: int) -> list[WindowRow]:
        text = self._text(path) or ""
        if word not in text:
            return []
        opened = self._overlay.get(path)
        language = opened.language if opened is not None else self._reads.language(path) or ""
        lines = text.split("\n")
        used: list[int] = []
        at = line = 0
        for found, offset in code_words(text, language):
            if found == word:
                line += text.count("\n", at, offset)
                at = offset
                if not used or used[-1] != line:
                    used.append(line)
        for row in self.definitions_in(path):
            if row.name == word:
                header = next((n for n in used if row.start_line <= n <= row.end_line), None)
                if header is not None:
                    used.remove(header)
        return [WindowRow(path, n, n, lines[n], 0.0) for n in used[:limit]]

    def _resolve(self) -> Resolver:
        now = (self._reads.meta("paths"), self._overlay.paths_version)
        if self._resolver is None or now != self._resolver_of:
            paths = {row.path: row.language for row in self.files()}
            self._resolver = Resolver(paths, self._text)
            self._resolver_of = now
        return self._resolver

    def _update_graph(self) -> None:
        """Who imports whom: anew where files came or went or stored imports changed, else only for documents edited since."""
        resolver = self._resolve()
        now = (*self._resolver_of, self._reads.meta("links"))
        opened = {one.path: one for one in self._overlay.all()}
        if now != self._graph_of:
            self._targets, self._importers = {}, defaultdict(set)
            for path, language, one in self._reads.all_imports():
                if path not in opened:
                    self._link(path, resolver.targets(path, language, one.module, one.names))
            self._graph_of, self._graph_open = now, {}
        for path in {*self._graph_open, *opened}:
            if self._graph_open.get(path) is not opened.get(path):
                for target in self._targets.pop(path, ()):
                    self._importers[target].discard(path)
                for row in self.imports_of(path):
                    self._link(path, row.targets)
        self._graph_open = opened

    def _link(self, path: str, targets: tuple[str, ...]) -> None:
        for target in targets:
            if target != path:
                self._targets.setdefault(path, set()).add(target)
                self._importers[target].add(path)


def _terms(words: Sequence[str]) -> list[str]:
    """Each word and its parts, lower case, each once."""
    found: dict[str, None] = {}
    for text in words:
        for word in words_of(text):
            found.setdefault(word.lower())
            for part in parts_of(word):
                if len(part) > 1:
                    found.setdefault(part)
    return list(found)


def _within_reach(terms: Sequence[str], frequencies: Mapping[str, int]) -> list[str]:
    """The rarer terms, as many as can be searched for in the time a keystroke has."""
    found: list[str] = []
    places = 0
    for term in terms:
        places += frequencies[term]
        if found and places > MAX_PLACES:
            break
        found.append(term)
    return found
