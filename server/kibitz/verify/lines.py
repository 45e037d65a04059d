"""Which lines of two texts are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_PAIRS = 1_000_000
"""Above this many pairs of equal lines the difference is taken as one block: the matcher's time grows with them."""


class Block(NamedTuple):
    """Lines `a` to `a_end` of the one text stand where lines `b` to `b_end` of the other do."""

    same: bool
    a: int
    a_end: int
    b: int
    b_end: int


def blocks(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """Both texts cut into equal and different blocks, in order and without gaps."""
    start, tail = common_ends(before, after)
    a_end, b_end = len(before) - tail, len(after) - tail
    found: list[Block] = []
    if start:
        found.append(Block(True, 0, start, 0, start))
    found += _middle(before[start:a_end], after[start:b_end], start)
    if tail:
        found.append(Block(True, a_end, len(before), b_end, len(after)))
    return found


def common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many lines the texts share at the beginning, and how many of the others at the end."""
    most = min(len(before), len(after))
    start = 0
    while start < most and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < most - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return start, tail


def _middle(before: Sequence[str], after: Sequence[str], offset: int) -> list[Block]:
    if not before and not after:
        return []
    counts = Counter(before)
    if sum(counts[line] for line in after) > MOST_PAIRS:
        return [Block(False, offset, offset + len(before), offset, offset + len(after))]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Block(tag == "equal", a + offset, a_end + offset, b + offset, b_end + offset)
        for tag, a, a_end, b, b_end in matcher.get_opcodes()
    ]
