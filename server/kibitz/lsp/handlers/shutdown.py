"""`shutdown`: end the worker processes and the database, then say so; some editors end the server hard right after."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.session import Session

METHOD = lsp.SHUTDOWN


async def handle(session: Session, _params: None) -> None:
    """Close everything that was opened."""
    await session.close()
