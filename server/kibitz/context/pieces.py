"""What could be shown of other files: signatures under the header of what holds them, and short runs of lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kibitz.context.names import Candidates
from kibitz.context.query import WORD, code_lines
from kibitz.context.tokens import estimate
from kibitz.index.reader import DefinitionRow, Reader

CUT = "…"
LONGEST_SIGNATURE = 160
ROWS_PER_NAME = 2
HOLDERS = 60
RUN = 4
_INSIDE = re.compile(r"([(\[]) | ?,? ([)\]])")
_CLOSING = re.compile(r"[\s)\]};,]*(?:end)?\s*")
_OPEN = re.compile(r"(?:[=({\[,:<|&]|=>)$")

Key = tuple[int, int]
"""Where a line stands among those shown of its file: the first line of the group it belongs to, and its own."""
Line = tuple[Key, str, int]
"""A line that is shown: where it stands, its text, and its tokens."""


class Piece(NamedTuple):
    """Lines that are shown or left out together, and the names they would bring.

    `lines` is what is shown, by its place; lines two pieces share are paid for once. `costs` are their tokens.
    """

    path: str
    outline: bool
    lines: tuple[tuple[Key, str, int], ...]
    names: tuple[str, ...]
    why: str
    start: int
    end: int


def on_one_line(text: str) -> str:
    """A text on one line, without the spaces that line breaks inside of brackets become."""
    return _INSIDE.sub(r"\1\2", " ".join(text.split()))


@lru_cache(16384)
def shortened(signature: str, longest: int = LONGEST_SIGNATURE) -> str:
    """A signature on one line, cut at its end where it is long or goes on."""
    flat = on_one_line(signature)
    if len(flat) > longest:
        return flat[: longest - 1].rstrip() + CUT
    return flat + CUT if _OPEN.search(flat) else flat


def priced(key: Key, text: str) -> tuple[Key, str, int]:
    """A line with the tokens it takes."""
    return key, text, _cost(text)


@lru_cache(16384)
def _cost(text: str) -> int:
    return estimate(text + "\n")


def signature_pieces(found: Candidates, reader: Reader) -> list[Piece]:
    """One piece for each definition of a likely name: its signature, under the header of what it is a member of."""
    rows = [
        row
        for name in found.likely
        if name in found.definitions
        for row in found.definitions[name][:ROWS_PER_NAME]
        if row.signature
    ]
    shaped = {(shape.row.path, shape.row.start_line, shape.row.name): shape for shape in found.shapes}
    rows = [row for row in rows if (row.path, row.start_line, row.name) not in shaped]
    rows += [shape.row for shape in shaped.values()]
    holders = _holders(rows, reader)
    result: list[Piece] = []
    likely = frozenset(found.likely)
    for row in rows:
        text = shortened(row.signature)
        holder = _holder_of(row, holders)
        lines: tuple[tuple[Key, str, int], ...]
        if holder is None:
            lines = (priced((row.start_line, row.start_line), text),)
            brought = _words_in(text) & likely
        else:
            top, header = holder.start_line, shortened(holder.signature)
            lines = priced((top, top), header), priced((top, row.start_line), "  " + text)
            brought = (_words_in(header) | _words_in(text)) & likely
        shape = shaped.get((row.path, row.start_line, row.name)) if shaped else None
        if shape is not None:
            lines += tuple(priced((row.start_line, number), line) for number, line in shape.body)
            brought = brought.union(*(_words_in(line) & likely for _, line in shape.body), {shape.key})
        names = tuple(sorted(brought))
        start = min(row.start_line, holder.start_line) if holder else row.start_line
        result.append(
            Piece(
                row.path,
                True,
                lines,
                names,
                f"`{shape.name}` is named here" if shape else found.reasons.get(row.name, ""),
                start,
                row.end_line,
            )
        )
    return result


@lru_cache(16384)
def _words_in(line: str) -> frozenset[str]:
    return frozenset(WORD.findall(line))


def _holders(rows: Sequence[DefinitionRow], reader: Reader) -> dict[tuple[str, str], list[DefinitionRow]]:
    names = {row.container.rpartition(".")[2] for row in rows if row.container}
    holders: dict[tuple[str, str], list[DefinitionRow]] = defaultdict(list)
    paths = {row.path for row in rows}
    for row in reader.definitions_of_each(names, HOLDERS):
        if row.path in paths and row.kind not in ("variable", "constant"):
            holders[row.path, row.name].append(row)
    return holders


def _holder_of(
    row: DefinitionRow, holders: Mapping[tuple[str, str], Sequence[DefinitionRow]]
) -> DefinitionRow | None:
    """The definition around a member; none where its own signature names it, as in Go."""
    if not row.container:
        return None
    name = row.container.rpartition(".")[2]
    if row.signature.startswith("func (") and name in row.signature.partition(")")[0]:
        return None
    known = holders.get((row.path, name), ())
    if len(known) == 1:
        return known[0] if known[0] is not row else None
    around = [h for h in known if h.start_line <= row.start_line <= h.end_line and h != row]
    return max(around, key=lambda h: h.start_line, default=known[0] if known and known[0] != row else None)


def _run(lines: Sequence[str], bare: Sequence[bool], at: int, longest: int) -> list[int]:
    """The lines of code from one on, up to where the block it is in ends, without brackets that only close."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    run = [at]
    for number in range(at + 1, min(len(lines), at + longest)):
        line = lines[number]
        if not bare[number]:
            continue
        if len(line) - len(line.lstrip()) < indent:
            break
        run.append(number)
    while len(run) > 1 and _CLOSING.fullmatch(lines[run[-1]]):
        run.pop()
    return run


class _Laid:
    """A window's lines as they would be shown, and the words of their code. What the next question finds again is kept."""

    def __init__(self, text: str, language: str, first: int) -> None:
        self._lines = text.split("\n")
        code = code_lines(text, language)
        self.words = [words for _, words in code]
        self._bare = [bool(line) and not line.isspace() for line, _ in code]
        self._first = first
        self._runs: dict[tuple[int, int], tuple[list[int], tuple[Line, ...]]] = {}

    def run(self, at: int, longest: int) -> tuple[list[int], tuple[Line, ...]]:
        """See `_run`; and the lines of it."""
        found = self._runs.get((at, longest))
        if found is None:
            run = _run(self._lines, self._bare, at, longest)
            shown = tuple(priced((self._first + n,) * 2, self._lines[n].rstrip()) for n in run)
            found = self._runs[at, longest] = run, shown
        return found


_laid = lru_cache(2048)(_Laid)


def line_pieces(found: Candidates, language: str, run_lines: int = RUN) -> list[Piece]:
    """Runs of a few lines from the windows found, each starting at a line that uses a likely name.

    The line that defines a name is no use of it: its signature shows that better.
    """
    result: list[Piece] = []
    seen: set[tuple[str, int]] = set()
    likely = frozenset(found.likely)
    defined: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name, rows in found.definitions.items():
        for row in rows:
            defined[row.path, row.start_line].add(name)
    for window in found.windows:
        path, first = window.path, window.start_line
        laid = _laid(window.text, language, first)
        words = [
            frozenset()
            if words.isdisjoint(likely)
            else words & likely - defined.get((path, first + n), frozenset())
            for n, words in enumerate(laid.words)
        ]
        for at, own in enumerate(words):
            number = first + at
            if not own or (path, number) in seen:
                continue
            seen.add((path, number))
            run, shown = laid.run(at, run_lines)
            result.append(
                Piece(
                    path,
                    False,
                    shown,
                    tuple(sorted(frozenset().union(*(words[n] for n in run)))),
                    "code like this",
                    number,
                    first + run[-1],
                )
            )
    return result
