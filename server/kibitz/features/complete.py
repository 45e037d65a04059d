"""Complete: the text to insert at the cursor, shaped so that it never breaks the line it lands in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from attrs import frozen

from kibitz.context.retrieval import Built, build_completion
from kibitz.errors import KibitzError, let_go
from kibitz.features.completion.extent import Extent, extent
from kibitz.features.completion.line_length import line_length_of
from kibitz.features.completion.shape import shape
from kibitz.features.completion.shaping import Answered, Shaping
from kibitz.features.completion.streak import Streak, said_on
from kibitz.features.gather import OnText
from kibitz.features.infill import as_comments
from kibitz.features.project_context import rendered
from kibitz.features.prompt import render
from kibitz.features.prompt_context import name_of, style_notes
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Model, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import CompleteTask
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range

OUTPUT_TOKENS_PER_LINE = 24
"""The output limit grows with the lines allowed; a line of code rarely takes more tokens than this."""

TURNS = 3
"""So often the event loop comes round until a request to another process is on its way."""


@frozen
class Suggestion:
    """What replaces `range`: empty, at the cursor, or a few characters after it. `engine` is who said it."""

    insert_text: str
    range: Range
    engine: str = OFFLINE


@frozen
class Completion:
    """At most a few suggestions, best first; none is a good answer."""

    envelope: Envelope
    document: Document
    items: tuple[Suggestion, ...]

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz complete --json`."""
        items = [
            {"insertText": i.insert_text, "range": shapes.range(self.document, i.range)} for i in self.items
        ]
        return {**self.envelope.to_json(), "items": items}


async def window(bench: Workbench, document: Document, position: Position, budget: int) -> Built:
    """What a language model is shown for a completion, within a budget of estimated tokens."""
    if bench.root is None or not bench.settings.trusted:
        return await asyncio.to_thread(lambda: build_completion(document, position, None, budget=budget))
    project = bench.services.project(bench.root, bench.settings.context.exclude)
    return await project.completion(document, position, budget, bench.open_documents())


async def wanted(bench: Workbench, document: Document, position: Position) -> bool:
    """Whether the user wants suggestions at a place at all."""
    settings = bench.settings.completion
    if not settings.enabled or (settings.languages and document.language not in settings.languages):
        return False
    if settings.in_comments and settings.in_strings:
        return True

    def switched_off() -> bool:
        tree = parse(document)
        return tree is not None and (
            (not settings.in_comments and tree.in_comment(position))
            or (not settings.in_strings and tree.in_string(position))
        )

    return not await asyncio.to_thread(switched_off)


async def complete(bench: Workbench, document: Document, position: Position) -> Completion:
    """What could be inserted at a position. Raises the engine's errors."""
    watch = Stopwatch()
    position = document.clamp(position)
    if not await wanted(bench, document, position):
        return Completion(bench.envelope(Answer(OFFLINE, "", Usage()), watch), document, ())
    said = await answered(bench, document, position)
    items = (Suggestion(said.text, Range(position, position), said.answer.engine),) if said.text else ()
    return Completion(bench.envelope(said.answer, watch, said.checks), document, items)


async def answered(
    bench: Workbench,
    document: Document,
    position: Position,
    *,
    model: Model | None = None,
    sure: bool = False,
    before_sending: Callable[[], Awaitable[None]] | None = None,
    on_text: OnText | None = None,
    on_enough: Callable[[Answered], None] | None = None,
    awaited: Callable[[], bool] | None = None,
) -> Answered:
    """What the feature's engine, or another, says for a position.

    `sure` is for the built-in engine: only what it would bet on. `before_sending` is awaited when the prompt of a
    language model is ready; `on_text` gets its answer as it comes. With `on_enough`, which gets the answer as soon as
    enough was said, it is heard on for what comes `more`, for a line where that is `awaited` by then.
    Raises the engine's errors, none after it said enough.
    """
    task = CompleteTask(
        document, position, bench.project, bench.settings.completion.max_lines, bench.open_documents(), sure
    )
    model = model or bench.model("complete")
    looking = asyncio.ensure_future(_looked(bench, document, position))
    looking.add_done_callback(let_go)
    try:
        if model.name == OFFLINE:
            request = Request("complete", (), task)
        else:
            request = await _request(bench, task)
            if before_sending is not None:
                await before_sending()
        where, line_length = await looking
    finally:
        looking.cancel()
    shaping = Shaping(
        task,
        where,
        line_length,
        lambda name: name in request.context,
        engine=model.name,
        on_enough=on_enough,
        awaited=awaited,
    )
    try:
        answer = await bench.ask(
            request,
            model=model,
            on_text=on_text,
            enough=shaping.hearing.feed,
            on_sent=shaping.look,
            on_said=shaping.said,
        )
        return await shaping.finished(answer)
    except KibitzError:
        if shaping.hearing.first is None:
            raise
        return await shaping.hearing.first
    finally:
        shaping.end()


async def continued(bench: Workbench, taken: Callable[[], tuple[Document, Position]], said: str) -> Answered:
    """What was said after a suggestion, shaped for the place behind it, which `taken` gives; `more` is what was said
    after that."""
    settings = bench.settings.completion

    def shaped() -> Answered:
        document, position = taken()
        where, line_length = _spot(bench, document, position)
        streak = Streak(where, more=False)
        streak.feed(said)
        found = shape(
            document,
            position,
            said[: streak.enough],
            extent=where,
            max_lines=settings.max_lines,
            line_length=line_length,
        )
        more = said_on(said, found.text, document.language, document.text, whole=True)
        return Answered(Answer("", said, Usage()), found.text, found.checks, more=more)

    return await asyncio.to_thread(shaped)


def _spot(bench: Workbench, document: Document, position: Position) -> tuple[Extent, int | None]:
    """How much is wanted at a position, and how long the project lets a line be."""
    length = line_length_of(bench.root, document.language) if bench.root and bench.settings.trusted else None
    return extent(document, position, bench.settings.completion.max_lines), length


async def _looked(bench: Workbench, document: Document, position: Position) -> tuple[Extent, int | None]:
    for _ in range(TURNS):  # the index's process is asked first: both look at the text at once then
        await asyncio.sleep(0)
    return await asyncio.to_thread(_spot, bench, document, position)


async def _request(bench: Workbench, task: CompleteTask) -> Request:
    """The prompt for a language model."""
    settings = bench.settings.completion
    built = await window(bench, task.document, task.position, bench.settings.context.max_tokens)
    others = rendered(built.snippets, paths=bench.settings.privacy.send_paths)
    name = name_of(bench, task.document)
    messages = render(
        "complete",
        language=task.document.language,
        max_lines=str(settings.max_lines),
        style=style_notes(bench),
        path=name,
        context=others,
        before=built.prefix,
        after=built.suffix,
    )
    return Request(
        "complete",
        messages,
        task,
        prefix=built.prefix,
        suffix=built.suffix,
        context=as_comments(others, task.document.language, name),
        max_output_tokens=max(64, settings.max_lines * OUTPUT_TOKENS_PER_LINE),
        timeout_s=15,
    )
