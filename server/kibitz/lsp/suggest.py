"""Suggestions for either completion method; what fails while someone types is said once, never thrown in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kibitz.errors import KibitzError
from kibitz.lsp.session import Session
from kibitz.text import Document, Position, fits

if TYPE_CHECKING:
    from kibitz.features.complete import Completion

QUIET = frozenset({"unsupported", "untrusted", "cancelled"})


async def suggest(
    session: Session, document: Document, position: Position, invoked: bool, *, both: bool = False
) -> Completion:
    """What could be inserted. An automatic request that fails answers nothing, and tells the user once why."""
    from kibitz.features.complete import Completion
    from kibitz.features.result import Envelope

    bench = session.bench(document)
    nothing = Completion(Envelope(session.services.choice.for_feature("complete"), 0.0), document, ())
    if not fits(document):
        return nothing
    session.counters["completions"] += 1
    try:
        completion = await session.scheduler.suggest(bench, document, position, invoked=invoked, both=both)
    except KibitzError as error:
        if invoked and error.kind not in QUIET:
            raise
        if error.kind not in QUIET:
            session.status("Error" if error.kind in ("auth", "budget", "quota") else "Warning", error.message)
            session.report(error)
        return nothing
    if session.shown_status != "Normal":
        session.status("Normal")
    live = session.documents.get(document.uri)
    if live is not None and live.version != document.version:  # stale: the text has moved on
        return Completion(completion.envelope, document, ())
    return completion
