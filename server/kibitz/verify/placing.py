"""Finding the one place in a document that a block of lines speaks of: tolerant of whitespace, never of ambiguity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kibitz.errors import KibitzError
from kibitz.text import Document, Range, split_lines
from kibitz.verify.elision import elided


class Place(NamedTuple):
    """Lines `first` to `end` (exclusive) of the document.

    `theirs` is the whitespace the answer indents its block with and `ours` what the document has there. `aligned`
    says that the lines correspond one to one; else only those that are not blank do, and `spare` counts the blank
    lines before and after them in the answer.
    """

    first: int
    end: int
    theirs: str = ""
    ours: str = ""
    spare: tuple[int, int] = (0, 0)
    aligned: bool = True


def contents(text: str) -> list[str]:
    """The lines of a block without their ends; a final line end does not begin another line."""
    lines = [line.rstrip("\r\n") for line in split_lines(text)]
    return lines[:-1] if lines[-1] == "" else lines


def find(document: Document, search: str, near: Range | None) -> Place:
    """The one place of `search`, whose lines are whole lines.

    Tried in this order, and the first that fits anywhere decides: exactly, with other trailing whitespace, with the
    whole block indented differently, and with blank lines added or missing. Where several places fit, the only one
    that lies inside `near` (or has `near` inside it) is taken. Raises `bad_response` where there is none or no one.
    """
    wanted = contents(search)
    if not any(line.strip() for line in wanted):
        if document.text.strip():
            raise _bad("The answer does not say which lines it replaces.")
        return Place(0, len(document.lines), aligned=False)
    left_out = elided(document, search)
    if left_out is not None:
        raise elision(left_out, "The text to be replaced")
    have = contents(document.text.removeprefix("\ufeff"))
    for level in (_exact, _trailing, _shifted, _without_blanks):
        places = level(have, wanted)
        if places:
            return _one(places, near)
    raise _bad(_nowhere(have, wanted))


def lines_of(near: Range) -> tuple[int, int]:
    """The first and last line a range touches; one that ends at the beginning of a line does not touch that line."""
    end = near.end.line
    return near.start.line, end - 1 if near.end.character == 0 and end > near.start.line else end


def elision(line: int, what: str) -> KibitzError:
    """The refusal of a text that leaves code out at a 0-based line."""
    return KibitzError(
        "bad_response",
        f"{what} leaves code out (line {line + 1} of the block only stands for it).",
        "Ask again for the complete code.",
    )


def _bad(sentence: str) -> KibitzError:
    return KibitzError("bad_response", sentence, "Ask again; the search text must be copied from the file.")


def _one(places: list[Place], near: Range | None) -> Place:
    if len(places) == 1:
        return places[0]
    if near is not None:
        low, high = lines_of(near)
        inside = [p for p in places if low <= p.first and p.end - 1 <= high]
        around = [p for p in places if p.first <= low and high <= p.end - 1]
        for some in (inside, around):
            if len(some) == 1:
                return some[0]
    raise KibitzError(
        "bad_response",
        f"The answer's search text matches {len(places)} places.",
        "Ask again; the search text needs more lines around it.",
    )


def _exact(have: list[str], wanted: list[str]) -> list[Place]:
    return [Place(at, at + len(wanted)) for at in _runs(have, wanted)]


def _trailing(have: list[str], wanted: list[str]) -> list[Place]:
    return [Place(at, at + len(wanted)) for at in _runs(_map(str.rstrip, have), _map(str.rstrip, wanted))]


def _shifted(have: list[str], wanted: list[str]) -> list[Place]:
    size = len(wanted)
    found = [
        _shift(have[at : at + size], wanted, at)
        for at in _runs(_map(str.strip, have), _map(str.strip, wanted))
    ]
    return [place for place in found if place is not None]


def _without_blanks(have: list[str], wanted: list[str]) -> list[Place]:
    numbers = [number for number, line in enumerate(have) if line.strip()]
    filled = [have[number] for number in numbers]
    lines = [line for line in wanted if line.strip()]
    spare = (_blanks(wanted), _blanks(wanted[::-1]))
    found = []
    for at in _runs(_map(str.strip, filled), _map(str.strip, lines)):
        place = _shift(filled[at : at + len(lines)], lines, at)
        if place is not None:
            first, last = numbers[at], numbers[at + len(lines) - 1]
            found.append(place._replace(first=first, end=last + 1, spare=spare, aligned=False))
    return found


def _map(change: Callable[[str], str], lines: Sequence[str]) -> list[str]:
    return [change(line) for line in lines]


def _blanks(lines: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def _runs(have: list[str], wanted: list[str]) -> list[int]:
    """Where the lines stand one after the other."""
    size = len(wanted)
    # blank lines are everywhere: look for the first that is not
    key = _blanks(wanted)
    return [
        at - key
        for at in range(key, len(have) - size + key + 1)
        if have[at] == wanted[key] and have[at - key : at - key + size] == wanted
    ]


def _shift(window: list[str], wanted: list[str], at: int) -> Place | None:
    """The place of a window that differs from the block in a uniform indentation only, else None."""
    ours, theirs = common_indent(window), common_indent(wanted)
    pairs = zip(window, wanted, strict=True)
    if any(
        have[len(ours) :].rstrip() != want[len(theirs) :].rstrip() for have, want in pairs if have.strip()
    ):
        return None
    return Place(at, at + len(window), theirs, ours)


def common_indent(lines: Sequence[str]) -> str:
    """The whitespace that all lines that are not blank begin with."""
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip()]
    if not indents:
        return ""
    low, high = min(indents), max(indents)
    size = next(
        (n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
    )
    return low[:size]


def _nowhere(have: list[str], wanted: list[str]) -> str:
    """A sentence that says where the block comes closest; only line numbers, never text."""
    lines = _map(str.strip, wanted)
    where: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if line:
            where.setdefault(line, []).append(number)
    votes: Counter[int] = Counter()
    for number, line in enumerate(have):
        for offset in where.get(line.strip(), ()):
            votes[number - offset] += 1
    sentence = "The answer's search text is not in the file"
    if not votes:
        return sentence + "."
    most = max(votes.values())
    start = min(at for at, count in votes.items() if count == most)
    first, last = max(start, 0) + 1, min(start + len(lines), len(have))
    return f"{sentence}; lines {first} to {last} come closest, with {most} of {len(lines)} lines the same."
