"""How deep an answer's new lines belong, when its block is indented otherwise than the place it stands at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from kibitz.verify.aligning import Place
from kibitz.verify.lines import blocks
from kibitz.verify.refusal import RefusalError

_OPENERS = (":", "{", "(", "[", "=>", "->", "then", "do", ",")


def indent_of(line: str) -> str:
    """The whitespace a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def common_indent(lines: Sequence[str]) -> str:
    """The whitespace that all lines that are not blank begin with."""
    indents = [indent_of(line) for line in lines if line.strip()]
    if not indents:
        return ""
    low, high = min(indents), max(indents)
    size = next(
        (n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
    )
    return low[:size]


def reindented(line: str, theirs: str, ours: str) -> str:
    """A line moved from one indentation to another. Raises `bad_response` where it is indented less than its block."""
    if not line.strip() or theirs == ours:
        return line
    if line.startswith(theirs):
        return ours + line[len(theirs) :]
    surplus = theirs.removesuffix(ours)
    if len(surplus) < len(theirs) and line.startswith(surplus):
        return line[len(surplus) :]
    raise _less()


def _less() -> RefusalError:
    return RefusalError(
        "The answer's new text is indented less than the lines it replaces.",
        "Ask again; the lines must be indented as in the file.",
    )


def _unknown() -> RefusalError:
    return RefusalError(
        "The answer's lines are not indented as in the file, and it cannot be told how deep the new ones belong.",
        "Ask again; the lines must be indented as in the file.",
    )


def settled(
    wanted: Sequence[str], new: Sequence[str], lines: Sequence[str], place: Place
) -> tuple[list[str], list[str]]:
    """The block's lines and its new lines, both indented as in the document.

    A block that was copied with another indentation brings new lines with that one, or new lines that are right as they
    are: the lines both texts have in common tell. Raises `bad_response` where neither can be told from the other.
    """
    pairs = [
        (unit.a, indent_of(wanted[unit.a]), indent_of(lines[unit.w]))
        for unit in place.units
        if wanted[unit.a].strip()
    ]
    if all(mine == ours for _, mine, ours in pairs):
        return list(wanted), list(new)
    at_home = {a: ours for a, _, ours in pairs}
    steps = _Steps([(mine, ours) for _, mine, ours in pairs])
    base = [
        at_home[n] + line.lstrip(" \t") if n in at_home else steps.moved(line, strict=False)
        for n, line in enumerate(wanted)
    ]
    matched = _matched(wanted, new)
    top = next((n for n, line in enumerate(new) if line.strip()), None)
    if top is None:
        return base, list(new)
    if steps.first_only and matched.get(top) != pairs[0][0] and indent_of(new[top]) != pairs[0][1]:
        return base, list(new)
    if _is_home(wanted, new, pairs, matched):
        return base, list(new)
    if (
        steps.first_only
        and matched.get(top) != pairs[0][0]
        and any(ours == pairs[0][1] for _, _, ours in pairs)
    ):
        raise _unknown()  # a new line that lacks its indentation too, or one that has none
    first_only = steps.first_only or _copied_behind(pairs, new[top:])
    moved: list[str] = []
    for n, line in enumerate(new):
        match = matched.get(n)
        if not line.strip():
            moved.append(line)
        elif match in at_home and indent_of(line) == indent_of(wanted[match]):
            moved.append(at_home[match] + line.lstrip(" \t"))
        elif first_only and n == top and indent_of(line) == pairs[0][1]:
            moved.append(pairs[0][2] + line.lstrip(" \t"))
        elif first_only:
            # the copy began behind the first line's indentation: all other lines are as in the file
            if len(indent_of(line)) < steps.least:
                raise _unknown()
            moved.append(line)
        else:
            moved.append(steps.moved(line, strict=True))
    return base, moved


def _copied_behind(pairs: Sequence[tuple[int, str, str]], new: Sequence[str]) -> bool:
    """Whether the new text of a single line lacks the indentation of its first line only."""
    filled = [line for line in new if line.strip()]
    _, mine, ours = pairs[0]
    if len(pairs) > 1 or len(filled) < 2 or len(mine) >= len(ours) or indent_of(filled[0]) != mine:
        return False
    if not all(indent_of(line).startswith(ours) for line in filled[1:]):
        return False
    deeper = indent_of(filled[1]) != ours
    return deeper == filled[0].rstrip().endswith(_OPENERS)


def _matched(wanted: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Which line of the block a new line is, whatever its indentation."""
    found = blocks([line.strip() for line in wanted], [line.strip() for line in new])
    same = {b.b + n: b.a + n for b in found if b.same for n in range(b.a_end - b.a)}
    for block in found:
        if not block.same and block.a_end - block.a == block.b_end - block.b:
            same |= {
                block.b + n: block.a + n
                for n in range(block.a_end - block.a)
                if indent_of(wanted[block.a + n]) == indent_of(new[block.b + n])
            }
    return same


def _is_home(
    wanted: Sequence[str],
    new: Sequence[str],
    pairs: Sequence[tuple[int, str, str]],
    matched: dict[int, int],
) -> bool:
    """Whether the new lines are indented as in the document already."""
    filled = [(n, line) for n, line in enumerate(new) if line.strip()]
    mine = {a: indent for a, indent, _ in pairs}
    ours = {a: indent for a, _, indent in pairs}
    said = Counter(line.strip() for line in (*wanted, *new))
    top = next((n for n, (a, b) in enumerate(zip(wanted, new, strict=False)) if a.strip() != b.strip()), 0)
    common = [
        _Row(n, said[line.strip()] == 2 or n == a < top, indent_of(line), mine[a], ours[a])
        for n, line in filled
        if (a := matched.get(n)) in mine and wanted[a].strip() == line.strip() and mine[a] != ours[a]
    ]
    # a line that either text has twice may be another one
    differ = [a for a in mine if mine[a] != ours[a]]
    if common and len(differ) > 1 and not any(row.once for row in common):
        lines = {line.rstrip() for _, line in filled}
        if lines & {ours[a] + wanted[a].strip() for a in differ} and lines & {
            wanted[a].rstrip() for a in differ
        }:
            raise _unknown()
    common = [row for row in common if row.once] or common
    if any(len(row.indent) < min(len(row.thought), len(row.home)) for row in common):
        raise _unknown()
    told = [row for row in common if row.indent in (row.thought, row.home)]
    votes = [row.indent == row.home for row in told]
    if votes and any(votes) != all(votes):
        return _mixed(told, new, set(matched))
    first = indent_of(filled[0][1])
    least = min((indent_of(line) for _, line in filled), key=len)
    if votes:
        low, high = min(mine.values(), key=len), min(ours.values(), key=len)
        if (
            votes[0]
            and least == low != high
            and wanted[matched.get(filled[0][0], 0)].strip() != filled[0][1].strip()
            and all(len(row.thought) < len(row.home) for row in common)
        ):
            # lines that stand deeper than before below a new one, or lines that are right as they are
            if first == low and filled[0][1].rstrip().endswith(_OPENERS):
                return False
            raise _unknown()
        if not votes[0] and least == high != low and len(high) < len(low):
            if first == high and filled[0][1].rstrip().endswith(_OPENERS):
                return True
            raise _unknown()
        return votes[0]
    if pairs[0][1] != pairs[0][2] and first in pairs[0][1:]:
        return first == pairs[0][2]
    used = {indent_of(line) for _, line in filled}
    theirs_only, ours_only = set(mine.values()) - set(ours.values()), set(ours.values()) - set(mine.values())
    if bool(used & theirs_only) != bool(used & ours_only):
        return bool(used & ours_only)
    theirs = common_indent([wanted[a] for a, _, _ in pairs])
    if least == min((indent for _, _, indent in pairs), key=len):
        return True
    if len(least) > len(theirs):
        raise _unknown()
    return False


class _Row(NamedTuple):
    """New line `n` is one of the block's: its indentation, the block's, and the document's; `once` if neither text has it twice."""

    n: int
    once: bool
    indent: str
    thought: str
    home: str


def _mixed(rows: Sequence[_Row], new: Sequence[str], known: set[int]) -> bool:
    """The same where some lines stand as in the document and some as in the block.

    Those that stand deeper than the others must do so below a line that is new and opens a block. Raises `bad_response`
    where they do not, and it cannot be told.
    """
    told = [
        home
        for home in (True, False)
        if all(
            indent == said or (len(indent) > len(said) and _opened(n, new, said, known))
            for n, _, indent, thought, own in rows
            for said in (own if home else thought,)
        )
    ]
    if len(told) != 1:
        raise _unknown()
    return told[0]


def _opened(n: int, new: Sequence[str], base: str, known: set[int]) -> bool:
    """Whether a new line stands in a block that a line which is only in the new text opens, no deeper than `base`."""
    depth = len(indent_of(new[n]))
    for above in range(n - 1, -1, -1):
        line = new[above]
        if not line.strip() or len(indent_of(line)) >= depth:
            continue
        if above not in known and line.rstrip().endswith(_OPENERS):
            return len(indent_of(line)) >= len(base)
        depth = len(indent_of(line))
    return False


class _Steps:
    """What the block's indentations are in the document."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.homes: dict[str, str] = {}
        self.clear = True
        for mine, ours in pairs:
            self.clear &= self.homes.setdefault(mine, ours) == ours
        first = pairs[0]
        self.first_only = (
            len(pairs) > 1
            and len(first[0]) < len(first[1])
            and first[1].startswith(first[0])
            and all(mine == ours for mine, ours in pairs[1:])
        )
        self.least = min(len(ours) for _, ours in pairs)
        self.unit = self._unit()

    def _unit(self) -> tuple[str, str]:
        """What one step of the block's is in the document."""
        known = sorted(self.homes, key=len)
        for low, high in pairwise(known):
            mine, ours = high[len(low) :], self.homes[high][len(self.homes[low]) :]
            if high.startswith(low) and mine and ours and mine != ours:
                return _step(mine, ours)
        for mine, ours in self.homes.items():
            if mine and ours and mine[0] != ours[0]:
                return _step(mine, ours)
        return "", ""

    def moved(self, line: str, *, strict: bool) -> str:
        """A line at its depth in the document. Raises `bad_response` where that is not known and `strict`."""
        indent = indent_of(line)
        if not line.strip():
            return line
        if not self.clear and strict:
            raise _unknown()
        if indent in self.homes:
            return self.homes[indent] + line[len(indent) :]
        below = [known for known in self.homes if indent.startswith(known)]
        if below:
            base = max(below, key=len)
            return self.homes[base] + self._converted(indent[len(base) :]) + line[len(indent) :]
        above = [known for known in self.homes if known.startswith(indent)]
        if above:
            top = min(above, key=len)
            missing = self._converted(top[len(indent) :])
            if self.homes[top].endswith(missing):
                return self.homes[top][: len(self.homes[top]) - len(missing)] + line[len(indent) :]
        if strict:
            raise _less()
        return line

    def _converted(self, rest: str) -> str:
        mine, ours = self.unit
        if not mine or mine == ours:
            return rest
        count = len(rest) // len(mine)
        return ours * count + rest[count * len(mine) :] if rest.startswith(mine * count) else rest


def _step(mine: str, ours: str) -> tuple[str, str]:
    """The smallest step of both: three tabs that are twelve blanks are one that is four."""
    if len(set(mine)) == 1 and len(set(ours)) == 1:
        for count in range(min(len(mine), len(ours)), 1, -1):
            if len(mine) % count == 0 and len(ours) % count == 0:
                return mine[: len(mine) // count], ours[: len(ours) // count]
    return mine, ours
