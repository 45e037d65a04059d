"""Complete: the text to insert at the cursor, shaped so that it never breaks the line it lands in."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import frozen

from kibitz.context.retrieval import Built, build_completion
from kibitz.features.project_context import rendered
from kibitz.features.prompt import render
from kibitz.features.prompt_context import name_of, style_notes
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.suggestion import shape
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import CompleteTask
from kibitz.text import Document, Position, Range

OUTPUT_TOKENS_PER_LINE = 24
"""The output limit grows with the lines allowed; a line of code rarely takes more tokens than this."""


@frozen
class Suggestion:
    """What replaces `range` (always empty, at the cursor)."""

    insert_text: str
    range: Range


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


async def complete(bench: Workbench, document: Document, position: Position) -> Completion:
    """What could be inserted at a position. Raises the engine's errors."""
    watch = Stopwatch()
    position = document.clamp(position)
    settings = bench.settings.completion
    if not settings.enabled or (settings.languages and document.language not in settings.languages):
        return Completion(bench.envelope(Answer(OFFLINE, "", Usage()), watch), document, ())
    task = CompleteTask(document, position, bench.project, settings.max_lines, bench.open_documents())
    model = bench.model("complete")
    request = Request("complete", (), task) if model.name == OFFLINE else await _request(bench, task)
    answer = await bench.ask(request, model=model)
    text, checks = await asyncio.to_thread(shape, document, position, answer.text, settings.max_lines)
    items = (Suggestion(text, Range(position, position)),) if text else ()
    return Completion(bench.envelope(answer, watch, checks), document, items)


async def _request(bench: Workbench, task: CompleteTask) -> Request:
    """The prompt for a language model."""
    settings = bench.settings.completion
    built = await window(bench, task.document, task.position, bench.settings.context.max_tokens)
    messages = render(
        "complete",
        language=task.document.language,
        max_lines=str(settings.max_lines),
        style=style_notes(bench),
        path=name_of(bench, task.document),
        context=rendered(built.snippets, paths=bench.settings.privacy.send_paths),
        before=built.prefix,
        after=built.suffix,
    )
    return Request(
        "complete",
        messages,
        task,
        prefix=built.prefix,
        suffix=built.suffix,
        max_output_tokens=max(64, settings.max_lines * OUTPUT_TOKENS_PER_LINE),
        timeout_s=15,
    )
