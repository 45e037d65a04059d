"""Finding the one place in a document that a block of lines speaks of: tolerant of how it is written, never of ambiguity."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from kibitz.syntax.facts import facts
from kibitz.text import Document, Range, split_lines
from kibitz.verify.aligning import Place, Unit, aligned, one_to_one
from kibitz.verify.drift import Candidate, Ranking, certain, ranked
from kibitz.verify.elision import elided, stands_for_code
from kibitz.verify.elsewhere import as_deep, beside, halved, may_be_copied, says_of_another, shift
from kibitz.verify.lines import lines_with
from kibitz.verify.reduced import Picked, Readings, Reduced, comment_lines, in_one
from kibitz.verify.refusal import RefusalError, excerpt

__all__ = ["Finder", "Place", "Unit", "contents", "elision", "lines_of"]

_MOST_RANKED = 40
_SURE = 0.95
_RIVAL = 0.5
_AGAIN = "Ask again; the search text must be copied from the file."


def contents(text: str) -> list[str]:
    """The lines of a block without their ends; a final line end does not begin another line."""
    lines = [line.rstrip("\r\n") for line in split_lines(text)] if "\r" in text else text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def lines_of(near: Range) -> tuple[int, int]:
    """The first and last line a range touches; one that ends at the beginning of a line does not touch that line."""
    end = near.end.line
    return near.start.line, end - 1 if near.end.character == 0 and end > near.start.line else end


def elision(line: int, what: str, shown: str = "") -> RefusalError:
    """The refusal of a text that leaves code out at a 0-based line; `shown` is what stands in its place."""
    return RefusalError(
        f"{what} leaves code out (line {line + 1} of the block only stands for it).",
        "Ask again for the complete code.",
        shown=shown,
    )


class Finder:
    """Looks for blocks in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        text = document.text.removeprefix("\ufeff")
        self.lines = contents(text)
        self._text = "\n".join(self.lines) if "\r" in text else text.removesuffix("\n")

    def find(self, search: str, near: Range | None) -> Place:
        """The one place of `search`, whose lines are whole lines.

        A block that stands there exactly, but for trailing whitespace, is there. Else it may be indented otherwise, have
        blank lines and comments more or less, other quotes, other spaces and line breaks; else a line or two may differ
        (`drift`). Of several places the only one inside `near`, or around it, is taken. Raises `bad_response` where there is
        none or no one; a place that a damaged copy of another could be is none.
        """
        wanted = contents(search)
        if not any(line.strip() for line in wanted):
            if self.document.text.strip():
                raise _says_nothing()
            return Place(0, len(self.lines), ())
        left_out = elided(self.document, search)
        code, have = self._code(wanted)
        if not code.joined:
            raise _says_nothing()
        if left_out is not None:
            raise elision(
                left_out,
                "The text to be replaced",
                self._nowhere(wanted, have, ranked(have, code).candidates).shown,
            )
        exact = self.exact(wanted)
        alike = self._alike(wanted, code, have)
        readings = [(code, have)]
        if self._may_be_comment(wanted, code, have, exact, alike):
            # the block may be part of a comment that it does not show to be one
            if len(exact) == 1 and not (near and _touches((exact[0], exact[0] + len(wanted)), near)):
                self._refuse_remarks(wanted, exact[0])
            readings.append(self._read(wanted, comments=True))
            found = self._alike(wanted, *readings[1])
            if exact or found:
                (code, have), alike = self._either(readings, alike, found, exact=bool(exact)), found
        if exact or alike:
            place = self._one(wanted, code, have, exact, alike, near)
            if exact or not says_of_another(wanted, self.lines, place, self.document.language):
                return place
            raise self._nowhere(wanted, have, ranked(have, code).candidates)
        for code, have in readings:
            drifted, candidates = self._drifted(wanted, code, have, near)
            if drifted is not None and not says_of_another(
                wanted, self.lines, drifted, self.document.language
            ):
                return drifted
        raise self._nowhere(wanted, have, candidates)

    @cached_property
    def _readings(self) -> Readings:
        return Readings(self.lines, self.document.language, self._text)

    def exact(self, wanted: Sequence[str]) -> list[int]:
        """The lines at which a block stands as it is, but for trailing whitespace."""
        said = [line.rstrip() for line in wanted]
        size = len(said)
        # what is long is rare
        key = max(range(size), key=lambda number: len(said[number]))
        found: list[int] = []
        for number in lines_with(self._text, said[key]):
            first = number - key
            some = self.lines[first : first + size] if first >= 0 else []
            if [line.rstrip() for line in some] == said and (not found or found[-1] < first):
                found.append(first)
        return found

    def count(self, wanted: Sequence[str]) -> int:
        """In how many places a block stands, however it is written."""
        code, have = self._code(wanted)
        return len(self._alike(wanted, code, have)) if code.joined else 0

    def _alike(self, wanted: Sequence[str], code: Reduced, have: Reduced) -> list[tuple[int, int]]:
        """Where the block stands however it is written, as a range of the document's code lines."""
        found = _occurrences(have, code)
        if all(have.words[start:end] == code.words for start, end in found):
            return found
        said = in_one([wanted[n] for n in code.numbers])
        return [
            (start, end)
            for start, end in found
            if in_one([self.lines[n] for n in have.numbers[start:end]]) == said
        ]

    def _may_be_comment(
        self,
        wanted: list[str],
        code: Reduced,
        have: Reduced,
        exact: list[int],
        alike: list[tuple[int, int]],
    ) -> bool:
        """Whether the block may stand in a comment: as it is, or where nothing else has it, or as well as in code."""
        if not facts(self.document.language).block_comment:
            return False
        if exact:
            return any(have.count(at, at + len(wanted)) != len(code.words) for at in exact)
        if not alike:
            return not _mostly(code, have)
        start, end = alike[0]
        longest = max((self.lines[n].strip() for n in have.numbers[start:end]), key=len)
        return any(
            self.lines[n].strip() == longest and not have.count(n, n + 1)
            for n in lines_with(self._text, longest)
        )

    def _refuse_remarks(self, wanted: list[str], exact: int) -> None:
        """A block that stands in a comment may be other code of a comment, without the remarks there."""
        code, have = Readings(wanted, self.document.language).unmarked, self._readings.unmarked
        found = self._alike(wanted, code, have) if code.joined else []
        places = [(have.numbers[start], have.numbers[end - 1] + 1) for start, end in found]
        if any(end <= exact or exact + len(wanted) <= first for first, end in places):
            raise self._ambiguous(places)

    def _either(
        self,
        readings: list[tuple[Reduced, Reduced]],
        alike: list[tuple[int, int]],
        found: list[tuple[int, int]],
        *,
        exact: bool,
    ) -> tuple[Reduced, Reduced]:
        """The reading with comments, unless a place without them is no place in it: then either may be meant."""
        (_, have), (_, everything) = readings
        spans = [(have.numbers[start], have.numbers[end - 1] + 1) for start, end in alike]
        others = [(everything.numbers[start], everything.numbers[end - 1] + 1) for start, end in found]
        if not exact and any(all(end <= a or b <= start for a, b in others) for start, end in spans):
            raise self._ambiguous(sorted([*spans, *others]))
        return readings[1]

    def _code(self, wanted: Sequence[str]) -> tuple[Reduced, Reduced]:
        """The block and the document reduced; with their comments where the block is nothing else."""
        code, have = self._read(wanted, comments=False)
        return (code, have) if code.words else self._read(wanted, comments=True)

    def _read(self, wanted: Sequence[str], *, comments: bool) -> tuple[Reduced, Reduced]:
        said = Readings(wanted, self.document.language)
        return (said.all, self._readings.all) if comments else (said.code, self._readings.code)

    def _one(
        self,
        wanted: list[str],
        code: Reduced,
        have: Reduced,
        exact: list[int],
        alike: list[tuple[int, int]],
        near: Range | None,
    ) -> Place:
        spans = {bisect_left(have.numbers, at): (at, at + len(wanted)) for at in exact}
        places = dict(spans)
        for start, end in alike:
            places.setdefault(start, (have.numbers[start], have.numbers[end - 1] + 1))
        fitting = (
            self._fitting(wanted, code, have, dict(alike), list(places)) if len(places) > 1 else list(places)
        )
        chosen = _near([(start, *places[start]) for start in fitting], near)
        only_exact = next(iter(spans)) if len(spans) == 1 else None
        if chosen is None and only_exact is not None and len(code.words) == 1:
            # of a single line, like an import, too many are alike: the one that is the same is meant
            chosen = only_exact
        if chosen is None and only_exact is not None and only_exact in fitting:
            touched = [start for start in fitting if near is not None and _touches(places[start], near)]
            others = [
                self._aligned(wanted, code, have, start, dict(alike)[start])
                for start in fitting
                if start != only_exact
            ]
            if touched == [only_exact] or not any(
                may_be_copied(wanted, self.lines, other, self.document.language) for other in others
            ):
                chosen = only_exact
        if chosen is not None and only_exact is not None and chosen != only_exact:
            chosen = None
        if chosen is None:
            raise self._ambiguous([places[start] for start in sorted(fitting)])
        if chosen in spans:
            return one_to_one(spans[chosen][0], wanted)
        return self._aligned(wanted, code, have, chosen, dict(alike)[chosen])

    def _aligned(self, wanted: list[str], code: Reduced, have: Reduced, start: int, end: int) -> Place:
        """The place that is a range of the document's code lines."""
        return aligned(wanted, self.lines, code, have, _walk(code, have, start, end))

    def _fitting(
        self, wanted: list[str], code: Reduced, have: Reduced, ends: dict[int, int], starts: list[int]
    ) -> list[int]:
        """Those of the places that have most of the block's comments: what a block says is not to be ignored."""
        if len(starts) > _MOST_RANKED or len(code.words) == sum(1 for line in wanted if line.strip()):
            return starts
        missing: dict[int, int] = {}
        for start in starts:
            if start not in ends:
                missing[start] = 0
                continue
            place = self._aligned(wanted, code, have, start, ends[start])
            found = {number for unit in place.units for number in range(unit.a, unit.a_end)}
            missing[start] = sum(
                1 for number, line in enumerate(wanted) if line.strip() and number not in found
            )
        least = min(missing.values())
        return [start for start in starts if missing[start] == least]

    def _ambiguous(self, places: list[tuple[int, int]]) -> RefusalError:
        return RefusalError(
            f"The answer's search text matches {len(places)} places.",
            "Ask again; the search text needs more lines around it.",
            shown=excerpt(self.document, places[:4]),
        )

    def _drifted(
        self, wanted: list[str], code: Reduced, have: Reduced, near: Range | None
    ) -> tuple[Place | None, list[Candidate]]:
        """The one place of a block that differs in a line or two, if it is certain, and all that come close."""
        ranking = ranked(have, code)
        candidates = ranking.candidates
        have_lines, code_lines = Picked(self.lines, have.numbers), Picked(wanted, code.numbers)
        best = certain(ranking, have_lines, code_lines)
        if best is None and near is not None and candidates:
            # the selection may tell the best from others that are nearly as good
            inside = [c for c in candidates if _touches(self._span(have, c), near)]
            chosen = certain(Ranking(inside, ranking.whole), have_lines, code_lines)
            best = chosen if chosen == candidates[0] else None
        if best is None or not as_deep(best, have_lines, code_lines):
            return None, candidates
        if beside(best, have, code) or halved(best, have, code):
            return None, candidates
        others = [c for c in candidates if c.score >= _RIVAL and not set(c.equal) & set(best.equal)]
        if near is not None and not _touches(self._span(have, best), near):
            others_near = [c for c in others if _touches(self._span(have, c), near)]
        else:
            others_near = []
        if others_near or (
            shift(best, have_lines, code_lines) and not all(shift(c, have_lines, code_lines) for c in others)
        ):
            return None, candidates  # what differs less otherwise, or was pointed at, may be meant
        for number in self._unknown(wanted, code, have, best):
            if stands_for_code(wanted[number].strip()) or best.added or best.lost or best.score < _SURE:
                raise elision(
                    number, "The text to be replaced", self._nowhere(wanted, have, candidates).shown
                )
        pairs = [(k, k + 1, p, p + 1, False) for k, p in best.equal] + [
            (k, k + 1, p, p + 1, True) for k, p in best.drifted
        ]
        return aligned(wanted, self.lines, code, have, [Unit(*pair) for pair in sorted(pairs)]), candidates

    def _unknown(self, wanted: list[str], code: Reduced, have: Reduced, best: Candidate) -> list[int]:
        """The lines of the block that the document does not have: those that may stand for code left out."""
        first, end = self._span(have, best)
        around = len(wanted) - len(best.equal)
        known = {line.strip() for line in self.lines[max(0, first - around) : end + around]}
        comments = comment_lines(wanted, self.document.language)
        drifted = {code.numbers[k] for k, _ in best.drifted} | {code.numbers[k] for k in best.lost}
        return [
            n
            for n in sorted(comments | drifted)
            if wanted[n].strip() not in known and (n in comments or stands_for_code(wanted[n].strip()))
        ]

    def _span(self, have: Reduced, candidate: Candidate) -> tuple[int, int]:
        at = [p for _, p in (*candidate.equal, *candidate.drifted)]
        return have.numbers[min(at)], have.numbers[max(at)] + 1

    def _nowhere(self, wanted: list[str], have: Reduced, candidates: list[Candidate]) -> RefusalError:
        """A sentence that says where the block comes closest; only line numbers, never text."""
        sentence = "The answer's search text is not in the file"
        if not candidates:
            return RefusalError(sentence + ".", _AGAIN)
        best = candidates[0]
        first, end = self._span(have, best)
        first = max(0, first - min(k for k, _ in (*best.equal, *best.drifted)))
        end = max(end, min(first + len(wanted), len(self.lines)))
        lines = sum(1 for line in wanted if line.strip())
        closest = f"lines {first + 1} to {end} come closest, with {len(best.equal)} of {lines} lines the same"
        if len(candidates) > 1 and best.score - candidates[1].score < 0.1:
            closest += "; others come as close"
        widest = self._span(have, max(candidates, key=lambda c: len(c.equal)))
        others = [self._span(have, c) for c in candidates[:2] if best.score - c.score < 0.3]
        shown = [
            widest,
            *[(low, high) for low, high in others if low < widest[0] or high > widest[1]],
        ]
        return RefusalError(f"{sentence}; {closest}.", _AGAIN, shown=excerpt(self.document, shown))


def _says_nothing() -> RefusalError:
    return RefusalError("The answer does not say which lines it replaces.", _AGAIN)


def _near(places: list[tuple[int, int, int]], near: Range | None) -> int | None:
    """The only place of (key, first, end); of several the only one inside `near`, else the only one around it."""
    if len(places) == 1:
        return places[0][0]
    if near is not None:
        low, high = lines_of(near)
        inside = [key for key, first, end in places if low <= first and end - 1 <= high]
        around = [key for key, first, end in places if first <= low and high <= end - 1]
        for some in (inside, around):
            if len(some) == 1:
                return some[0]
    return None


def _touches(place: tuple[int, int], near: Range) -> bool:
    low, high = lines_of(near)
    return place[0] <= high and low < place[1]


def _mostly(wanted: Reduced, have: Reduced) -> bool:
    """Whether most of the block's lines are code of the document somewhere."""
    return 2 * sum(word.replace(",", "") in have.joined for word in wanted.words) >= len(wanted.words)


def _occurrences(have: Reduced, wanted: Reduced) -> list[tuple[int, int]]:
    """Where the block's text stands in the document's, but for commas, as a range of the document's code lines."""
    hits: list[int] = []
    at = have.joined.find(wanted.joined)
    while at >= 0:
        hits.append(at)
        at = have.joined.find(wanted.joined, at + 1)
    starts, ends = have.beginning(hits), have.beginning([hit + len(wanted.joined) for hit in hits])
    return [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if start is not None and end is not None and start < len(have.words)
    ]


def _walk(code: Reduced, have: Reduced, start: int, end: int) -> list[Unit]:
    """Which lines of the block are which of the document, where they are broken otherwise several at a time."""
    units: list[Unit] = []
    k, p = 0, start
    k_from, p_from = 0, start
    mine = theirs = 0
    while k < len(code.words) or p < end:
        if mine <= theirs and k < len(code.words):
            mine += code.size(k)
            k += 1
        else:
            theirs += have.size(p)
            p += 1
        if mine == theirs:
            units.append(Unit(k_from, k, p_from, p))
            k_from, p_from = k, p
    return units
