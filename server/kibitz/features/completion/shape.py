"""The shape of a suggestion: what a model says becomes a clean insertion at the cursor, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from kibitz.features.completion.brackets import Brackets
from kibitz.features.completion.chatter import clean
from kibitz.features.completion.cut import cuts
from kibitz.features.completion.echo import significant, without_prefix, without_suffix
from kibitz.features.completion.extent import Extent, extent_at
from kibitz.features.completion.indent import arranged
from kibitz.features.completion.mend import balanced, completed, shorter
from kibitz.features.completion.scan import lacking
from kibitz.features.completion.spot import Spot
from kibitz.features.completion.unfinished import Unfinished
from kibitz.syntax.trial import Trial
from kibitz.text import Document, Position
from kibitz.verify.checks import Check

_MOST_TRIALS = 14
_GUESS_TRIALS = 2
_GUESS_AMID_ERRORS = 8_000
"""In code with errors of its own, to tell whether a text adds one takes ten milliseconds and more from this length on."""

_LONGEST_ANSWER = 60_000


@frozen
class Ground:
    """What can be found out about a place before anything is said for it; `brackets` where some are missing around it."""

    trial: Trial
    spot: Spot
    unfinished: Unfinished
    brackets: Brackets | None = None


def ground(document: Document, position: Position, *, tried: bool = False) -> Ground:
    """Look at a place; `tried`, so that a text costs less then; milliseconds in a large file."""
    trial = Trial(document, position)
    if tried:
        trial.prepare()
    return Ground(trial, Spot(document, position, trial.region), Unfinished(document, position))


def ground_amid_errors(ground: Ground) -> Ground:
    """The same place, looked at for longer where its code has errors: tens of milliseconds, and each text saves as many."""
    errors = ground.trial.tree is not None and bool(ground.trial.tree.errors)
    if not errors or not ground.unfinished.prepare():
        return ground
    brackets = Brackets(ground.spot)
    return evolve(ground, brackets=brackets) if brackets.uneven_elsewhere else ground


@frozen
class Shaped:
    """The text to insert at the position ("" for nothing), what was checked, and why nothing was left of an answer."""

    text: str
    checks: tuple[Check, ...] = ()
    why_dropped: str = ""


def shape(
    document: Document,
    position: Position,
    answer: str,
    *,
    extent: Extent | None = None,
    max_lines: int = 12,
    line_length: int | None = None,
    on: Ground | None = None,
    guess: bool = False,
) -> Shaped:
    """What of an answer can be inserted at a position without adding a syntax error.

    Fences, sentences, special tokens and whatever stands around the cursor already are taken off; lines get the file's
    indentation and line ends; what goes past the extent, the block or `line_length` (after the first line), or round in
    circles, is cut. Then it is parsed in place, and shortened or dropped where it does not fit. Never raises for bad text.
    `on` is what `ground` found out about the place. A `guess` is not worth much: what does not fit soon is dropped.
    """
    on = on or ground(document, position)
    spot = on.spot
    extent = extent or extent_at(spot, max_lines)
    text = clean(answer[:_LONGEST_ANSWER], document.language, document.text, prose=bool(spot.inside))
    if not text.strip():
        return Shaped("", (), "nothing was left of the answer" if answer.strip() else "the answer was empty")
    lines = min(max_lines, extent.max_lines)
    found, detail, seen = _first_fit(text, on, extent, lines, line_length, guess)
    if found is None:
        if not seen:
            return Shaped("", (), "it only repeats what stands there")
        failed = Check("syntax", "failed", "the suggestion would have broken the code, and was dropped")
        return Shaped("", (failed,), "it would have broken the code")
    status = Check("syntax", "passed", detail) if on.trial.known else Check("syntax", "skipped", "no grammar")
    return Shaped(found.replace("\n", document.eol), (status,))


def _first_fit(
    text: str, on: Ground, extent: Extent, max_lines: int, line_length: int | None, guess: bool
) -> tuple[str | None, str, bool]:
    """The first reading that parses, else the longest part of the likeliest one; whether there was anything to try."""
    trial, spot = on.trial, on.spot
    most = _GUESS_TRIALS if guess else _MOST_TRIALS // 7 if trial.costly else _MOST_TRIALS
    tried: list[str] = []
    for reading in _readings(text, spot, extent, max_lines, line_length):
        if reading in tried or len(tried) * 2 >= most:
            continue
        tried.append(reading)
        fit = _fit(reading, on)
        if fit is not None:
            whole = fit.strip() == reading.strip()
            return fit, "fits where it stands" if whole else "brackets or quotes evened out to fit", True
    count = 0
    for reading in tried[:2]:
        for short in shorter(reading, spot):
            count += 1
            if count > most:
                break
            fit = _ended(short, on) if _worth(short, spot) else None
            if fit is not None:
                return fit, "cut to fit", True
    for reading in tried[:1]:
        parts = tuple(dict.fromkeys((reading, reading.split("\n", 1)[0])))
        if not guess or len(spot.document.text) <= _GUESS_AMID_ERRORS:
            amid = _amid_errors(parts, spot, on.unfinished)
            if amid is not None:
                return amid, "adds no error to code that has some", True
    return None, "", bool(tried)


def _amid_errors(parts: Sequence[str], spot: Spot, unfinished: Unfinished) -> str | None:
    """The first of these texts that brings no error to code that has some."""
    if any(bracket in "([" for bracket in lacking(spot.opened, spot.closers)[0]):
        return None  # what is missing may belong here
    for part in parts:
        even = balanced(part, spot).rstrip()
        if _worth(even, spot) and unfinished.fits(even.replace("\n", spot.document.eol)):
            return even
    return None


def _readings(
    text: str, spot: Spot, extent: Extent, max_lines: int, line_length: int | None
) -> Iterator[str]:
    """The ways to read an answer, the likeliest first, each cut to what was asked for."""
    for continued, whole_lines in without_prefix(text, spot):
        for block in arranged(continued, spot, whole_lines=whole_lines):
            for rest in without_suffix(block.text, spot, trusted=block.trusted):
                for cut in cuts(rest, spot, extent, max_lines, line_length):
                    if _worth(cut, spot):
                        yield cut


def _worth(text: str, spot: Spot) -> bool:
    """Whether a text says anything that does not stand there already."""
    bare = text.strip()
    if not bare:
        return False
    last = text.rstrip().rpartition("\n")[2]
    below = spot.next
    if spot.blank and "\n" not in text.strip("\n"):
        last = spot.current + last if "\n" not in text else last
    if significant(last) and last.rstrip() == below.rstrip() and (spot.blank or "\n" in text.rstrip()):
        return False
    return spot.above or not spot.rest.strip() or bare != spot.rest.strip()


def _fit(text: str, on: Ground) -> str | None:
    """A text as it is or with its brackets evened out, whichever parses in place."""
    spot = on.spot
    even = balanced(text, spot)
    for candidate in dict.fromkeys((even, text, completed(even, spot))):
        if _worth(candidate, spot) and (fit := _ended(candidate, on)) is not None:
            return fit
    return None


def _ended(text: str, on: Ground) -> str | None:
    """With the end it needs where it stands: a line end above a line, a closing bracket on a line of its own."""
    spot = on.spot
    if on.brackets is not None and on.brackets.uneven(text):
        return None
    spaced = text != text.rstrip(" ")
    text = text.rstrip()
    ends = [""]
    if spot.rest[:1].isalnum():
        ends = [" ", ""] if spaced else ["", " "]
    if spot.above:
        ends = [f"\n{spot.current}", ""]
    elif text.lstrip(" ").startswith("\n") and spot.rest.strip()[:1] in (")", "]", "}"):
        ends = [f"\n{spot.white(spot.column(spot.current))}", ""]
    for end in ends:
        if on.trial.fits((text + end).replace("\n", spot.document.eol)):
            return text + end
    return None
