"""`$/setTrace`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.session import Session

METHOD = lsp.SET_TRACE


def handle(session: Session, params: lsp.SetTraceParams) -> None:
    """Remember what the client wants to be told."""
    session.protocol.trace = params.value
