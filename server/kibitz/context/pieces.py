"""What could be shown of other files: signatures under the header of what holds them, and short runs of lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from kibitz.context.names import Candidates
from kibitz.context.query import WORD, code_lines
from kibitz.context.tokens import estimate
from kibitz.index.reader import DefinitionRow, Reader

CUT = "…"
LONGEST_SIGNATURE = 160
ROWS_PER_NAME = 2
HOLDERS = 60
RUN = 4
_OPEN = re.compile(r"[=({\[,:]$")

Key = tuple[int, int]
"""Where a line stands among those shown of its file: the first line of the group it belongs to, and its own."""


@frozen
class Piece:
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


@lru_cache(16384)
def shortened(signature: str, longest: int = LONGEST_SIGNATURE) -> str:
    """A signature on one line, cut at its end where it is long or goes on."""
    flat = " ".join(signature.split())
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
    rows = [row for name in found.likely for row in found.definitions[name][:ROWS_PER_NAME] if row.signature]
    holders = _holders(rows, reader)
    result: list[Piece] = []
    words: dict[str, list[str]] = {}
    for row in rows:
        text = shortened(row.signature)
        holder = _holder_of(row, holders)
        lines: tuple[tuple[Key, str, int], ...]
        if holder is None:
            lines = (priced((row.start_line, row.start_line), text),)
        else:
            top = holder.start_line
            lines = (
                priced((top, top), shortened(holder.signature)),
                priced((top, row.start_line), "  " + text),
            )
        for _, line, _ in lines:
            if line not in words:
                words[line] = [w for w in WORD.findall(line) if w in found.likely]
        names = tuple(sorted({w for _, line, _ in lines for w in words[line]}))
        start = min(row.start_line, holder.start_line) if holder else row.start_line
        result.append(
            Piece(row.path, True, lines, names, found.reasons.get(row.name, ""), start, row.end_line)
        )
    return result


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
    around = [h for h in known if h.start_line <= row.start_line <= h.end_line and h is not row]
    return max(
        around, key=lambda h: h.start_line, default=known[0] if known and known[0] is not row else None
    )


def line_pieces(found: Candidates, language: str, run_lines: int = RUN) -> list[Piece]:
    """Runs of a few lines from the windows found, each starting at a line that uses a likely name.

    The line that defines a name is no use of it: its signature shows that better.
    """
    result: list[Piece] = []
    seen: set[tuple[str, int]] = set()
    likely = frozenset(found.likely)
    defined = {(row.path, row.start_line, name) for name in likely for row in found.definitions[name]}
    for window in found.windows:
        lines = window.text.split("\n")
        code = code_lines(window.text, language)
        words = [
            frozenset()
            if words.isdisjoint(likely)
            else frozenset(
                w for w in words & likely if (window.path, window.start_line + n, w) not in defined
            )
            for n, (_, words) in enumerate(code)
        ]
        if not any(words):
            continue
        bare = [bool(line.strip()) for line, _ in code]
        shown = [priced((window.start_line + n,) * 2, line.rstrip()) for n, line in enumerate(lines)]
        for at in range(len(lines)):
            number = window.start_line + at
            if not words[at] or (window.path, number) in seen:
                continue
            seen.add((window.path, number))
            run = [n for n in range(at, min(len(lines), at + run_lines)) if bare[n]]
            result.append(
                Piece(
                    window.path,
                    False,
                    tuple(shown[n] for n in run),
                    tuple(sorted(frozenset().union(*(words[n] for n in run)))),
                    "code like this",
                    number,
                    window.start_line + run[-1],
                )
            )
    return result
