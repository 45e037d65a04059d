"""A project's own tests as a check of an edit."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from kibitz.sandbox.job import Limits
from kibitz.sandbox.run import Sandbox
from kibitz.verify.checks import Check
from kibitz.verify.project_copy import copied
from kibitz.verify.project_tests import check_project_tests, concerned

SUMS = "def add(a, b):\n    return a + b\n\n\ndef unused():\n    return 1\n"
TESTS = """
import pytest
from shop.sums import add


def test_small():
    assert add(1, 2) == 3


def test_words():
    assert add("a", "b") == "ab"


@pytest.mark.skip
def test_skipped():
    assert add(1, 1) == 3


def test_wrong_before():
    assert add(1, 1) == 3
"""


@pytest.fixture
async def sandbox() -> Sandbox:
    found = Sandbox()
    if await found.available() is None:
        pytest.skip("no sandbox works on this machine")
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src" / "shop").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "src" / "shop" / "__init__.py").write_text("", "utf-8")
    (root / "src" / "shop" / "sums.py").write_text(SUMS, "utf-8")
    (root / "tests" / "test_sums.py").write_text(TESTS, "utf-8")
    (root / "tests" / "test_other.py").write_text("def test_nothing():\n    assert False\n", "utf-8")
    return root


async def checked(sandbox: Sandbox, root: Path, text: str, name: str = "src/shop/sums.py") -> Check:
    path = root / name
    before = {path: path.read_text("utf-8")} if path.exists() else {}
    return await check_project_tests(sandbox, root, before, {path: text}, limits=Limits(timeout_s=60))


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


async def test_what_passed_and_still_passes(sandbox: Sandbox, project: Path) -> None:
    there = names(project)
    check = await checked(sandbox, project, SUMS.replace("a + b", "(a) + (b)"))
    assert check == Check("tests", "passed", "2 of tests/test_sums.py pass as before")
    assert names(project) == there


async def test_what_passed_and_fails_is_named(sandbox: Sandbox, project: Path) -> None:
    check = await checked(sandbox, project, SUMS.replace("a + b", "b + a"))
    assert check == Check("tests", "failed", "passed before and fail now: tests/test_sums.py::test_words")


async def test_what_cannot_be_imported_any_more_fails(sandbox: Sandbox, project: Path) -> None:
    check = await checked(sandbox, project, "import nowhere_at_all\n" + SUMS)
    assert check.status == "failed"
    assert "test_small" in check.detail
    assert "test_words" in check.detail


async def test_an_endless_loop_fails(sandbox: Sandbox, project: Path) -> None:
    path = project / "src/shop/sums.py"
    endless = SUMS.replace("    return a + b", "    while a == 'a':\n        pass\n    return a + b")
    check = await check_project_tests(
        sandbox, project, {path: SUMS}, {path: endless}, limits=Limits(timeout_s=60, cpu_s=3)
    )
    assert check == Check("tests", "failed", "passed before and fail now: tests/test_sums.py::test_words")


async def test_nothing_that_imports_it_is_said(sandbox: Sandbox, project: Path) -> None:
    (project / "alone.py").write_text("x = 1\n", "utf-8")
    check = await checked(sandbox, project, "x = 2\n", "alone.py")
    assert check == Check("tests", "skipped", "no test of the project imports what was changed")


async def test_tests_that_cannot_run_are_said(sandbox: Sandbox, project: Path) -> None:
    (project / "tests" / "test_sums.py").write_text("import nowhere_at_all\nfrom shop import sums\n", "utf-8")
    check = await checked(sandbox, project, SUMS + "\n")
    assert check.status == "skipped"
    assert "nowhere_at_all" in check.detail


async def test_only_python_is_run(sandbox: Sandbox, project: Path) -> None:
    check = await checked(sandbox, project, "let x = 2\n", "a.ts")
    assert check == Check("tests", "skipped", "kibitz runs the tests of Python projects alone")


async def test_the_configuration_of_the_project_counts_but_not_its_options(
    sandbox: Sandbox, project: Path
) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = "--cov=shop --no-such-option"\npython_functions = ["check_*"]\n',
        "utf-8",
    )
    (project / "tests" / "test_sums.py").write_text(
        "from shop.sums import add\ndef check_it():\n    assert add('a', 'b') == 'ab'\n", "utf-8"
    )
    check = await checked(sandbox, project, SUMS.replace("a + b", "b + a"))
    assert check.detail == "passed before and fail now: tests/test_sums.py::check_it"


async def test_what_the_editor_has_open_counts(sandbox: Sandbox, project: Path) -> None:
    path = project / "src/shop/sums.py"
    other = project / "tests" / "test_sums.py"
    check = await check_project_tests(
        sandbox,
        project,
        {path: SUMS},
        {path: SUMS.replace("a + b", "b + a")},
        limits=Limits(timeout_s=60),
        unsaved={other: "from shop.sums import add\ndef test_new():\n    assert add(2, 1) == 3\n"},
    )
    assert check == Check("tests", "passed", "1 of tests/test_sums.py pass as before")


async def test_cancelling_leaves_nothing(sandbox: Sandbox, project: Path, tmp_path: Path) -> None:
    there = names(project)
    begun = asyncio.Event()

    class Watched(Sandbox):
        async def run(self, job: object) -> object:  # type: ignore[override]
            begun.set()
            return await sandbox.run(job)  # type: ignore[arg-type]

    task = asyncio.create_task(checked(Watched(), project, SUMS.replace("a + b", "b + a")))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(project) == there


def test_the_nearest_tests_come_first() -> None:
    texts = {
        "pkg/__init__.py": "from .core import run\n",
        "pkg/core.py": "",
        "pkg/more.py": "from pkg import core as c\n",
        "tests/conftest.py": "",
        "tests/test_a_far.py": "import pkg.more\n",
        "tests/test_direct.py": "from pkg.core import (\n    run,  # it\n)\n",
        "tests/test_none.py": "import json\n",
        "tests/helper.py": "import pkg.core\n",
    }
    assert concerned(texts, ["pkg/core.py"]) == ("tests/test_direct.py", "tests/test_a_far.py")
    assert concerned(texts, ["pkg/more.py"]) == ("tests/test_a_far.py",)
    texts["tests/conftest.py"] = "from . import helper\n"
    assert concerned(texts, ["tests/helper.py"]) == (
        "tests/test_a_far.py",
        "tests/test_direct.py",
        "tests/test_none.py",
    )
    assert concerned(texts, ["tests/test_none.py"]) == ("tests/test_none.py",)


def test_a_test_that_only_names_a_module_is_found() -> None:
    texts = {"tool.py": "", "test_tool.py": "run('python tool.py')\n", "test_x.py": "tools = 1\n"}
    assert concerned(texts, ["tool.py"]) == ("test_tool.py",)


def test_a_copy_has_no_secret_no_link_and_nothing_excluded(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / ".venv").mkdir()
    (root / "private").mkdir()
    for name in (".env", ".git/config", ".venv/pyvenv.cfg", "private/a.py", "a.py", "data.bin"):
        (root / name).write_text("x", "utf-8")
    os.symlink(tmp_path, root / "outside")
    os.symlink(root / "a.py", root / "b.py")
    assert sorted(copied(root, ("private/",)).files) == ["a.py", "data.bin"]
    assert copied(root / "gone").files == {}
