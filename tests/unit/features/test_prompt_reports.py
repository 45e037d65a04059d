"""What the checkers report goes with a question about the code; one without them is asked all the same."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from kibitz.context.tasks import Kind
from kibitz.errors import unsupported
from kibitz.features import find_bugs, prompt_context
from kibitz.features.find_bugs import Finding
from kibitz.features.prompt_context import MOST_REPORTED, reported
from kibitz.features.workbench import Workbench
from kibitz.text import Document, Position, Range

DOCUMENT = Document("file:///p/a.py", "import os\nx = 1\n", "python")
BENCH = cast("Workbench", None)


def _finding(line: int, severity: str, message: str) -> Finding:
    place = Range(Position(line, 0), Position(line, 1))
    return Finding("id", DOCUMENT, place, severity, "rule", message, "static", "rule", None)


def _checkers(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    async def findings(
        bench: Workbench, document: Document, where: Range | None = None
    ) -> tuple[Finding, ...]:
        return found

    monkeypatch.setattr(find_bugs, "static_findings", findings)


@pytest.mark.parametrize("kind", ["explain", "refactor", "chat"])
async def test_what_they_report_is_told(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    _checkers(monkeypatch, _finding(0, "warning", "`os` is unused"), _finding(1, "hint", "a matter of taste"))
    assert await reported(BENCH, DOCUMENT, None, kind) == "Checkers report:\n- line 1: `os` is unused"


async def test_bug_finding_tells_it_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    _checkers(monkeypatch, _finding(0, "warning", "`os` is unused"))
    assert await reported(BENCH, DOCUMENT, None, "bugs") == ""


async def test_only_so_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _checkers(monkeypatch, *(_finding(0, "error", str(n)) for n in range(50)))
    assert (await reported(BENCH, DOCUMENT, None, "chat")).count("- line") == MOST_REPORTED
    _checkers(monkeypatch)
    assert await reported(BENCH, DOCUMENT, None, "chat") == ""


async def test_checkers_that_cannot_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(
        bench: Workbench, document: Document, where: Range | None = None
    ) -> tuple[Finding, ...]:
        raise unsupported("No checker knows this language.", "Ask about another file.")

    monkeypatch.setattr(find_bugs, "static_findings", refuses)
    assert await reported(BENCH, DOCUMENT, None, "explain") == ""


async def test_checkers_that_are_late_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(bench: Workbench, document: Document, where: Range | None = None) -> tuple[Finding, ...]:
        await asyncio.Event().wait()
        return ()

    monkeypatch.setattr(find_bugs, "static_findings", never)
    monkeypatch.setattr(prompt_context, "CHECKERS_PATIENCE_S", 0.01)
    assert await reported(BENCH, DOCUMENT, None, "explain") == ""
