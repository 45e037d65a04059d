"""`textDocument/inlineCompletion` (LSP 3.18): ghost text."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.convert import from_range, to_position
from kibitz.lsp.offers import Offer
from kibitz.lsp.session import Session
from kibitz.lsp.suggest import suggest
from kibitz.text import Document

METHOD = lsp.TEXT_DOCUMENT_INLINE_COMPLETION
NEEDS_DOCUMENT = True


async def handle(
    session: Session, params: lsp.InlineCompletionParams, document: Document | None
) -> lsp.InlineCompletionList:
    """Suggestions with an explicit range at the cursor.

    Where the editor's own list has an item selected, only suggestions that continue it are given, over its range.
    """
    document = document or session.document(params.text_document.uri)
    position = to_position(document.lines, params.position, session.client.encoding)
    selected = params.context.selected_completion_info
    completion = await suggest(
        session, document, position, params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked
    )
    items: list[lsp.InlineCompletionItem] = []
    for item in completion.items:
        text, where = item.insert_text, from_range(document, item.range, session.client.encoding)
        if selected is not None:
            typed = document.line(position.line)[: position.character]
            start = to_position(document.lines, selected.range.start, session.client.encoding)
            text = typed[start.character :] + text
            if start.line != position.line or not text.startswith(selected.text):
                continue
            where = selected.range
        items.append(
            lsp.InlineCompletionItem(
                text,
                range=where,
                command=session.offers.offer(
                    Offer(text, item.engine, document.language, document.uri, position.line)
                ),
            )
        )
    return lsp.InlineCompletionList(items)
