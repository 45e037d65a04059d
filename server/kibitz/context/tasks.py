"""What a model is shown beside the code it is asked about: what that calls and names, who uses it, its tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from attrs import frozen

from kibitz.context.choose import Snippet, file_cost
from kibitz.context.pieces import shortened
from kibitz.context.tokens import estimate
from kibitz.context.votes import is_test, other
from kibitz.index.reader import DefinitionRow, Reader
from kibitz.syntax.model import CALLABLE, TYPES, Reference
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Range

Kind = Literal["explain", "refactor", "bugs", "tests", "chat"]

MOST_NAMES = 40
MOST_CALLERS = 12
BODY_LINES = 30
CALLER_LINES = 2

ORDER: dict[str, tuple[str, ...]] = {
    "explain": ("callees", "types", "callers", "tests"),
    "refactor": ("callers", "callees", "types", "tests"),
    "bugs": ("bodies", "types", "callers", "callees"),
    "tests": ("tests", "types", "bodies", "callees", "callers"),
    "chat": ("callees", "types", "callers", "tests"),
}
"""What each kind of question is given, the most telling first."""


@frozen
class _Part:
    path: str
    start: int
    end: int
    text: str
    why: str
    tokens: int


def build_task_context(
    document: Document, where: Range, reader: Reader | None, *, path: str = "", budget: int, kind: Kind
) -> tuple[Snippet, ...]:
    """Parts of other files that help with the code in a range, never above `budget` estimated tokens.

    The order is by what helps most with this kind of question; the same question gives the same snippets. Empty without
    an index, and for a language without a grammar.
    """
    tree = parse(document)
    if reader is None or tree is None:
        return ()
    ask = _Asker(tree, where, reader, path)
    sources = {
        "callees": ask.callees,
        "bodies": ask.bodies,
        "types": ask.types,
        "callers": ask.callers,
        "tests": ask.tests,
    }
    taken: list[Snippet] = []
    shown: dict[str, list[tuple[int, int]]] = {}
    left = budget
    for source in ORDER[kind]:
        allowed = left if source == ORDER[kind][-1] else max(left // 2, budget // 8)
        for part in sources[source]():
            overlaps = any(part.start <= end and start <= part.end for start, end in shown.get(part.path, ()))
            if overlaps or part.tokens > min(allowed, left):
                continue
            shown.setdefault(part.path, []).append((part.start, part.end))
            taken.append(Snippet(part.path, part.start, part.end, part.text, part.tokens, part.why))
            allowed -= part.tokens
            left -= part.tokens
    return tuple(taken)


class _Asker:
    """The questions about one range."""

    def __init__(self, tree: Tree, where: Range, reader: Reader, path: str) -> None:
        self._reader = reader
        self._path = path
        own = {definition.name for definition in tree.definitions}
        references = [r for r in tree.references_in(where) if r.name not in own and len(r.name) > 1]
        self._called = _names(references, ("call",))
        self._typed = _names(references, ("type",))
        named = _names(references, ("name", "call"))
        self._typed += [n for n in named if n[:1].isupper() and n not in self._typed]
        inside = [d for d in tree.definitions if where.contains(d.name_range.start)]
        around = tree.enclosing(where.start, (*CALLABLE, *TYPES))
        self._about = inside[:3] or ([around] if around else [])
        imported = [target for row in reader.imports_of(path) for target in row.targets]
        self._near = {target: at for at, target in enumerate(dict.fromkeys(imported))}
        self._language = tree.document.language

    def callees(self) -> Iterator[_Part]:
        """The signatures of what is called."""
        for row in self._definitions(self._called, CALLABLE):
            yield self._part(row, _with_documentation(row), f"called here: `{row.name}`")

    def bodies(self) -> Iterator[_Part]:
        """The whole of what is called, where it is short."""
        for row in self._definitions(self._called, CALLABLE):
            if row.end_line - row.start_line < BODY_LINES:
                text = self._reader.text(row.path, row.start_line, row.end_line)
                if text:
                    yield self._part(row, text, f"called here: `{row.name}`")

    def types(self) -> Iterator[_Part]:
        """The types named in the range, and those that what it defines is built on: headers and members."""
        bases = [base for row in self._reader.definitions_in(self._path) for base in row.bases]
        about = {definition.name for definition in self._about}
        own = [b for row in self._reader.definitions_in(self._path) if row.name in about for b in row.bases]
        for row in self._definitions([*own, *self._typed, *bases], (*TYPES, "type")):
            members = [
                member
                for member in self._reader.members_of(row.name, 60)
                if member.path == row.path and row.start_line <= member.start_line <= row.end_line
            ]
            lines = [
                _with_documentation(row),
                *("  " + shortened(m.signature) for m in members if m.signature),
            ]
            yield self._part(row, "\n".join(lines), f"the type `{row.name}`, named here")

    def callers(self) -> Iterator[_Part]:
        """Where the code asked about is used, with the lines around."""
        yield from self._uses(tests=False)

    def tests(self) -> Iterator[_Part]:
        """Where tests use it."""
        yield from self._uses(tests=True)

    def _uses(self, *, tests: bool) -> Iterator[_Part]:
        for definition in self._about:
            rows = [r for r in self._reader.references_to(definition.name, 80) if other(r.path, self._path)]
            rows = [row for row in rows if is_test(row.path) == tests]
            for row in rows[:MOST_CALLERS]:
                start, end = max(0, row.start_line - CALLER_LINES), row.end_line + CALLER_LINES
                text = self._reader.text(row.path, start, end).rstrip("\n")
                why = f"{'tests' if tests else 'uses'} `{definition.name}`"
                if text:
                    end = start + text.count("\n")
                    yield _Part(row.path, start, end, text, why, estimate(text + "\n") + file_cost(row.path))

    def _definitions(self, names: Sequence[str], kinds: Collection[str]) -> list[DefinitionRow]:
        """One definition of each name, from an imported file where there is one, in the order of the names."""
        wanted = list(dict.fromkeys(names))[:MOST_NAMES]
        best: dict[str, DefinitionRow] = {}
        for row in self._reader.definitions_named(sorted(wanted), limit=400):
            if row.kind in kinds and other(row.path, self._path):
                known = best.get(row.name)
                if known is None or self._distance(row) < self._distance(known):
                    best[row.name] = row
        return [best[name] for name in wanted if name in best]

    def _distance(self, row: DefinitionRow) -> tuple[int, str, int]:
        return self._near.get(row.path, len(self._near)), row.path, row.start_line

    @staticmethod
    def _part(row: DefinitionRow, text: str, why: str) -> _Part:
        return _Part(
            row.path, row.start_line, row.end_line, text, why, estimate(text + "\n") + file_cost(row.path)
        )


def _names(references: Sequence[Reference], kinds: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(reference.name for reference in references if reference.kind in kinds))


def _with_documentation(row: DefinitionRow) -> str:
    """A signature, with the first line of what is said of it."""
    first = row.documentation.strip().partition("\n")[0].strip()
    return f"{shortened(row.signature)}  — {shortened(first)}" if first else shortened(row.signature)
