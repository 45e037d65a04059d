"""Moving an edit to a later version of its document, only where it certainly means the same place."""

from __future__ import annotations

from typing import NamedTuple

from kibitz.errors import StaleError
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.verify.lines import common_ends
from kibitz.verify.placing import lines_of


class _Region(NamedTuple):
    """Edits that touch the same lines, with those lines and the ones next to them."""

    first: int
    end: int
    edits: list[TextEdit]


def rebase_edits(before: Document, edits: tuple[TextEdit, ...], now: Document) -> tuple[TextEdit, ...]:
    """The edits of `before` as edits of `now`. Raises StaleError where one's lines or their neighbours changed,
    where their text stands in several places and it is not certain which, or where two changed their order.
    """
    if not before.text:
        raise StaleError
    old, new = _contents(before), _contents(now)
    ends = common_ends(old, new)
    moved: list[TextEdit] = []
    reached = 0
    for region in _regions(edits, len(old)):
        start = _place(old, new, region, ends)
        if start < reached:
            raise StaleError
        reached = start + region.end - region.first
        moved += [_moved(edit, start - region.first) for edit in region.edits]
    return tuple(moved)


def _contents(document: Document) -> list[str]:
    return [line.rstrip("\r\n") for line in document.lines]


def _regions(edits: tuple[TextEdit, ...], lines: int) -> list[_Region]:
    regions: list[_Region] = []
    for edit in sorted(edits, key=lambda edit: edit.range):
        touched, last = lines_of(edit.range)
        first, end = max(0, touched - 1), min(lines, last + 2)
        if regions and first < regions[-1].end:
            above = regions.pop()
            regions.append(_Region(above.first, max(end, above.end), [*above.edits, edit]))
        else:
            regions.append(_Region(first, end, [edit]))
    return regions


def _place(old: list[str], new: list[str], region: _Region, ends: tuple[int, int]) -> int:
    """The line at which the region begins now."""
    text = old[region.first : region.end]
    was, found = _runs(old, text), _runs(new, text)
    if len(was) == len(found) == 1 and any(line.strip() for line in text):
        return found[0]
    # one of several equal places: certain only where none came or went and all changes are on one side of it
    if len(was) == len(found):
        head, tail = ends
        shift = len(new) - len(old)
        if region.end <= head:
            return region.first
        if region.first >= len(old) - tail:
            return region.first + shift
    raise StaleError


def _runs(lines: list[str], text: list[str]) -> list[int]:
    size = len(text)
    return [
        at for at in range(len(lines) - size + 1) if lines[at] == text[0] and lines[at : at + size] == text
    ]


def _moved(edit: TextEdit, by: int) -> TextEdit:
    start, end = edit.range
    where = Range(Position(start.line + by, start.character), Position(end.line + by, end.character))
    return TextEdit(where, edit.new_text)
