"""`textDocument/didFocus` (Copilot's extension): the document the user looks at now."""

from __future__ import annotations

from typing import Any

from kibitz.lsp.session import Session

METHOD = "textDocument/didFocus"


def handle(session: Session, params: Any) -> None:
    """The focused document counts as the last opened: its words are the likeliest."""
    document = params.get("textDocument") if isinstance(params, dict) else None
    uri = document.get("uri") if isinstance(document, dict) else None
    if isinstance(uri, str) and (live := session.documents.pop(uri, None)) is not None:
        session.documents[uri] = live
