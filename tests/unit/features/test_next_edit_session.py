"""The next edits of a session: what is taken, what is passed by, and what no longer counts."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kibitz.features.next_edit.session import NextEdits
from kibitz.features.workbench import Workbench
from kibitz.models.select import OFFLINE
from kibitz.settings import Settings
from kibitz.settings.schema import Completion as Options
from kibitz.text import Document, Position, split_lines

URI = "file:///work.py"
TEXT = "def f():\n    a = 1\n    b = a + 1\n    c = a + b\n    return a\n\n\nx = 1\n\ny = 2\n"


class Bench:
    """Stands for the workbench, with no language model."""

    name = OFFLINE

    def __init__(self, **options: Any) -> None:
        self.settings = Settings(completion=Options(**options))

    def model(self, _feature: str) -> Bench:
        return self

    def open_documents(self) -> tuple[Document, ...]:
        return ()


class Writer:
    """One document being edited."""

    def __init__(self, **options: Any) -> None:
        self.lines = split_lines(TEXT)
        self.next_edits = NextEdits(lambda: 0.0)
        self.bench = cast("Workbench", Bench(**options))

    def put(self, line: int, text: str) -> None:
        old = self.lines[line]
        self.lines[line] = text + "\n"
        self.next_edits.edited(URI, [(line, [old], [self.lines[line]])])

    async def next(self) -> str | None:
        document = Document(URI, "".join(self.lines), "python", 1)
        found = await self.next_edits.suggest(self.bench, document, Position(1, 0))
        return found.after if found is not None else None


async def test_each_that_is_taken_leads_to_the_next() -> None:
    writer = Writer()
    assert await writer.next() is None
    writer.put(1, "    n = 1")
    assert await writer.next() == "b = n + 1"
    writer.put(2, "    b = n + 1")
    assert await writer.next() == "c = n + b"
    writer.put(3, "    c = n + b")
    assert await writer.next() == "return n"
    writer.put(4, "    return n")
    assert await writer.next() is None


async def test_typing_on_at_one_place_passes_a_suggestion_by_once() -> None:
    writer = Writer()
    writer.put(1, "    n = 1")
    for text in ("x = 1a", "x = 1ab", "x = 1abc"):
        assert await writer.next() == "b = n + 1"
        writer.put(7, text)
    assert await writer.next() == "b = n + 1"
    writer.put(9, "y = 2a")
    assert await writer.next() == "c = n + b"


async def test_what_is_not_shown_is_not_passed_by_where_the_editor_tells() -> None:
    writer = Writer()
    writer.put(1, "    n = 1")
    assert await writer.next() == "b = n + 1"
    writer.next_edits.shown(URI)
    for line, text in ((7, "x = 11"), (9, "y = 22"), (8, "z = 33")):
        writer.put(line, text)
        assert await writer.next() == "b = n + 1"


async def test_an_undone_suggestion_is_not_made_again() -> None:
    writer = Writer()
    writer.put(1, "    n = 1")
    assert await writer.next() == "b = n + 1"
    writer.put(2, "    b = n + 1")
    writer.put(2, "    b = a + 1")
    assert await writer.next() == "c = n + b"


async def test_a_closed_document_has_no_history() -> None:
    writer = Writer()
    writer.put(1, "    n = 1")
    writer.next_edits.closed(URI)
    assert await writer.next() is None


@pytest.mark.parametrize("options", [{"enabled": False}, {"languages": ("go",)}])
async def test_who_wants_no_completions_gets_no_next_edits(options: dict[str, Any]) -> None:
    writer = Writer(**options)
    writer.put(1, "    n = 1")
    assert await writer.next() is None
