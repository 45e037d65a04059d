"""Refactor and fix: a change asked for in words, or done by an engine, and checked before anyone sees it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.prompt import fenced, render
from kibitz.features.prompt_context import code_block, name_of, other_files, style_notes
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import FixTask, RefactorKind, RefactorTask
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range
from kibitz.verify.edit import ProposedEdit, propose

IMPROVE = "Make this code simpler and clearer without changing what it does."
"""What is asked for where the user gives no instruction."""


_API = re.compile(
    r"\b(renam\w*|signature|parameters?|arguments?|params?|api|keyword|async|sync|split|inline|remove|delete|extract|move)\b",
    re.IGNORECASE,
)
"""An instruction with one of these words may ask for another public API; without one, a changed API is a mistake."""


@frozen
class Refactoring:
    """A checked change to one or more files; the checks are in the envelope."""

    envelope: Envelope
    edit: ProposedEdit


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
        return await _checked(bench, document, where, request, answer, watch, public_api=False)
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
    return await _checked(
        bench, document, where, request, await bench.ask(request), watch, public_api=guarded
    )


async def fix(
    bench: Workbench, document: Document, where: Range, message: str, source: str, code: str
) -> Refactoring:
    """Remove the problem a diagnostic reports. Raises as `refactor` does."""
    watch = Stopwatch()
    task = FixTask(document, where, message, source, code, bench.project)
    if bench.model("fix").name == OFFLINE:
        request = Request("fix", (), task)
        answer = await bench.ask(request, model=bench.services.offline)
        return await _checked(bench, document, where, request, answer, watch, public_api=False)
    messages = render(
        "fix",
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where),
        source=source or "a checker",
        first=str(where.start.line + 1),
        context=await other_files(bench, document, where, "bugs"),
        message=message,
        rule=code,
    )
    request = Request("fix", messages, task, max_output_tokens=4096)
    guarded = not await asyncio.to_thread(_in_signature, document, where)
    answer = await bench.ask(request)
    return await _checked(bench, document, where, request, answer, watch, public_api=guarded)


def _in_signature(document: Document, where: Range) -> bool:
    """Whether a problem stands in a definition's signature: to remove it may change that."""
    tree = parse(document)
    heads = ((d.name_range.start.line, d.signature.count("\n")) for d in tree.definitions) if tree else ()
    return any(first <= where.start.line <= first + more for first, more in heads)


async def _checked(
    bench: Workbench,
    document: Document,
    where: Range,
    request: Request,
    answer: Answer,
    watch: Stopwatch,
    *,
    public_api: bool,
) -> Refactoring:
    """The answer as a checked edit; a model gets one turn to repair what failed."""

    async def attempt(text: str) -> ProposedEdit:
        edit = await propose(
            text,
            document,
            where,
            lambda name: _readable(bench, document, name),
            trusted=bench.settings.trusted,
            public_api=public_api,
        )
        if edit.failed:
            raise KibitzError(
                "bad_response", _why(edit), "Nothing was changed. Ask again, or change less at once."
            )
        return edit

    try:
        edit = await attempt(answer.text)
    except KibitzError as error:
        if answer.engine == OFFLINE or error.kind != "bad_response":
            raise
        _, turn = render("repair", why=error.message)
        answer = await bench.ask_again(request, answer, turn.text)
        edit = await attempt(answer.text)
    return Refactoring(bench.envelope(answer, watch, edit.checks), edit)


def _readable(bench: Workbench, document: Document, name: str) -> Document | None:
    """The document at hand under any of its names, else another of the project."""
    path = document.path or Path(
        document.uri
    )  # the built-in engine names a document without a file by its URI
    own = {bench.shown(document), name_of(bench, document), document.uri, str(path), path.as_posix()}
    return document if name in own else bench.read(name)


def _why(edit: ProposedEdit) -> str:
    return "The change was refused: " + "; ".join(f"{c.name}: {c.detail}" for c in edit.failed) + "."


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
