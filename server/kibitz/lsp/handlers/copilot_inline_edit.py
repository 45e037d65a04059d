"""`textDocument/copilotInlineEdit` (Copilot's extension): the next edit, which may lie anywhere in the document."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.convert import to_position
from kibitz.lsp.offers import Offer
from kibitz.lsp.session import Session
from kibitz.lsp.suggest import QUIET
from kibitz.text import Document, Position, fits

if TYPE_CHECKING:
    from kibitz.features.next_edit.candidate import NextEdit

METHOD = "textDocument/copilotInlineEdit"


def handle(session: Session, params: Any) -> Coroutine[Any, Any, dict[str, Any]]:
    """`{"edits": [{"text", "textDocument": {"uri", "version"}, "range", "command"}]}`: one edit at most.

    None for any version but the one the server has. Clients of Copilot's put an edit into the document they asked about
    without a look at its `textDocument`, so one of another document is given only to those that ask for it, with
    `"otherDocuments": true`. Raises `invalid` for parameters that do not fit.
    """
    uri, version, place, elsewhere = _read(params)
    document = session.snapshot(uri)  # now: the next message may change the text
    return _answer(session, document, version, place, elsewhere)


async def _answer(
    session: Session, document: Document | None, version: int | None, place: lsp.Position, elsewhere: bool
) -> dict[str, Any]:
    if document is None or not fits(document) or version not in (None, document.version):
        return {"edits": []}
    position = to_position(document.lines, place, session.client.encoding)
    found = await _suggested(session, document, position, elsewhere)
    if found is None or any(_moved_on(session, d) for d in (document, found.document)):
        return {"edits": []}
    target, text = found.document, found.edit.new_text
    line = found.edit.range.start.line
    command = session.offers.offer(Offer(text, found.engine, target.language, target.uri, line))
    edit = {
        "text": text,
        "textDocument": {"uri": target.uri, "version": target.version},
        "range": session.shapes.range(target, found.edit.range),
        "command": {"title": command.title, "command": command.command, "arguments": command.arguments},
    }
    return {"edits": [edit]}


async def _suggested(
    session: Session, document: Document, position: Position, elsewhere: bool
) -> NextEdit | None:
    """The next edit; what fails while someone types is said once, never thrown in their way."""
    try:
        found = await session.next_edits.suggest(
            session.bench(document), document, position, elsewhere=elsewhere
        )
    except KibitzError as error:
        if error.kind not in QUIET:
            session.status("Error" if error.kind in ("auth", "budget", "quota") else "Warning", error.message)
            session.report(error)
        return None
    if found is not None and found.kind == "model" and session.shown_status != "Normal":
        session.status("Normal")
    return found


def _moved_on(session: Session, document: Document) -> bool:
    live = session.documents.get(document.uri)
    return live is None or live.version != document.version


def _read(params: Any) -> tuple[str, int | None, lsp.Position, bool]:
    asked = params if isinstance(params, dict) else {}
    document, place = asked.get("textDocument"), asked.get("position")
    if isinstance(document, dict) and isinstance(place, dict) and isinstance(document.get("uri"), str):
        version = document.get("version", asked.get("version"))
        line, character = place.get("line"), place.get("character")
        whole = isinstance(line, int) and isinstance(character, int) and min(line, character) >= 0
        if whole and isinstance(version, int | None):
            at = lsp.Position(int(line or 0), int(character or 0))
            return document["uri"], version, at, asked.get("otherDocuments") is True
    raise KibitzError(
        "invalid", "The parameters of a next edit do not fit.", "They are a textDocument and a position."
    )
