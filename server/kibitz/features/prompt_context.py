"""The parts of a prompt that several features share: a document's code, numbered or cut to what fits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kibitz.context.tasks import Kind
from kibitz.context.window import around
from kibitz.errors import KibitzError
from kibitz.features.project_context import rendered
from kibitz.features.prompt import fenced
from kibitz.features.workbench import Workbench
from kibitz.text import Document, Range

TASK_TOKENS = 2_000
"""How much of other files one prompt shows beside the code itself."""

REPORTED: frozenset[Kind] = frozenset({"explain", "refactor", "chat"})
"""The kinds of questions that are told what the checkers report; finding and fixing bugs say it in their own prompts."""

MOST_REPORTED = 20
CHECKERS_PATIENCE_S = 2.0
"""How long a question waits for the checkers."""

CODE_TOKENS = 24_000
"""How much of a file one prompt shows, in estimated tokens; more is cut around the range, and said."""


def code_block(document: Document, where: Range | None, *, numbered: bool = False) -> str:
    """The document's text in a fence, cut around the range where it is too long, with line numbers if asked."""
    first, lines, cut = around(document, where, CODE_TOKENS)
    if numbered:
        wide = len(str(first + len(lines)))
        lines = [f"{first + i + 1:>{wide}} {line}" for i, line in enumerate(lines)]
    text = fenced("\n".join(lines), "" if numbered else document.language)
    return f"(lines {first + 1} to {first + len(lines)} of {len(document.lines)})\n{text}" if cut else text


async def other_files(bench: Workbench, document: Document, where: Range | None, kind: Kind) -> str:
    """What a model should see beside the code itself: parts of the project's other files, and what the checkers report.

    Empty where there is no project.
    """
    if bench.root is None or not bench.settings.trusted:
        return ""
    parts = await asyncio.gather(
        _elsewhere(bench, bench.root, document, where, kind), reported(bench, document, where, kind)
    )
    return "\n\n".join(filter(None, parts))


async def _elsewhere(
    bench: Workbench, root: Path, document: Document, where: Range | None, kind: Kind
) -> str:
    project = bench.services.project(root, bench.settings.context.exclude)
    snippets = await project.task(document, where, TASK_TOKENS, kind, bench.open_documents())
    text = rendered(snippets, paths=bench.settings.privacy.send_paths).rstrip()
    return f"Elsewhere in the project:\n\n{fenced(text)}" if text else ""


async def reported(bench: Workbench, document: Document, where: Range | None, kind: Kind) -> str:
    """What the checkers report about the code, where they know its language and are in time."""
    if kind not in REPORTED:
        return ""
    from kibitz.features.find_bugs import static_findings

    try:
        found = await asyncio.wait_for(static_findings(bench, document, where), CHECKERS_PATIENCE_S)
    except (KibitzError, TimeoutError):
        return ""
    lines = [f"- line {f.range.start.line + 1}: {f.message}" for f in found if f.severity != "hint"]
    return "\n".join(["Checkers report:", *lines[:MOST_REPORTED]]) if lines else ""


def name_of(bench: Workbench, document: Document) -> str:
    """The document's name as the user allows it to be sent."""
    if bench.settings.privacy.send_paths:
        return bench.shown(document)
    return "file" + (document.path.suffix if document.path is not None else "")


def style_notes(bench: Workbench) -> str:
    """The project's notes on style as a line of a prompt; empty where it has none."""
    notes = bench.settings.style.notes
    return f"Notes on this project's style: {notes}" if notes else ""
