"""`textDocument/didPartiallyAcceptCompletion` (Copilot's extension): a word or a line of a suggestion was taken."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didPartiallyAcceptCompletion"


async def handle(session: Session, params: Any) -> None:
    """Count it."""
    length = params.get("acceptedLength") if isinstance(params, dict) else None
    if (offer := session.offers.named(params)) is not None and isinstance(length, int):
        await session.offers.taken_partly(offer, max(0, length))
