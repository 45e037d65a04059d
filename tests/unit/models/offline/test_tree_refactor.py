"""The built-in engine's entry for languages other than Python: what it offers, does, refuses, and says."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.models.offline.refactor import available, refactor
from kibitz.models.tasks import Project, RefactorKind, RefactorTask
from kibitz.text import Document, Range, span
from kibitz.workers.worker import Worker

TEXT = "function area(a: number) {\n  const b = a * a;\n  return b + 1;\n}\n"


@pytest.fixture
def worker() -> Worker:
    return Worker("kibitz.models.offline.python_worker", name="Python")


def task(
    where: Range,
    kind: RefactorKind | None = None,
    words: str = "",
    name: str | None = None,
    *,
    text: str = TEXT,
    language: str = "typescript",
) -> RefactorTask:
    path = Path("/project/area.ts")
    return RefactorTask(
        Document(path.as_uri(), text, language, 1, path), where, Project(None), words, kind, name
    )


async def test_a_kind_is_performed_without_a_process(worker: Worker) -> None:
    changes = await refactor(task(span(1, 8, 1, 8), "inline"), worker)
    assert changes == {Path("/project/area.ts"): "function area(a: number) {\n  return a * a + 1;\n}\n"}
    assert worker.pid is None


async def test_words_are_understood(worker: Worker) -> None:
    (text,) = (await refactor(task(span(0, 0, 0, 0), words="rename b to square"), worker)).values()
    assert text == TEXT.replace("b = ", "square = ").replace("b +", "square +")


@pytest.mark.parametrize(
    ("kind", "where", "name", "error", "said"),
    [
        ("extract_function", span(1, 12, 1, 13), None, "invalid", "not a whole expression"),
        ("rename", span(1, 8, 1, 8), None, "invalid", "needs the new name"),
        ("rename", span(1, 8, 1, 8), "a", "invalid", "already used"),
        ("organize_imports", span(0, 0, 0, 0), None, "invalid", "nothing to change"),
        ("invert_if", span(1, 8, 1, 8), None, "invalid", "no `if` here"),
    ],
)
async def test_refusals_are_sentences(
    worker: Worker, kind: RefactorKind, where: Range, name: str | None, error: str, said: str
) -> None:
    with pytest.raises(KibitzError) as caught:
        await refactor(task(where, kind, name=name), worker)
    assert caught.value.kind == error and said in caught.value.message and caught.value.hint


async def test_code_that_does_not_parse_is_left_alone(worker: Worker) -> None:
    broken = TEXT.replace("return b", "return (b")
    with pytest.raises(KibitzError) as caught:
        await refactor(task(span(1, 8, 1, 8), "inline", text=broken), worker)
    assert "syntax error" in caught.value.message


async def test_an_error_elsewhere_does_not_matter(worker: Worker) -> None:
    text = TEXT + "\nfunction other( {\n"
    (changed,) = (await refactor(task(span(1, 8, 1, 8), "inline", text=text), worker)).values()
    assert changed.startswith("function area(a: number) {\n  return a * a + 1;\n}\n")


def test_the_menu_is_made_from_the_tree() -> None:
    document = task(span(0, 0, 0, 0)).document
    assert available(document, span(1, 8, 1, 8)) == ["inline", "rename"]
    assert available(document, span(1, 12, 1, 17)) == [
        "extract_function",
        "extract_variable",
        "rename",
    ]
    assert available(document, span(3, 0, 3, 0)) == []


def test_branches_are_known_in_more_languages() -> None:
    text = "void f(int a) {\n    if (a) {\n        b();\n    }\n}\n"
    document = task(span(0, 0, 0, 0), text=text, language="c").document
    assert available(document, span(1, 4, 1, 4)) == ["guard_clause"]
    assert available(Document("file:///x", "a", "plaintext"), span(0, 0, 0, 0)) == []
