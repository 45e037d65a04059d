"""A question to the user, in the editor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from kibitz.errors import KibitzError

if TYPE_CHECKING:
    from kibitz.lsp.session import Session

PATIENCE_S = 120.0
"""An open question is taken for a no after this."""

YES, NO = "Use it", "Do not use it"


async def confirm_unpriced(session: Session, model: str) -> bool | None:
    """Whether a model may be asked although its price is not known; None where the editor does not ask for others."""
    if not session.client.questions:
        return None
    params = lsp.ShowMessageRequestParams(
        lsp.MessageType.Warning,
        f"No price is known for {model}: a budget cannot hold its cost, only its tokens are counted.",
        [lsp.MessageActionItem(YES), lsp.MessageActionItem(NO)],
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await session.ask_client(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params)
    except TimeoutError:
        return False
    except KibitzError:  # it declared what it cannot do
        return None
    title = answer.get("title") if isinstance(answer, dict) else getattr(answer, "title", None)
    return title == YES
