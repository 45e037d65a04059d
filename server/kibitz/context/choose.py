"""Which pieces of other files are shown: those that bring the most of what may be needed for what they cost."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from kibitz.context.pieces import CUT, Key, Piece
from kibitz.context.tokens import estimate

HEADER_TOKENS = 4
"""What naming the file takes beside its path."""


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
class Limits:
    """How pieces are made and weighed.

    `floor` is the least a piece must promise per token; `dear` below 1 is kind to long ones; `echo` is what it is still
    worth to see a name defined that was seen in use, or the other way round; `run` is how many lines of code go together.
    """

    floor: float = 0.002
    dear: float = 0.85
    echo: float = 0.15
    run: int = 6


class Chooser:
    """Takes pieces one by one, the most likely use per token first, until the budget is full or nothing is worth it."""

    def __init__(self, likely: Mapping[str, float], budget: int, limits: Limits) -> None:
        self._likely = likely
        self._left = budget
        self._limits = limits
        self._echo = limits.echo
        self._covered: dict[bool, set[str]] = {True: set(), False: set()}
        self._shown: dict[tuple[str, bool], set[Key]] = {}

    def _value(self, piece: Piece) -> tuple[float, int]:
        """What a piece is worth per token now, and its tokens. Asked for thousands of times: written to be fast."""
        outline = piece.outline
        mine, others = self._covered[outline], self._covered[not outline]
        likely, echo = self._likely, self._echo
        gain = 0.0
        for name in piece.names:  # a sorted tuple: sums of floats depend on the order
            if name not in mine:
                gain += likely[name] * echo if name in others else likely[name]
        if gain <= 0.0:
            return 0.0, 0
        known = self._shown.get((piece.path, outline))
        if known is None:
            cost = file_cost(piece.path)
            for line in piece.lines:
                cost += line[2]
        else:
            cost = 0 if outline else 3
            for line in piece.lines:
                if line[0] not in known:
                    cost += line[2]
        return gain / cost**self._limits.dear if cost else 0.0, cost

    def choose(self, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces taken, in the order they were."""
        values = [
            self._value(piece)[0] for piece in pieces
        ]  # one only falls while others are taken, but for echoes
        heap = [(-value, number) for number, value in enumerate(values) if value > 0]
        heapq.heapify(heap)
        taken: list[Piece] = []
        while heap:
            _, number = heapq.heappop(heap)
            piece = pieces[number]
            value, cost = self._value(piece)
            if value <= self._limits.floor or cost > self._left:
                continue
            if heap and value < -heap[0][0] - 1e-12:
                heapq.heappush(heap, (-value, number))
                continue
            self._left -= cost
            self._covered[piece.outline].update(piece.names)
            self._shown.setdefault((piece.path, piece.outline), set()).update(
                key for key, _, _ in piece.lines
            )
            taken.append(piece)
        return taken


@lru_cache(4096)
def file_cost(path: str) -> int:
    """The tokens of naming a file above what is shown of it."""
    return estimate(path) + HEADER_TOKENS


def rendered(taken: Sequence[Piece]) -> list[Snippet]:
    """The pieces by file: outlines first, which change little, then runs of code, each by path."""
    groups: dict[tuple[bool, str], list[Piece]] = defaultdict(list)
    for piece in taken:
        groups[not piece.outline, piece.path].append(piece)
    result: list[Snippet] = []
    for (code, path), group in sorted(groups.items(), key=lambda item: item[0]):
        lines = sorted({key: text for piece in group for key, text, _ in piece.lines}.items())
        text = _runs(lines) if code else "\n".join(text for _, text in lines)
        reasons = Counter(piece.why for piece in group if piece.why)
        why = "; ".join(reason for reason, _ in reasons.most_common(2)) or "may be needed here"
        start, end = min(p.start for p in group), max(p.end for p in group)
        result.append(Snippet(path, start, end, text, estimate(text + "\n") + file_cost(path), why))
    return result


def _runs(lines: Sequence[tuple[Key, str]]) -> str:
    """Lines of code without what all of them are indented by, and a mark where lines between them are left out."""
    indent = min((len(text) - len(text.lstrip()) for _, text in lines), default=0)
    parts: list[str] = []
    last = None
    for (_, number), text in lines:
        if last is not None and number > last + 2:
            parts.append(CUT)
        parts.append(text[indent:])
        last = number
    return "\n".join(parts)
