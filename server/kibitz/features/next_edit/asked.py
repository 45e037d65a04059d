"""The next edit as a language model sees it, for what cannot be told from the edits alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from kibitz.context.window import around
from kibitz.errors import KibitzError
from kibitz.features.next_edit.candidate import NextEdit
from kibitz.features.next_edit.history import Hunk, Recent
from kibitz.features.prompt import fenced, render
from kibitz.features.prompt_context import name_of, style_notes
from kibitz.features.workbench import Workbench
from kibitz.models.forms import NO_CHAT
from kibitz.models.protocol import Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import CompleteTask
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.verify.edit import propose

FRESH_S = 30.0
"""So long after a change, another one may follow from it."""
CODE_TOKENS = 2_000
MOST_HUNKS = 6
MOST_LINES = 40
ONE_PLACE = 12
"""Lines of one place: an answer that changes lines further apart is none."""


async def asked(
    bench: Workbench, document: Document, position: Position, recent: Recent, *, now: float | None = None
) -> NextEdit | None:
    """What the model for completions would change next, checked as any edit is; None where that is nothing it may say.

    `now` is the time by the history's clock. Raises the model's errors.
    """
    model = bench.model("complete")
    now = time.monotonic() if now is None else now
    if model.name == OFFLINE or model.name.startswith(NO_CHAT):
        return None  # the latter reads no messages
    if not recent.hunks or now - recent.hunks[0].at > FRESH_S:
        return None
    name = name_of(bench, document)
    place = Range(position, position)
    _, lines, _ = around(document, place, CODE_TOKENS)
    messages = render(
        "next_edit",
        path=name,
        language=document.language,
        changes=fenced(changes(recent.hunks), "diff"),
        context="",
        code=fenced("\n".join(lines), document.language),
        line=str(position.line + 1),
        column=str(position.character + 1),
        cursor=fenced(document.line(position.line), document.language),
        style=style_notes(bench),
    )
    task = CompleteTask(document, position, bench.project, MOST_LINES, ())
    request = Request("complete", messages, task, max_output_tokens=600, timeout_s=15)
    answer = await bench.ask(request, model=model)
    if not answer.text.strip():
        return None
    try:
        proposed = await propose(
            answer.text,
            document,
            place,
            lambda named: document if named in (name, bench.shown(document), document.uri) else None,
            trusted=bench.settings.trusted,
        )
    except KibitzError as error:
        if error.kind == "bad_response":  # no edit, or none that fits: as good as nothing
            return None
        raise
    if proposed.failed or len(proposed.files) != 1:
        return None
    edit = one_place(document, proposed.files[0].edits)
    found = NextEdit(document, edit, "model", answer.engine) if edit is not None else None
    return found if found is not None and not _takes_back(document, found, recent) else None


def changes(hunks: Sequence[Hunk]) -> str:
    """The last hunks as lines that went and lines that came, the newest at the end."""
    shown: list[str] = []
    for hunk in reversed(hunks[:MOST_HUNKS]):
        shown.append(f"@@ line {hunk.first + 1} @@")
        shown += ["-" + line.rstrip("\r\n") for line in hunk.old[:MOST_LINES]]
        shown += ["+" + line.rstrip("\r\n") for line in hunk.new[:MOST_LINES]]
    return "\n".join(shown)


def one_place(document: Document, edits: Sequence[TextEdit]) -> TextEdit | None:
    """Edits in order as one; None where they lie too far apart to be looked at together."""
    if not edits:
        return None
    start, end = edits[0].range.start, edits[-1].range.end
    if end.line - start.line > ONE_PLACE or sum(e.new_text.count("\n") for e in edits) > MOST_LINES:
        return None
    text, at = "", start
    for edit in edits:
        text += document.slice(Range(at, edit.range.start)) + edit.new_text
        at = edit.range.end
    return TextEdit(Range(start, end), text)


def _takes_back(document: Document, found: NextEdit, recent: Recent) -> bool:
    """Whether an edit only undoes what was just done."""
    after = document.replaced([found.edit]).text
    for hunk in recent.hunks[:MOST_HUNKS]:
        before = "".join((*document.lines[: hunk.first], *hunk.old, *document.lines[hunk.end :]))
        if before == after:
            return True
    return False
