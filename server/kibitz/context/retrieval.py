"""What of other files a model is shown: within a budget, the same for the same question, and every part says why."""

from __future__ import annotations

from kibitz.context.choose import Chooser, Limits, Snippet, rendered
from kibitz.context.names import Weights, candidates
from kibitz.context.pieces import line_pieces, signature_pieces
from kibitz.context.query import query_at
from kibitz.index.reader import Reader
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
    own = reader.definitions_in(path)
    around = [row for row in own if row.start_line <= position.line <= row.end_line + 1]
    query = query_at(document, position, [row.signature for row in around])
    bases = {base: 0.3 for row in own for base in row.bases}
    bases.update({base: 1.0 for row in around for base in row.bases})
    found = candidates(query, path, reader, bases, weights)
    pieces = [*signature_pieces(found, reader), *line_pieces(found, document.language, limits.run)]
    taken = Chooser(found.likely, budget, limits).choose(pieces)
    return tuple(rendered(taken))
