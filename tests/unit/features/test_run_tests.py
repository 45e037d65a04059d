"""Running cases and test files in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.features.run_tests import Wanted, run_tests
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench, open_document
from kibitz.settings import Settings

SUMS = "def add(a, b):\n    return a + b\n\n\ndef pair(a):\n    return (a, a)\n"
TESTS = "from sums import add\n\n\ndef test_right():\n    assert add(1, 2) == 3\n\n\ndef test_wrong():\n    assert add(1, 2) == 4\n"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    project = tmp_path / "project"
    project.mkdir()
    (project / "sums.py").write_text(SUMS, "utf-8")
    (project / "test_sums.py").write_text(TESTS, "utf-8")
    services = Services(Settings(), lambda _: None)
    sandbox = services.sandbox
    if sandbox is None or (await sandbox.self_test()).means is None:
        pytest.skip("no sandbox works on this machine")
    yield Workbench(services, Settings(), project)
    await services.close()


async def test_cases_are_called_and_compared(bench: Workbench) -> None:
    assert bench.root is not None
    wanted = (
        Wanted("adds", "add(1, 2)", 3),
        Wanted("as text", "pair(1)", "(1, 1)"),
        Wanted("wrong", "add(1, 1)", 3),
        Wanted("raises", "add(1)", 3),
    )
    ran = await run_tests(bench, open_document(bench.root / "sums.py"), wanted)
    assert [(c.name, c.passed) for c in ran.cases] == [
        ("adds", True),
        ("as text", True),
        ("wrong", False),
        ("raises", False),
    ]
    data = ran.to_json()
    assert (data["passed"], data["failed"]) == (2, 2)
    assert "expected 3" in data["cases"][2]["reason"]


async def test_a_test_file_and_a_project(bench: Workbench) -> None:
    assert bench.root is not None
    ran = await run_tests(bench, open_document(bench.root / "test_sums.py"), ())
    assert [(c.name, c.passed) for c in ran.cases] == [("test_right", True), ("test_wrong", False)]
    ran = await run_tests(bench, None, ())
    assert [(c.name, c.passed) for c in ran.cases] == [
        ("test_sums.py::test_right", True),
        ("test_sums.py::test_wrong", False),
    ]


async def test_a_call_that_is_no_expression_is_refused(bench: Workbench) -> None:
    assert bench.root is not None
    with pytest.raises(KibitzError) as caught:
        await run_tests(bench, open_document(bench.root / "sums.py"), (Wanted("evil", "1)\nimport os", 1),))
    assert caught.value.kind == "invalid"
