"""Which pieces of other files are shown: those that cover the most of what may be needed for what they cost."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from attrs import define, field, frozen

from kibitz.context.names import Candidates
from kibitz.context.query import WORD
from kibitz.context.tokens import estimate
from kibitz.index.reader import DefinitionRow

CUT = "…"
LONGEST_LINE = 140
HEADER_TOKENS = 4


@frozen
class Snippet:
    """A part of another file: 0-based inclusive lines it lies in, what is shown of them, its tokens, and why."""

    path: str
    start_line: int
    end_line: int
    text: str
    tokens: int
    why: str


@frozen
class Piece:
    """Lines that are shown or left out together."""

    path: str
    outline: bool
    lines: tuple[tuple[int, str], ...]
    names: frozenset[str]
    why: str
    end: int = 0


@frozen
class Limits:
    """How pieces are made and weighed."""

    segment: int = 3
    outline_share: float = 1.0
    cost_power: float = 1.0


def shortened(signature: str, longest: int = LONGEST_LINE) -> str:
    """A signature on one line, cut at its end where it is long."""
    flat = " ".join(signature.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + CUT


def pieces_of(found: Candidates, limits: Limits, skip: Collection[str] = ()) -> list[Piece]:
    """Everything that could be shown: signatures of the likely names' definitions, and short runs of lines that use them."""
    result: list[Piece] = []
    for name, rows in found.definitions.items():
        if name not in found.likely:
            continue
        for row in rows[:3]:
            text = shortened(row.signature)
            if not text:
                continue
            indent = "  " if row.container else ""
            names = frozenset(w for w in WORD.findall(text) if w in found.likely)
            result.append(
                Piece(row.path, True, ((row.start_line, indent + text),), names, found.reasons.get(name, ""), row.end_line)
            )
    for window in found.windows:
        lines = window.text.split("\n")
        words = [frozenset(w for w in WORD.findall(line) if w in found.likely) for line in lines]
        for at in range(len(lines)):
            if not words[at]:
                continue
            end = min(len(lines), at + limits.segment)
            run = tuple((window.start_line + n, lines[n].rstrip()) for n in range(at, end) if lines[n].strip())
            names = frozenset().union(*words[at:end])
            result.append(Piece(window.path, False, run, names, "stands in code like this", window.start_line + end - 1))
    return result


class Chooser:
    """Takes pieces one by one, the most likely use per token first, until the budget is full."""

    def __init__(self, likely: Mapping[str, float], budget: int, limits: Limits) -> None:
        self._likely = likely
        self._left = budget
        self._limits = limits
        self._covered: set[str] = set()
        self._lines: dict[tuple[str, bool], dict[int, str]] = defaultdict(dict)
        self._taken: list[Piece] = []

    def _value(self, piece: Piece) -> tuple[float, int]:
        gain = sum(self._likely[name] for name in piece.names if name not in self._covered)
        cost = self._cost(piece)
        return gain / cost**self._limits.cost_power if cost else 0.0, cost

    def _cost(self, piece: Piece) -> int:
        known = self._lines.get((piece.path, piece.outline))
        lines = [text for number, text in piece.lines if not known or known.get(number) != text]
        cost = sum(estimate(text + "\n") for text in lines)
        if known is None:
            cost += estimate(piece.path) + HEADER_TOKENS
        elif lines:
            cost += 1
        return cost

    def choose(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces taken, in the order they were."""
        heap = [(-self._value(piece)[0], number) for number, piece in enumerate(pieces)]
        heapq.heapify(heap)
        while heap and self._left > 8:
            before, number = heapq.heappop(heap)
            piece = pieces[number]
            value, cost = self._value(piece)
            if value <= 0 or cost > self._left:
                continue
            if heap and value < -heap[0][0] - 1e-12:
                heapq.heappush(heap, (-value, number))
                continue
            self._left -= cost
            self._covered |= piece.names
            self._lines[piece.path, piece.outline].update(piece.lines)
            self._taken.append(piece)
        return self._taken


def rendered(taken: Sequence[Piece]) -> list[Snippet]:
    """The pieces by file: outlines first, then runs of code, each in the order of the path."""
    groups: dict[tuple[bool, str], list[Piece]] = defaultdict(list)
    for piece in taken:
        groups[not piece.outline, piece.path].append(piece)
    result: list[Snippet] = []
    for (_, path), group in sorted(groups.items(), key=lambda item: item[0]):
        lines: dict[int, str] = {}
        for piece in group:
            lines.update(piece.lines)
        numbers = sorted(lines)
        text = "\n".join(lines[n] for n in numbers)
        tokens = estimate(text + "\n") + estimate(path) + HEADER_TOKENS
        result.append(Snippet(path, numbers[0], max(numbers[-1], *(p.end for p in group)), text, tokens, group[0].why))
    return result
