"""Which line of a block is which line of the document, comments and blank lines too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from kibitz.verify.likeness import likeness
from kibitz.verify.lines import blocks
from kibitz.verify.reduced import Reduced, reduced_line


class Unit(NamedTuple):
    """Lines `a` to `a_end` of the block are lines `w` to `w_end` of the document; with `drift` they say different things."""

    a: int
    a_end: int
    w: int
    w_end: int
    drift: bool = False


class Place(NamedTuple):
    """Lines `first` to `end` (exclusive) of the document, and which of the block's lines they are, in order.

    Lines of either that are in no unit are only there.
    """

    first: int
    end: int
    units: tuple[Unit, ...]


def one_to_one(at: int, wanted: Sequence[str]) -> Place:
    """The place of a block that is there line by line."""
    units = tuple(Unit(n, n + 1, at + n, at + n + 1) for n in range(len(wanted)))
    return Place(at, at + len(wanted), units)


def aligned(
    wanted: Sequence[str], lines: Sequence[str], code: Reduced, have: Reduced, units: Sequence[Unit]
) -> Place:
    """The place of a block whose code lines are known: `units` count in the lines of `code` and `have`.

    Comments and blank lines between them are matched as far as they are the same, and comments above and below that the
    block has; blank lines at its ends are no part of the place.
    """
    filled = [number for number, line in enumerate(wanted) if line.strip()]
    found: list[Unit] = []
    a = filled[0]
    w = have.numbers[units[0].w - 1] + 1 if units[0].w else 0
    for unit in units:
        a_next, w_next = code.numbers[unit.a], have.numbers[unit.w]
        found += _between(wanted, lines, (a, a_next), (w, w_next), upwards=unit is units[0])
        a, w = code.numbers[unit.a_end - 1] + 1, have.numbers[unit.w_end - 1] + 1
        found.append(Unit(a_next, a, w_next, w, unit.drift))
    w_last = have.numbers[units[-1].w_end] if units[-1].w_end < len(have.numbers) else len(lines)
    found += _between(wanted, lines, (a, filled[-1] + 1), (w, w_last))
    return Place(found[0].w, found[-1].w_end, tuple(found))


def _between(
    wanted: Sequence[str],
    lines: Sequence[str],
    mine: tuple[int, int],
    theirs: tuple[int, int],
    *,
    upwards: bool = False,
) -> list[Unit]:
    """The comments and blank lines of two gaps that are the same; `upwards` prefers those nearest to the end."""
    (a, a_end), (w, w_end) = mine, theirs
    if a == a_end or w == w_end:
        return []
    one = [reduced_line(line) for line in wanted[a:a_end]]
    two = [reduced_line(line) for line in lines[w:w_end]]
    two = two[-_reach(one) :] if upwards else two[: _reach(one)]
    w = w_end - len(two) if upwards else w
    if upwards:
        # SequenceMatcher takes the first of several
        pairs = [(len(one) - 1 - n, len(two) - 1 - m, d) for n, m, d in _pairs(one[::-1], two[::-1])][::-1]
    else:
        pairs = _pairs(one, two)
    return [Unit(a + n, a + n + 1, w + m, w + m + 1, drift) for n, m, drift in pairs]


def _reach(gap: Sequence[str]) -> int:
    return 4 * len(gap) + 40


def _pairs(one: Sequence[str], two: Sequence[str]) -> list[tuple[int, int, bool]]:
    """Which lines of two gaps are the same, and (True) which comments only nearly; blank lines as the comments say."""
    mine, theirs = ([n for n, line in enumerate(gap) if line] for gap in (one, two))
    found: list[tuple[int, int, bool]] = []
    for block in blocks([one[n] for n in mine], [two[m] for m in theirs]):
        if block.same:
            ours = zip(mine[block.a : block.a_end], theirs[block.b : block.b_end], strict=True)
            found += [(n, m, False) for n, m in ours]
            continue
        left = theirs[block.b : block.b_end]
        for n in mine[block.a : block.a_end]:
            like = next((m for m in left if likeness(one[n], two[m])), None)
            if like is not None:
                found.append((n, like, True))
                left = [m for m in left if m > like]
    blank: list[tuple[int, int, bool]] = []
    for above, below in pairwise([(-1, -1, False), *found, (len(one), len(two), False)]):
        ours = zip(_blank(one, above[0], below[0]), _blank(two, above[1], below[1]), strict=False)
        blank += [(n, m, False) for n, m in ours]
    return sorted([*found, *blank])


def _blank(gap: Sequence[str], above: int, below: int) -> list[int]:
    """The blank lines between two lines."""
    return [n for n in range(above + 1, below) if not gap[n]]
