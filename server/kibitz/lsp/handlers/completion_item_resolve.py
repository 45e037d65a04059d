"""`completionItem/resolve`: the whole block as documentation."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.session import Session

METHOD = lsp.COMPLETION_ITEM_RESOLVE


def handle(session: Session, item: lsp.CompletionItem) -> lsp.CompletionItem:
    """Only our own items get documentation; any other comes back as it is."""
    if isinstance(item.data, dict) and isinstance(text := item.data.get("text"), str):
        from kibitz.features.prompt import fenced

        if session.client.markdown_items:
            code = fenced(text, str(item.data.get("language", "")))
            item.documentation = lsp.MarkupContent(lsp.MarkupKind.Markdown, code)
        else:
            item.documentation = text
    return item
