"""From an engine's answer to a checked change; a model gets one turn to repair what failed."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.prompt import render
from kibitz.features.prompt_context import name_of
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request
from kibitz.models.select import OFFLINE
from kibitz.text import Document, Range
from kibitz.verify.edit import ProposedEdit, propose


@frozen
class Refactoring:
    """A checked change to one or more files; the checks are in the envelope."""

    envelope: Envelope
    edit: ProposedEdit


async def checked(
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
