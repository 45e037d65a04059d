"""`textDocument/didShowInlineEdit` (Copilot's extension): a next edit was seen."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didShowInlineEdit"


async def handle(session: Session, params: Any) -> None:
    """Count it; what is shown and typed past can be refused."""
    if (offer := session.offers.named(params)) is not None:
        session.next_edits.shown(offer.uri)
        await session.offers.shown(offer)
