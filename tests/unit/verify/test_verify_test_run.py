"""The filter in front of generated tests: a bag of good and bad ones, each judged as it deserves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.sandbox.run import Limits, Sandbox
from kibitz.text import Document
from kibitz.verify.test_run import TestOutcome, TestRun, run_tests

CODE = '''\
"""A small module."""

LIMIT = 10


def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("empty")
        return self.items.pop()
'''
HEAD = "import os\nimport random\nimport sys\nimport pytest\nfrom small import LIMIT, Stack, clamp\n\n\n"


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


@pytest.fixture
def target(tmp_path: Path) -> Document:
    path = tmp_path / "small.py"
    path.write_text(CODE)
    return Document(path.as_uri(), CODE, "python", None, path)


async def judge(sandbox: Sandbox, target: Document, tests: str, **options: object) -> dict[str, TestOutcome]:
    run = await run_tests(sandbox, HEAD + tests, target=target, root=None, **options)  # type: ignore[arg-type]
    assert run.error == ""
    return {test.name: test for test in run.tests}


async def test_good_tests_survive_and_say_which_lines_they_add(sandbox: Sandbox, target: Document) -> None:
    found = await judge(
        sandbox,
        target,
        """
def test_inside():
    assert clamp(3, 0, 5) == 3


def test_below():
    assert clamp(-1, 0, 5) == 0


def test_again():
    assert clamp(2, 0, 5) == 2


def test_constant():
    assert LIMIT == 10


@pytest.fixture
def stack():
    return Stack()


def test_empty(stack):
    with pytest.raises(IndexError):
        stack.pop()


@pytest.mark.parametrize("value", [1, 2])
def test_push(stack, value):
    stack.push(value)
    assert stack.items == [value]


class TestStack:
    def test_pop(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("x")
        stack = Stack()
        stack.push(1)
        assert stack.pop() == 1
""",
    )
    assert {name: test.reason for name, test in found.items() if not test.passed} == {}
    assert list(found) == [
        "test_inside",
        "test_below",
        "test_again",
        "test_constant",
        "test_empty",
        "test_push",
        "TestStack.test_pop",
    ]
    assert found["test_inside"].adds == (7, 9, 11)
    assert found["test_below"].adds == (8,)
    assert found["test_again"].adds == found["test_constant"].adds == ()
    assert found["test_empty"].adds == (16, 22, 23)
    assert all(test.runs == 3 for test in found.values())


INTERPRETERS = [Path(folder) / "bin" / "python3" for folder in (sys.base_prefix, "/usr", "/usr/local")]


def has_pytest(interpreter: Path) -> bool:
    """Whether pytest is installed for an interpreter, or the interpreter is too old to say."""
    script = "import importlib.util, sys; print(sys.version_info < (3, 11) or importlib.util.find_spec('pytest') is not None)"
    return (
        "True"
        in subprocess.run(
            [interpreter, "-I", "-c", script], capture_output=True, text=True, check=False
        ).stdout
    )


BAD = {
    "wrong": ("assert clamp(3, 0, 5) == 4", "assert 3 == 4"),
    "raises": ("raise ValueError('no')", "ValueError: no"),
    "elsewhere": ("assert 1 + 1 == len('ab')", "does not exercise the code"),
    "tautology": ("assert True", "does not exercise the code"),
    "no_assert": ("clamp(3, 0, 5)", "asserts nothing"),
    "only_true": ("clamp(3, 0, 5)\n    assert True", "asserts nothing"),
    "hash_seed": ("assert clamp(int(os.environ['PYTHONHASHSEED']), 0, 5) == 0", "flaky"),
    "time_zone": ("import time\n    assert clamp(time.timezone, 0, 0) == time.timezone", "flaky"),
    "width": ("import shutil\n    assert clamp(shutil.get_terminal_size().columns, 0, 80) == 80", "flaky"),
    "arguments": ("assert clamp(int(sys.argv[0] == 'run-None'), 0, 1) == 1", "flaky"),
    "network": (
        "import socket\n    assert clamp(socket.create_connection(('127.0.0.1', 9)).fileno(), 0, 1)",
        "Error",
    ),
    "writes": (
        "open('/etc/kibitz-test', 'w').write(str(clamp(1, 0, 2)))\n    assert clamp(1, 0, 2)",
        "Error",
    ),
    "exits": ("assert clamp(1, 0, 2) == 1\n    sys.exit(3)", "SystemExit: 3"),
    "imports": ("import unknown_module\n    assert clamp(1, 0, 2) == 1", "ModuleNotFoundError"),
    "skips": ("pytest.skip('later')\n    assert clamp(1, 0, 2) == 1", "skipped"),
}


async def test_bad_tests_are_dropped(sandbox: Sandbox, target: Document) -> None:
    bag = "\n\n".join(f"def test_{name}():\n    {body}\n" for name, (body, _) in BAD.items())
    found = await judge(sandbox, target, bag)
    assert {name for name, test in found.items() if test.passed} == set()
    for name, (_, reason) in BAD.items():
        assert reason in found[f"test_{name}"].reason
        assert found[f"test_{name}"].adds == ()


async def test_dependence_on_order_is_flaky(sandbox: Sandbox, target: Document) -> None:
    bag = "seen = []\n\n" + "\n".join(
        f"def test_{n}():\n    seen.append({n})\n    assert clamp(len(seen), 0, 99) == {n + 1}\n"
        for n in range(6)
    )
    found = await judge(sandbox, target, bag)
    assert any(test.reason.startswith("flaky") for test in found.values())
    assert not all(test.passed for test in found.values())


async def test_one_that_ends_the_process_costs_itself_alone(sandbox: Sandbox, target: Document) -> None:
    found = await judge(
        sandbox,
        target,
        """
def test_first():
    assert clamp(1, 0, 2) == 1


def test_exit():
    assert clamp(1, 0, 2) == 1
    os._exit(0)


def test_last():
    assert clamp(9, 0, 2) == 2
""",
        runs=2,
    )
    assert found["test_first"].passed
    assert found["test_last"].passed
    assert found["test_exit"].reason == "ended the process"


async def test_one_that_never_ends_is_ended(sandbox: Sandbox, target: Document) -> None:
    found = await judge(
        sandbox,
        target,
        "def test_loop():\n    while clamp(1, 0, 2):\n        pass\n\n\ndef test_good():\n    assert clamp(1, 0, 2) == 1\n",
        runs=1,
        limits=Limits(timeout_s=8),
    )
    assert found["test_good"].passed
    assert not found["test_loop"].passed
    assert "took longer" in found["test_loop"].reason


async def test_what_cannot_be_run_at_all_is_said(sandbox: Sandbox, target: Document) -> None:
    async def error(tests: str, code: Document = target) -> TestRun:
        run = await run_tests(sandbox, tests, target=code, root=None, runs=1)
        assert run.tests == ()
        return run

    assert (await error("def test_it(:\n")).error.startswith("SyntaxError")
    broken = await error("from small import nothing\n\n\ndef test_it():\n    assert nothing\n")
    assert "nothing" in broken.error
    assert not broken.target_fails
    failing = Document(target.uri, "import not_installed_here\n", "python", None, target.path)
    blamed = await error("import small\n\n\ndef test_it():\n    assert small\n", failing)
    assert blamed.target_fails
    assert blamed.error.startswith("ModuleNotFoundError")


async def test_the_text_at_hand_counts_not_the_disk(sandbox: Sandbox, target: Document) -> None:
    unsaved = Document(target.uri, CODE.replace("return low", "return -low"), "python", 3, target.path)
    found = await judge(sandbox, unsaved, "def test_it():\n    assert clamp(0, 4, 5) == -4\n", runs=1)
    assert found["test_it"].passed
    assert found["test_it"].adds


async def test_packages_their_siblings_and_misleading_names(sandbox: Sandbox, tmp_path: Path) -> None:
    package = tmp_path / "app" / "core"
    package.mkdir(parents=True)
    (tmp_path / "app" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("from .types import double\n")
    # a name of the standard library's, and a file beside the package that would break the interpreter
    (package / "types.py").write_text("from .helper import two\n\n\ndef double(x):\n    return x * two()\n")
    (package / "helper.py").write_text("def two():\n    return 2\n")
    (tmp_path / "enum.py").write_text("raise RuntimeError('shadows')\n")
    path = package / "types.py"
    document = Document(path.as_uri(), path.read_text(), "python", None, path)
    tests = "from app.core.types import double\n\n\ndef test_it():\n    assert double(4) == 8\n"
    run = await run_tests(sandbox, tests, target=document, root=tmp_path, runs=1)
    assert run.error == ""
    assert [(test.passed, test.adds) for test in run.tests] == [(True, (5,))]


async def test_the_standard_library_needs_no_project(sandbox: Sandbox) -> None:
    import shlex

    path = Path(shlex.__file__)
    document = Document(path.as_uri(), path.read_text(), "python", None, path)
    tests = "import shlex\n\n\ndef test_it():\n    assert shlex.split('a b') == ['a', 'b']\n"
    run = await run_tests(sandbox, tests, target=document, root=None, runs=1)
    assert run.tests[0].passed
    assert len(run.tests[0].adds) > 10


async def test_without_pytest_functions_and_unittest_classes_run(sandbox: Sandbox, target: Document) -> None:
    base = next((path for path in INTERPRETERS if path.is_file() and not has_pytest(path)), None)
    if base is None:
        pytest.skip("there is no interpreter without pytest")
    tests = """
import asyncio
import unittest
from small import Stack, clamp


def test_plain():
    assert clamp(3, 0, 5) == 3


async def test_coroutine():
    await asyncio.sleep(0)
    assert clamp(9, 0, 5) == 5


def test_fixture(tmp_path):
    assert clamp(1, 0, 5) == 1


class TestStack(unittest.TestCase):
    def setUp(self):
        self.stack = Stack()

    def test_push(self):
        self.stack.push(1)
        self.assertEqual(self.stack.items, [1])

    def test_wrong(self):
        self.assertEqual(clamp(1, 0, 5), 2)


class TestPlain:
    def test_pop(self):
        stack = Stack()
        stack.push(2)
        assert stack.pop() == 2
"""
    run = await run_tests(sandbox, tests, target=target, root=None, interpreter=base, runs=2)
    assert run.error == ""
    assert {test.name: test.reason for test in run.tests} == {
        "test_plain": "",
        "test_coroutine": "",
        "test_fixture": "SkipTest: needs pytest, which is not installed",
        "TestStack.test_push": "",
        "TestStack.test_wrong": "AssertionError: 1 != 2",
        "TestPlain.test_pop": "",
    }


async def test_a_name_that_cannot_be_imported_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "not-a-name.py"
    document = Document(path.as_uri(), "x = 1\n", "python", None, path)
    with pytest.raises(KibitzError) as caught:
        await run_tests(sandbox, "", target=document, root=None)
    assert caught.value.kind == "unsupported"
