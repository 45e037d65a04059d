"""An index that is damaged, shared, interrupted or busy."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from kibitz.errors import KibitzError
from kibitz.index import build as building
from kibitz.index.project import Project
from kibitz.store.index_schema import FORMAT, index_path
from support.index import FILES, built, check_whole, defined, lay


@pytest.mark.parametrize("damage", ["noise", "empty", "other", "older", "truncated"])
async def test_a_broken_index_is_made_anew(damage: str, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first = Project(root, (), folder)
    await built(first)
    first.close()
    path = index_path(folder, root)
    data = path.read_bytes()
    if damage == "noise":
        path.write_bytes(os.urandom(40_000))
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    else:
        db = sqlite3.connect(path)
        db.execute(
            "UPDATE meta SET value = '0 0' WHERE key = 'format'" if damage == "older" else "DROP TABLE files"
        )
        db.commit()
        db.close()
    second = Project(root, (), folder)
    figures = await built(second)
    assert figures["complete"] and figures["files"] == len(FILES)
    assert defined(second, "Cart") == ["src/shop/cart.py"]
    check_whole(second)
    second.close()


async def test_damage_found_while_asking_empties_the_index_and_a_build_fills_it(project: Project) -> None:
    await built(project)
    project._file._writer.execute("DROP TABLE definitions")
    assert project.asked(lambda: project.view.definitions_named(["Cart"])) == []
    assert not project.figures()["complete"]
    await built(project)
    assert defined(project, "Cart") == ["src/shop/cart.py"]


def test_older_formats_are_removed(tmp_path: Path, root: Path) -> None:
    path = index_path(tmp_path, root)
    older = path.with_name(path.name.replace(f".v{FORMAT}.", ".v0."))
    other = path.with_name("0" * 24 + ".v0.sqlite")
    older.write_text("x")
    other.write_text("x")
    Project(root, (), tmp_path).close()
    assert path.exists() and not older.exists() and other.exists()


async def test_a_folder_that_cannot_be_made_costs_only_the_next_start(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    project = Project(root, (), tmp_path / "file" / "index")
    assert (await built(project))["files"] == len(FILES)
    project.close()
    assert not project._file.path.exists()


async def test_a_cancelled_build_goes_on_where_it_stopped(
    project: Project, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(root, {f"many/m{n}.py": f"name_{n} = {n}\n" for n in range(60)})
    monkeypatch.setattr(building, "SLICE_S", 0.0)
    halfway = asyncio.Event()
    seen: list[dict[str, Any]] = []

    def emit(value: dict[str, Any]) -> None:
        seen.append(value)
        if value["done"] == 30:
            halfway.set()

    task = asyncio.create_task(project.build(emit))
    await halfway.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = project.figures()
    assert 30 <= kept["files"] < 60 and not kept["complete"]
    rest = await built(project)
    assert rest["parsed"] == len(FILES) + 60 - kept["files"] and rest["complete"]
    check_whole(project)


ENDED = """
import asyncio, os, sys
from pathlib import Path
from kibitz.index import build
from kibitz.index.project import Project
from kibitz.store import index_file
index_file.LEASE_S = 0.0
analyzed = build.analyzed_of
build.analyzed_of = lambda found, *rest: os._exit(3) if found.path == sys.argv[3] else analyzed(found, *rest)
asyncio.run(Project(Path(sys.argv[1]), (), Path(sys.argv[2])).build(lambda value: None))
"""


async def test_a_file_that_ended_the_builder_twice_is_left_out(
    project: Project, root: Path, tmp_path: Path
) -> None:
    def end_at(path: str) -> None:
        argv = [sys.executable, "-c", ENDED, str(root), str(tmp_path / "index"), path]
        assert subprocess.run(argv, check=False, timeout=60).returncode == 3

    end_at("src/shop/money.py")
    end_at("src/shop/items.py")
    figures = await built(project)  # once is no proof
    assert figures["leftOut"] == 0 and defined(project, "convert") == ["src/shop/money.py"]
    (root / "src/shop/money.py").write_text("def convert(): pass\n")
    end_at("src/shop/money.py")
    end_at("src/shop/money.py")
    figures = await built(project)
    assert figures["leftOut"] == 1 and defined(project, "convert") == []
    assert any("ended the last builds" in note for note in figures["notes"])
    (root / "src/shop/money.py").write_text("def convert(): ...\n")
    await built(project)
    assert defined(project, "convert") == ["src/shop/money.py"]


async def test_files_that_vanish_or_turn_into_pipes_meanwhile(
    project: Project, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = building.read_plain

    def nasty(file: str, most: int) -> bytes | None:
        if file.endswith("money.py"):
            Path(file).unlink(missing_ok=True)
        if file.endswith("items.py"):
            Path(file).unlink()
            os.mkfifo(file)
        return read(file, most)

    monkeypatch.setattr(building, "read_plain", nasty)
    figures = await built(project)
    assert figures["complete"] and figures["files"] == len(FILES) - 2
    assert "2 files that cannot be read left out" in figures["notes"]


BUILD = """
import asyncio, sys
from pathlib import Path
from kibitz.index.project import Project
project = Project(Path(sys.argv[1]), (), Path(sys.argv[2]))
result = asyncio.run(project.build(lambda value: None))
print(result["parsed"], result["files"])
"""


def test_two_processes_at_once_share_the_work(root: Path, tmp_path: Path) -> None:
    lay(root, {f"many/m{n}.py": f"def name_{n}():\n    return {n}\n" * 20 for n in range(150)})
    argv = [sys.executable, "-c", BUILD, str(root), str(tmp_path / "index")]
    running = [
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    counts = [tuple(map(int, out.split())) for out, _ in outputs]
    assert sum(parsed for parsed, _ in counts) == len(FILES) + 150
    assert {files for _, files in counts} == {len(FILES) + 150}


def test_a_dead_builders_turn_ends(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from kibitz.store import index_file

    assert project._file.take_lease("dead") and not project._file.take_lease("next")
    now = index_file.time.time()
    monkeypatch.setattr(index_file.time, "time", lambda: now + index_file.LEASE_S + 1)
    assert project._file.take_lease("next")


async def test_questions_are_answered_while_it_builds(project: Project, root: Path) -> None:
    lay(root, {f"many/m{n}.py": f"def name_{n}():\n    return {n}\n" * 100 for n in range(150)})
    await built(project)
    for path in (root / "many").iterdir():
        path.write_text(path.read_text() + "tail = 1\n")
    answers: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answers.append(
                len(project.view.definitions_named(["Cart"])) + len(project.view.search(["name_7"], limit=3))
            )

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        await built(project)
    finally:
        done.set()
        asking.join()
    assert answers and set(answers) == {4}


async def test_a_busy_index_is_said_in_a_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project._file._writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(project._file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(KibitzError) as caught:
        project.update("src/shop/money.py", None)
    assert caught.value.kind == "internal" and "index" in caught.value.message
    other.execute("ROLLBACK")
    other.close()


async def test_a_question_may_be_answered_from_a_state_of_just_before(project: Project, root: Path) -> None:
    def asked(name: str, keep_s: float = 0.0) -> int:
        return project.asked(lambda: len(project.view.definitions_named([name])), keep_s=keep_s)

    await built(project)
    lay(root, {"src/new.py": "def brand_new():\n    return 1\n"})
    other = Project(root, (), project._file.path.parent)
    try:
        assert asked("brand_new", keep_s=60) == 0
        await built(other)
        assert asked("brand_new", keep_s=60) == 0  # the state of the first question
        assert (
            project.asked(lambda: asked("brand_new"), keep_s=60) == 0
        )  # a question within one sees what it sees
        assert asked("brand_new") == 1
        assert asked("brand_new", keep_s=60) == 1
        lay(root, {"src/newer.py": "def newer():\n    return 1\n"})
        project.update("src/newer.py", None)  # our own writing is seen at once
        assert asked("newer", keep_s=60) == 1
        lay(root, {"src/newest.py": "def newest():\n    return 1\n"})
        assert asked("newest", keep_s=0.01) == 0
        await built(other)
        timer = project._reads._timer
        if timer is not None:
            timer.join()
        assert asked("newest", keep_s=0.01) == 1
        assert not project._file.reader.in_transaction or project._reads._timer is not None
    finally:
        other.close()
