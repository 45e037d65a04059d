"""An index in memory: the same questions as kibitz.index.reader.Reader asks, over texts parsed by kibitz.syntax."""

from __future__ import annotations

import math
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from kibitz.index.reader import DefinitionRow, FileRow, ImportRow, WindowRow
from kibitz.syntax.languages import language_of
from kibitz.syntax.model import Import
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document

WINDOW = 10
STRIDE = 5
WORD = re.compile(r"[^\W\d]\w*")
_BASES = {
    "python": re.compile(r"class\s+\w+\s*\(([^)]*)\)", re.DOTALL),
    "typescript": re.compile(r"(?:extends|implements)\s+([^{]+)"),
    "java": re.compile(r"(?:extends|implements)\s+([^{]+)"),
    "rust": re.compile(r"trait\s+\w+[^:{]*:\s*([^{]+)"),
}


class MemoryIndex:
    """All of a small project, parsed at once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = {path: text.split("\n") for path, text in sorted(texts.items())}
        self.languages = {path: language_of(path) for path in self.texts}
        self.definitions: dict[str, list[DefinitionRow]] = {}
        self.imports: dict[str, list[ImportRow]] = {}
        self._named: dict[str, list[DefinitionRow]] = defaultdict(list)
        self._members: dict[str, list[DefinitionRow]] = defaultdict(list)
        self._importers: dict[str, list[str]] = defaultdict(list)
        self._lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._windows: list[tuple[str, int, int]] = []
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for path in self.texts:
            stem = posixpath.splitext(path)[0]
            parts = stem.split("/")
            for tail in {
                parts[-1],
                "/".join(parts[-2:]),
                parts[-2] if parts[-1] in _INDEX_NAMES and len(parts) > 1 else parts[-1],
            }:
                self._by_tail[tail].append(path)
        for path, text in sorted(texts.items()):
            self._read(path, text)
        for path, rows in self.imports.items():
            for row in rows:
                for target in row.targets:
                    if path not in self._importers[target]:
                        self._importers[target].append(path)
        self._average = sum(self._lengths) / max(1, len(self._lengths))

    def _read(self, path: str, text: str) -> None:
        language = self.languages[path]
        tree = parse_fresh(Document(path, text, language))
        rows: list[DefinitionRow] = []
        for d in tree.definitions if tree else ():
            found = (
                _BASES[language].findall(d.signature)
                if language in _BASES and d.kind in ("class", "interface", "struct")
                else []
            )
            bases = tuple(
                dict.fromkeys(
                    w for part in found for w in WORD.findall(re.sub(r"\w+\s*=\s*[\w.]+|<[^<>]*>", "", part))
                )
            )
            rows.append(
                DefinitionRow(
                    path,
                    d.name,
                    d.kind,
                    d.container,
                    d.range.start.line,
                    d.range.end.line,
                    d.signature,
                    d.documentation,
                    bases,
                )
            )
        self.definitions[path] = rows
        for row in rows:
            self._named[row.name].append(row)
            if row.container:
                last = row.container.rpartition(".")[2]
                for key in {row.container, last}:
                    self._members[key].append(row)
        self.imports[path] = [
            ImportRow(i.module, i.names, i.alias, self._targets(path, language, i))
            for i in (tree.imports if tree else ())
        ]
        lines = self.texts[path]
        words = [WORD.findall(line) for line in lines]
        for number, found_words in enumerate(words):
            for word in set(found_words):
                self._lines[word].append((path, number))
        for start in range(0, max(1, len(lines) - STRIDE), STRIDE):
            end = min(len(lines), start + WINDOW) - 1
            counts = Counter(word for line in words[start : end + 1] for word in line)
            number = len(self._windows)
            self._windows.append((path, start, end))
            self._lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self._postings[word].append((number, count))

    def _targets(self, path: str, language: str, item: Import) -> tuple[str, ...]:
        folder = posixpath.dirname(path)
        module = item.module
        if language == "python":
            dots = len(module) - len(module.lstrip("."))
            if dots:
                base = folder
                for _ in range(dots - 1):
                    base = posixpath.dirname(base)
                stem = posixpath.join(base, module[dots:].replace(".", "/")).rstrip("/")
                found = []
                for candidate in [*(posixpath.join(stem, name) for name in item.names), stem]:
                    found += [
                        p
                        for p in (candidate + ".py", posixpath.join(candidate, "__init__.py"))
                        if p in self.texts
                    ]
                return tuple(dict.fromkeys(found))
            return self._tail(module.replace(".", "/"), item.names, ".py", language)
        if language in ("typescript", "typescriptreact", "javascript"):
            if not module.startswith("."):
                return ()
            stem = posixpath.normpath(posixpath.join(folder, re.sub(r"\.[jt]sx?$", "", module)))
            return tuple(
                p for p in (stem + ".ts", stem + ".tsx", stem + "/index.ts", stem + ".js") if p in self.texts
            )
        if language == "go":
            last = "/".join(module.split("/")[-2:])
            return tuple(
                p
                for p in self.texts
                if ("/" + posixpath.dirname(p)).endswith("/" + last)
                and p.endswith(".go")
                and not p.endswith("_test.go")
            )
        if language == "rust":
            parts = [p for p in module.split("::") if p not in ("crate", "self", "super")]
            full = [*parts, *item.names]
            found = []
            for size in range(len(full), 0, -1):
                found += [
                    p
                    for p in self._by_tail.get("/".join(full[max(0, size - 2) : size]), ())
                    if p.endswith(".rs")
                ]
            return (
                tuple(dict.fromkeys(found))[:4] if module.split("::")[0] in ("crate", "self", "super") else ()
            )
        if language == "java":
            return self._tail(module.replace(".", "/"), item.names, ".java", language)
        return ()

    def _tail(self, stem: str, names: tuple[str, ...], ending: str, language: str) -> tuple[str, ...]:
        found: list[str] = []
        wanted = [*(f"{stem}/{name}" for name in names), stem]
        for candidate in wanted:
            parts = candidate.split("/")
            for path in self._by_tail.get("/".join(parts[-2:]), ()):
                if (
                    path.endswith(ending)
                    and ("/" + candidate).endswith(
                        "/" + posixpath.splitext(path)[0].removesuffix("/__init__")
                    )
                ) or (path.endswith(ending) and ("/" + path).endswith("/" + candidate + ending)):
                    found.append(path)  # noqa: PERF401
        if "*" in names:
            found += [
                p
                for p in self.texts
                if p.endswith(ending) and ("/" + posixpath.dirname(p)).endswith("/" + stem)
            ]
        return tuple(dict.fromkeys(found))

    def files(self, language: str | None = None) -> Sequence[FileRow]:
        """See Reader."""
        return [
            FileRow(p, self.languages[p], len(t))
            for p, t in self.texts.items()
            if language in (None, self.languages[p])
        ]

    def definitions_named(self, names: Collection[str], limit: int = 200) -> Sequence[DefinitionRow]:
        """See Reader."""
        rows = [row for name in sorted(set(names)) for row in self._named.get(name, ())]
        return rows[:limit]

    def definitions_of_each(self, names: Collection[str], each: int) -> Sequence[DefinitionRow]:
        """See Reader."""
        return [row for name in sorted(set(names)) for row in self._named.get(name, ())[:each]]

    def definitions_in(self, path: str) -> Sequence[DefinitionRow]:
        """See Reader."""
        return self.definitions.get(path, [])

    def members_of(self, container: str, limit: int = 200) -> Sequence[DefinitionRow]:
        """See Reader."""
        return self._members.get(container, [])[:limit]

    def imports_of(self, path: str) -> Sequence[ImportRow]:
        """See Reader."""
        return self.imports.get(path, [])

    def beside(self, path: str, language: str) -> Sequence[str]:
        """See Reader."""
        folder = posixpath.dirname(path)
        return [
            one
            for one, known in self.languages.items()
            if known == language and one != path and posixpath.dirname(one) == folder
        ]

    def importers_of(self, path: str) -> Sequence[str]:
        """See Reader."""
        return self._importers.get(path, [])

    def references_to(self, name: str, limit: int = 100) -> Sequence[WindowRow]:
        """See Reader."""
        return [WindowRow(p, n, n, self.texts[p][n], 0.0) for p, n in self._lines.get(name, ())[:limit]]

    def search(
        self,
        words: Sequence[str],
        limit: int = 50,
        language: str | None = None,
        apart: Collection[str] = (),
    ) -> Sequence[WindowRow]:
        """See Reader."""
        scores: dict[int, float] = defaultdict(float)
        count = len(self._windows)
        for word in dict.fromkeys(words):
            postings = self._postings.get(word, ())
            idf = math.log(1 + (count - len(postings) + 0.5) / (len(postings) + 0.5))
            for window, times in postings:
                norm = 0.25 + 0.75 * self._lengths[window] / self._average
                scores[window] += idf * times * 2.2 / (times + 1.2 * norm)
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        rows = []
        for window, score in best:
            path, start, end = self._windows[window]
            if language in (None, self.languages[path]) and path not in apart:
                rows.append(WindowRow(path, start, end, "\n".join(self.texts[path][start : end + 1]), score))
                if len(rows) >= limit:
                    break
        return rows

    def text(self, path: str, start_line: int, end_line: int) -> str:
        """See Reader."""
        return "\n".join(self.texts.get(path, [])[start_line : end_line + 1])


_INDEX_NAMES = frozenset({"__init__", "index", "mod"})
