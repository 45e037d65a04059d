"""`textDocument/didShowCompletion` (Copilot's extension): a suggestion was seen."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didShowCompletion"


async def handle(session: Session, params: Any) -> None:
    """Count it."""
    if (offer := session.offers.named(params)) is not None:
        await session.offers.shown(offer)
