"""`textDocument/didOpen`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp import publish
from kibitz.lsp.documents import LiveDocument
from kibitz.lsp.session import Session

METHOD = lsp.TEXT_DOCUMENT_DID_OPEN


def handle(session: Session, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take the text over from the disk; a second open of the same document replaces the first."""
    opened = params.text_document
    if session.documents.pop(opened.uri, None) is not None:
        session.closed(opened.uri)
    session.documents[opened.uri] = LiveDocument(opened.uri, language(opened), opened.version, opened.text)
    publish.soon(session, opened.uri)


def language(item: lsp.TextDocumentItem) -> str:
    """The language by what the editor says, and by the name where it says nothing useful."""
    from kibitz.syntax.languages import language_of, normalise

    known = normalise(item.language_id)
    if known in ("", "plaintext"):
        return language_of(item.uri, item.text[:200].split("\n", 1)[0])
    return known
