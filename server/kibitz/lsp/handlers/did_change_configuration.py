"""`workspace/didChangeConfiguration`: pushed by some editors, a hint to pull for others."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from kibitz.lsp import publish
from kibitz.lsp.configure import pull_settings, start_log
from kibitz.lsp.handlers.initialize import own_section
from kibitz.lsp.session import Session

METHOD = lsp.WORKSPACE_DID_CHANGE_CONFIGURATION


async def handle(session: Session, params: lsp.DidChangeConfigurationParams) -> None:
    """Take the new settings; nothing is restarted that does not have to be."""
    pushed: Any = params.settings
    if isinstance(pushed, dict) and isinstance(pushed.get("kibitz"), dict):
        session.editor_settings = {**session.editor_settings, **own_section(pushed)}
        session.load_settings()
        start_log(session)
    elif session.client.configuration:
        await pull_settings(session)
    session.complain()
    for uri in session.documents:
        publish.soon(session, uri)
