"""Moving an edit to a later version of its document, only where it certainly means the same place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from kibitz.errors import StaleError
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.verify.changes import Trace, contents
from kibitz.verify.placing import lines_of

_NEAR = 2
"""Edits with at most so many lines between them were made with one another in view."""


class _Region(NamedTuple):
    """Edits that stand or fall together, with the lines that must be as they were."""

    first: int
    end: int
    edits: list[TextEdit]


def rebase_edits(
    before: Document,
    edits: tuple[TextEdit, ...],
    now: Document,
    changes: Iterable[TextEdit],
    asked: Range | None = None,
) -> tuple[TextEdit, ...]:
    """The edits of `before` as edits of `now`, their line ends those of the place.

    `changes` are the editor's own from the one version to the other: two texts alone do not say which of several equal
    places is which, nor whether the one that is left is the one that was meant. `asked` is what was to be changed: what
    an edit touches in it, it was made for as a whole. Raises StaleError where a line of an edit, or one of the two
    between which it puts lines, was changed, where something came between them, and where the changes do not fit.
    """
    trace = Trace(contents(before.lines), contents(now.lines), changes)
    if not before.text or not trace.certain:
        raise StaleError
    regions = _regions(before, edits, asked)
    moved: list[TextEdit] = []
    reached = 0
    for region in regions:
        start = trace.place(region.first, region.end)
        if start is None or start < reached:
            raise StaleError
        reached = start + region.end - region.first
        if _ended(before.lines[region.end - 1]) != _ended(now.lines[reached - 1]):
            raise StaleError
        ends = _line_ends(before, region.first, region.end), _line_ends(now, start, reached)
        moved += [_moved(edit, start - region.first, *ends) for edit in region.edits]
    return tuple(moved)


def _regions(before: Document, edits: tuple[TextEdit, ...], asked: Range | None) -> list[_Region]:
    regions: list[_Region] = []
    for edit in sorted(edits, key=lambda edit: edit.range):
        first, end = _touched(before, edit)
        if asked is not None and asked.start < asked.end:
            low, high = lines_of(asked)
            if first <= high and end > low:
                first, end = min(first, low), min(max(end, high + 1), len(before.lines))
        if regions and first <= regions[-1].end + _NEAR:
            above = regions.pop()
            regions.append(_Region(min(first, above.first), max(end, above.end), [*above.edits, edit]))
        else:
            regions.append(_Region(first, end, [edit]))
    return regions


def _touched(before: Document, edit: TextEdit) -> tuple[int, int]:
    """The lines an edit changes; of one that only puts lines between two, these two."""
    first, last = lines_of(edit.range)
    start, end = edit.range
    if edit.new_text[-1:] not in ("\n", "\r") and (edit.new_text or start.character):
        last = end.line  # it may begin there and still be joined with what is before
    end_of_line = len(before.line(first))
    if start == end and not start.character and edit.new_text[-1:] in ("\n", "\r"):
        return max(0, first - 1), first + 1
    if start == end and start.character == end_of_line and edit.new_text[:1] in ("\n", "\r"):
        return first, min(len(before.lines), first + 2)
    return first, last + 1


def _ended(line: str) -> bool:
    return line.endswith(("\n", "\r"))


def _line_ends(document: Document, first: int, end: int) -> str:
    """The line end that all of these lines have, or else all of the document's; none where they are mixed."""
    for lines in (document.lines[first:end], document.lines):
        ends = {line[len(line.rstrip("\r\n")) :] for line in lines} - {""}
        if ends:
            return ends.pop() if len(ends) == 1 else ""
    return ""


_ALONE = {"\n": r"(?<!\r)\n", "\r": r"\r(?!\n)", "\r\n": r"\r\n"}
"""Each line end, and not half of another."""


def _moved(edit: TextEdit, by: int, was: str, now: str) -> TextEdit:
    start, end = edit.range
    where = Range(Position(start.line + by, start.character), Position(end.line + by, end.character))
    text = edit.new_text
    if was and now and was != now:
        text = now.join(re.split(_ALONE[was], text))
    return TextEdit(where, text)
