"""`textDocument/didSave`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp import publish
from kibitz.lsp.session import Session

METHOD = lsp.TEXT_DOCUMENT_DID_SAVE


def handle(session: Session, params: lsp.DidSaveTextDocumentParams) -> None:
    """A saved file is worth a fresh look."""
    publish.soon(session, params.text_document.uri)
