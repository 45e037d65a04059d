"""`textDocument/didChange`: incremental, in order."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp import publish
from kibitz.lsp.session import Session

METHOD = lsp.TEXT_DOCUMENT_DID_CHANGE


def handle(session: Session, params: lsp.DidChangeTextDocumentParams) -> None:
    """Apply the changes; those of a document that was never opened are nobody's."""
    live = session.documents.get(params.text_document.uri)
    if live is not None:
        changes = live.change(params.content_changes, params.text_document.version, session.client.encoding)
        session.changed(live, changes)
        publish.soon(session, live.uri)
