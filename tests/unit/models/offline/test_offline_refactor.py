"""Refactorings without a model, through the worker process: words understood, results checked, nothing written."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.offline.refactor import available, refactor
from kibitz.models.tasks import Project, RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range, span
from kibitz.workers.worker import Worker

TEXT = """\
from __future__ import annotations

import sys
import os, re
from json import dumps, loads  # both
import plugins.effect

__all__ = ["area"]


def area(width, height):
    margin = 2
    inner = (width - margin) * (height - margin)
    return inner


print(area(3, 4), os.name, loads("1"))
"""


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    python = Worker("kibitz.models.offline.python_worker", name="Python")
    yield python
    await python.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project that must look the same afterwards: what is on disk is older than what is open."""
    (tmp_path / "shapes.py").write_text("# an old version\n")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "effect.py").write_text("")
    before = {p: (p.read_bytes() if p.is_file() else b"", p.stat().st_mtime_ns) for p in tmp_path.rglob("*")}
    yield tmp_path
    after = {p: (p.read_bytes() if p.is_file() else b"", p.stat().st_mtime_ns) for p in tmp_path.rglob("*")}
    assert after == before


def task(
    root: Path | None,
    where: Range,
    kind: RefactorKind | None = None,
    instruction: str = "",
    name: str | None = None,
    text: str = TEXT,
    language: str = "python",
) -> RefactorTask:
    path = root / "shapes.py" if root else None
    document = Document("file:///shapes.py", text, language, 1, path)
    return RefactorTask(document, where, Project(root), instruction, kind, name)


LINES = span(11, 0, 12, 48)
INNER = span(12, 4, 12, 4)


async def test_the_kinds(worker: Worker, folder: Path) -> None:
    path = folder / "shapes.py"

    async def done(where: Range, kind: RefactorKind, name: str | None = None) -> str:
        changes = await refactor(task(folder, where, kind, name=name), worker)
        assert list(changes) == [path]
        return changes[path]

    assert "    inner = _compute_inner(" in await done(LINES, "extract_function")
    assert "    deep = height - margin\n" in await done(span(12, 32, 12, 47), "extract_variable", "deep")
    assert "    return (width - margin) * (height - margin)\n" in await done(INNER, "inline")
    assert "    space = (width" in await done(INNER, "rename", "space")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Rename inner to space", "    return space\n"),
        ("rename `inner` to `space`.", "    return space\n"),
        ("please rename the variable inner as space", "    return space\n"),
        ("rename this to space", "    return space\n"),
        ("extract this into a function called grow", "    inner = grow("),
        ("Extract method named grow", "    inner = grow("),
        ("extract to a helper function", "    inner = _compute_inner("),
        ("extract function grow", "    inner = grow("),
        ("inline margin", "(width - 2)"),
        ("Inline the variable `margin`", "(width - 2)"),
        ("sort the imports", "import os\nimport re\n"),
        ("Organize imports", "import os\n"),
        ("rename area to surface", '__all__ = ["surface"]'),
    ],
)
async def test_words_are_understood(worker: Worker, folder: Path, words: str, expected: str) -> None:
    where = INNER if "rename" in words.lower() else span(12, 0, 12, 48)
    (text,) = (await refactor(task(folder, where, instruction=words), worker)).values()
    if "imports" in words:
        assert "import os\n" in text
    else:
        assert expected in text


async def test_other_words_name_what_can_be_done(worker: Worker) -> None:
    with pytest.raises(KibitzError) as caught:
        await refactor(task(None, LINES, instruction="make it faster"), worker)
    assert caught.value.kind == "unsupported"
    assert "rename, inline, extract" in caught.value.hint
    assert worker.pid is None


@pytest.mark.parametrize("language", ["plaintext", "lua", "shellscript"])
async def test_other_languages_are_refused(worker: Worker, language: str) -> None:
    with pytest.raises(KibitzError) as caught:
        await refactor(task(None, INNER, "rename", name="space", language=language), worker)
    assert caught.value.kind == "unsupported"
    assert "model" in caught.value.hint


async def test_a_rename_without_a_name_and_an_unknown_name(worker: Worker) -> None:
    for words, kind in (("", "invalid"), ("rename nothing_here to x", "not_found")):
        with pytest.raises(KibitzError) as caught:
            await refactor(task(None, INNER, "rename", words), worker)
        assert caught.value.kind == kind


class TestImports:
    async def organized(self, worker: Worker, text: str, root: Path | None = None) -> str:
        (result,) = (await refactor(task(root, INNER, "organize_imports", text=text), worker)).values()
        return result

    async def test_sorted_without_the_unused(self, worker: Worker, folder: Path) -> None:
        text = await self.organized(worker, TEXT, folder)
        assert text.startswith(
            "from __future__ import annotations\n\nimport os\nfrom json import loads  # both\n\nimport plugins.effect\n"
        )
        assert text.endswith(TEXT[TEXT.index("__all__") :])
        assert worker.pid is None

    async def test_line_ends_mark_and_comments_are_kept(self, worker: Worker) -> None:
        text = "\ufeff# first 😀\r\nimport sys\r\nimport os  # why\r\n\r\nprint(sys, os)\r\n"
        expected = "\ufeff# first 😀\r\nimport os  # why\r\nimport sys\r\n\r\nprint(sys, os)\r\n"
        assert await self.organized(worker, text) == expected

    async def test_effects_stay(self, worker: Worker) -> None:
        text = "import readline\nimport plugins.effect as e, other\nimport os\n"
        result = await self.organized(worker, text)
        assert "import readline\n" in result
        assert "import other\n" in result
        assert "import os" not in result

    async def test_sections_that_something_may_cut_out_stay(self, worker: Worker) -> None:
        for text in (
            "import sys\n###{copied\nimport os\n###}\nimport json\n\nprint(sys, json)\n",
            "# {{{ imports\nimport sys, os\n# }}}\n\nprint(sys)\n",
        ):
            with pytest.raises(KibitzError, match="sections"):
                await self.organized(worker, text)
        text = "import sys\nimport os\n\nprint(sys, os)\n# {\n"
        assert await self.organized(worker, text) == "import os\nimport sys\n\nprint(sys, os)\n# {\n"

    async def test_nothing_to_do_and_broken_code_are_said(self, worker: Worker) -> None:
        for text, said in (
            ("import os\n\nprint(os)\n", "nothing to change"),
            ("import (\n", "has a syntax error"),
        ):
            with pytest.raises(KibitzError, match=said):
                await self.organized(worker, text)


async def test_a_name_that_would_be_undefined_is_never_handed_out(
    worker: Worker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "shapes.py"

    async def call(method: str, params: object) -> dict[str, dict[str, str]]:
        return {"changes": {str(path): TEXT.replace("margin = 2", "margin = two")}}

    monkeypatch.setattr(worker, "call", call)
    with pytest.raises(KibitzError) as caught:
        await refactor(task(folder, INNER, "inline"), worker)
    assert caught.value.kind == "bad_response"


class TestAvailable:
    def kinds(self, where: Range, text: str = TEXT, language: str = "python") -> set[str]:
        return set(available(Document("file:///x.py", text, language), where))

    def test_by_selection(self) -> None:
        assert self.kinds(LINES) == {"extract_function", "organize_imports"}
        assert self.kinds(span(12, 32, 12, 47)) == {
            "extract_function",
            "extract_variable",
            "organize_imports",
        }
        assert self.kinds(INNER) == {"rename", "inline", "organize_imports"}
        assert self.kinds(span(12, 4, 12, 9)) == {"extract_function", "rename", "inline", "organize_imports"}
        assert self.kinds(span(10, 10, 10, 10)) == {"rename", "organize_imports"}

    def test_not_for_nothing(self) -> None:
        assert self.kinds(span(0, 0, 0, 0), "") == set()
        assert self.kinds(span(0, 1, 0, 1), "# word\n") == set()
        assert self.kinds(span(0, 0, 0, 6), "# word\n") == set()
        assert self.kinds(span(0, 0, 0, 6), "return\n") == {"extract_function"}
        assert self.kinds(INNER, language="go") == set()

    def test_at_once(self) -> None:
        text = TEXT + "def f(a):\n    b = a + 1\n    return b\n\n\n" * 2000
        document = Document("file:///x.py", text, "python")
        _ = document.lines
        took = []
        for _ in range(20):
            start = time.perf_counter()
            assert "inline" in available(document, INNER)
            took.append(time.perf_counter() - start)
        assert min(took) < 0.01

    @given(st.text(alphabet="ab1(= \n#'\"def:.é😀\r", max_size=60), *(st.integers(-1, 9) for _ in range(4)))
    def test_never_fails(self, text: str, a: int, b: int, c: int, d: int) -> None:
        document = Document("file:///x.py", text, "python")
        start, end = sorted([Position(max(a, 0), max(b, 0)), Position(max(c, 0), max(d, 0))])
        assert set(available(document, Range(start, end))) <= {
            "extract_function", "extract_variable", "inline", "rename", "organize_imports"
        }  # fmt: skip
