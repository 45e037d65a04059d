"""`shutdown`: end the worker processes and the database, then say so; some editors end the server hard right after."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types as lsp

from kibitz.lsp.session import Session

METHOD = lsp.SHUTDOWN
CLOSING_S = 8.0
"""An editor waits for this answer; what has not closed by then ends with the process, and its children with their input."""

log = logging.getLogger("kibitz.session")


async def handle(session: Session, _params: None) -> None:
    """Close everything that was opened."""
    try:
        async with asyncio.timeout(CLOSING_S):
            await session.close()
    except TimeoutError as error:
        log.error("closing took too long", exc_info=error)
