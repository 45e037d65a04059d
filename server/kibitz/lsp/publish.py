"""Findings as diagnostics: pulled by the clients that pull, pushed to the others a moment after the last key."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.convert import from_range
from kibitz.lsp.names import SOURCE
from kibitz.lsp.session import Session
from kibitz.text import Document, Position, Range, fits

log = logging.getLogger("kibitz.session")

if TYPE_CHECKING:
    from kibitz.features.find_bugs import Finding

PUSH_DELAY_S = 0.3
"""How long after the last change there are findings: long enough not to flicker under the typing hand, and nobody who
types waits for a completion while a checker has the processor."""

SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
    "hint": lsp.DiagnosticSeverity.Hint,
}
UNNECESSARY = frozenset({"ruff/F401", "ruff/F841", "ruff/F811"})
"""Rules about code that is not used: editors grey it out."""


def soon(session: Session, uri: str) -> None:
    """Push findings for a document shortly, once however often it changes meanwhile."""
    if session.client.pull_diagnostics:
        return
    if (waiting := session.pending.pop(uri, None)) is not None:
        waiting.cancel()
    session.pending[uri] = session.protocol.in_background(_push_later(session, uri), "diagnostics")


def clear(session: Session, uri: str) -> None:
    """Take back what was pushed about a document that is closed."""
    if (waiting := session.pending.pop(uri, None)) is not None:
        waiting.cancel()
    if not session.client.pull_diagnostics:
        _send(session, lsp.PublishDiagnosticsParams(uri, []))


async def refresh(session: Session, uri: str) -> None:
    """Show new findings now, whichever way this client gets them."""
    if not session.client.pull_diagnostics:
        await push(session, uri)
    elif session.client.refresh_diagnostics:
        try:
            await session.ask_client(lsp.WORKSPACE_DIAGNOSTIC_REFRESH, None)
        except KibitzError:
            log.warning("the editor declared diagnostic refresh and refused it")


async def push(session: Session, uri: str) -> None:
    """Publish the findings of an open document; of one that changed meanwhile, the newer run will."""
    document = session.snapshot(uri)
    if document is None:
        return
    diagnostics = await diagnose(session, document)
    live = session.documents.get(uri)
    if live is not None and live.version == document.version:
        _send(session, lsp.PublishDiagnosticsParams(uri, diagnostics, document.version))


async def pulled(session: Session, document: Document) -> list[lsp.Diagnostic]:
    """The findings of a document once nobody types in it, for editors that ask at every key; asked twice at once, worked once."""
    while (live := session.documents.get(document.uri)) is not None:
        left = live.changed_at + PUSH_DELAY_S - time.monotonic()
        if left <= 0:
            document = live.snapshot()
            break
        await asyncio.sleep(left)
    asked, running = session.pulled.get(document.uri, (None, None))
    if running is None or asked is not document:
        running = session.protocol.in_background(diagnose(session, document), "diagnostics")
        session.pulled[document.uri] = document, running
        running.add_done_callback(lambda ended: _forget(session, document.uri, ended))
    found: list[lsp.Diagnostic] = await asyncio.shield(running)
    return found


async def diagnose(session: Session, document: Document) -> list[lsp.Diagnostic]:
    """What the checkers find, and what a model claimed about lines that have not changed since."""
    found = await checked(session, document)
    claims = [f for f in _standing(session, document) if all(f.id != other.id for other in found)]
    return [to_diagnostic(session, document, finding) for finding in (*found, *claims)]


async def checked(session: Session, document: Document, where: Range | None = None) -> tuple[Finding, ...]:
    """What the checkers find where nobody asked: what fails is said once, and a text too large to read has nothing."""
    from kibitz.features.find_bugs import static_findings

    if not fits(document):
        return ()
    try:
        return await static_findings(session.bench(document), document, where)
    except KibitzError as error:
        if error.kind not in ("unsupported", "untrusted", "invalid"):
            session.report(error)
        return ()


def to_diagnostic(session: Session, document: Document, finding: Finding) -> lsp.Diagnostic:
    """One finding as the editor shows it; its id and evidence travel in `data`."""
    return lsp.Diagnostic(
        range=from_range(document, finding.range, session.client.encoding),
        message=finding.message,
        severity=SEVERITIES[finding.severity],
        code=finding.rule if finding.evidence == "static" else "ai",
        source=SOURCE,
        tags=[lsp.DiagnosticTag.Unnecessary] if finding.rule in UNNECESSARY else None,
        data={"id": finding.id, "evidence": {"kind": finding.evidence, "detail": finding.detail}},
    )


def _standing(session: Session, document: Document) -> list[Finding]:
    """The claims whose line is still there, where it is now."""
    text, claims = session.claims.get(document.uri, ("", ()))
    if not claims or text == document.text:
        return list(claims)
    import attrs

    from kibitz.verify.lines import blocks

    moved: dict[int, int] = {}
    for block in blocks(claims[0].document.lines, document.lines):
        if block.same:
            moved.update(zip(range(block.a, block.a_end), range(block.b, block.b_end), strict=True))
    standing = []
    for claim in claims:
        (line, first), (_, last) = claim.range
        if (now := moved.get(line)) is not None:
            where = Range(Position(now, first), Position(now, last))
            standing.append(attrs.evolve(claim, document=document, range=where))
    return standing


async def _push_later(session: Session, uri: str) -> None:
    await asyncio.sleep(PUSH_DELAY_S)
    session.pending.pop(uri, None)
    await push(session, uri)


def _forget(session: Session, uri: str, ended: asyncio.Future[Any]) -> None:
    if uri in session.pulled and session.pulled[uri][1] is ended:
        del session.pulled[uri]


def _send(session: Session, params: lsp.PublishDiagnosticsParams) -> None:
    session.protocol.notify(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)
