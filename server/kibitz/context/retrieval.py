"""What of other files a model is shown: within a budget, the same for the same question, and every part says why."""

from __future__ import annotations

from kibitz.context.choose import Chooser, Limits, Snippet, pieces_of, rendered
from kibitz.context.names import Weights, candidates
from kibitz.context.query import query_at
from kibitz.index.reader import Reader
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position


def retrieve(
    document: Document,
    position: Position,
    reader: Reader,
    *,
    path: str,
    budget: int,
    weights: Weights = Weights(),
    limits: Limits = Limits(),
) -> tuple[Snippet, ...]:
    """Pieces of other files that a line at a position may need, within `budget` estimated tokens."""
    query = query_at(document, position)
    bases: list[str] = []
    found = candidates(query, path, reader, bases, weights)
    taken = Chooser(found.likely, budget, limits).choose(pieces_of(found, limits))
    return tuple(rendered(taken))
