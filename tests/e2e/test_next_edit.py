"""Next edits over stdio, as plugins written for Copilot's server ask for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from support.editor import Editor
from support.endpoint import Answer
from support.profiles import PROFILES
from support.scripted import Scripted, applied, block

TEXT = 'def total(items):\n    count = 0  # 😀\n    for item in items:\n        "😀"; count += item\n    return count\n'


@pytest_asyncio.fixture
async def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Editor]:
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "home"))
    root = tmp_path / "project"
    root.mkdir()
    async with Editor(PROFILES["vscode"], root=root) as opened:
        await opened.initialize({})
        yield opened
        opened.assert_each_answered_once()
        assert await opened.leave() == 0


def change(editor: Editor, uri: str, version: int, line: int, start: int, end: int, text: str) -> None:
    where = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    editor.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": where, "text": text}],
        },
    )


async def ask(editor: Editor, uri: str, version: int, line: int, **more: Any) -> list[dict[str, Any]]:
    params = {
        "textDocument": {"uri": uri, "version": version},
        "position": {"line": line, "character": 0},
        **more,
    }
    answer = await editor.request("textDocument/copilotInlineEdit", params)
    assert set(answer) == {"edits"}
    edits: list[dict[str, Any]] = answer["edits"]
    return edits


async def test_a_rename_goes_on_over_the_wire(editor: Editor) -> None:
    assert editor.root is not None
    uri = (editor.root / "a.py").as_uri()
    editor.open(uri, TEXT)
    assert await ask(editor, uri, 1, 0) == []
    change(editor, uri, 2, 1, 4, 9, "found")
    (edit,) = await ask(editor, uri, 2, 1)
    assert edit["text"] == "found"
    assert edit["textDocument"] == {"uri": uri, "version": 2}
    # columns in UTF-16: the sign before takes two
    assert edit["range"] == {"start": {"line": 3, "character": 14}, "end": {"line": 3, "character": 19}}
    assert set(edit["command"]) == {"title", "command", "arguments"}
    editor.notify("textDocument/didShowInlineEdit", {"item": {"command": edit["command"]}})
    change(editor, uri, 3, 3, 14, 19, "found")
    command = {k: edit["command"][k] for k in ("command", "arguments")}
    await editor.request("workspace/executeCommand", command)
    (edit,) = await ask(editor, uri, 3, 3)
    assert edit["range"]["start"] == {"line": 4, "character": 11}
    usage = await editor.command("kibitz.usage", {"by": "model"})
    (row,) = usage["suggestions"]
    assert (row["engine"], row["language"], row["accepted"], row["acceptedChars"]) == (
        "offline",
        "python",
        1,
        5,
    )


async def test_another_version_has_no_next_edit(editor: Editor) -> None:
    assert editor.root is not None
    uri = (editor.root / "a.py").as_uri()
    editor.open(uri, TEXT)
    change(editor, uri, 2, 1, 4, 9, "found")
    assert await ask(editor, uri, 1, 1) == []
    assert await ask(editor, uri, 3, 1) == []
    assert len(await ask(editor, uri, 2, 1)) == 1
    assert await ask(editor, "file:///not/open.py", 1, 0) == []


async def test_parameters_that_do_not_fit_are_refused(editor: Editor) -> None:
    wrong: tuple[Any, ...] = (None, [], {}, {"textDocument": {"uri": "file:///a"}, "position": {"line": -1}})
    for params in wrong:
        error = await editor.error("textDocument/copilotInlineEdit", params)
        assert error["data"]["kind"] == "invalid"


async def test_what_was_typed_past_twice_is_not_made_again(editor: Editor) -> None:
    assert editor.root is not None
    uri = (editor.root / "a.py").as_uri()
    editor.open(uri, TEXT + "\n\nx = 1\n\ny = 2\n")
    change(editor, uri, 2, 1, 4, 9, "found")
    (first,) = await ask(editor, uri, 2, 1)
    for number, line in ((3, 7), (4, 9)):
        change(editor, uri, number, line, 0, 0, "z")
        edits = await ask(editor, uri, number, line)
    assert [edit["range"]["start"]["line"] for edit in edits] == [4]
    assert first["range"]["start"]["line"] == 3


async def test_other_documents_follow_only_for_those_who_ask(editor: Editor) -> None:
    assert editor.root is not None
    one, other = ((editor.root / name).as_uri() for name in ("work.py", "use.py"))
    editor.open(one, "def f(a, b):\n    return a\n")
    editor.open(other, "from work import f\n\nf(1, 2)\n")
    change(editor, one, 2, 0, 7, 10, "")
    assert await ask(editor, one, 2, 0) == []
    (edit,) = await ask(editor, one, 2, 0, otherDocuments=True)
    assert edit["textDocument"] == {"uri": other, "version": 1}
    assert edit["text"] == ""
    assert edit["range"] == {"start": {"line": 2, "character": 3}, "end": {"line": 2, "character": 6}}


MODEL_TEXT = (
    "def area(width, height):\n    return width * height\n\n\ndef edge(width, height):\n    return width\n"
)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_model_says_what_the_edits_alone_do_not(it: Scripted) -> None:
    uri = it.open(MODEL_TEXT)
    name = it.name(uri)
    after = "    return 2 * (width + height)"
    it.endpoint.reply_with(lambda _: Answer(text=block("    return width", after, name)))
    change(it.editor, uri, 2, 1, 24, 24, " / 2")
    (edit,) = await ask(it.editor, uri, 2, 1)
    text = MODEL_TEXT.replace("height\n\n", "height / 2\n\n", 1)
    whole = {"documentChanges": [{"edits": [{"range": edit["range"], "newText": edit["text"]}]}]}
    assert applied(text, whole).endswith(after + "\n")
    assert edit["textDocument"]["version"] == 2
    assert len(it.endpoint.requests) == 1
    assert await ask(it.editor, uri, 2, 1) == [
        {**edit, "command": {**edit["command"], "arguments": [_next(edit)]}}
    ]
    assert len(it.endpoint.requests) == 1, "one version of a document is asked about once"


def _next(edit: dict[str, Any]) -> str:
    return f"s{int(edit['command']['arguments'][0][1:]) + 1}"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    "said",
    [
        "",
        "Nothing to do.",
        "FILE {name}\n<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE\n",
        "FILE {name}\n<<<<<<< SEARCH\n    return width\n=======\n    return width (\n>>>>>>> REPLACE\n",
        "FILE other.py\n<<<<<<< SEARCH\n    return width\n=======\n    return 1\n>>>>>>> REPLACE\n",
        "FILE {name}\n<<<<<<< SEARCH\n    return width * height / 2\n=======\n    return width * height\n>>>>>>> REPLACE\n",
    ],
)
async def test_what_a_model_may_not_say_is_nothing(it: Scripted, said: str) -> None:
    uri = it.open(MODEL_TEXT)
    it.endpoint.reply_with(lambda _: Answer(text=said.replace("{name}", it.name(uri))))
    change(it.editor, uri, 2, 1, 24, 24, " / 2")
    assert await ask(it.editor, uri, 2, 1) == []
    assert it.endpoint.requests


@pytest.mark.asyncio(loop_scope="session")
async def test_a_model_that_fails_is_told_of_and_not_thrown(it: Scripted) -> None:
    uri = it.open(MODEL_TEXT)
    it.endpoint.reply_with(lambda _: Answer(status=401, text="no"))
    change(it.editor, uri, 2, 1, 24, 24, " / 2")
    assert await ask(it.editor, uri, 2, 1) == []
    status = await it.editor.notification("didChangeStatus", lambda p: p["kind"] != "Normal")
    assert status["kind"] == "Error"
    it.endpoint.reply_with(lambda _: Answer(text=block("    return width", "    return 1", it.name(uri))))
    change(it.editor, uri, 3, 1, 24, 24, " // 2")
    assert len(await ask(it.editor, uri, 3, 1)) == 1
    await it.editor.notification("didChangeStatus", lambda p: p["kind"] == "Normal")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_cancelled_request_ends_the_call(it: Scripted) -> None:
    uri = it.open(MODEL_TEXT)
    it.endpoint.reply_with(lambda _: Answer(text="x", hang=True))
    change(it.editor, uri, 2, 1, 24, 24, " / 2")
    at = {"textDocument": {"uri": uri, "version": 2}, "position": {"line": 1, "character": 0}}
    number = it.editor.start("textDocument/copilotInlineEdit", at)
    await it.endpoint.wait_for(lambda endpoint: bool(endpoint.requests), 20)
    it.editor.notify("$/cancelRequest", {"id": number})
    answer = await it.editor.answer(number)
    assert answer["error"]["code"] == -32800
