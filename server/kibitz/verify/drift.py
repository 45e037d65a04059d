"""Where a block stands that differs from the document in a line or two: a typo, or a line that has changed since.

The place must stand out: enough lines equal, few that are not, and every other place clearly worse.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kibitz.verify.likeness import defines_other, is_typo, likeness, renamed
from kibitz.verify.lines import blocks
from kibitz.verify.reduced import Picked, Reduced

_COMMON = 30
"""A line that stands more often than this in a document does not point anywhere."""
_PLACES, _MOST_POSSIBLE = 8, 60
_SLACK = 3
_LONGEST = 40
_LEAST_EQUAL, _LEAST_WITH_SLIPS = 20, 15
_MARGIN = 0.15
_LINES_PER_DRIFT = 8


class Candidate(NamedTuple):
    """A place a block may stand at: pairs of a line of the block and one of the document, as indices of `Reduced`.

    `equal` pairs are the same; `drifted` ones stand for each other and are not; `lost` lines of the block are not in
    the document, `added` lines of the document are not in the block. `score` is the share of the block's text found.
    """

    equal: tuple[tuple[int, int], ...]
    drifted: tuple[tuple[int, int], ...]
    lost: tuple[int, ...]
    added: tuple[int, ...]
    score: float

    @property
    def errors(self) -> int:
        """How many lines differ."""
        return len(self.drifted) + len(self.lost) + len(self.added)


class Ranking(NamedTuple):
    """Places where a block comes close, the best first. `whole` says that every place that could be meant is among them."""

    candidates: list[Candidate]
    whole: bool


def ranked(have: Reduced, wanted: Reduced) -> Ranking:
    """The places where a block comes closest; none where no line of it is in the document."""
    hits = _hits(have, wanted)
    places = _offsets(wanted, hits)
    found = [reading for at in places for reading in _readings(have, wanted, at)]
    others = _possible(wanted, hits)
    for at in others[:_MOST_POSSIBLE]:
        if at not in places:
            straight = _straight(have, wanted, at)
            if straight is not None or _may_be_close(have, wanted, at):
                found += _readings(have, wanted, at)
    found.sort(key=lambda c: (-c.score, c.errors))
    different: dict[tuple[tuple[int, int], ...], Candidate] = {}
    for candidate in found:
        if candidate.equal:
            different.setdefault(candidate.equal, candidate)
    return Ranking(list(different.values()), len(others) <= _MOST_POSSIBLE)


def certain(ranking: Ranking, have_lines: Picked, wanted_lines: Picked) -> Candidate | None:
    """The best of the ranked candidates where it is close enough and every other is clearly worse, else None.

    The lines are those of `Reduced`, unreduced.
    """
    candidates = ranking.candidates
    if not ranking.whole or not candidates or not _close(candidates[0], have_lines, wanted_lines):
        return None
    best = candidates[0]
    slips = _only_slips(best, have_lines, wanted_lines)
    found = {k for k, _ in best.equal}
    lacking = {k for k, _ in best.drifted} | set(best.lost)
    for other in candidates[1:]:
        if 2 * len(set(best.equal) & set(other.equal)) >= len(other.equal):
            continue  # the same place, aligned worse
        if other.errors < best.errors:
            return None
        if lacking and other.errors == best.errors and lacking <= {k for k, _ in other.equal}:
            return None  # as much has changed at either, and nothing of it at both
        if any(k in found and defines_other(wanted_lines[k], have_lines[p]) for k, p in other.drifted):
            continue  # it defines something else, and what the block defines is at the best place
        if _close(other, have_lines, wanted_lines, defines_other):
            return None
        margin = 0.0 if slips and not _only_slips(other, have_lines, wanted_lines) else _MARGIN
        if best.score - other.score <= margin:
            return None
    return best


def _only_slips(candidate: Candidate, have_lines: Picked, wanted_lines: Picked) -> bool:
    """Whether all that differs is a slip of the pen."""
    pairs = [(wanted_lines[k], have_lines[p]) for k, p in candidate.drifted]
    return not candidate.lost and not candidate.added and all(is_typo(one, two) for one, two in pairs)


def _hits(have: Reduced, wanted: Reduced) -> dict[str, list[int]]:
    """Where each of the block's lines stands in the document."""
    said = set(wanted.words)
    hits: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(have.words):
        if word in said:
            hits[word].append(at)
    return hits


def _tells(line: str) -> bool:
    return sum(map(str.isalnum, line)) > 3


def _most_errors(lines: int) -> int:
    return max(1, lines // _LINES_PER_DRIFT)


def _possible(wanted: Reduced, hits: dict[str, list[int]]) -> list[int]:
    """Where the block's first line would stand at every place that is close enough.

    A place with at most so many errors has one of any so many lines and one more.
    """
    missing = sum(1 for word in wanted.words if word not in hits)
    errors = _most_errors(len(wanted.words))
    if missing > errors:
        return []
    there = sorted((len(hits[word]), k) for k, word in enumerate(wanted.words) if word in hits)
    rarest = [k for _, k in there[: errors - missing + 1]]
    return sorted({at - k for k in rarest for at in hits[wanted.words[k]]})


def _may_be_close(have: Reduced, wanted: Reduced, offset: int) -> bool:
    errors = _most_errors(len(wanted.words))
    low = max(0, offset - errors)
    window = Counter(have.words[low : max(0, offset + len(wanted.words) + errors)])
    return sum((window & Counter(wanted.words)).values()) >= len(wanted.words) - errors


def _offsets(wanted: Reduced, hits: dict[str, list[int]]) -> list[int]:
    """Where the block's first line would stand, most votes first."""
    where: dict[str, list[int]] = {}
    for at, word in enumerate(wanted.words):
        where.setdefault(word, []).append(at)
    votes: dict[int, float] = defaultdict(float)
    for word, places in hits.items():
        if len(places) * len(where[word]) > _COMMON:
            continue
        for at in places:
            for number in where[word]:
                votes[at - number] += _weight(word) / len(places)
    merged: dict[int, float] = {}
    for offset in sorted(votes, key=lambda at: (-votes[at], at)):
        near = next((at for at in merged if abs(at - offset) <= _SLACK), None)
        if near is None:
            merged[offset] = votes[offset]
        else:
            merged[near] += votes[offset]
    return sorted(merged, key=lambda at: (-merged[at], at))[:_PLACES]


def _weight(word: str) -> int:
    return min(len(word), _LONGEST)


def _readings(have: Reduced, wanted: Reduced, offset: int) -> list[Candidate]:
    """The place at an offset, line for line and, where that leaves an end of the block out, otherwise."""
    straight = _straight(have, wanted, offset)
    if straight is not None and not straight.lost:
        return [straight]
    return [*([] if straight is None else [straight]), _candidate(have, wanted, offset)]


def _straight(have: Reduced, wanted: Reduced, offset: int) -> Candidate | None:
    """The place where the lines stand one for one, if few of them differ."""
    if offset < 0 or offset + len(wanted.words) > len(have.words):
        return None
    pairs = [(k, offset + k) for k in range(len(wanted.words))]
    equal = tuple((k, p) for k, p in pairs if wanted.words[k] == have.words[p])
    drifted = tuple((k, p) for k, p in pairs if wanted.words[k] != have.words[p])
    if len(drifted) > _most_errors(len(pairs)):
        return None
    lost = tuple(
        k
        for k, p in drifted
        if k in (0, len(pairs) - 1) and not _may_stand_for(wanted.words[k], have.words[p])
    )
    drifted = tuple(pair for pair in drifted if pair[0] not in lost)
    return Candidate(equal, drifted, lost, (), _points(have, wanted, equal, drifted, ()))


def _points(
    have: Reduced,
    wanted: Reduced,
    equal: Sequence[tuple[int, int]],
    drifted: Sequence[tuple[int, int]],
    added: Sequence[int],
) -> float:
    total = sum(map(_weight, wanted.words))
    points: float = sum(_weight(wanted.words[k]) for k, _ in equal)
    points += sum(_weight(wanted.words[k]) * likeness(wanted.words[k], have.words[p]) for k, p in drifted)
    return (points - sum(_weight(have.words[p]) for p in added) / 2) / total


def _candidate(have: Reduced, wanted: Reduced, offset: int) -> Candidate:
    low = max(0, offset - _SLACK)
    window = have.words[low : max(0, offset + len(wanted.words) + _SLACK)]
    found = blocks(wanted.words, window)
    equal = [(b.a + n, low + b.b + n) for b in found if b.same for n in range(b.a_end - b.a)]
    if not equal:
        return Candidate((), (), (), (), 0.0)
    drifted: list[tuple[int, int]] = []
    lost: list[int] = []
    added: list[int] = []
    for number, block in enumerate(found):
        if block.same:
            continue
        mine = list(range(block.a, block.a_end))
        theirs = list(range(low + block.b, low + block.b_end))
        at_edge = number == 0 or number == len(found) - 1
        if at_edge:
            theirs = theirs[len(theirs) - len(mine) :] if number == 0 else theirs[: len(mine)]
        pairs = _paired(wanted, have, mine, theirs, at_edge=at_edge)
        drifted += pairs
        lost += [k for k in mine if k not in {pair[0] for pair in pairs}]
        if not at_edge:
            added += [p for p in theirs if p not in {pair[1] for pair in pairs}]
    score = _points(have, wanted, equal, drifted, added)
    return Candidate(tuple(equal), tuple(drifted), tuple(lost), tuple(added), score)


def _paired(
    wanted: Reduced, have: Reduced, mine: list[int], theirs: list[int], *, at_edge: bool
) -> list[tuple[int, int]]:
    """Which differing lines stand for each other. At an edge of the block nothing but likeness says so."""
    if len(mine) == len(theirs):
        pairs = list(zip(mine, theirs, strict=True))
        return [(k, p) for k, p in pairs if not at_edge or _may_stand_for(wanted.words[k], have.words[p])]
    pairs = []
    start = 0
    for k in mine:
        scores = [(likeness(wanted.words[k], have.words[p]), -p) for p in theirs[start:]]
        best, minus = max(scores, default=(0.0, 0))
        if best:
            pairs.append((k, -minus))
            start = theirs.index(-minus) + 1
    return pairs


def _may_stand_for(word: str, other: str) -> bool:
    """Whether lines at an end of the block, where nothing around says so, are the same line."""
    return _tells(word) and _tells(other) and likeness(word, other) > 0


def _close(
    candidate: Candidate,
    have_lines: Picked,
    wanted_lines: Picked,
    another: Callable[[str, str], bool] = renamed,
) -> bool:
    """Whether a place is one the block may speak of."""
    lines = len(wanted_lines)
    if candidate.errors > _most_errors(lines):
        return False
    pairs = [(wanted_lines[k], have_lines[p]) for k, p in candidate.drifted]
    if any(another(mine, theirs) and not is_typo(mine, theirs) for mine, theirs in pairs):
        return False
    telling = [p for k, p in candidate.equal if _tells(wanted_lines[k])]
    if any(not telling or not telling[0] < p < telling[-1] for p in candidate.added):
        return False  # a bracket alone below a new line may be another one
    equal = sum(_weight("".join(wanted_lines[k].split())) for k, _ in candidate.equal)
    if _only_slips(candidate, have_lines, wanted_lines):
        slipped = sum(_weight("".join(wanted_lines[k].split())) for k, _ in candidate.drifted)
        return bool(candidate.equal) and equal + slipped // 2 >= _LEAST_WITH_SLIPS
    return len(candidate.equal) > 1 and equal >= _LEAST_EQUAL
