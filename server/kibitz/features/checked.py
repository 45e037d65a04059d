"""From an engine's answer to a checked change; a model gets one turn to repair what failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.features.project_tests import project_tests
from kibitz.features.prompt import render
from kibitz.features.prompt_context import name_of
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request
from kibitz.models.select import OFFLINE
from kibitz.text import Document, Range
from kibitz.verify.checks import Check
from kibitz.verify.edit import ProposedEdit, propose
from kibitz.verify.refusal import for_model, may_help


@frozen
class Drafted:
    """FILE blocks that the built-in engine made because a model chose so, and what there is to say of that."""

    text: str
    check: Check


Verify = Callable[[ProposedEdit], Awaitable[tuple[Check, ...]]]
"""What else is checked of a change, beside what is checked of all of them."""

Draft = Callable[[str], Awaitable[Drafted | None]]
"""Has an answer performed that is a choice; None for one that is not. Raises `bad_response` where that cannot be done."""


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
    behaviour: bool = False,
    asked: Range | None = None,
    draft: Draft | None = None,
    verify: Verify | None = None,
) -> Refactoring:
    """The answer as a checked edit; a model gets one turn to repair what failed, its choice of a refactoring too."""

    async def attempt(text: str) -> ProposedEdit:
        drafted = await draft(text) if draft is not None else None
        edit = await propose(
            drafted.text if drafted is not None else text,
            document,
            where,
            lambda name: _readable(bench, document, name),
            trusted=bench.settings.trusted,
            public_api=public_api,
            behaviour=behaviour and drafted is None,
            asked=asked,
        )
        if drafted is not None or answer.engine == OFFLINE:
            edit = evolve(edit, checks=tuple(_proven(check) for check in edit.checks))
        if verify is not None and not edit.failed:
            edit = evolve(edit, checks=(*edit.checks, *await verify(edit)))
        if not edit.failed:  # last, because it takes seconds
            edit = evolve(edit, checks=(*edit.checks, await project_tests(bench, edit)))
        if edit.failed:
            raise KibitzError(
                "bad_response", _why(edit), "Nothing was changed. Ask again, or change less at once."
            )
        return edit if drafted is None else evolve(edit, checks=(*edit.checks, drafted.check))

    try:
        edit = await attempt(answer.text)
    except KibitzError as error:
        if answer.engine == OFFLINE or error.kind != "bad_response" or not may_help(error):
            raise
        _, turn = render("repair", why=for_model(error))
        answer = await bench.ask_again(request, answer, turn.text)
        edit = await attempt(answer.text)
    return Refactoring(bench.envelope(answer, watch, edit.checks), edit)


def _proven(check: Check) -> Check:
    """The same check, with the right reason where an engine's own rules made the change."""
    if check.name != "behaviour" or check.status != "skipped":
        return check
    return evolve(check, detail="not compared: the built-in engine made this change by its own rules")


def _readable(bench: Workbench, document: Document, name: str) -> Document | None:
    """The document at hand under any of its names, else another of the project."""
    path = document.path or Path(
        document.uri
    )  # the built-in engine names a document without a file by its URI
    own = {bench.shown(document), name_of(bench, document), document.uri, str(path), path.as_posix()}
    return document if name in own else bench.read(name)


def _why(edit: ProposedEdit) -> str:
    return "The change was refused: " + "; ".join(f"{c.name}: {c.detail}" for c in edit.failed) + "."
