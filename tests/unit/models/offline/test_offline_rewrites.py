"""Python in newer or simpler words: only what ruff calls safe, only in the range, and nothing left over."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.models.offline.ruff_rewrites import Rewrite, rewritten
from kibitz.text import Document, Position, Range


async def done(text: str, rewrite: Rewrite, first: int, last: int, root: Path | None = None) -> str:
    path = (root or Path("/nowhere")) / "old.py"
    document = Document("file:///old.py", text, "python", 1, path)
    where = Range(Position(first, 0), Position(last, len(document.line(last))))
    return await rewritten(document, path, root, where, rewrite)


OLD = """from typing import Dict, List, Optional

import os


class A(object):
    def f(self, x: List[int]) -> Optional[str]:
        super(A, self).f()
        return "{} is {}".format(x, 1)


def g(x: Dict[str, int]):
    return "%s" % x
"""


async def test_the_lines_asked_for_are_modernised_and_no_others() -> None:
    text = await done(OLD, "modernise", 6, 6)
    assert "    def f(self, x: list[int]) -> str | None:\n" in text
    assert text.startswith("from typing import Dict\n"), "what is not used any more goes"
    assert "class A(object):" in text
    assert "super(A, self)" in text
    assert "import os" in text, "what was not used before is not ours to remove"


async def test_a_whole_file() -> None:
    text = await done(OLD, "modernise", 0, 13)
    assert "class A:\n" in text
    assert "super().f()" in text
    assert 'return f"{x} is {1}"' in text
    assert "typing" not in text
    assert '"%s" % x' in text, "whether it is a tuple is not known"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if not not x:\n    y()\n", "if x:\n    y()\n"),
        ("if not x in y:\n    z()\n", "if x not in y:\n    z()\n"),
        ("a = x if x else y\n", "a = x or y\n"),
        ("with a():\n    with b():\n        c()\n", "with a(), b():\n    c()\n"),
        (
            "def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n",
            "def f(x):\n    if x:\n        return 1\n    return 2\n",
        ),
    ],
)
async def test_simpler_words(before: str, after: str) -> None:
    assert await done(before, "simplify", 0, before.count("\n") - 1) == after


async def test_one_fix_makes_way_for_the_next() -> None:
    before = "def f(x):\n    if x:\n        return 1\n    else:\n        if not not x:\n            return 2\n        else:\n            return 3\n"
    after = await done(before, "simplify", 0, 7)
    assert after == "def f(x):\n    if x:\n        return 1\n    if x:\n        return 2\n    return 3\n"


@pytest.mark.parametrize(
    ("text", "rewrite"), [("x = 1\n", "modernise"), ("if a == b:\n    c()\n", "simplify")]
)
async def test_nothing_to_do_is_said(text: str, rewrite: Rewrite) -> None:
    with pytest.raises(KibitzError) as caught:
        await done(text, rewrite, 0, 0)
    assert caught.value.kind == "invalid"


async def test_a_text_that_does_not_parse_is_refused() -> None:
    with pytest.raises(KibitzError) as caught:
        await done("def f(:\n    x = not not y\n", "simplify", 0, 1)
    assert caught.value.kind == "invalid"
    assert "syntax error" in caught.value.message


async def test_the_project_says_which_python_it_is_for(tmp_path: Path) -> None:
    text = "import datetime\nnow = datetime.datetime.now(datetime.timezone.utc)\n"
    with pytest.raises(KibitzError):
        await done(text, "modernise", 0, 1, tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nrequires-python = ">=3.12"\n', "utf-8")
    assert "datetime.UTC" in await done(text, "modernise", 0, 1, tmp_path)


async def test_settings_of_a_project_that_ruff_cannot_read_do_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("no = such\nsetting", "utf-8")
    assert await done("if not not x:\n    y()\n", "simplify", 0, 1, tmp_path) == "if x:\n    y()\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_line_ends_marks_and_wide_characters(end: str) -> None:
    text = f'\ufeffs = "😀"; a = not not s{end}t = "é"{end}'
    assert await done(text, "simplify", 0, 0) == f'\ufeffs = "😀"; a = bool(s){end}t = "é"{end}'
