"""`textDocument/diagnostic`: pull diagnostics."""

from __future__ import annotations

import hashlib

from lsprotocol import types as lsp

from kibitz.lsp.publish import pulled
from kibitz.lsp.session import Session
from kibitz.text import Document

METHOD = lsp.TEXT_DOCUMENT_DIAGNOSTIC
NEEDS_DOCUMENT = True


async def handle(
    session: Session, params: lsp.DocumentDiagnosticParams, document: Document | None
) -> lsp.DocumentDiagnosticReport:
    """A full report, or `unchanged` where the client's last one still holds."""
    diagnostics = await pulled(session, document or session.document(params.text_document.uri))
    result_id = hashlib.blake2b(repr(diagnostics).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    if params.previous_result_id == result_id:
        return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return lsp.RelatedFullDocumentDiagnosticReport(diagnostics, result_id=result_id)
