"""A part of a long document that can be read alone: most of what is asked about an edit can be answered there."""

from __future__ import annotations

from attrs import frozen

from kibitz.syntax.region import region
from kibitz.syntax.tree import Tree
from kibitz.text import Document, Position, Range

_SMALL = 8_000
"""Characters up to which the whole document is looked at."""


@frozen
class Part:
    """Whole lines of a document as a document of their own: `shift` is added to a line's number to get that in the part."""

    document: Document
    shift: int
    first: int
    last: int

    def inside(self, position: Position) -> Position:
        """A position of the whole document in the part."""
        return Position(position.line + self.shift, position.character)

    def outside(self, where: Range) -> Range:
        """A range of the part in the whole document."""
        start, end = where
        return Range(
            Position(start.line - self.shift, start.character), Position(end.line - self.shift, end.character)
        )

    def holds(self, first: int, last: int) -> bool:
        """Whether lines of the whole document, `last` inclusive, are all in it."""
        return self.first <= first and last < self.last


def part_at(document: Document, tree: Tree | None, position: Position) -> Part | None:
    """The part around a position; None where the whole document should be looked at."""
    if len(document.text) <= _SMALL:
        return None
    found = region(document, position, tree)
    if found.size >= len(document.text):
        return None
    text = found.lead + document.text[found.start : found.end]
    shift = found.lead.count("\n") - found.first
    return Part(Document(f"{document.uri}#part", text, document.language), shift, found.first, found.last)
