"""What a predictor says: an edit of one place, and how it came to it."""

from __future__ import annotations

from typing import Literal, TypeVar

from attrs import frozen

from kibitz.models.select import OFFLINE
from kibitz.text import Document, Position, Range, TextEdit

T = TypeVar("T")
Kind = Literal["rename", "sibling", "signature", "model"]


@frozen
class NextEdit:
    """An edit of `document` (which may be another than the one being edited). `engine` is who said it."""

    document: Document
    edit: TextEdit
    kind: Kind
    engine: str = OFFLINE

    @property
    def after(self) -> str:
        """The first line the edit touches as it will be, without the space around it."""
        start, end = self.edit.range
        head = self.document.line(start.line)[: start.character]
        tail = self.document.line(end.line)[end.character :]
        return (head + self.edit.new_text + tail).strip()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other suggestions, wherever its line moves to."""
        return self.document.uri, self.document.line(self.edit.range.start.line).strip(), self.after


def nearest_after(items: list[T], lines: list[int], line: int) -> list[T]:
    """Items in the order somebody comes to them who goes down from a line and starts again at the top."""
    order = sorted(range(len(items)), key=lambda at: (lines[at] < line, lines[at], at))
    return [items[at] for at in order]


def replace(line: int, start: int, end: int, text: str) -> TextEdit:
    """An edit within one line."""
    return TextEdit(Range(Position(line, start), Position(line, end)), text)
