"""A block's change carried over to the lines as they are: three texts, the one the answer thought of, the one it wants, and the
document's.

What the answer leaves alone stays as the document has it; what only the document has (a comment the answer dropped, a
line added since) stays too; where both changed the same, the answer is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kibitz.verify.aligning import Place
from kibitz.verify.indenting import indent_of
from kibitz.verify.inline import inside_strings, merged_line, opened_string, requoted, swapped_quotes
from kibitz.verify.likeness import is_typo, likeness
from kibitz.verify.lines import blocks
from kibitz.verify.reduced import comment_lines, reduced_line
from kibitz.verify.refusal import RefusalError

_AGAIN = "Ask again; the search text must be copied from the file as it is now."


class _Run(NamedTuple):
    """Between two lines that stay: what the answer had there, what it wants there, and what the document has."""

    old: list[int]
    new: list[int]
    now: list[int]


class Merge:
    """One block's three texts: `base` and `new` are the answer's, indented as in the document."""

    def __init__(
        self, base: Sequence[str], new: Sequence[str], lines: Sequence[str], place: Place, language: str
    ) -> None:
        self.base = [line.rstrip() for line in base]
        ragged = any(base[u.a] != self.base[u.a] and lines[u.w] == lines[u.w].rstrip() for u in place.units)
        self.new = [line.rstrip() for line in new] if ragged else list(new)
        self.lines = lines
        self.place = place
        self.language = language
        self.unit_of = {n: unit for unit in place.units for n in range(unit.a, unit.a_end)}
        self.mine_of = {n: unit for unit in place.units for n in range(unit.w, unit.w_end)}
        window = list(range(place.first, place.end))
        comments = comment_lines([lines[n] for n in window], language)
        self.comments = {window[n] for n in comments}
        self.remarks = comment_lines(self.base, language)
        self.notes = comment_lines(self.new, language)
        self.repeated: set[int] = set()
        self.moved = self._others()
        self.spoken: set[int] = set()
        self.swaps: dict[bool, tuple[str, str] | None] = {}

    def lines_after(self) -> list[str]:
        """The place's lines after the change, without their ends.

        Raises `bad_response` where the answer changes what has changed since, or would lose comments it did not know of.
        """
        kept, gone = self._kept()
        self._look_at_quotes()
        out: list[str] = []
        old = new = 0
        now = self.place.first
        for a, b in [*kept, (len(self.base), len(self.new))]:
            unit = self.unit_of.get(a)
            now_end = unit.w if unit is not None else self.place.end
            out += self._merged(
                _Run(
                    list(range(old, a)),
                    [n for n in range(new, b) if n not in gone],
                    list(range(now, now_end)),
                )
            )
            if unit is not None:
                out += self.lines[unit.w : unit.w_end]
                a, now = unit.a_end - 1, unit.w_end
                b += unit.a_end - 1 - unit.a
            old, new = a + 1, b + 1
        return out

    def _look_at_quotes(self) -> None:
        """Which quotes the answer has for the document's: in code, and in what strings of several lines say."""
        single = [u for u in self.place.units if u.a_end - u.a == 1]
        pairs = {u.a: (self.base[u.a], self.lines[u.w]) for u in single}
        if swapped_quotes(pairs.values()) is None and all(a == b for a, b in pairs.values()):
            return
        opened = opened_string(self.lines[: self.place.first], self.language)
        self.spoken = inside_strings(self.new, self.language, opened)
        said = inside_strings(self.base, self.language, opened)
        for spoken in (False, True):
            some = [pair for a, pair in pairs.items() if (a in said) == spoken]
            self.swaps[spoken] = swapped_quotes(some)

    def _others(self) -> dict[str, str]:
        """The block's lines that the document has otherwise, with what it has, both without indentation."""
        said: dict[str, set[str]] = {line.strip(): set() for line in self.base if line.strip()}
        for number, line in enumerate(self.base):
            unit = self.unit_of.get(number)
            if line.strip():
                single = unit is not None and unit.a_end - unit.a == 1 == unit.w_end - unit.w
                said[line.strip()].add(
                    self.lines[unit.w].strip() if unit is not None and single else line.strip()
                )
        return {
            line: actual
            for line, found in said.items()
            if len(found) == 1 and (actual := next(iter(found))) != line
        }

    def _kept(self) -> tuple[list[tuple[int, int]], set[int]]:
        """The lines that the answer leaves alone, as (line of the block, new line), each unit by its first line; and those new
        lines that only repeat what the document does not have."""
        keys = {line: line for line in self.base}
        for unit in self.place.units:
            if unit.a_end - unit.a == 1 == unit.w_end - unit.w:
                # an answer may correct in its new text what it copied wrongly
                keys.setdefault(self.lines[unit.w].rstrip(), self.base[unit.a])
        new = [keys.get(line.rstrip(), line.rstrip()) for line in self.new]
        same = {b.a + n: b.b + n for b in blocks(self.base, new) if b.same for n in range(b.a_end - b.a)}
        kept: list[tuple[int, int]] = []
        for unit in self.place.units:
            at = [same.get(n) for n in range(unit.a, unit.a_end)]
            first = at[0]
            if first is not None and at == list(range(first, first + len(at))):
                kept.append((unit.a, first))
        # what the document does not have and the answer only repeats
        self.repeated = {a for a in same if a not in self.unit_of}
        return kept, {same[a] for a in self.repeated}

    def _merged(self, run: _Run) -> list[str]:
        missing = [n for n in run.old if n not in self.unit_of and self.base[n] and n not in self.remarks]
        old = [n for n in run.old if self.base[n] and n in self.unit_of]
        extra = [n for n in run.now if n not in self.mine_of or (n in self.comments and self._broken(n))]
        blank = [n for n in extra if not self.lines[n].strip()]
        comments = [n for n in extra if n in self.comments]
        code = [n for n in extra if n not in self.comments and self.lines[n].strip()]
        if not old and not any(self.new[n].strip() for n in run.new) and self.repeated.issuperset(missing):
            # at most blank lines were changed
            return self._texts(extra) if extra else [self.new[n] for n in run.new]
        if code or missing:
            return self._with_news(run, old, code)
        pairs = self._pairs(old, run.new)
        written = {b: self._line(a, b) for a, b in pairs.items()}
        self._refuse_lost([n for n in old if n not in pairs])
        unsaid = self._unsaid(comments, run.new)
        if old and len(old) == sum(1 for line in self.base if line) and not self._alike(pairs):
            # all of the code is gone: what is said of it is too
            unsaid, blank = [], []
        written = {n: self._as_is(n) or self._quoted(n, written.get(n, self.new[n])) for n in run.new}
        lines = list(written.values())
        if any(not line.strip() for line in lines):
            blank = []
        if not old:
            return self._inserted(run, lines, blank, unsaid)
        return self._woven(run, old, pairs, written, sorted([*unsaid, *blank]))

    def _texts(self, numbers: list[int]) -> list[str]:
        return [self.lines[n] for n in numbers]

    def _broken(self, number: int) -> bool:
        """Whether a line of the document is one of several that are one of the block's."""
        unit = self.mine_of[number]
        return unit.w_end - unit.w > 1

    def _inserted(self, run: _Run, new: list[str], blank: list[int], comments: list[int]) -> list[str]:
        """New lines between two that stay: above the comments there, and set apart like what they stand beside."""
        extra = sorted([*blank, *comments])
        if not extra:
            return new
        tail, following = self._texts(extra), run.now[-1] + 1
        beside = following < len(self.lines) and indent_of(self.lines[following]) == indent_of(new[0])
        if beside and run.now[0] and indent_of(self.lines[run.now[0] - 1]) != indent_of(new[0]):
            return self._texts(blank) + new + tail
        return new + tail

    def _unsaid(self, comments: list[int], new: list[int]) -> list[int]:
        """The document's comments that the new lines do not have, in other words either."""
        left = [reduced_line(self.new[n]) for n in new if n in self.notes]
        unsaid = []
        for n in comments:
            word = reduced_line(self.lines[n])
            same = word if word in left else next((other for other in left if likeness(word, other)), None)
            if same is None:
                unsaid.append(n)
            else:
                left.remove(same)
        return unsaid

    def _with_news(self, run: _Run, old: list[int], code: list[int]) -> list[str]:
        """Where the document has other lines of code than the answer thought: the same change, or none that fits."""
        if self._at_edge(run.old):
            raise _changed()
        now = [reduced_line(self.lines[n]) for n in run.now if self.lines[n].strip()]
        new = [reduced_line(self.new[n]) for n in run.new if self.new[n].strip()]
        if now == new:
            return [self.lines[n] for n in run.now]
        if not run.new and not code and not any(self.unit_of[n].drift for n in old):
            return [self.lines[n] for n in run.now if n in self.comments]
        raise _changed()

    def _at_edge(self, old: list[int]) -> bool:
        """Whether lines that the document does not have stand at an end of the block: what became of them is not known."""
        known = self.unit_of
        return bool(known) and any(
            n < min(known) or n > max(known) for n in old if self.base[n] and n not in self.remarks
        )

    def _pairs(self, old: list[int], new: list[int]) -> dict[int, int]:
        """Which new line a line of the block became."""
        filled = [n for n in new if self.new[n].strip()]
        if len(old) == len(filled):
            return dict(zip(old, filled, strict=True))
        pairs: dict[int, int] = {}
        start = 0
        for a in old:
            scores = [
                (likeness(reduced_line(self.base[a]), reduced_line(self.new[b])), -b) for b in filled[start:]
            ]
            best, minus = max(scores, default=(0.0, 0))
            if best:
                pairs[a] = -minus
                start = filled.index(-minus) + 1
        return pairs

    def _alike(self, pairs: dict[int, int]) -> bool:
        """Whether any new line is one of the block's, changed."""
        return any(
            likeness(reduced_line(self.base[a]), reduced_line(self.new[b])) > 0 for a, b in pairs.items()
        )

    def _line(self, a: int, b: int) -> str:
        """A changed line, with what the document has otherwise in it than the answer thought."""
        unit = self.unit_of[a]
        wanted = self.new[b]
        if unit.a_end - unit.a > 1 or unit.w_end - unit.w > 1:
            return wanted
        actual = self.lines[unit.w]
        if actual.rstrip() == self.base[a]:
            return wanted
        may_be_typo = is_typo(self.base[a], actual)
        swap = swapped_quotes([(self.base[a], actual)])
        if likeness(reduced_line(self.base[a]), reduced_line(wanted)):
            merged = merged_line(self.base[a].strip(), wanted.strip(), actual.strip())
            if merged is not None:
                return indent_of(wanted) + (requoted(merged, swap) if swap else merged)
            if not may_be_typo:
                raise _changed()
        if unit.drift and not may_be_typo:
            raise _changed()
        return requoted(wanted, swap) if swap else wanted

    def _as_is(self, b: int) -> str | None:
        """A new line that is one of the block's in another place, as the document has it."""
        line = self.new[b]
        actual = self.moved.get(line.strip())
        return None if actual is None else indent_of(line) + actual

    def _quoted(self, b: int, line: str) -> str:
        """A new line with the document's quotes; what a string of several lines says has those of its other lines."""
        swap = self.swaps.get(b in self.spoken)
        return requoted(line, swap) if swap is not None else line

    def _refuse_lost(self, rewritten: list[int]) -> None:
        """Lines that the answer takes away must be what it thought they are."""
        for n in rewritten:
            unit = self.unit_of[n]
            if unit.drift and not is_typo(self.base[n], self.lines[unit.w]):
                raise _changed()

    def _woven(
        self, run: _Run, old: list[int], pairs: dict[int, int], written: dict[int, str], extra: list[int]
    ) -> list[str]:
        """The new lines with the comments and blank lines that only the document has, each where it stood."""
        end = len(self.new)
        before: dict[int, list[str]] = {}
        for n in extra:
            spot = self._spot(n, old, pairs, run.new, end)
            if spot is not None:
                before.setdefault(spot, []).append(self.lines[n])
        out: list[str] = []
        for n in run.new:
            out += before.get(n, [])
            out.append(written[n])
        return out + before.get(end, [])

    def _spot(self, at: int, old: list[int], pairs: dict[int, int], new: list[int], end: int) -> int | None:
        """The new line before which a line of the document stays; None where it goes."""
        after = [n for n in old if self.unit_of[n].w_end > at]
        above = [n for n in old if self.unit_of[n].w < at]
        comment = at in self.comments
        if not above:
            return new[0] if new else end
        if not new or not after:
            return end if comment or not after else None
        if after[0] in pairs:
            return pairs[after[0]]
        if above[-1] in pairs:
            return next((n for n in new if n > pairs[above[-1]]), end)
        if comment:
            raise RefusalError(
                "The lines to be replaced hold comments in the file that the answer does not know of.", _AGAIN
            )
        return None


def _changed() -> RefusalError:
    return RefusalError("The answer changes a line that is not in the file as the answer has it.", _AGAIN)
