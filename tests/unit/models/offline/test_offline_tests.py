"""Tests without a model: what is written holds what the code does, for code of many kinds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.models import tasks
from kibitz.models.offline.tests import generate
from kibitz.models.offline.tests_write import write
from kibitz.sandbox.run import Sandbox
from kibitz.text import Document, Range, span

CODE = '''\
"""Shapes and words."""

import asyncio
import dataclasses
import enum
import os
import random
import time


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

    def moved(self, dx: int) -> "Point":
        return Point(self.x + dx, self.y)


def grade(points: int) -> str:
    if points < 0:
        raise ValueError("negative")
    if points >= 90:
        return "A"
    if points >= 50:
        return "B"
    return "C"


def shout(text):
    """Louder.

    >>> shout("hey")
    'HEY!'
    >>> shout("")
    ''
    """
    return text.upper() + "!" if text else ""


def lies(text):
    """
    >>> lies("x")
    'y'
    """
    return text


def mix(color: Color, point: Point | None = None):
    return (color, point)


def pairs(items):
    for item in items:
        yield item, item


async def later(n: int) -> int:
    await asyncio.sleep(0)
    return n * 2


def shuffle(items: list[int]) -> None:
    items.reverse()


def greet(name: str) -> None:
    print("hello", name)


def dice(sides: int) -> int:
    return random.randint(0, 10**9) + sides


def now(offset: int) -> float:
    return time.time() + offset


def save(name: str) -> str:
    with open("out.txt", "w") as file:
        file.write(name)
    return name


def here(name: str) -> str:
    return os.getcwd() + name


def hang(n: int) -> int:
    while True:
        n += 1


def leave(code: int) -> None:
    os._exit(code)


class Stack:
    def __init__(self):
        self._items = []

    def push(self, item):
        self._items.append(item)

    def pop(self):
        if not self._items:
            raise IndexError("empty")
        return self._items.pop()

    def size(self):
        return len(self._items)
'''


@pytest.fixture(scope="module")
def shared() -> Sandbox:
    """One sandbox, tested once."""
    return Sandbox()


@pytest.fixture
async def sandbox(shared: Sandbox) -> Sandbox:
    test = await shared.self_test()
    if test.means is None:
        pytest.skip(test.detail)
    return shared


def task(
    folder: Path, symbol: str | None = None, where: Range | None = None, code: str = CODE, saved: bool = True
) -> tasks.TestsTask:
    path = folder / "words.py"
    if saved:
        path.write_text(code)
    return tasks.TestsTask(
        Document(path.as_uri(), code, "python", None, path), symbol, where, tasks.Project(None)
    )


def code_of(answer: str) -> str:
    assert answer.startswith("```python\n")
    assert answer.endswith("\n```\n")
    text = answer.removeprefix("```python\n").removesuffix("```\n")
    ast.parse(text)
    return text


async def test_branches_and_errors_are_reached(sandbox: Sandbox, tmp_path: Path) -> None:
    text = code_of(await generate(task(tmp_path, "grade"), sandbox))
    assert "from words import grade" in text
    assert "with pytest.raises(ValueError):" in text
    for result in "ABC":
        assert f'== "{result}"' in text
    assert all(
        node.name.startswith("test_grade_")
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    )


async def test_documented_examples_come_first(sandbox: Sandbox, tmp_path: Path) -> None:
    text = code_of(await generate(task(tmp_path, "shout"), sandbox))
    assert 'def test_shout_documented_example():\n    assert shout("hey") == "HEY!"' in text


async def test_an_example_that_is_not_true_is_not_written_down(sandbox: Sandbox, tmp_path: Path) -> None:
    text = code_of(await generate(task(tmp_path, "lies"), sandbox))
    assert "documented" not in text
    assert "'y'" not in text


async def test_enumerations_and_classes_of_the_module_are_made(sandbox: Sandbox, tmp_path: Path) -> None:
    text = code_of(await generate(task(tmp_path, "mix"), sandbox))
    assert "mix(Color.RED) == (Color.RED, None)" in text
    assert "Point(x=" in text
    assert "Color" in text.partition("def ")[0]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("pairs", "list(pairs("),
        ("later", "asyncio.run(later(3)) == 6"),
        ("shuffle", "shuffle(items)\n    assert items == ["),
        ("greet", 'output.getvalue() == "hello hello world\\n"'),
        ("Point.moved", ".moved("),
        ("Stack.pop", "with pytest.raises(IndexError):"),
        ("Stack.push", "stack.push("),
    ],
)
async def test_each_kind_of_function(sandbox: Sandbox, tmp_path: Path, symbol: str, expected: str) -> None:
    assert expected in code_of(await generate(task(tmp_path, symbol), sandbox))


async def test_methods_are_called_on_objects_that_others_have_changed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    text = code_of(await generate(task(tmp_path, "Stack.pop"), sandbox))
    assert "stack.push(" in text
    assert "assert stack.size() == 0" in text


@pytest.mark.parametrize("symbol", ["dice", "now", "save", "here", "hang", "leave"])
async def test_what_is_not_the_same_each_time_is_refused(
    sandbox: Sandbox, tmp_path: Path, symbol: str
) -> None:
    with pytest.raises(KibitzError) as caught:
        await generate(task(tmp_path, symbol), sandbox)
    assert caught.value.kind == "unsupported"
    assert symbol in caught.value.message
    assert caught.value.hint


async def test_a_whole_file_takes_the_testable_and_survives_the_rest(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    text = code_of(await generate(task(tmp_path), sandbox))
    called = {
        node.func.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {"grade", "shout", "mix", "pairs"} <= called
    assert not called & {"dice", "now", "save", "here", "hang", "leave"}


async def test_a_range_names_what_lies_in_it(sandbox: Sandbox, tmp_path: Path) -> None:
    line = CODE.split("\n").index("def shout(text):")
    text = code_of(await generate(task(tmp_path, None, span(line + 2, 0, line + 3, 0)), sandbox))
    assert "shout(" in text
    assert "grade" not in text


async def test_the_text_at_hand_is_run_not_the_disk(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text("raise RuntimeError\n")
    changed_code = 'def grade(points: int) -> str:\n    return "unsaved"\n'
    text = code_of(await generate(task(tmp_path, "grade", code=changed_code, saved=False), sandbox))
    assert '== "unsaved"' in text


async def test_what_cannot_be_imported_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(KibitzError) as caught:
        await generate(
            task(tmp_path, code="import not_installed_here\n\n\ndef f(x):\n    return x\n"), sandbox
        )
    assert caught.value.kind == "unsupported"
    assert "ModuleNotFoundError" in caught.value.message
    with pytest.raises(KibitzError) as caught:
        await generate(task(tmp_path, code="import os\nos._exit(1)\n"), sandbox)
    assert "ended early" in caught.value.message


async def test_nothing_to_test_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(KibitzError) as caught:
        await generate(task(tmp_path, code="X = 1\n"), sandbox)
    assert caught.value.kind == "unsupported"
    with pytest.raises(KibitzError) as caught:
        await generate(task(tmp_path, "missing"), sandbox)
    assert "missing" in caught.value.message


async def test_without_a_sandbox_only_the_documentation_speaks(tmp_path: Path) -> None:
    text = code_of(await generate(task(tmp_path), None))
    assert 'assert shout("hey") == "HEY!"' in text
    assert "grade" not in text
    with pytest.raises(KibitzError) as caught:
        await generate(task(tmp_path, "grade"), None)
    assert caught.value.kind == "unsupported"
    assert "sandbox.enabled" in caught.value.hint


async def test_other_languages_need_a_model() -> None:
    document = Document("file:///a.js", "function f() {}", "javascript")
    with pytest.raises(KibitzError) as caught:
        await generate(tasks.TestsTask(document, None, None, tasks.Project(None)), None)
    assert caught.value.kind == "unsupported"
    assert "`model`" in caught.value.hint


async def test_unittest_style_where_pytest_is_missing() -> None:
    case = {"target": "f", "what": "zero n", "imports": ["from m import f"], "setup": [], "call": "f(0)", "printed": "",
            "documented": False, "error": "", "checks": [{"kind": "approx", "left": "result", "right": "0.30000000000000004"}]}  # fmt: skip
    failing = {**case, "what": "negative n", "call": "f(-1)", "error": "ValueError", "checks": []}
    text = await write([case, case, failing], "m", pytest=False)
    module = ast.parse(text)
    assert "class TestM(unittest.TestCase):" in text
    assert "self.assertAlmostEqual(f(0), 0.30000000000000004)" in text
    assert "with self.assertRaises(ValueError):\n            f(-1)" in text
    assert "def test_f_zero_n_2(self):" in text
    assert "pytest" not in text
    assert len([node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]) == 3
