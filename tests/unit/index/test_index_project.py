"""One project's index: built, asked, edited, damaged, shared, interrupted."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.index import build as building
from kibitz.index.project import Project
from kibitz.store.index_schema import FORMAT, index_path

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": (
        "from shop.items import Item\nfrom . import money\n\n\nclass Base:\n    pass\n\n\n"
        "class Cart(Base):\n    '''Holds items.'''\n\n    def total_price(self) -> int:\n        # Item in a comment\n"
        "        return sum(Item(x).price for x in self.items)\n"
    ),
    "src/shop/items.py": "class Item:\n    def __init__(self, price):\n        self.price = price\n",
    "src/shop/money.py": "RATE = 3\n\n\ndef convert(amount):\n    return amount * RATE\n",
    "web/cart.ts": "import { add } from './util';\nexport class CartView { render() { return add(1) } }\n",
    "web/util.ts": "export function add(n: number) { return n }\n",
    "README.md": "# Shop\n\nThe cart computes the total price.\n",
}


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay(tmp_path / "project", FILES)
    return tmp_path / "project"


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Iterator[Project]:
    opened = Project(root, (), tmp_path / "index")
    yield opened
    opened.close()


def ignore(_: Any) -> None:
    """Progress nobody looks at."""


async def built(project: Project) -> dict[str, Any]:
    return await project.build(ignore)


def found(project: Project, *words: str) -> list[tuple[str, int]]:
    return [(row.path, row.start_line) for row in project.view.search(words)]


def defined(project: Project, name: str) -> list[str]:
    return [row.path for row in project.view.definitions_named([name])]


def check_whole(project: Project) -> None:
    """The search's own check that what was taken out is what was put in."""
    db = sqlite3.connect(project._file.path)
    db.execute("INSERT INTO windows (windows) VALUES ('integrity-check')")
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    db.close()


async def test_everything_a_reader_may_ask(project: Project) -> None:
    figures = await built(project)
    assert (figures["files"], figures["complete"], figures["parsed"]) == (len(FILES), True, len(FILES))
    view = project.view
    assert [row.path for row in view.files("typescript")] == ["web/cart.ts", "web/util.ts"]
    assert [row.path for row in view.files()] == sorted(FILES)
    (cart,) = view.definitions_named({"Cart"})
    assert (cart.path, cart.kind, cart.start_line, cart.end_line, cart.bases) == (
        "src/shop/cart.py",
        "class",
        8,
        13,
        ("Base",),
    )
    assert cart.documentation == "Holds items." and cart.signature == "class Cart(Base)"
    assert [row.name for row in view.members_of("Cart")] == ["total_price"]
    assert [row.name for row in view.members_of("Nothing")] == []
    assert [row.name for row in view.definitions_in("src/shop/money.py")] == ["RATE", "convert"]
    assert [(row.module, row.targets) for row in view.imports_of("src/shop/cart.py")] == [
        ("shop.items", ("src/shop/items.py",)),
        (".", ("src/shop/money.py",)),
    ]
    assert view.importers_of("src/shop/items.py") == ["src/shop/cart.py"]
    assert view.importers_of("web/util.ts") == ["web/cart.ts"]
    assert [(row.path, row.start_line, row.text) for row in view.references_to("Item")] == [
        ("src/shop/cart.py", 0, "from shop.items import Item"),
        ("src/shop/cart.py", 13, "        return sum(Item(x).price for x in self.items)"),
    ]
    assert view.references_to("not a name") == [] and view.references_to("Missing") == []
    assert found(project, "totalPrice")[0][0] in ("src/shop/cart.py", "README.md")
    assert found(project, "price", "total")[0][0] in ("src/shop/cart.py", "README.md")
    assert {path for path, _ in found(project, "add")} == {"web/cart.ts", "web/util.ts"}
    assert view.text("src/shop/money.py", 3, 4) == "def convert(amount):\n    return amount * RATE"
    assert view.text("nothing.py", 0, 9) == ""


async def test_search_ranks_the_rarer_word_first_and_keeps_to_a_language(
    project: Project, root: Path
) -> None:
    lay(root, {f"many/m{n}.py": "common = 1\nother = common\n" for n in range(90)})
    lay(root, {"many/rare.py": "common = 1\nzebra = common\n", "many/zebra.md": "zebra\n"})
    await built(project)
    rows = project.view.search(["common", "zebra"], limit=5)
    assert {rows[0].path, rows[1].path} == {"many/rare.py", "many/zebra.md"}
    assert rows == project.view.search(["common", "zebra"], limit=5)
    assert [row.path for row in project.view.search(["zebra"], language="python")] == ["many/rare.py"]
    assert list(project.view.search(["common"], limit=3)) and list(project.view.search([])) == []
    assert list(project.view.search(['"', "NEAR(", "*", "^", "AND"])) == []


async def test_unsaved_text_is_seen_and_the_saved_one_comes_back(project: Project, root: Path) -> None:
    await built(project)
    path = "src/shop/money.py"
    text = FILES[path] + "\n\nfrom shop import items\n\n\ndef brandNewThing():\n    return items\n"
    assert project.update(path, text) == {"indexed": True, "refresh": False}
    assert defined(project, "brandNewThing") == [path]
    assert found(project, "brandNewThing") == [(path, 0)] or found(project, "brandNewThing")[0][0] == path
    assert found(project, "brand", "thing")[0][0] == path
    assert project.view.importers_of("src/shop/items.py") == ["src/shop/cart.py", path]
    assert [row.path for row in project.view.references_to("items")][-1] == path
    assert "brandNewThing" in project.view.text(path, 0, 99)
    assert len([row for row in project.view.files() if row.path == path]) == 1
    assert project.update(path, None)["indexed"]
    assert defined(project, "brandNewThing") == [] and found(project, "brandNewThing") == []
    assert project.view.importers_of("src/shop/items.py") == ["src/shop/cart.py"]
    (root / path).write_text(text)
    project.update(path, None)
    assert defined(project, "brandNewThing") == [path]
    assert project.view.importers_of("src/shop/items.py") == ["src/shop/cart.py", path]
    check_whole(project)


async def test_a_new_document_resolves_others_imports_at_once(project: Project, root: Path) -> None:
    lay(root, {"src/shop/late.py": "from shop.soon import thing\n"})
    await built(project)
    assert project.view.imports_of("src/shop/late.py")[0].targets == ()
    project.update("src/shop/soon.py", "thing = 1\n")
    assert project.view.imports_of("src/shop/late.py")[0].targets == ("src/shop/soon.py",)
    assert project.view.importers_of("src/shop/soon.py") == ["src/shop/late.py"]
    project.update("src/shop/soon.py", None)
    assert project.view.imports_of("src/shop/late.py")[0].targets == ()


async def test_what_is_left_out_is_left_out_of_open_documents_too(project: Project, root: Path) -> None:
    (root / ".gitignore").write_text("private/\n")
    for path in ("private/a.py", ".env", "../other/x.py", "node_modules/x/a.js", "a.min.js"):
        assert not project.update(path, "special_word = 1\n")["indexed"]
    assert found(project, "special_word") == []


async def test_files_and_folders_come_go_and_are_renamed(project: Project, root: Path) -> None:
    await built(project)
    (root / "web").rename(root / "site")
    project.update("web", None)
    project.update("site", None)
    assert defined(project, "CartView") == ["site/cart.ts"]
    assert project.view.importers_of("site/util.ts") == ["site/cart.ts"]
    (root / "src/shop/items.py").unlink()
    project.update("src/shop/items.py", None)
    assert defined(project, "Item") == [] and found(project, "Item")[0][0] == "src/shop/cart.py"
    check_whole(project)
    again = await built(project)
    assert (again["parsed"], again["removed"]) == (0, 0)


async def test_only_what_changed_is_parsed_again(project: Project, root: Path) -> None:
    await built(project)
    os.utime(root / "src/shop/cart.py", ns=(1, 1))  # as a checkout does: another time, the same text
    (root / "src/shop/money.py").write_text("RATE = 4\n")
    (root / "src/shop/items.py").unlink()
    lay(root, {"src/shop/extra.py": "extra = 1\n", "gen_pb2.py": "x = 1\n"})
    figures = await built(project)
    assert (figures["parsed"], figures["removed"], figures["leftOut"]) == (2, 1, 1)
    assert defined(project, "convert") == [] and defined(project, "extra") == ["src/shop/extra.py"]
    assert (await built(project))["parsed"] == 0
    check_whole(project)


async def test_a_changed_ignore_file_asks_for_a_refresh(project: Project, root: Path) -> None:
    await built(project)
    (root / ".gitignore").write_text("web/\n")
    assert project.update(".gitignore", None)["refresh"]
    assert (await built(project))["removed"] == 2
    project.use(("src/shop/money.py",))
    assert (await built(project))["removed"] == 1


async def test_a_second_start_has_everything_at_once(project: Project, root: Path, tmp_path: Path) -> None:
    await built(project)
    second = Project(root, (), tmp_path / "index")
    assert defined(second, "Cart") == ["src/shop/cart.py"] and second.figures()["complete"]
    assert (await built(second))["parsed"] == 0
    second.close()


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


async def test_a_file_that_ended_the_builder_is_left_out_next_time(project: Project, root: Path) -> None:
    project._file.path.with_name(project._file.path.name + ".at").write_bytes(b"src/shop/money.py")
    figures = await built(project)
    assert figures["leftOut"] == 1 and defined(project, "convert") == []
    assert any("ended the last build" in note for note in figures["notes"])
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


TEXTS = st.text(alphabet="abcXY_ ()=:\n\t'\"#{}é😀1", max_size=300)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["a.py", "b.ts", "c.md"]), st.none() | TEXTS), max_size=12))
def test_any_history_of_a_file_leaves_the_index_as_if_built_now(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    root = folder / "project"
    root.mkdir()
    edited, fresh = Project(root, (), folder / "one"), Project(root, (), folder / "two")
    for name, text in steps:
        if text is None:
            (root / name).unlink(missing_ok=True)
        else:
            (root / name).write_text(text, newline="")
        edited.update(name, None)
    asyncio.run(fresh.build(ignore))
    check_whole(edited)
    for question in ("files", "search", "definitions_in"):
        for argument in (
            [(), ()]
            if question == "files"
            else [("a.py",)]
            if question == "definitions_in"
            else [(["abc", "X"],)]
        ):
            one, two = getattr(edited.view, question)(*argument), getattr(fresh.view, question)(*argument)
            assert list(one) == list(two)
    edited.close()
    fresh.close()
