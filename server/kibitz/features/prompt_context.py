"""The parts of a prompt that several features share: a document's code, numbered or cut to what fits."""

from __future__ import annotations

from kibitz.context.tasks import Kind
from kibitz.context.window import around
from kibitz.features.project_context import rendered
from kibitz.features.prompt import fenced
from kibitz.features.workbench import Workbench
from kibitz.text import Document, Range

TASK_TOKENS = 2_000
"""How much of other files one prompt shows beside the code itself."""

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
    """What of the project's other files a model should see beside the code itself; empty where there is no project."""
    if bench.root is None or not bench.settings.trusted:
        return ""
    project = bench.services.project(bench.root, bench.settings.context.exclude)
    snippets = await project.task(document, where, TASK_TOKENS, kind, bench.open_documents())
    text = rendered(snippets, paths=bench.settings.privacy.send_paths).rstrip()
    return f"Elsewhere in the project:\n\n{fenced(text)}" if text else ""


def name_of(bench: Workbench, document: Document) -> str:
    """The document's name as the user allows it to be sent."""
    if bench.settings.privacy.send_paths:
        return bench.shown(document)
    return "file" + (document.path.suffix if document.path is not None else "")


def style_notes(bench: Workbench) -> str:
    """The project's notes on style as a line of a prompt; empty where it has none."""
    notes = bench.settings.style.notes
    return f"Notes on this project's style: {notes}" if notes else ""
