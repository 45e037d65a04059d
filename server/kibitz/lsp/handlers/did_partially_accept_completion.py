"""`textDocument/didPartiallyAcceptCompletion` (Copilot's extension): a word or a line of a suggestion was taken."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didPartiallyAcceptCompletion"


async def handle(session: Session, params: Any) -> None:
    """Count it."""
    length = params.get("acceptedLength") if isinstance(params, dict) else None
    if (shown := session.shown_item(params)) is not None and isinstance(length, int):
        store = await session.services.store()
        await store.usage.record_accepted(shown.engine, shown.language, length, partial=True)
