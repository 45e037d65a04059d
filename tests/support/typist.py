"""Somebody who edits a document, and takes what is suggested next."""

from __future__ import annotations

from kibitz.features.next_edit.candidate import NextEdit
from kibitz.features.next_edit.history import History
from kibitz.features.next_edit.predict import predict
from kibitz.text import Document, Position, split_lines


class Typist:
    """A document somebody edits, and what is suggested."""

    def __init__(self, language: str, text: str) -> None:
        self.language = language
        self.lines = split_lines(text)
        self.history = History()
        self.at = Position(0, 0)
        self.others: tuple[Document, ...] = ()

    def edit(self, old: str, new: str, nth: int = 0) -> Typist:
        """Replace the nth place a text of one line stands at."""
        text = "".join(self.lines)
        offset = -1
        for _ in range(nth + 1):
            offset = text.index(old, offset + 1)
        line = text.count("\n", 0, offset)
        column = offset - (text.rfind("\n", 0, offset) + 1)
        before = self.lines[line]
        after = before[:column] + new + before[column + len(old) :]
        self.history.edited(line, [before], [after])
        self.lines[line] = after
        self.at = Position(line, column + len(new))
        return self

    @property
    def document(self) -> Document:
        """The document as it is now."""
        return Document("file:///work.src", "".join(self.lines), self.language, 1)

    def next(self) -> NextEdit | None:
        """What is suggested."""
        return predict(self.document, self.at, self.history.recent(), self.others)

    def accept(self) -> str:
        """Take what is suggested; the line as it is then."""
        found = self.next()
        assert found is not None
        start, end = found.edit.range
        assert start.line == end.line
        line = self.lines[start.line]
        after = line[: start.character] + found.edit.new_text + line[end.character :]
        self.history.edited(start.line, [line], [after])
        self.lines[start.line] = after
        self.at = Position(start.line, start.character + len(found.edit.new_text))
        return after.strip()
