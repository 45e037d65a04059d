"""Documents no one would wish for, in one server: every request is answered, and never with an internal error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kibitz.errors import KINDS
from support.editor import Editor
from support.profiles import PROFILES
from support.samples import BROKEN, BUGGY, EMOJI, MIXED

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAR = 10**9
CURSOR = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
EVERYWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": FAR, "character": FAR}}

TEXTS = {
    "empty": "",
    "one line end": "\n",
    "blanks": "   \n\t\n",
    "binary": "\x7fELF\x02\x01\x00\x00\x00\ufffd\ufffd\x00PNG\r\n\x1a\n\x00" * 50,
    "broken": BROKEN,
    "mixed line ends": MIXED,
    "crlf": BUGGY.replace("\n", "\r\n"),
    "lone cr": BUGGY.replace("\n", "\r"),
    "byte order mark": "\ufeff" + BUGGY,
    "emoji": EMOJI,
    "combining marks": 'e\u0301\u0301\u0301 = "' + "\u0301" * 500 + '"\nprint(e\u0301\u0301\u0301)\n',
    "right to left": "# \u202eabc\u202c\nx = '\u0627\u0644'\n",
    "line separators": "a = 1\u2028b = 2\x0cc = 3\x85d\n",
    "lone surrogate": 'x = "\ud83d"\n',
    "one long line": "x = [" + "1, " * 4_000 + "]\n",
    "deep": "(" * 3000 + ")" * 3000 + "\n",
    "no final line end": "def f(x):\n    return x",
    "tabs and spaces": "if x:\n\ty = 1\n        z = 2\n",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """One server without a workspace folder, as an editor has it that opens single files."""
    folder = tmp_path_factory.mktemp("bad")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIBITZ_HOME", str(folder / "home"))
        opened = Editor(PROFILES["vscode"])
        await opened.__aenter__()
    await opened.initialize()
    yield opened
    assert (await opened.command("kibitz.status"))["version"]
    opened.assert_each_answered_once()
    await opened.__aexit__()


async def everything(editor: Editor, uri: str, where: dict[str, Any]) -> list[dict[str, Any]]:
    """One request of every kind about a document; the answers."""
    document = {"textDocument": {"uri": uri}}
    at = {**document, "position": where["end"]}
    numbers = [
        editor.start("textDocument/inlineCompletion", {**at, "context": {"triggerKind": 1}}),
        editor.start("textDocument/completion", at),
        editor.start("textDocument/codeAction", {**document, "range": where, "context": {"diagnostics": []}}),
        editor.start("textDocument/diagnostic", document),
    ]
    for name, given in (
        ("kibitz.explain", {"range": where}),
        ("kibitz.findBugs", {"range": where}),
        ("kibitz.analyze", {}),
        ("kibitz.validate", {}),
        ("kibitz.refactor", {"range": where, "kind": "organize_imports"}),
        ("kibitz.refactor", {"range": where, "kind": "extract_function"}),
    ):
        numbers.append(
            editor.start("workspace/executeCommand", {"command": name, "arguments": [{"uri": uri, **given}]})
        )
    return [await editor.answer(number) for number in numbers]


def assert_civil(answers: list[dict[str, Any]]) -> None:
    """Each is a result, or an error that says what is wrong; none of them is our own mistake."""
    for answer in answers:
        if "error" in answer:
            data = answer["error"]["data"]
            assert data["kind"] in KINDS, answer
            assert data["kind"] != "internal", answer
            assert data["message"].endswith((".", "?")), answer


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("where", [CURSOR, EVERYWHERE], ids=["start", "outside"])
async def test_every_request_about_any_text_is_answered(
    editor: Editor, tmp_path: Path, name: str, where: dict[str, Any]
) -> None:
    uri = (tmp_path / "strange.py").as_uri()
    editor.open(uri, TEXTS[name])
    answers = await everything(editor, uri, where)
    assert_civil(answers)
    assert "result" in answers[0], "typing is never answered with an error"
    assert "result" in answers[1]
    assert "result" in answers[2]
    assert "result" in answers[3]
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize(
    "language", ["", "plaintext", "markdown", "json", "cobol", "python", "go", "PYTHON", "x" * 5000]
)
async def test_any_language_is_answered(editor: Editor, tmp_path: Path, language: str) -> None:
    uri = (tmp_path / "file.unknown").as_uri()
    editor.open(uri, "x = 1\nfunc main() {}\n# text\n", language)
    answers = await everything(editor, uri, EVERYWHERE)
    assert_civil(answers)
    assert all("result" in answer for answer in answers[:4])
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize("at", [(0, FAR), (FAR, 0), (FAR, FAR), (2**31 - 1, 2**31 - 1)])
async def test_positions_outside_of_the_document_are_clamped(
    editor: Editor, tmp_path: Path, at: tuple[int, int]
) -> None:
    uri = (tmp_path / "short.py").as_uri()
    editor.open(uri, "import os\n")
    where = {"line": at[0], "character": at[1]}
    context = {"textDocument": {"uri": uri}, "position": where, "context": {"triggerKind": 1}}
    for item in (await editor.request("textDocument/inlineCompletion", context))["items"]:
        assert item["range"]["start"]["line"] <= 1
    editor.change(uri, {"range": {"start": where, "end": where}, "text": "# end"})
    found = await editor.command("kibitz.findBugs", {"uri": uri})
    assert [f["rule"] for f in found["findings"]] == ["ruff/F401"]


@pytest.mark.parametrize("at", [(-1, 0), (0, -1), (0, 1.5), ("0", 0), (None, 0), (2**70, 0)])
async def test_positions_that_are_none_are_refused(
    editor: Editor, tmp_path: Path, at: tuple[Any, Any]
) -> None:
    uri = (tmp_path / "negative.py").as_uri()
    editor.open(uri, "import os\n")
    where = {"line": at[0], "character": at[1]}
    params = {"textDocument": {"uri": uri}, "position": where, "context": {"triggerKind": 1}}
    answer = await editor.answer(editor.start("textDocument/inlineCompletion", params))
    assert answer.get("error", {"code": -32602})["code"] == -32602, answer
    answer = await editor.answer(
        editor.start(
            "workspace/executeCommand",
            {
                "command": "kibitz.explain",
                "arguments": [{"uri": uri, "range": {"start": where, "end": where}}],
            },
        )
    )
    assert answer.get("error", {"code": -32602})["code"] == -32602, answer


async def test_a_syntax_error_at_the_cursor_still_gets_suggestions_that_do_no_harm(
    editor: Editor, tmp_path: Path
) -> None:
    uri = (tmp_path / "typing.py").as_uri()
    text = "def total(items):\n    return sum(items)\n\n\ndef other(items):\n    return sum(\n"
    editor.open(uri, text)
    params = {
        "textDocument": {"uri": uri},
        "position": {"line": 5, "character": 15},
        "context": {"triggerKind": 1},
    }
    (item,) = (await editor.request("textDocument/inlineCompletion", params))["items"]
    lines = text.split("\n")
    lines[5] += item["insertText"]
    compile("\n".join(lines), "typing.py", "exec")
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert any(d["severity"] == 1 for d in report["items"])


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "http://example.test/a.py",
        "vscode-notebook-cell:/a.ipynb#W0",
        "git:/a.py?{}",
        "not a uri",
        "file:///a%00b.py",
        "",
    ],
)
async def test_documents_that_are_no_files_work_once_opened(editor: Editor, uri: str) -> None:
    answers = await everything(editor, uri, EVERYWHERE)
    assert_civil(answers)
    assert all(a["error"]["data"]["kind"] in ("invalid", "not_found") for a in answers[4:]), (
        "it was never opened"
    )
    editor.open(uri, BUGGY)
    answers = await everything(editor, uri, EVERYWHERE)
    assert_civil(answers)
    explained, found = answers[4]["result"], answers[5]["result"]
    assert "average" in explained["markdown"]
    assert {f["uri"] for f in found["findings"]} == {uri}
    organized = answers[8]
    assert "result" in organized, organized
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


async def test_a_document_that_was_never_opened_is_read_from_disk(editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "on_disk.py"
    path.write_text(BUGGY, "utf-8")
    answers = await everything(editor, path.as_uri(), CURSOR)
    assert_civil(answers)
    assert "A shop" in answers[4]["result"]["markdown"]
    assert answers[8]["result"]["edit"]["documentChanges"][0]["textDocument"] == {
        "uri": path.as_uri(),
        "version": None,
    }


BYTES = {
    "binary.py": (b"\x00\x01\x02" * 99, "binary"),
    "latin1.py": ("name = 'caf\u00e9'\n".encode("latin-1"), "UTF-8"),
    "cut.py": ("x = '\u20ac'".encode()[:-2], "UTF-8"),
    "large.py": (b"x = 1\n" * 1_000_000, "too large"),
}


@pytest.mark.parametrize("name", BYTES)
async def test_files_that_are_no_text_are_refused_with_the_reason(
    editor: Editor, tmp_path: Path, name: str
) -> None:
    data, word = BYTES[name]
    path = tmp_path / name
    path.write_bytes(data)
    error = await editor.error(
        "workspace/executeCommand", {"command": "kibitz.explain", "arguments": [{"uri": path.as_uri()}]}
    )
    assert error["data"]["kind"] == "invalid"
    assert word in error["message"]
    assert error["data"]["hint"]


@pytest.mark.parametrize("kind", ["folder", "missing", "dangling", "unreadable parent"])
async def test_paths_that_cannot_be_read_are_refused(editor: Editor, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "there.py"
    if kind == "folder":
        path.mkdir()
    elif kind == "dangling":
        path.symlink_to(tmp_path / "nowhere.py")
    elif kind == "unreadable parent":
        (tmp_path / "file").write_text("")
        path = tmp_path / "file" / "there.py"
    answers = await everything(editor, path.as_uri(), CURSOR)
    assert_civil(answers)
    assert all(a["error"]["data"]["kind"] in ("invalid", "not_found") for a in answers)


async def test_an_open_document_of_50_mb_costs_only_itself(editor: Editor, tmp_path: Path) -> None:
    huge, small = (tmp_path / "huge.py").as_uri(), (tmp_path / "small.py").as_uri()
    editor.open(huge, "value = 1  # a line like any other, and many of them\n" * 1_000_000)
    at = {"line": 500_000, "character": 5}
    editor.change(huge, {"range": {"start": at, "end": at}, "text": "s"})
    answers = await everything(editor, huge, {"start": at, "end": at})
    assert_civil(answers)
    assert "result" in answers[0]
    assert answers[0]["result"]["items"] == []
    assert "too large" in answers[4]["error"]["message"]
    editor.open(small, "import os\n")
    found = await editor.command("kibitz.findBugs", {"uri": small})
    assert [f["rule"] for f in found["findings"]] == ["ruff/F401"]
    editor.notify("textDocument/didClose", {"textDocument": {"uri": huge}})


async def test_a_second_open_replaces_the_first(editor: Editor, tmp_path: Path) -> None:
    uri = (tmp_path / "twice.py").as_uri()
    editor.open(uri, "import os\n")
    editor.open(uri, "import json\n")
    found = await editor.command("kibitz.findBugs", {"uri": uri})
    assert ["json" in f["message"] for f in found["findings"]] == [True]


async def test_changes_of_documents_that_are_not_open_are_nobodys(editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "closed.py"
    path.write_text("import os\n", "utf-8")
    uri = path.as_uri()
    editor.open(uri, "import json\n")
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    editor.change(uri, {"text": "import sys\n"})
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    found = await editor.command("kibitz.findBugs", {"uri": uri})
    assert ["`os`" in f["message"] for f in found["findings"]] == [True], "the file counts again"


async def test_without_a_folder_the_workspace_has_no_bugs_to_find(editor: Editor) -> None:
    error = await editor.error("workspace/executeCommand", {"command": "kibitz.findBugs", "arguments": [{}]})
    assert error["data"]["kind"] == "invalid"
    assert "folder" in error["data"]["message"] + error["data"]["hint"]


@pytest.mark.parametrize(
    "folders", [[], [{"uri": "file:///does/not/exist", "name": "gone"}, {"uri": "untitled:x", "name": "x"}]]
)
async def test_any_workspace_starts(folders: Any, tmp_path: Path) -> None:
    async with Editor() as editor:
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": {"workspace": {"workspaceFolders": True}},
            "workspaceFolders": folders,
        }
        await editor.request("initialize", params)
        editor.notify("initialized")
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, BUGGY)
        assert (await editor.command("kibitz.explain", {"uri": uri}))["markdown"]
        assert await editor.leave() == 0
