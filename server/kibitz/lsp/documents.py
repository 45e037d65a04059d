"""The open documents as the editor has them, changed incrementally."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from lsprotocol import types as lsp

from kibitz.lsp.convert import to_position
from kibitz.paths import from_uri
from kibitz.text import Document, Encoding, Position, Range, TextEdit, split_lines
from kibitz.verify.changes import Replaced, as_seen, as_typed

REMEMBERED = 5000
"""So many changes of a document are remembered, for edits that were made for the text before them."""


class Spliced(NamedTuple):
    """Whole lines (with their ends) from `first` on that were replaced by others."""

    first: int
    old: list[str]
    new: list[str]


class LiveDocument:
    """One open document: its lines change, its snapshots do not."""

    def __init__(self, uri: str, language: str, version: int, text: str) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.path = from_uri(uri)
        self.lines = split_lines(whole_characters(text))
        self.changed_at = -math.inf
        """When it was changed last, by the clock of `time.monotonic`."""
        self._snapshot: Document | None = None
        self._log: deque[tuple[int, TextEdit | None]] = deque(maxlen=REMEMBERED)

    def change(
        self, changes: Sequence[lsp.TextDocumentContentChangeEvent], version: int, encoding: Encoding
    ) -> list[Spliced]:
        """Apply the changes in order, as the specification wants: each speaks of the text the one before left.

        Returns what became of the lines, one for each change.
        """
        done: list[Spliced] = []
        for change in changes:
            text = whole_characters(change.text)
            if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
                before, self.lines = self.lines, split_lines(text)
                done.append(Spliced(0, before, self.lines.copy()))
                told = as_seen(before, self.lines)
            else:
                start = to_position(self.lines, change.range.start, encoding)
                end = to_position(self.lines, change.range.end, encoding)
                start, end = min(start, end), max(start, end)
                count = len(self.lines)
                done.append(splice(self.lines, start, end, text))
                told = as_typed(Replaced(*done[-1]), Range(start, end), text, count)
            self._log.append((self.version, told))
        self.version = version
        self.changed_at = time.monotonic()
        self._snapshot = None
        return done

    def since(self, version: int | None) -> list[TextEdit] | None:
        """The changes after a version, the oldest first; None where they are not remembered."""
        if version == self.version:
            return []
        found = [at for at, (before, _) in enumerate(self._log) if before == version]
        if not found:
            return None
        return [change for _, change in list(self._log)[found[0] :] if change is not None]

    def snapshot(self) -> Document:
        """The text as it is now."""
        if self._snapshot is None:
            self._snapshot = Document(self.uri, "".join(self.lines), self.language, self.version, self.path)
            self._snapshot.__dict__["lines"] = self.lines.copy()  # the cached property, already known
        return self._snapshot


def splice(lines: list[str], start: Position, end: Position, text: str) -> Spliced:
    """Replace a span of a list of lines (with their ends) by text, in place; which lines went, and which came."""
    first, last = start.line, end.line
    head = lines[first][: start.character]
    tail = lines[last][end.character :]
    if first > 0 and not head and lines[first - 1].endswith("\r"):  # a CR before what may become its LF
        first -= 1
        head = lines[first]
    joined = head + text + tail
    if joined.endswith("\r") and last + 1 < len(lines) and lines[last + 1].startswith("\n"):
        last += 1
        joined += lines[last]
    parts = split_lines(joined)
    if last + 1 < len(lines) and parts[-1] == "":
        parts.pop()  # the line after this span is still there
    old = lines[first : last + 1]
    lines[first : last + 1] = parts
    return Spliced(first, old, parts)


def whole_characters(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON can carry and UTF-8 cannot, replaced one for one."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
