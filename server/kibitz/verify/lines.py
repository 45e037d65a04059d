"""Which lines of two texts are the same."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_PAIRS = 100_000
"""Above this many pairs of equal lines the texts are cut at lines that either has once: the matcher's time grows with the pairs."""


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


def lines_with(text: str, said: str) -> Iterator[int]:
    """The lines, which end with LF, that a piece of a line begins in; each as often."""
    number = before = 0
    at = text.find(said)
    while at >= 0:
        number += text.count("\n", before, at)
        yield number
        before, at = at, text.find(said, at + 1)


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
    if sum(counts[line] for line in after) <= MOST_PAIRS:
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        return [
            Block(tag == "equal", a + offset, a_end + offset, b + offset, b_end + offset)
            for tag, a, a_end, b, b_end in matcher.get_opcodes()
        ]
    found: list[Block] = []
    a = b = 0
    for a_next, b_next in [*_landmarks(before, after, counts), (len(before), len(after))]:
        if a_next - a < len(before):
            found += [_moved(block, a, b) for block in blocks(before[a:a_next], after[b:b_next])]
        if a_next < len(before):
            found.append(Block(True, a_next, a_next + 1, b_next, b_next + 1))
        a, b = a_next + 1, b_next + 1
    if not found:
        found = [Block(False, 0, len(before), 0, len(after))]
    return [_moved(block, offset, offset) for block in _joined(found)]


def _moved(block: Block, a: int, b: int) -> Block:
    return Block(block.same, block.a + a, block.a_end + a, block.b + b, block.b_end + b)


def _landmarks(
    before: Sequence[str], after: Sequence[str], counts: Mapping[str, int]
) -> list[tuple[int, int]]:
    """Lines that either text has once, as many of them as stand in the same order (patience diff)."""
    others = Counter(after)
    where = {line: number for number, line in enumerate(after) if others[line] == 1}
    pairs = [(a, where[line]) for a, line in enumerate(before) if counts[line] == 1 and line in where]
    ends: list[int] = []  # the smallest line of `after` that a chain of each length ends with
    last: list[int] = []
    above: list[int] = []
    for number, (_, b) in enumerate(pairs):
        size = bisect_left(ends, b)
        ends[size : size + 1] = [b]
        last[size : size + 1] = [number]
        above.append(last[size - 1] if size else -1)
    chain: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        chain.append(pairs[at])
        at = above[at]
    return chain[::-1]


def _joined(found: list[Block]) -> list[Block]:
    """Neighbours of the same kind as one block."""
    joined: list[Block] = []
    for block in found:
        if joined and joined[-1].same == block.same:
            joined[-1] = Block(block.same, joined[-1].a, block.a_end, joined[-1].b, block.b_end)
        else:
            joined.append(block)
    return joined
