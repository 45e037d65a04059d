"""One project's index: built, asked, edited."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.index.project import Project
from support.index import FILES, built, check_whole, defined, found, ignore, lay


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
    assert view.beside("web/util.ts", "typescript") == ["web/cart.ts"]
    assert view.beside("web/new.ts", "typescript") == ["web/cart.ts", "web/util.ts"]
    assert view.beside("web/util.ts", "python") == []
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


async def test_a_document_that_is_as_it_was_saved_costs_nothing(project: Project, root: Path) -> None:
    await built(project)
    text = (root / "src/shop/cart.py").read_text()
    assert project.update("src/shop/cart.py", text, "python") == {"indexed": True, "refresh": False}
    assert project.figures()["open"] == 0 and defined(project, "Cart") == ["src/shop/cart.py"]
    project.update("src/shop/cart.py", text + "def later(): ...\n", "python")
    assert project.figures()["open"] == 1 and defined(project, "later") == ["src/shop/cart.py"]
    project.update("src/shop/cart.py", text, "python")
    assert project.figures()["open"] == 0 and defined(project, "later") == []
    written = project._file.changes()
    assert project.update("src/shop/cart.py", None) == {"indexed": True, "refresh": False}
    assert project._file.changes() == written
    project.update("src/shop/cart.py", text, "cpp")  # another language reads it otherwise
    assert project.figures()["open"] == 1
