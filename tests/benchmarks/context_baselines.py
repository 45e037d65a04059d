"""What others show a model, as described by them: look-alike windows, a repository map, BM25."""

from __future__ import annotations

import re
from collections import Counter

from context_tasks import WORD, Shown, Task

from kibitz.context.tokens import estimate
from kibitz.text import Document, Position
from support.memory_index import MemoryIndex


def fill(pieces: list[Shown], budget: int) -> list[Shown]:
    """As many pieces as fit, in their order; the last is cut at a line."""
    kept: list[Shown] = []
    left = budget
    for piece in pieces:
        lines: list[str] = []
        for line in piece.text.split("\n"):
            cost = estimate(line + "\n")
            if cost > left:
                break
            lines.append(line)
            left -= cost
        if lines:
            kept.append(Shown(piece.path, "\n".join(lines)))
        if len(lines) < piece.text.count("\n") + 1:
            break
    return kept


class LookAlike:
    """As Copilot's client did it: of the 20 files nearest by path, the 60-line window most like the last 60 lines, best 4."""

    name = "look-alike windows"

    def __init__(self, index: MemoryIndex) -> None:
        self._windows: dict[str, list[tuple[int, frozenset[str]]]] = {}
        self._index = index
        for path, lines in index.texts.items():
            words = [WORD.findall(line) for line in lines]
            self._windows[path] = [
                (at, frozenset(w for line in words[at : at + 60] for w in line))
                for at in range(0, max(1, len(lines) - 59), 10)
            ]

    def build(self, document: Document, position: Position, task: Task, budget: int) -> list[Shown]:
        """The pieces, best first."""
        before = document.lines[max(0, position.line - 60) : position.line]
        query = frozenset(w for line in before for w in WORD.findall(line))
        folder = task.path.split("/")[:-1]

        def near(path: str) -> tuple[int, str]:
            other = path.split("/")[:-1]
            common = next(
                (i for i, (a, b) in enumerate(zip(folder, other, strict=False)) if a != b),
                min(len(folder), len(other)),
            )
            return len(folder) + len(other) - 2 * common, path

        best: list[tuple[float, str, int]] = []
        for path in sorted((p for p in self._windows if p != task.path), key=near)[:20]:
            scored = [
                (len(query & words) / (len(query | words) or 1), path, at)
                for at, words in self._windows[path]
            ]
            best.append(max(scored, key=lambda s: (s[0], -s[2])))
        best.sort(key=lambda s: (-s[0], s[1]))
        return fill(
            [Shown(p, "\n".join(self._index.texts[p][at : at + 60])) for _, p, at in best[:4]], budget
        )


class RepositoryMap:
    """The signatures of the project's definitions, the most referenced first, grouped by file."""

    name = "repository map"

    def __init__(self, index: MemoryIndex) -> None:
        uses: Counter[str] = Counter()
        for lines in index.texts.values():
            uses.update({w for line in lines for w in WORD.findall(line)})
        rows = [
            row
            for path in index.texts
            for row in index.definitions_in(path)
            if row.kind not in ("variable", "constant")
        ]
        defined = Counter(row.name for row in rows)
        self._rows = sorted(rows, key=lambda r: (-uses[r.name] / defined[r.name], r.path, r.start_line))

    def build(self, document: Document, position: Position, task: Task, budget: int) -> list[Shown]:
        """The pieces, best first."""
        return fill(
            [Shown(r.path, " ".join(r.signature.split())) for r in self._rows if r.path != task.path][:400],
            budget,
        )


class Bm25:
    """The 10-line windows that rank best for the words of the 20 lines before."""

    name = "BM25 windows"

    def __init__(self, index: MemoryIndex) -> None:
        self._index = index

    def build(self, document: Document, position: Position, task: Task, budget: int) -> list[Shown]:
        """The pieces, best first."""
        query = WORD.findall(
            re.sub(r"\s+", " ", "".join(document.lines[max(0, position.line - 20) : position.line + 1]))
        )
        pieces: list[Shown] = []
        taken: dict[str, set[int]] = {}
        for row in self._index.search(query, 200):
            lines = set(range(row.start_line, row.end_line + 1))
            if row.path != task.path and not lines & taken.setdefault(row.path, set()):
                taken[row.path] |= lines
                pieces.append(Shown(row.path, row.text))
        return fill(pieces, budget)
