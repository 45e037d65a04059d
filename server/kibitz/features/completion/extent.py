"""How much a place asks for: the rest of a line, or a block."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from kibitz.features.completion.scan import LINE_COMMENT
from kibitz.features.completion.spot import Spot
from kibitz.syntax.facts import facts
from kibitz.text import Document, Position

_FIRST_LINES = 100
_LAST_LINES = 300


@frozen
class Extent:
    """A line or a block of at most `max_lines`, and the reason in a few words.

    `floor` is the column below which a line lies outside of the block (-1: none does); `opened` and `inside` are what is
    open at the place, `before` the text on its line, `echo` the lines before it, by which a repetition of them is known.
    `has_body`: the next line stands deeper, as the body of a header on this one.
    """

    kind: Literal["line", "block"]
    max_lines: int
    why: str
    language: str = ""
    floor: int = -1
    opened: tuple[str, ...] = ()
    inside: str = ""
    before: str = ""
    echo: frozenset[str] = frozenset()
    has_body: bool = False


def extent(document: Document, position: Position, max_lines: int = 12) -> Extent:
    """What the syntax at a place asks for; `max_lines` is the upper limit of either."""
    return extent_at(Spot(document, position), max_lines)


def extent_at(spot: Spot, max_lines: int) -> Extent:
    """The extent of a place whose surroundings are known already."""
    kind, why = _kind(spot)
    return Extent(
        kind,
        max_lines,
        why,
        spot.language,
        _floor(spot),
        tuple(spot.opened),
        spot.inside,
        spot.current,
        _echo(spot),
        has_body=not spot.blank and spot.column(spot.next) > spot.column(spot.current),
    )


def _kind(spot: Spot) -> tuple[Literal["line", "block"], str]:
    if spot.inside:
        return "line", "in a comment" if spot.inside == LINE_COMMENT else "in a string or comment"
    data = bool(spot.opened) and (spot.opened[-1] in "([" or _is_data(spot))
    if spot.wants_body and not data and (spot.closed_by_rest or spot.above):
        return "block", "an empty block wants its body"
    if not spot.blank:
        return "line", "the rest of a line" if spot.closed_by_rest else "in the middle of a line"
    if spot.rest.strip() and not spot.above:
        return "line", "before a closing bracket"
    if data:
        return "line", "in the middle of an expression"
    return "block", "a statement is expected"


def _is_data(spot: Spot) -> bool:
    """Whether the innermost brace is a literal's, not a block's: nothing but what stands before it tells."""
    if facts(spot.language).blocks != "braces":
        return True
    depth = 0
    for line in (spot.current, *reversed(spot.above_lines)):
        depth += line.count("{") - line.count("}")
        if depth > 0:
            before = line.rstrip().removesuffix("{").rstrip()
            return before.endswith(("=", ":", "(", "[", ",", "return")) and not before.endswith("=>")
    return False


def _floor(spot: Spot) -> int:
    if spot.inside:
        return -1
    if spot.blank:
        return spot.target
    column = spot.column(spot.current)
    return column + 1 if spot.wants_body else column


def _echo(spot: Spot) -> frozenset[str]:
    lines = spot.document.lines
    last = spot.position.line
    near = lines[max(_FIRST_LINES, last - _LAST_LINES) : last]
    stripped = [line.strip() for line in (*lines[: min(last, _FIRST_LINES)], *near)]
    return frozenset(line for line in stripped if len(line) > 3)
