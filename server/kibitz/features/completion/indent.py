"""Lines of an answer at the indentation of the place they go to."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from kibitz.features.completion.spot import Spot

_DEFINES = re.compile(
    r"(?:@|def\b|class\b|async def\b|import\b|from\b|if __name__|func\b|fn\b|function\b|export\b|pub\b|public\b)"
)


class Arranged(NamedTuple):
    """The text to insert, and whether its lines stand where the answer had them."""

    text: str
    trusted: bool


def arranged(text: str, spot: Spot, *, whole_lines: bool) -> list[Arranged]:
    """The text with each line indented for this file and place, the likeliest reading first.

    `whole_lines` says that the answer begins at a line's start, so that the white space there is its indentation.
    """
    if spot.inside:
        return [Arranged(text, True)]
    lines = text.split("\n")
    if whole_lines:
        while lines and not lines[0].strip():
            lines.pop(0)
        if not lines:
            return []
        found = [_block(lines, spot, target) for target in _targets(lines, spot)]
        return list(dict.fromkeys(found))
    return [_continued(lines, spot)]


def _targets(lines: list[str], spot: Spot) -> list[int]:
    """The columns the first line may stand at, the likeliest first."""
    here = spot.column(spot.current)
    target = spot.target
    if here:
        return [max(here, target)]
    own = _columns(lines, spot)[0] or 0
    targets = [target]
    valid = {spot.column(line) for line in (*spot.above_lines[-40:], spot.next) if line.strip()} | {target}
    if spot.opens(spot.previous):
        valid.add(spot.column(spot.previous) + spot.step)
    if own and own in valid and (not spot.wants_body or own == target):
        targets.insert(0, own)
    apart = bool(spot.above_lines) and not spot.above_lines[-1].strip()
    if not own and apart and _DEFINES.match(lines[0].lstrip()):
        targets.insert(0, 0)
    last = next(at for at in range(len(lines) - 1, -1, -1) if lines[at].strip())
    if spot.next.strip():
        below = spot.column(spot.next)
        if spot.above and spot.opens(lines[last]):
            deeper = (_columns(lines, spot)[last] or 0) - own
            targets.insert(len(targets) - 1, max(0, below - spot.step - deeper))
        targets.append(below)
        if spot.opens(lines[last]):
            targets.append(max(0, below - spot.step))
    targets += [own or spot.column(spot.previous), own]
    return list(dict.fromkeys(targets))[:5]


def _columns(lines: list[str], spot: Spot) -> list[int | None]:
    """How far each line is indented, in this file's columns; None for a blank one."""
    own = next(
        (at for at in range(2, len(lines)) if lines[at][:1].strip() and not lines[at - 1].strip()), None
    )
    widths = [
        len(line) - len(line.lstrip(" "))
        for line in lines[:own]
        if line.strip() and not line.startswith("\t")
    ]
    step = spot.step
    unit = _unit(widths)
    columns: list[int | None] = []
    for line in lines:
        if not line.strip():
            columns.append(None)
            continue
        column = 0
        spaces = 0
        for char in line:
            if char == "\t":
                column += step
            elif char == " ":
                spaces += 1
            else:
                break
        if unit and unit != step and not column:
            spaces = spaces // unit * step + spaces % unit
        columns.append(column + spaces)
    return columns


def _unit(widths: list[int]) -> int:
    """How many spaces one level of the answer is; 0 where its lines do not tell."""
    filled = sorted(set(widths))
    steps = [b - a for a, b in pairwise(widths) if b > a]
    if not steps:
        return 0
    smallest = min(steps)
    base = filled[0]
    if (
        smallest in (2, 3, 4, 8)
        and all((width - base) % smallest == 0 for width in filled)
        and base % smallest == 0
    ):
        return smallest
    return 0


def _block(lines: list[str], spot: Spot, target: int) -> Arranged:
    """Lines of which the first is to stand at a column."""
    columns = _columns(lines, spot)
    raw = [spot.column(line) if line.strip() else None for line in lines]
    own = columns[0] or 0
    rest = [column for column in columns[1:] if column is not None]
    here = spot.column(spot.current)
    if own == 0 and rest and target:
        shift = target if _relative(lines, columns, spot, target) else 0
    elif own and own != target and rest and here and _absolute(lines, rest, spot, target):
        shift = 0
    else:
        shift = target - own
    moved = [target if at == 0 else None if c is None else max(0, c + shift) for at, c in enumerate(columns)]
    out = _written(lines, moved, spot)
    lead = spot.white(target)
    current = spot.current
    out[0] = (lead[len(current) :] if lead.startswith(current) else " " * (target - here)) + out[0].lstrip()
    trusted = moved[1:] == raw[1:] and (own == target or here > 0)
    return Arranged("\n".join(out), trusted)


def _relative(lines: list[str], columns: list[int | None], spot: Spot, target: int) -> bool:
    """Whether an answer whose first line is not indented counts its other lines' indentation from there."""
    rest = [(at, column) for at, column in enumerate(columns) if at and column is not None]
    at, first = rest[0]
    expected = target + spot.step if spot.opens(lines[0]) else target
    if first == expected:
        return False
    if first + target == expected:
        return not (first == 0 and _leaves(lines, at))
    for at, column in rest:
        if column < target:
            return not _leaves(lines, at) and not any(c >= target for k, c in rest if k < at)
    return False


def _leaves(lines: list[str], at: int) -> bool:
    """Whether a line at the margin looks like the next thing in the file."""
    return not lines[at - 1].strip() or _DEFINES.match(lines[at]) is not None


def _absolute(lines: list[str], rest: list[int], spot: Spot, target: int) -> bool:
    """Whether the lines after the first stand right although the first does not."""
    return rest[0] == (target + spot.step if spot.opens(lines[0]) else target)


def _continued(lines: list[str], spot: Spot) -> Arranged:
    """Lines of which the first goes on where the cursor's line stops."""
    columns = _columns(lines, spot)
    raw = [spot.column(line) if line.strip() else None for line in lines]
    first = next((column for column in columns[1:] if column is not None), None)
    if first is None:
        return Arranged("\n".join(lines), True)
    base = spot.column(spot.current)
    header = spot.current + lines[0]
    opens = spot.opens(header)
    expected = base + spot.step if opens else base
    shift = 0
    if first != expected:
        at = next(at for at, column in enumerate(columns) if at and column is not None)
        if base + first == expected and not (first == 0 and not opens and _leaves(lines, at)):
            shift = base
        elif opens and (first <= base or (first - base) % spot.step):
            shift = expected - first
    moved = [None if c is None or at == 0 else max(0, c + shift) for at, c in enumerate(columns)]
    out = _written(lines, moved, spot)
    out[0] = lines[0]
    return Arranged("\n".join(out), moved[1:] == raw[1:])


def _written(lines: list[str], columns: list[int | None], spot: Spot) -> list[str]:
    return [
        ""
        if not line.strip()
        else line.lstrip(" \t")
        if column is None
        else spot.white(column) + line.lstrip(" \t")
        for line, column in zip(lines, columns, strict=True)
    ]
