"""`textDocument/didShowCompletion` (Copilot's extension): a suggestion was seen."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didShowCompletion"


async def handle(session: Session, params: Any) -> None:
    """Count it."""
    if (shown := session.shown_item(params)) is not None:
        store = await session.services.store()
        await store.usage.record_shown(shown.engine, shown.language, len(shown.text))
