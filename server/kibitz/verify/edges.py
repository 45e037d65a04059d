"""What stands around a block's code: blank lines and comments that only one of the two texts has there."""

from __future__ import annotations

from collections.abc import Sequence

from kibitz.verify.aligning import Place
from kibitz.verify.lines import blocks
from kibitz.verify.reduced import comment_lines, reduced_line

_TELLING = 8
"""So many letters and digits are not repeated by chance."""


def without_spare(wanted: list[str], new: list[str], place: Place) -> tuple[list[str], list[str], Place]:
    """Both texts without the blank lines that the block begins and ends with, and the document does not have."""
    low, high = place.units[0].a, place.units[-1].a_end
    low = min(low, next(number for number, line in enumerate(wanted) if line.strip()))
    high = max(
        high, len(wanted) - next(number for number, line in enumerate(reversed(wanted)) if line.strip())
    )
    first, end = 0, len(new)
    while first < min(low, end) and not new[first].strip():
        first += 1
    while len(new) - end < len(wanted) - high and end > first and not new[end - 1].strip():
        end -= 1
    units = tuple(unit._replace(a=unit.a - low, a_end=unit.a_end - low) for unit in place.units)
    return wanted[low:high], new[first:end], place._replace(units=units)


def stands_exactly(wanted: Sequence[str], lines: Sequence[str], place: Place) -> bool:
    """Whether the block is at its place as it is, but for trailing whitespace."""
    return [line.rstrip() for line in lines[place.first : place.end]] == [line.rstrip() for line in wanted]


def pasted(lines: Sequence[str], place: Place, after: Sequence[str]) -> bool:
    """Whether new lines say what stands above or below them: the block left those out.

    Lines that are only put in, where they say just that; of several new lines, where most of what they say is there.
    """
    result = [*lines[: place.first], *after, *lines[place.end :]]
    for block in blocks(lines[place.first : place.end], after):
        if block.same:
            continue
        gone = {line.strip() for line in lines[place.first + block.a : place.first + block.a_end]}
        said = [line for line in _filled(after[block.b : block.b_end]) if line not in gone]
        if _size(said) < _TELLING:
            continue
        reach = 2 * (block.b_end - block.b) + 2
        first, end = place.first + block.b, place.first + block.b_end
        above, below = _filled(result[max(0, first - reach) : first]), _filled(result[end : end + reach])
        if block.a_end == block.a and said in (above[-len(said) :], below[: len(said)]):
            return True
        if len(said) > 1 and any(2 * _size(_common(said, beside)) > _size(said) for beside in (above, below)):
            return True
    return False


def goes_on(lines: Sequence[str], place: Place, after: Sequence[str]) -> bool:
    """Whether all that is put in above or below the block are two lines or more that stand right there.

    A block that is in the document as it is, and was cut short of what its new text goes on with.
    """
    found = blocks(lines[place.first : place.end], after)
    for block, upwards in ((found[0], True), (found[-1], False)):
        said = [line.rstrip() for line in after[block.b : block.b_end] if line.strip()]
        if block.a < block.a_end or len(said) < 2 or _size(said) < 2 * _TELLING:
            continue
        reach = 2 * (block.b_end - block.b) + 2
        beside = lines[max(0, place.first - reach) : place.first] if upwards else lines[place.end :][:reach]
        there = [line.rstrip() for line in beside if line.strip()]
        if said == (there[-len(said) :] if upwards else there[: len(said)]):
            return True
    return False


def _common(one: Sequence[str], two: Sequence[str]) -> list[str]:
    """The lines that both have in the same order, one or more at a time."""
    return [line for block in blocks(one, two) if block.same for line in one[block.a : block.a_end]]


def _size(lines: Sequence[str]) -> int:
    """How many letters and digits there are in the lines."""
    return sum(map(str.isalnum, "".join(lines)))


def _filled(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def without_doubles(
    wanted: Sequence[str], new: Sequence[str], lines: Sequence[str], place: Place, language: str
) -> list[str]:
    """The new lines without the comments at their ends that the document has right there, and the block left out.

    An answer that takes over the code alone, and brings the comments around it back with the new code, means the same ones.
    Blank lines go with them; where the block is in the document as it is, blank lines alone are as the answer has them.
    """
    exact = stands_exactly(wanted, lines, place)
    above = _doubled(wanted, new, lines[: place.first][::-1], language, exact=exact)
    rest = list(new[above:])
    below = _doubled(wanted[::-1], rest[::-1], lines[place.end :], language, exact=exact, upwards=True)
    return rest[: len(rest) - below]


def _doubled(
    wanted: Sequence[str],
    new: Sequence[str],
    outside: Sequence[str],
    language: str,
    *,
    exact: bool,
    upwards: bool = False,
) -> int:
    """How many of the first new lines are those that the document has outside, both counted away from the block."""
    said, known = _run(new, language, upwards=upwards), _run(wanted, language, upwards=upwards)
    if len(said) == len(new) or len(known) == len(wanted):
        return 0
    mine = [(n, reduced_line(line)) for n, line in enumerate(said) if line.strip()]
    theirs = [reduced_line(line) for line in known if line.strip()]
    extra = len(mine) - len(theirs)
    if [word for _, word in mine[max(0, extra) :]] != theirs:
        return 0
    blank = next((n for n, line in enumerate(outside) if line.strip()), len(outside))
    if extra <= 0:
        same = reduced_line(new[len(said)]) == reduced_line(wanted[len(known)])
        return max(0, min(_blank(said) - _blank(known), blank)) if same and not exact else 0
    words = [reduced_line(line) for line in outside[: 4 * len(said) + 8] if line.strip()]
    own = {reduced_line(line) for line in wanted}
    most = next(
        (
            n
            for n in range(extra, 0, -1)
            if words[:n][::-1] == [word for _, word in mine[:n]] and own.isdisjoint(words[:n])
        ),
        0,
    )
    if not most:
        return 0
    end = mine[most - 1][0] + 1
    return end if _blank(known) else end + min(_blank(said[end:]), blank)


def _blank(lines: Sequence[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.strip()), len(lines))


def _run(lines: Sequence[str], language: str, *, upwards: bool) -> Sequence[str]:
    """The comments and blank lines that the lines begin with."""
    size = len(lines)
    comments = comment_lines(lines[::-1] if upwards else lines, language)
    if upwards:
        comments = {size - 1 - n for n in comments}
    return lines[: next((n for n, line in enumerate(lines) if line.strip() and n not in comments), size)]
