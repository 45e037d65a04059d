"""Ghost text and what editors tell of its fate: shown, taken in part, taken whole; and the list item of older editors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from support.editor import Editor
from support.offline import offline_editor
from support.profiles import PROFILES

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "total = compute_the_sum(items, weights)\n" * 3 + "other = comp\n"
END = {"line": 3, "character": 12}
EXPECTED = "ute_the_sum(items, weights)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    async with offline_editor(tmp_path_factory.mktemp("suggestions"), PROFILES["vscode"]) as running:
        yield running


async def ghost(
    editor: Editor, uri: str, position: dict[str, int] = END, **context: Any
) -> list[dict[str, Any]]:
    params = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2, **context}}
    items: list[dict[str, Any]] = (await editor.request("textDocument/inlineCompletion", params))["items"]
    return items


async def counted(editor: Editor, language: str) -> dict[str, int]:
    """The counters of a language's suggestions."""
    rows = (await editor.command("kibitz.usage"))["suggestions"]
    names = ("shown", "shownChars", "accepted", "partlyAccepted", "acceptedChars")
    return next(
        ({n: r[n] for n in names} for r in rows if r["language"] == language), dict.fromkeys(names, 0)
    )


async def test_what_becomes_of_a_suggestion_is_counted(editor: Editor) -> None:
    editor.open("untitled:count.py", TEXT)
    (item,) = await ghost(editor, "untitled:count.py")
    assert item["insertText"] == EXPECTED
    assert item["range"] == {"start": END, "end": END}
    assert (await counted(editor, "python"))["shown"] == 0, "what was only computed was not shown"
    editor.notify("textDocument/didShowCompletion", {"item": item})
    editor.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 7})
    await editor.command("kibitz.status")
    assert await counted(editor, "python") == {
        "shown": 1,
        "shownChars": len(EXPECTED),
        "accepted": 0,
        "partlyAccepted": 1,
        "acceptedChars": 7,
    }
    command = item["command"]
    assert (
        await editor.request(
            "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
        )
        is None
    )
    after = await counted(editor, "python")
    assert after["accepted"] == 1
    assert after["acceptedChars"] == 7 + len(EXPECTED)
    (row,) = (await editor.command("kibitz.usage"))["suggestions"]
    assert row["engine"] == "offline"


@pytest.mark.parametrize(
    "method",
    [
        "textDocument/didShowCompletion",
        "textDocument/didPartiallyAcceptCompletion",
        "textDocument/didFocus",
        "textDocument/didShowInlineEdit",
    ],
)
async def test_notifications_of_any_shape_do_no_harm(editor: Editor, method: str) -> None:
    before = await counted(editor, "python")
    for params in (
        None,
        {},
        [],
        "x",
        {"item": None},
        {"item": {"command": {"arguments": []}}},
        {"item": {"command": {"arguments": ["s999"]}}, "acceptedLength": 3},
        {"item": {"command": {"arguments": [{}]}}, "acceptedLength": "x"},
        {"textDocument": {"uri": 7}},
    ):
        editor.send({"method": method, "params": params})
    assert await editor.command("kibitz.status")
    assert await counted(editor, "python") == before


@pytest.mark.parametrize("arguments", [[], [None], [7], ["s999"], [{}], [[]]])
async def test_an_unknown_suggestion_is_accepted_in_silence(editor: Editor, arguments: list[Any]) -> None:
    assert (
        await editor.request(
            "workspace/executeCommand", {"command": "kibitz.accepted", "arguments": arguments}
        )
        is None
    )


async def test_the_focused_document_counts_most(editor: Editor) -> None:
    editor.open("untitled:one.py", "answer = first_of_all(1)\n" * 3)
    editor.open("untitled:two.py", "answer = second_to_none(2)\n" * 3)
    editor.open("untitled:three.py", "answer = \n")
    at = {"line": 0, "character": 9}
    found = []
    for uri in ("untitled:one.py", "untitled:two.py"):
        editor.notify("textDocument/didFocus", {"textDocument": {"uri": uri}})
        editor.notify("textDocument/didFocus", {"textDocument": {"uri": "untitled:three.py"}})
        found.append([i["insertText"] for i in await ghost(editor, "untitled:three.py", at)])
    assert all(found), "either may be suggested"
    editor.notify("textDocument/didFocus", {"textDocument": {"uri": "untitled:unknown.py"}})
    editor.notify("textDocument/didFocus", {"textDocument": None})
    assert await ghost(editor, "untitled:three.py", at)


async def test_the_item_selected_in_the_editors_list_is_continued(editor: Editor) -> None:
    editor.open("untitled:selected.py", TEXT)
    where = {"start": {"line": 3, "character": 8}, "end": END}
    for text, expected in (
        ("compute_the_sum", ["comp" + EXPECTED]),
        ("comp", ["comp" + EXPECTED]),
        ("compress", []),
        ("x", []),
    ):
        items = await ghost(
            editor, "untitled:selected.py", selectedCompletionInfo={"range": where, "text": text}
        )
        assert [i["insertText"] for i in items] == expected
        assert all(i["range"] == where for i in items)
    for outside in (
        {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}},
        {"start": {"line": 99, "character": 0}, "end": {"line": 99, "character": 9}},
    ):
        assert (
            await ghost(
                editor, "untitled:selected.py", selectedCompletionInfo={"range": outside, "text": "comp"}
            )
            == []
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_columns_are_counted_as_negotiated(encoding: str) -> None:
    capabilities = {**PROFILES["vscode"], "general": {"positionEncodings": [encoding]}}
    async with Editor(capabilities) as editor:
        result = await editor.initialize()
        assert result["capabilities"]["positionEncoding"] == encoding
        before = 'flag = "😀é漢"; other = comp'
        editor.open("untitled:wide.py", TEXT.split("other")[0] + before + "\n")
        units = {
            "utf-8": len(before.encode()),
            "utf-16": len(before.encode("utf-16-le")) // 2,
            "utf-32": len(before),
        }[encoding]
        (item,) = await ghost(editor, "untitled:wide.py", {"line": 3, "character": units})
        assert item["insertText"] == EXPECTED
        assert item["range"]["start"] == {"line": 3, "character": units}


async def test_a_list_item_for_editors_without_ghost_text(editor: Editor) -> None:
    editor.open("untitled:list.py", TEXT)
    params = {"textDocument": {"uri": "untitled:list.py"}, "position": END}
    answer = await editor.request("textDocument/completion", params)
    assert answer["isIncomplete"] is True
    (item,) = answer["items"]
    assert item["textEdit"] == {
        "range": {"start": {"line": 3, "character": 8}, "end": END},
        "newText": "comp" + EXPECTED,
    }
    assert item["filterText"] == "comp"
    resolved = await editor.request("completionItem/resolve", item)
    assert EXPECTED in resolved["documentation"]["value"]
    for foreign in ({"label": "x"}, {"label": "x", "data": 7}, {"label": "x", "data": {"text": 7}}):
        assert await editor.request("completionItem/resolve", foreign) == foreign


async def test_nothing_is_suggested_inside_of_a_word(editor: Editor) -> None:
    editor.open("untitled:inside.py", TEXT)
    assert await ghost(editor, "untitled:inside.py", {"line": 0, "character": 10}) == []


async def test_each_version_of_a_text_gets_its_own_answer(editor: Editor) -> None:
    uri = "untitled:fast.py"
    editor.open(uri, TEXT)
    numbers = []
    for at, char in enumerate("ute_the"):
        where = {"line": 3, "character": 12 + at}
        editor.change(uri, {"range": {"start": where, "end": where}, "text": char})
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": 3, "character": 13 + at},
            "context": {"triggerKind": 2},
        }
        numbers.append(editor.start("textDocument/inlineCompletion", params))
    answers = [(await editor.answer(number))["result"]["items"] for number in numbers]
    assert [i["insertText"] for i in answers[-1]] == [EXPECTED.removeprefix("ute_the")]
    for number, items in enumerate(answers[:-1]):
        assert all(i["insertText"] == EXPECTED[number + 1 :] for i in items), "never another version's"
