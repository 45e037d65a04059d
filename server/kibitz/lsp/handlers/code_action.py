"""`textDocument/codeAction`: what could be done here. Listing never calls a model; resolving does."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.actions import Place, list_actions
from kibitz.lsp.convert import to_range
from kibitz.lsp.names import FIX_ALL, ORGANIZE_IMPORTS
from kibitz.lsp.session import Session
from kibitz.text import Document

METHOD = lsp.TEXT_DOCUMENT_CODE_ACTION
NEEDS_DOCUMENT = True


async def handle(
    session: Session, params: lsp.CodeActionParams, document: Document | None
) -> list[lsp.CodeAction | lsp.Command]:
    """The actions of the kinds asked for; as plain commands for a client that knows no others."""
    document = document or session.document(params.text_document.uri)
    where = to_range(document.lines, params.range, session.client.encoding)
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    only = params.context.only
    place = Place(
        session,
        document,
        where,
        params.range,
        tuple(params.context.diagnostics),
        automatic,
        fix_all=any(kind and _within(FIX_ALL, kind) for kind in only or ()),
        organize=any(kind and _within(ORGANIZE_IMPORTS, kind) for kind in only or ()),
    )
    actions = [
        a for a in await list_actions(place) if only is None or any(_within(a.kind, kind) for kind in only)
    ]
    if session.client.action_literals:
        return list(actions)
    return [a.command for a in actions if a.command is not None]


def _within(kind: str | None, wanted: str) -> bool:
    """Kinds are a hierarchy: `refactor` asks for `refactor.extract` too; the empty kind asks for all."""
    return kind is not None and (wanted == "" or kind == wanted or kind.startswith(wanted + "."))
