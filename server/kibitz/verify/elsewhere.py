"""Where else a block may stand that differs from its best place: what speaks against that place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from kibitz.verify.aligning import Place
from kibitz.verify.drift import Candidate
from kibitz.verify.indenting import indent_of
from kibitz.verify.likeness import likeness
from kibitz.verify.reduced import Picked, Reduced, comment_lines

_NEAR, _NEXT, _RARE = 40, 3, 2
_TELLING, _REMARK = 5, 8
_CHANGED = 0.75


def as_deep(candidate: Candidate, have_lines: Picked, wanted_lines: Picked) -> bool:
    """Whether the lines that are the same stand as deep as in the block, but for one and the same shift.

    The first line may lack its indentation, and tabs may be blanks.
    """
    pairs = [(indent_of(wanted_lines[k]), indent_of(have_lines[p])) for k, p in candidate.equal]
    if any(("\t" in mine) != ("\t" in ours) for mine, ours in pairs if mine and ours):
        return True
    if not pairs[0][0]:
        pairs = pairs[1:]
    return len({len(ours) - len(mine) for mine, ours in pairs}) < 2


def shift(candidate: Candidate, have_lines: Picked, wanted_lines: Picked) -> bool:
    """Whether lines that are the same stand deeper or less deep than in the block, other than the first."""
    pairs = [(indent_of(wanted_lines[k]), indent_of(have_lines[p])) for k, p in candidate.equal]
    return any(mine.expandtabs(4) != ours.expandtabs(4) for mine, ours in pairs[1:])


def beside(candidate: Candidate, have: Reduced, wanted: Reduced) -> bool:
    """Whether a line that the place lacks stands near it: the block may speak of there, or leave out what lies between."""
    at = [p for _, p in (*candidate.equal, *candidate.drifted)]
    found = {p for _, p in candidate.equal}
    stands_for = dict(candidate.drifted)
    for k in (*stands_for, *candidate.lost):
        word = wanted.words[k]
        if len(word) < _TELLING:
            continue
        if k in stands_for and likeness(word, have.words[stands_for[k]]) > _CHANGED:
            continue
        reach = _NEAR if have.words.count(word) <= _RARE else _NEXT
        low, high = max(0, min(at) - reach), min(max(at) + reach, len(have.words) - 1)
        if any(have.words[p] == word for p in range(low, high + 1) if p not in found):
            return True
    return False


def halved(candidate: Candidate, have: Reduced, wanted: Reduced) -> bool:
    """Whether all of the block's lines stand elsewhere in the document but for some between them: it may leave those out."""
    size = len(wanted.words)
    at = [p for _, p in (*candidate.equal, *candidate.drifted)]
    own = None if candidate.drifted or candidate.lost else (min(at), max(at))
    firsts, lasts = _at(have.words, wanted.words[0]), _at(have.words, wanted.words[-1])
    for p in firsts:
        straight = p + size - 1
        low = bisect_left(lasts, straight + 1)
        for q in lasts[low : bisect_left(lasts, straight + _NEAR + 1, low)]:
            if (p, q) != own and _head(have.words, wanted.words, p) + _tail(
                have.words, wanted.words, q
            ) >= size:
                return True
    return False


def _at(words: list[str], word: str) -> list[int]:
    found: list[int] = []
    try:
        while True:
            found.append(words.index(word, found[-1] + 1 if found else 0))
    except ValueError:
        return found


def _head(have: list[str], wanted: list[str], p: int) -> int:
    """How many of the block's first lines stand from a line on."""
    n = 0
    while n < len(wanted) and p + n < len(have) and have[p + n] == wanted[n]:
        n += 1
    return n


def _tail(have: list[str], wanted: list[str], q: int) -> int:
    """How many of the block's last lines stand down to a line."""
    size = len(wanted)
    n = 0
    while n < size and n <= q and have[q - n] == wanted[size - 1 - n]:
        n += 1
    return n


def says_of_another(wanted: Sequence[str], lines: Sequence[str], place: Place, language: str) -> bool:
    """Whether lines of the block are not at its place as they are written, but elsewhere in the document.

    Comments that are not there at all, or lines that are broken otherwise there, or have other commas, quotes or blanks. The
    place of several lines that end in a comma and should not, or the other way, is another thing than the block's.
    """
    single = [u for u in place.units if not u.drift and u.a_end - u.a == 1 == u.w_end - u.w]
    if sum(_ends_part(wanted[u.a]) != _ends_part(lines[u.w]) for u in single) > 1:
        return True
    found = {n for unit in place.units for n in range(unit.a, unit.a_end)}
    missing = {wanted[n].strip() for n in comment_lines(wanted, language) - found}
    for unit in place.units:
        said = _stripped(wanted[unit.a : unit.a_end])
        if not unit.drift and said != _stripped(lines[unit.w : unit.w_end]):
            missing.add(said)
    missing = {said for said in missing if sum(map(str.isalnum, said)) >= _REMARK}
    if not missing:
        return False
    text = "\n".join(lines)
    if not any(said.partition("\n")[0] in text for said in missing):
        return False
    outside = f"\n{_stripped(lines[: place.first])}\n\n{_stripped(lines[place.end :])}\n"
    return any(f"\n{said}\n" in outside for said in missing)


def may_be_copied(wanted: Sequence[str], lines: Sequence[str], place: Place, language: str) -> bool:
    """Whether a block that stands exactly somewhere else may still be a copy of this place.

    Copies lose indentation, blank lines and comments. They have no blank lines more, and what they say they say with the same
    quotes and line breaks, at the same depth or all of it at another.
    """
    units = [unit for unit in place.units if wanted[unit.a].strip()]
    if any(_stripped(wanted[u.a : u.a_end]) != _stripped(lines[u.w : u.w_end]) for u in units):
        return False
    depths = [(indent_of(wanted[u.a]), indent_of(lines[u.w])) for u in units]
    mixed = any(("\t" in mine) != ("\t" in ours) for mine, ours in depths if mine and ours)
    if not depths[0][0]:
        depths = depths[1:]  # the first line alone may lack its indentation
    if not mixed and len({len(ours) - len(mine) for mine, ours in depths}) > 1:
        return False
    found = {number for unit in place.units for number in range(unit.a, unit.a_end)}
    first, last = min(found), max(found)
    if any(not line.strip() and first < n < last and n not in found for n, line in enumerate(wanted)):
        return False
    above = _no_remarks(lines[max(0, place.first - first - _NEAR) : place.first], language)
    below = _no_remarks(lines[place.end : place.end + len(wanted) + _NEAR], language)
    beside = (*above[max(0, len(above) - first) :], *below[: len(wanted) - 1 - last])
    return not any(line.strip() for line in beside)


def _no_remarks(lines: Sequence[str], language: str) -> list[str]:
    comments = comment_lines(lines, language)
    return [line for number, line in enumerate(lines) if number not in comments]


def _ends_part(line: str) -> bool:
    return line.rstrip().endswith(",")


def _stripped(lines: Sequence[str]) -> str:
    return "\n".join([line.strip() for line in lines])
