"""`textDocument/completion`: the suggestion as a list item, for editors without ghost text."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from kibitz.lsp.convert import from_position, to_position
from kibitz.lsp.session import Session
from kibitz.lsp.suggest import suggest
from kibitz.text import Document, Position

METHOD = lsp.TEXT_DOCUMENT_COMPLETION
NEEDS_DOCUMENT = True
LABEL_LENGTH = 60
_WORD = re.compile(r"\w*\Z")


async def handle(
    session: Session, params: lsp.CompletionParams, document: Document | None
) -> lsp.CompletionList:
    """One item a suggestion: it replaces the word under the cursor by the word and what follows, so that every client's
    filter keeps it; the list is incomplete, so that the next key asks again."""
    document = document or session.document(params.text_document.uri)
    position = to_position(document.lines, params.position, session.client.encoding)
    invoked = params.context is None or params.context.trigger_kind == lsp.CompletionTriggerKind.Invoked
    completion = await suggest(session, document, position, invoked, both=True)
    before = document.line(position.line)[: position.character]
    match = _WORD.search(before)
    word = match.group() if match else ""
    start = from_position(
        document, Position(position.line, position.character - len(word)), session.client.encoding
    )
    items = [
        lsp.CompletionItem(
            label=_label(word + suggestion.insert_text),
            kind=lsp.CompletionItemKind.Text
            if "\n" not in suggestion.insert_text
            else lsp.CompletionItemKind.Snippet,
            detail=f"kibitz ({suggestion.engine})",
            sort_text=f"0{rank}",
            filter_text=word or suggestion.insert_text.lstrip()[:LABEL_LENGTH],
            insert_text_format=lsp.InsertTextFormat.PlainText,
            text_edit=lsp.TextEdit(
                lsp.Range(start, from_position(document, suggestion.range.end, session.client.encoding)),
                word + suggestion.insert_text,
            ),
            data={"language": document.language, "text": word + suggestion.insert_text},
        )
        for rank, suggestion in enumerate(completion.items)
    ]
    return lsp.CompletionList(is_incomplete=True, items=items)


def _label(text: str) -> str:
    """One line: list widgets break on more."""
    first = text.strip().split("\n", 1)[0].rstrip()
    cut = first[: LABEL_LENGTH - 1] + "…" if len(first) > LABEL_LENGTH else first
    return cut + (" …" if "\n" in text.strip() else "")
