"""The next edit without a model: the first of what the predictors say that parses and was not refused."""

from __future__ import annotations

from collections.abc import Container, Iterator

from kibitz.features.next_edit.candidate import NextEdit
from kibitz.features.next_edit.history import Recent
from kibitz.features.next_edit.part import part_at
from kibitz.features.next_edit.rename import renames
from kibitz.features.next_edit.sibling import siblings
from kibitz.features.next_edit.signature import signatures
from kibitz.syntax.delta import parses_in_place
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range, TextEdit

MOST_CHARACTERS = 600_000
"""Beyond, a tree takes longer than a prediction may."""
_MOST_TRIED = 6


def predict(
    document: Document,
    position: Position,
    recent: Recent,
    others: tuple[Document, ...] = (),
    refused: Container[tuple[str, str, str]] = (),
) -> NextEdit | None:
    """What should be changed next, given what was changed lately; None where nothing is sure.

    `others` are other open documents, in which calls may be made to match a signature; `refused` are the keys of what is
    not wanted. Does no input or output; takes milliseconds.
    """
    if not recent.hunks or len(document.text) > MOST_CHARACTERS:
        return None
    for tried, candidate in enumerate(_candidates(document, position, recent, others)):
        if tried >= _MOST_TRIED:
            break
        if candidate.key in refused or candidate.after in recent.undone:
            continue
        if _parses(candidate):
            return candidate
    return None


def _candidates(
    document: Document, position: Position, recent: Recent, others: tuple[Document, ...]
) -> Iterator[NextEdit]:
    tree = parse(document)
    if tree is not None:
        yield from signatures(document, tree, recent.hunks, position, others)
        yield from renames(document, tree, recent.hunks, position)
    yield from siblings(document, tree, recent.hunks)


def _parses(candidate: NextEdit) -> bool:
    """Whether the code around parses as well with the edit as without; of a long text, the part that can stand alone."""
    document, edit = candidate.document, candidate.edit
    start, end = edit.range
    part = part_at(document, parse(document), start)
    if part is None or not part.holds(start.line, end.line):
        return parses_in_place(document, edit)
    moved = Range(part.inside(start), part.inside(end))
    return parses_in_place(part.document, TextEdit(moved, edit.new_text))
