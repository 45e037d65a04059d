"""Refactor: a change asked for in words, or done by an engine, and checked before anyone sees it."""

from __future__ import annotations

import re

from kibitz.features.checked import Refactoring, checked
from kibitz.features.prompt import fenced, render
from kibitz.features.prompt_context import code_block, name_of, other_files, style_notes
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range

IMPROVE = "Make this code simpler and clearer without changing what it does."
"""What is asked for where the user gives no instruction."""


_API = re.compile(
    r"\b(renam\w*|signature|parameters?|arguments?|params?|api|keyword|async|sync|split|inline|remove|delete|extract|move)\b",
    re.IGNORECASE,
)
"""An instruction with one of these words may ask for another public API; without one, a changed API is a mistake."""


async def refactor(
    bench: Workbench,
    document: Document,
    where: Range,
    instruction: str = "",
    *,
    kind: RefactorKind | None = None,
    new_name: str | None = None,
) -> Refactoring:
    """Change the code in a range. A named `kind` is always done by the engine that can prove it, never by a model.

    Raises `bad_response` where the answer fails a check even after one repair, and the engines' errors.
    """
    watch = Stopwatch()
    task = RefactorTask(document, where, bench.project, instruction, kind, new_name)
    if kind is not None or bench.model("refactor").name == OFFLINE:
        request = Request("refactor", (), task)
        answer = await bench.ask(request, model=bench.services.offline)
        return await checked(bench, document, where, request, answer, watch, public_api=False)
    first, last = where.start.line, _last_line(where)
    messages = render(
        "refactor",
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where),
        first=str(first + 1),
        last=str(last + 1),
        selection=fenced("\n".join(document.line(n) for n in range(first, last + 1)), document.language),
        context=await other_files(bench, document, where, "refactor"),
        instruction=instruction or IMPROVE,
        style=style_notes(bench),
    )
    request = Request("refactor", messages, task, max_output_tokens=4096)
    guarded = not _API.search(instruction)
    return await checked(bench, document, where, request, await bench.ask(request), watch, public_api=guarded)


def _last_line(where: Range) -> int:
    """The last line a range touches: one that ends at column 0 does not reach into that line."""
    return (
        where.end.line - 1
        if where.end.character == 0 and where.end.line > where.start.line
        else where.end.line
    )


def lines(document: Document, first: int, last: int) -> Range:
    """The range of whole lines, 0-based and inclusive, without the last line's end."""
    last = min(last, len(document.lines) - 1)
    return Range(Position(first, 0), Position(last, len(document.line(last))))
