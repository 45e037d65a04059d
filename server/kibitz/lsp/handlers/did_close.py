"""`textDocument/didClose`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp import publish
from kibitz.lsp.session import Session

METHOD = lsp.TEXT_DOCUMENT_DID_CLOSE


def handle(session: Session, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget the text, and take back what was published about it."""
    uri = params.text_document.uri
    if session.documents.pop(uri, None) is not None:
        session.claims.pop(uri, None)
        session.closed(uri)
        publish.clear(session, uri)
