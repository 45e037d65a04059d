"""The project's own tests behind a change: only where the user allowed it, and a broken one stops the change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features.checked import checked
from kibitz.features.project_tests import project_tests
from kibitz.features.result import Stopwatch
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench, open_document
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.settings import Settings
from kibitz.text import span
from kibitz.verify.edit import ProposedEdit, file_edit

SUMS = "def add(a, b):\n    return a + b\n"
TESTS = "from sums import add\n\n\ndef test_words():\n    assert add('a', 'b') == 'ab'\n"
SWAPPED = "FILE sums.py\n<<<<<<< SEARCH\n    return a + b\n=======\n    return b + a\n>>>>>>> REPLACE\n"
SAME = SWAPPED.replace("b + a", "(a + b)")


def settings(*, allowed: bool = True, trusted: bool = True, enabled: bool = True) -> Settings:
    plain = Settings()
    sandbox = evolve(plain.sandbox, project_tests=allowed, enabled=enabled, timeout_s=60)
    return evolve(plain, trusted=trusted, sandbox=sandbox)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "sums.py").write_text(SUMS, "utf-8")
    (folder / "test_sums.py").write_text(TESTS, "utf-8")
    return folder


@pytest.fixture
async def bench(root: Path) -> AsyncIterator[Workbench]:
    services = Services(settings(), lambda _: None)
    if services.sandbox is None or (await services.sandbox.self_test()).means is None:
        pytest.skip("no sandbox works on this machine")
    yield Workbench(services, settings(), root)
    await services.close()


def edited(root: Path, text: str = SUMS.replace("a + b", "b + a")) -> ProposedEdit:
    return ProposedEdit((file_edit(open_document(root / "sums.py"), text),), ())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (settings(allowed=False), "sandbox.project_tests"),
        (settings(trusted=False), "not trusted"),
        (settings(enabled=False), "switched off"),
    ],
)
async def test_what_was_not_allowed_is_said(root: Path, given: Settings, why: str) -> None:
    services = Services(given, lambda _: None)
    check = await project_tests(Workbench(services, given, root), edited(root))
    await services.close()
    assert (check.name, check.status) == ("tests", "skipped")
    assert why in check.detail


async def test_without_a_folder_nothing_is_run(bench: Workbench, root: Path) -> None:
    bench.root = None
    check = await project_tests(bench, edited(root))
    assert (check.status, check.detail) == ("skipped", "no folder is open whose tests could be run")


async def test_an_answer_that_breaks_a_test_is_refused(bench: Workbench, root: Path) -> None:
    document = open_document(root / "sums.py")
    request = Request("refactor", ())

    async def made(text: str) -> tuple[str, ...]:
        answer = Answer(OFFLINE, text, Usage())
        result = await checked(
            bench, document, span(0, 0, 1, 0), request, answer, Stopwatch(), public_api=False
        )
        return tuple(f"{c.name} {c.status} {c.detail}" for c in result.envelope.checks)

    assert (await made(SAME))[-1] == "tests passed 1 of test_sums.py pass as before"
    with pytest.raises(KibitzError, match=r"fail now: test_sums\.py::test_words") as caught:
        await made(SWAPPED)
    assert caught.value.kind == "bad_response"
    assert (root / "sums.py").read_text("utf-8") == SUMS
    assert sorted(path.name for path in root.iterdir()) == ["sums.py", "test_sums.py"]
