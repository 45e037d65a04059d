"""The index through its worker process, as the server uses it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kibitz.index.client import MODULE, ProjectIndex
from kibitz.index.project import Project
from kibitz.index.reader import DefinitionRow, FileRow, ImportRow
from kibitz.workers.worker import Worker


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    started = Worker(MODULE, name="index", env=dict(os.environ))
    yield started
    await started.close()


@pytest.fixture
def index(worker: Worker, tmp_path: Path) -> ProjectIndex:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text("import b\n\n\nclass One(b.Two):\n    def go(self):\n        return b.run()\n")
    (root / "b.py").write_text("class Two:\n    pass\n\n\ndef run():\n    return 1\n")
    return ProjectIndex(worker, root, (), tmp_path / "index")


async def test_every_question_and_answer_crosses(index: ProjectIndex) -> None:
    assert not (await index.open())["complete"]
    seen: list[dict[str, Any]] = []
    figures = await index.build(seen.append)
    assert figures["files"] == 2 and figures["complete"] and seen[-1] == {"done": 2, "total": 2, "path": ""}
    assert (await index.refresh())["parsed"] == 0
    assert await index.files("python") == [FileRow("a.py", "python", 7), FileRow("b.py", "python", 7)]
    assert await index.files("go") == []
    one = DefinitionRow("a.py", "One", "class", None, 3, 5, "class One(b.Two)", "", ("b.Two",))
    assert await index.definitions_named(["One"]) == [one]
    assert (await index.definitions_in("a.py"))[0] == one
    assert [row.name for row in await index.members_of("One")] == ["go"]
    assert await index.imports_of("a.py") == [ImportRow("b", (), None, ("b.py",))]
    assert await index.importers_of("b.py") == ["a.py"]
    assert [(row.path, row.start_line) for row in await index.references_to("run")] == [("a.py", 5)]
    assert (await index.search(["Two"]))[0].path in ("a.py", "b.py")
    assert await index.text("b.py", 4, 5) == "def run():\n    return 1"
    assert (await index.figures())["definitions"] == 4
    await index.close()


async def test_a_restarted_worker_knows_the_open_documents(index: ProjectIndex, worker: Worker) -> None:
    await index.build()
    await index.update("new.py", "def unsaved(): ...\n")
    assert worker.pid is not None
    before = worker.pid
    os.kill(before, signal.SIGKILL)
    assert worker._process is not None
    await worker._process.wait()
    assert [row.path for row in await index.definitions_named(["unsaved"])] == ["new.py"]
    assert worker.pid != before
    assert not (await index.update("new.py", None))["indexed"]
    assert await index.definitions_named(["unsaved"]) == []


async def test_a_cancelled_build_leaves_a_worker_that_answers(
    index: ProjectIndex, worker: Worker, tmp_path: Path
) -> None:
    for number in range(400):
        (tmp_path / "project" / f"m{number}.py").write_text(f"def f_{number}():\n    return {number}\n" * 60)
    begun = asyncio.Event()
    task = asyncio.create_task(index.build(lambda _: begun.set()))
    await begun.wait()
    before = worker.pid
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not (await index.figures())["complete"]
    assert (await index.build())["files"] == 402
    assert worker.pid == before


async def test_two_builds_asked_for_at_once_do_the_work_once(index: ProjectIndex) -> None:
    first, second = await asyncio.gather(index.build(), index.build())
    assert sorted([first["parsed"], second["parsed"]]) == [0, 2]


async def test_names_that_are_no_text_cross_too(index: ProjectIndex, tmp_path: Path) -> None:
    (tmp_path / "project" / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n")
    figures = await index.build()
    assert figures["files"] == 2 and any("UTF-8" in note for note in figures["notes"])
    assert (await index.update(os.fsdecode(b"caf\xe9.py"), None)) == {"indexed": False, "refresh": False}
    assert (await index.update("b.py", "lone = '\ud800'\n"))["indexed"]
    assert "\ud800" in await index.text("b.py", 0, 0)


async def test_an_index_thrown_away_by_another_process_is_read_anew(
    index: ProjectIndex, tmp_path: Path
) -> None:
    await index.build()
    path = next((tmp_path / "index").glob("*.sqlite"))
    for one in path.parent.iterdir():
        one.unlink()
    root = tmp_path / "project"
    other = Project(root, (), tmp_path / "index")
    (root / "c.py").write_text("def third(): ...\n")
    await other.build(lambda _: None)
    other.close()
    assert [row.path for row in await index.definitions_named(["third"])] == ["c.py"]


async def test_the_process_that_builds_ends_with_the_build(index: ProjectIndex, worker: Worker) -> None:
    pids: set[int] = set()
    await index.open()
    before = children(os.getpid())
    await index.build(lambda _: pids.update(children(os.getpid()) - before))
    assert children(os.getpid()) == before and worker.pid in before
    assert len(pids) == 1


async def test_a_build_whose_process_dies_is_started_again(index: ProjectIndex, tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / "project" / f"m{number}.py").write_text(f"def f_{number}():\n    return {number}\n" * 60)
    await index.open()
    killed: set[int] = set()
    before = children(os.getpid())

    def kill(progress: dict[str, Any]) -> None:
        if progress["done"] and not killed:
            killed.update(children(os.getpid()) - before)
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    figures = await index.build(kill)
    assert killed and figures["complete"] and figures["files"] == 402


def children(pid: int | None) -> set[int]:
    """The processes a process has started and that have not ended."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(one) for listed in lists for one in listed.read_text().split()}


async def test_an_index_without_a_folder_is_built_where_it_is_asked(
    worker: Worker, index: ProjectIndex, tmp_path: Path
) -> None:
    folder = tmp_path / "file"
    folder.write_text("in the way")
    for number in range(300):
        (tmp_path / "project" / f"m{number}.py").write_text(f"def f_{number}():\n    return {number}\n" * 60)
    private = ProjectIndex(worker, tmp_path / "project", (), folder)
    assert (await private.open())["private"]
    before = children(os.getpid())
    seen: list[dict[str, Any]] = []
    building = asyncio.create_task(private.build(seen.append))
    asked = 0
    while not building.done():
        assert isinstance(await private.files("python"), list)
        asked += 1
    figures = await building
    assert figures["files"] == 302 and figures["complete"] and asked > 3 and len(seen) > 3
    assert children(os.getpid()) == before
    assert {row.path for row in await private.definitions_named(["f_7"])} == {"m7.py"}
    await private.close()
