"""The check `diagnostic`: passed only where a second look says that the problem is gone."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kibitz.errors import KibitzError, unsupported
from kibitz.features import fix_gone
from kibitz.features.find_bugs import Finding
from kibitz.features.fix_gone import diagnostic_check
from kibitz.features.fix_offers import kind, offer
from kibitz.features.workbench import Workbench
from kibitz.models.tasks import Problem
from kibitz.text import Document, Position, Range

NO_BENCH = cast("Workbench", None)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[str, str]]]:
    """What our checkers find in a text, as rule and message; a language nobody checks where the text is not named."""
    table: dict[str, list[tuple[str, str]]] = {}

    async def static_findings(bench: Workbench, document: Document) -> tuple[Finding, ...]:
        if document.text not in table:
            raise unsupported("No.", "")
        where = Range(Position(0, 0), Position(0, 1))
        make: Any = Finding
        return tuple(
            make("1", document, where, "warning", r, m, "static", "") for r, m in table[document.text]
        )

    monkeypatch.setattr(fix_gone, "static_findings", static_findings)
    return table


def problem(document: Document, word: str, message: str, source: str = "", code: str = "") -> Problem:
    start = document.text.index(word)
    return Problem(
        Range(document.position(start), document.position(start + len(word))), message, source, code
    )


async def looked(
    language: str, before: str, after: str, word: str, message: str, source: str = "a server", code: str = ""
) -> tuple[str, str]:
    old, new = Document("untitled:a", before, language), Document("untitled:a", after, language)
    check = await diagnostic_check(NO_BENCH, old, new, [problem(old, word, message, source, code)])
    assert check.name == "diagnostic"
    return check.status, check.detail


@pytest.mark.parametrize(
    ("language", "before", "after", "word", "message", "status"),
    [
        ("python", "import os\nx = 1\n", "x = 1\n", "os", "Unused import os", "passed"),
        ("python", "import os\nx = 1\n", "import os\nx = 2\n", "os", "Unused import os", "failed"),
        ("python", "x = jsn\n", "import jsn\nx = jsn\n", "jsn", '"jsn" is not defined', "passed"),
        ("python", "x = jsn\n", "y = jsn\n", "jsn", '"jsn" is not defined', "failed"),
        ("typescript", "const a = 1;\nf();\n", "f();\n", "a", "'a' is declared but its value is never read.", "passed"),
        ("typescript", "const a = 1;\nf();\n", "const a = 2;\nf();\n", "a", "'a' is declared but its value is never read.", "failed"),
        ("typescript", "f(foo);\n", "f(bar);\n", "foo", "Cannot find name 'foo'.", "passed"),
        ("go", "package m\n\nvar a = foo\n", "package m\n\nvar a = foo\n\nvar foo = 1\n", "foo", "undefined: foo", "passed"),
        ("java", "class A { int a = 1 }\n", "class A { int a = 1; }\n", "}", "';' expected", "passed"),
        ("java", "class A { int a = 1 }\n", "class A { int b = 1 }\n", "}", "';' expected", "failed"),
    ],
)  # fmt: skip
async def test_what_can_be_looked_at_again(
    language: str, before: str, after: str, word: str, message: str, status: str
) -> None:
    assert (await looked(language, before, after, word, message))[0] == status


async def test_what_cannot_be_run_here_is_never_said_to_be_gone() -> None:
    status, detail = await looked(
        "typescript", "const a: T = {};\n", "const a: T = { b: 1 };\n", "a",
        "Property 'b' is missing in type '{}' but required in type 'T'.", "ts", "2741",
    )  # fmt: skip
    assert status == "skipped"
    assert detail == "cannot re-run ts here"


async def test_a_name_that_stands_twice_counts_twice() -> None:
    before = "import os\n\n\ndef f():\n    import os\n"
    status, _ = await looked(
        "python", before, "def f():\n    import os\n", "os", "`os` imported but unused", "ruff", "F401"
    )
    assert status == "passed"


async def test_our_own_findings_are_counted(found: dict[str, list[tuple[str, str]]]) -> None:
    found["x = 1\n"] = [("rule", "On line 3 is a bug."), ("rule", "On line 5 is a bug.")]
    found["x = 2\n"] = [("rule", "On line 4 is a bug.")]
    assert (await looked("python", "x = 1\n", "x = 2\n", "x", "On line 3 is a bug.", "kibitz", "rule"))[
        0
    ] == "passed"
    found["x = 2\n"] *= 2
    assert (await looked("python", "x = 1\n", "x = 2\n", "x", "On line 3 is a bug.", "kibitz", "rule"))[
        0
    ] == "failed"


async def test_a_problem_the_change_brings_is_a_failure(found: dict[str, list[tuple[str, str]]]) -> None:
    found["import os\nx = 1\n"] = []
    found["x = 1\n"] = [("ruff/F821", "Undefined name `os`")]
    status, detail = await looked("python", "import os\nx = 1\n", "x = 1\n", "os", "Unused import os")
    assert status == "failed"
    assert "Undefined name" in detail


async def test_of_several_the_answer_says_how_many_are_gone() -> None:
    before = Document("untitled:a", "import os\nimport sys\nx = 1\n", "python")
    after = Document("untitled:a", "import sys\nx = 1\n", "python")
    problems = [problem(before, name, f"Unused import {name}", "pylint", "W0611") for name in ("os", "sys")]
    check = await diagnostic_check(NO_BENCH, before, after, problems)
    assert check.status == "passed"
    assert check.detail.startswith("1 of 2 are gone; still there: line 2")
    assert (await diagnostic_check(NO_BENCH, before, before, problems)).status == "failed"


async def test_an_error_of_ours_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(bench: Workbench, document: Document) -> tuple[Finding, ...]:
        raise KibitzError("internal", "No.")

    monkeypatch.setattr(fix_gone, "static_findings", broken)
    with pytest.raises(KibitzError, match="No"):
        await looked("python", "import os\n", "x = 1\n", "os", "Unused import os")


def test_what_is_offered_before_anyone_chose() -> None:
    document = Document("untitled:a", "import os\nx = not a in b\ny = a == True\n", "python")
    assert offer(document, problem(document, "os", "`os` imported but unused")) == (
        "Remove unused import `os`",
        True,
    )
    membership = problem(document, "not a in b", "Test for membership should be `not in`", "Ruff", "E713")
    assert offer(document, membership) == ("Apply ruff's fix for E713", True)
    truth = problem(document, "a == True", "Avoid equality comparisons to `True`", "Ruff", "E712")
    assert offer(document, truth) == ("Apply ruff's fix for E712 (may change what the code does)", False)
    assert offer(document, problem(document, "x", "Something else.", "Ruff", "D100")) is None
    assert kind(document, membership) == "E713"
    assert kind(document, problem(document, "os", "`os` imported but unused")) == "unused import"
