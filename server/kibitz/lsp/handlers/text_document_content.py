"""`workspace/textDocumentContent` (LSP 3.18): documents of scheme `kibitz:` that exist only here."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.session import Session

METHOD = lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT


def handle(session: Session, params: lsp.TextDocumentContentParams) -> lsp.TextDocumentContentResult:
    """The text of a document that was shown before."""
    text = session.virtual.get(params.uri)
    if text is None:
        raise KibitzError("not_found", "This answer is no longer kept.", "Ask again.")
    return lsp.TextDocumentContentResult(text)
