"""Explain: what a piece of code does, with every name it mentions tied to the code."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.gather import OnText
from kibitz.features.names import Reference, resolve
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Request
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import ExplainTask
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range
from kibitz.verify.checks import Check


@frozen
class Explanation:
    """Markdown, the names in it that the code has, and those that it does not."""

    envelope: Envelope
    document: Document
    markdown: str
    references: tuple[Reference, ...]
    unresolved: tuple[str, ...]

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz.explain`."""
        return {
            **self.envelope.to_json(),
            "markdown": self.markdown,
            "references": [
                {
                    "name": r.name,
                    "location": {"uri": self.document.uri, "range": shapes.range(self.document, r.range)},
                }
                for r in self.references
            ],
            "unresolved": list(self.unresolved),
        }


async def explain(
    bench: Workbench, document: Document, where: Range | None, on_text: OnText | None = None
) -> Explanation:
    """Explain a range, or the whole document. Raises `invalid` for an empty one, and the engine's errors."""
    watch = Stopwatch()
    if not document.text.strip():
        raise KibitzError(
            "invalid", "There is nothing to explain: the file is empty.", "Open a file with code in it."
        )
    if where is not None and where.start == where.end:
        where = await asyncio.to_thread(_definition_at, document, where)
    what = "the whole" if where is None else f"lines {where.start.line + 1} to {where.end.line + 1}"
    model = bench.model("explain")
    context = "" if model.name == OFFLINE else await other_files(bench, document, where, "explain")
    messages = render(
        "explain",
        what=what,
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where),
        context=context,
    )
    request = Request(
        "explain", messages, ExplainTask(document, where, bench.project), max_output_tokens=1500
    )
    answer = await bench.ask(request, model=model, on_text=on_text)
    markdown = answer.text.strip()
    if not markdown:
        raise KibitzError(
            "bad_response", "The model answered with nothing.", "Ask again, or choose another model."
        )
    references, unresolved = await asyncio.to_thread(lambda: resolve(markdown, document, parse(document)))
    check = Check(
        "names",
        "failed" if unresolved else "passed",
        f"not in the code: {', '.join(unresolved)}"
        if unresolved
        else f"{len(references)} names are in the code",
    )
    return Explanation(bench.envelope(answer, watch, (check,)), document, markdown, references, unresolved)


def _definition_at(document: Document, where: Range) -> Range | None:
    """The definition around a cursor; an empty selection on a line outside of any means the whole file."""
    tree = parse(document)
    definition = tree.enclosing(where.start) if tree is not None else None
    return definition.range if definition is not None else None
