"""The part of a document around a place that can be read alone: a function, or from one line without indentation to another."""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.syntax.facts import facts
from kibitz.syntax.tree import Tree
from kibitz.text import Document, Position

_MOST_LINES = 1_500
_FUNCTION_LINES = 400
_LARGE = 30_000
_GOES_ON = re.compile(
    r"[)\]}{<]|(?:else|elif|elsif|except|finally|catch|end|rescue|ensure|when|in|fi|done|esac|then|do|until|while|case"
    r"|default|where|public|private|protected)\b|[|&.+?:]"
)
_WHOLE_ONLY = frozenset({"php"})
"""Languages whose code means nothing without the start of its file."""
_FUNCTION = re.compile(r"\s+(?:async\s+)?def\s")


@frozen
class Region:
    """Whole lines, `first` to `last` (exclusive), their offsets, and what must stand before them to be read alone."""

    first: int
    last: int
    start: int
    end: int
    lead: str = ""

    @property
    def size(self) -> int:
        """How many characters it has."""
        return self.end - self.start


def whole(document: Document) -> Region:
    """All of a document as a region."""
    return Region(0, len(document.lines), 0, len(document.text))


def region(document: Document, position: Position, tree: Tree | None) -> Region:
    """The lines around a place that no bracket, block or string leaves, as far as indentation and the tree tell.

    All of the document where those would be so many that reading them alone is no gain.
    """
    if document.language in _WHOLE_ONLY:
        return whole(document)
    found = _function(document, position, tree) if document.language == "python" else None
    if found is None:
        found = _top(document, position, tree)
    return found if found.size <= _LARGE else whole(document)


def _top(document: Document, position: Position, tree: Tree | None) -> Region:
    """From a line without indentation above the place to the next one below it."""
    lines = document.lines
    comment = facts(document.language).line_comment or "#"
    first = position.line
    low = max(0, position.line - _MOST_LINES)
    while first > low:
        first -= 1
        if _starts(lines[first], comment) and not _in_string(tree, first, 0):
            break
    last = position.line + 1
    high = min(len(lines), position.line + _MOST_LINES)
    while last < high and not (_starts(lines[last], comment) and not _in_string(tree, last, 0)):
        last += 1
    return _between(document, first, last)


def _function(document: Document, position: Position, tree: Tree | None) -> Region | None:
    """The method or inner function around a place, in a language whose blocks are their indentation."""
    lines = document.lines
    depth = _depth(document, position)
    first = position.line
    low = max(0, first - _FUNCTION_LINES)
    while True:
        if first <= low:
            return None
        first -= 1
        line = lines[first]
        indent = len(line) - len(line.lstrip())
        if not line.strip() or indent >= depth:
            continue
        if not indent:
            return None
        if _FUNCTION.match(line) and not _in_string(tree, first, indent):
            break
        depth = indent if line.lstrip()[0] not in ")]}#\"'" else depth
    last = position.line + 1
    while last < len(lines):
        line = lines[last]
        here = len(line) - len(line.lstrip())
        if (
            line.strip()
            and here <= indent
            and line.lstrip()[0] not in ")]}#"
            and not _in_string(tree, last, here)
        ):
            break
        last += 1
    found = _between(document, first, last)
    return Region(found.first, found.last, found.start, found.end, "if 1:\n")


def _depth(document: Document, position: Position) -> int:
    """One more column than the code at a place is indented, or the code above it: a function that ends above will do."""
    for number in range(position.line, max(-1, position.line - 50), -1):
        line = document.lines[number]
        text = line[: position.character] if number == position.line else line
        if text.strip():
            return len(text) - len(text.lstrip()) + 1
    return 0


def _between(document: Document, first: int, last: int) -> Region:
    starts = document.line_starts
    end = starts[last] if last < len(starts) else len(document.text)
    return Region(first, last, starts[first], end)


def _in_string(tree: Tree | None, line: int, character: int) -> bool:
    return tree is not None and tree.in_string(Position(line, character))


def _starts(line: str, comment: str) -> bool:
    """Whether a statement of the file itself begins on a line."""
    head = line[:1]
    if not head or head.isspace() or head == "#":
        return False
    return not line.startswith(comment) and _GOES_ON.match(line) is None
