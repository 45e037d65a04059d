"""Which refactorings fit the code under the cursor: asked at every cursor move, so nothing is started or called."""

from __future__ import annotations

from kibitz.models.offline.refactor import available
from kibitz.models.tasks import RefactorKind
from kibitz.text import Document, Range


def refactorings(document: Document, where: Range) -> list[RefactorKind]:
    """The kinds the built-in engine could perform here, rename left out: editors have a command of their own for it."""
    return [kind for kind in available(document, where) if kind != "rename"]
