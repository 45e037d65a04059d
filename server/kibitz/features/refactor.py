"""Refactor: a change asked for in words, or done by an engine, and checked before anyone sees it."""

from __future__ import annotations

import asyncio
from functools import partial

from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features.checked import Drafted, Refactoring, checked
from kibitz.features.choice import CHOOSABLE, Choice, choice
from kibitz.features.comment_wish import comment_wish
from kibitz.features.expectation import expectation
from kibitz.features.made_async import awaited_check
from kibitz.features.prompt import fenced, render
from kibitz.features.prompt_context import code_block, name_of, other_files, style_notes
from kibitz.features.result import Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.offline.wishes import performs
from kibitz.models.protocol import Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range
from kibitz.verify.checks import Check
from kibitz.verify.edit import file_edit

IMPROVE = "Make this code simpler and clearer without changing what it does."
"""What is asked for where the user gives no instruction."""

REFUSALS = frozenset({"invalid", "unsupported", "not_found", "bad_response", "timeout"})
"""How the built-in engine says that it will not do something here: a model may think of something else then."""


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

    Of a kind the engine has, a model only says which, where and under what name; anything else it writes. Raises
    `bad_response` where the answer fails a check even after one repair, and the engines' errors.
    """
    watch = Stopwatch()
    task = RefactorTask(document, where, bench.project, instruction, kind, new_name)
    if kind is not None or bench.model("refactor").name == OFFLINE:
        request = Request("refactor", (), task)
        answer = await bench.ask(request, model=bench.services.offline)
        return await checked(bench, document, where, request, answer, watch, public_api=False)
    first, last = where.start.line, _last_line(where)
    kinds = performs(document.language) & CHOOSABLE if instruction.strip() else frozenset()
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
        operations=_operations(kinds),
        style=style_notes(bench),
    )
    request = Request("refactor", messages, task, max_output_tokens=4096)
    guarded = expectation(instruction)
    near = lines(document, first, last)
    draft = partial(_drafted, bench, document, near, kinds, instruction)
    answer = await bench.ask(request)
    return await checked(
        bench,
        document,
        where,
        request,
        answer,
        watch,
        public_api=guarded.api,
        behaviour=guarded.behaviour,
        asked=near if where.start != where.end and not instruction.strip() else None,
        draft=draft,
        verify=awaited_check,
    )


async def refactor_as_commented(bench: Workbench, document: Document, where: Range) -> Refactoring:
    """Do what the comment at a place says (see `comment_wish`); the comment goes with it.

    Raises `not_found` where there is none, and as `refactor` does.
    """
    wish = await asyncio.to_thread(comment_wish, document, where)
    if wish is None:
        raise KibitzError(
            "not_found",
            "There is no comment here that says what to do.",
            "Write one above the code: `kibitz: use a dataclass`.",
        )
    made = await refactor(bench, wish.document, wish.where, wish.instruction)
    files = tuple(
        file_edit(document, f.after.text) if f.document.uri == document.uri else f for f in made.edit.files
    )
    return evolve(made, edit=evolve(made.edit, files=files))


def _operations(kinds: frozenset[RefactorKind]) -> str:
    """What a model may choose from, as a part of the prompt; empty where there is nothing."""
    if not kinds:
        return ""
    table = render("refactor_choice", operations="")[1].text.split("\n")
    offered = [line for line in table if any(f'"{kind}"' in line for kind in kinds)]
    return "\n" + render("refactor_choice", operations="\n".join(offered))[0].text + "\n"


async def _drafted(
    bench: Workbench,
    document: Document,
    near: Range,
    kinds: frozenset[RefactorKind],
    instruction: str,
    answer: str,
) -> Drafted | None:
    """What the built-in engine makes of a model's choice; None for an answer that is no choice."""
    chosen = await asyncio.to_thread(choice, answer, document, near, kinds, instruction)
    if chosen is None:
        return None
    task = RefactorTask(document, chosen.where, bench.project, "", chosen.kind, chosen.new_name)
    try:
        made = await bench.ask(Request("refactor", (), task), model=bench.services.offline)
    except KibitzError as error:
        if error.kind not in REFUSALS:
            raise
        why = f"The engine does not do this {chosen.kind}: {error.message}"
        hint = "Ask for something else, or select other lines."
        raise KibitzError("bad_response", why, hint) from None
    return Drafted(made.text, Check("engine", "passed", _said(chosen)))


def _said(chosen: Choice) -> str:
    named = f", name: {chosen.new_name}" if chosen.new_name else ""
    return f"the model chose {chosen.kind.replace('_', ' ')}{named}; the built-in engine performed it"


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
