"""Diagnostics as an editor sends them, from whichever server, read as problems; and problems as an action's data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.lsp.arguments import Arguments
from kibitz.lsp.convert import to_range
from kibitz.lsp.session import Session
from kibitz.text import Document

if TYPE_CHECKING:
    from kibitz.models.tasks import Problem

MOST = 200
"""How many problems one action speaks of."""
LONGEST = 4_000
"""Characters of what stands beside a message that are kept."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def problem_of(session: Session, document: Document, diagnostic: lsp.Diagnostic) -> Problem:
    """A diagnostic as a problem, its range in code points."""
    from kibitz.models.tasks import Problem

    return Problem(
        to_range(document.lines, diagnostic.range, session.client.encoding),
        diagnostic.message,
        diagnostic.source or "",
        _code(diagnostic.code),
        _notes([r.message for r in diagnostic.related_information or ()], diagnostic.data),
    )


def read_problem(session: Session, document: Document, given: dict[str, Any]) -> Problem:
    """The same from JSON, as a command's argument or an action's data has it. Raises `invalid`."""
    from kibitz.models.tasks import Problem

    diagnostic = Arguments(session, "kibitz.fix", given)
    where = diagnostic.needed_range(document)
    message, source = diagnostic.text("message"), diagnostic.maybe("source") or ""
    related = given.get("relatedInformation")
    beside = [r.get("message") for r in related if isinstance(r, dict)] if isinstance(related, list) else []
    notes = given.get("notes")
    beside += notes if isinstance(notes, list) else []
    return Problem(where, message, source, _code(given.get("code")), _notes(beside, given.get("data")))


def to_data(diagnostic: lsp.Diagnostic, problem: Problem) -> dict[str, Any]:
    """What `read_problem` reads, to travel with an action."""
    where = diagnostic.range
    return {
        "range": {
            "start": {"line": where.start.line, "character": where.start.character},
            "end": {"line": where.end.line, "character": where.end.character},
        },
        "message": problem.message,
        "source": problem.source,
        "code": problem.code,
        **({"notes": list(problem.notes)} if problem.notes else {}),
    }


def _code(code: Any) -> str:
    """Codes are numbers, texts, or (with some servers) an object with a value."""
    if isinstance(code, dict):
        code = code.get("value")
    return "" if code is None else str(code)


def _notes(beside: list[Any], data: Any) -> tuple[str, ...]:
    """What a server says beside the message: related places, and the compiler's own rendering of it all."""
    rendered = data.get("rendered") if isinstance(data, dict) else None
    texts = [t for t in (*beside, rendered) if isinstance(t, str) and t.strip()]
    kept: list[str] = []
    room = LONGEST
    for text in dict.fromkeys(_COLOURS.sub("", t).strip() for t in texts):
        kept.append(text[:room])
        room -= len(text)
        if room <= 0:
            break
    return tuple(kept)
