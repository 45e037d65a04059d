"""`textDocument/codeAction` and `codeAction/resolve`: what is offered to whom, and what choosing it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from support.editor import Editor
from support.offline import offline_editor
from support.profiles import PROFILES
from support.samples import BUGGY

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = BUGGY.split("\n")
TOTAL = LINES.index("    total = sum(values)")
BODY = {"start": {"line": TOTAL, "character": 0}, "end": {"line": TOTAL + 1, "character": 23}}
IMPORT = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 9}}
URI = "untitled:shop.py"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    async with offline_editor(tmp_path_factory.mktemp("actions"), PROFILES["vscode"]) as running:
        running.open(URI, BUGGY)
        yield running


async def listed(
    editor: Editor,
    where: dict[str, Any],
    diagnostics: list[Any] | None = None,
    uri: str = URI,
    **context: Any,
) -> list[dict[str, Any]]:
    params = {
        "textDocument": {"uri": uri},
        "range": where,
        "context": {"diagnostics": diagnostics or [], **context},
    }
    actions: list[dict[str, Any]] = await editor.request("textDocument/codeAction", params)
    return actions


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (
            None,
            {
                "refactor.extract",
                "source.kibitz.explain",
                "source.kibitz.findBugs",
                "source.kibitz.generateTests",
            },
        ),
        (
            [""],
            {
                "refactor.extract",
                "source.kibitz.explain",
                "source.kibitz.findBugs",
                "source.kibitz.generateTests",
            },
        ),
        (["refactor"], {"refactor.extract"}),
        (["refactor.extract"], {"refactor.extract"}),
        (["refactor.extract.function"], set()),
        (["refactor.inline"], set()),
        (["refac"], set()),
        (["quickfix"], set()),
        (
            ["source"],
            {
                "source.fixAll.kibitz",
                "source.organizeImports",
                "source.kibitz.explain",
                "source.kibitz.findBugs",
                "source.kibitz.generateTests",
            },
        ),
        (
            ["source.kibitz"],
            {"source.kibitz.explain", "source.kibitz.findBugs", "source.kibitz.generateTests"},
        ),
        (["source.fixAll"], {"source.fixAll.kibitz"}),
        (["quickfix", "source.organizeImports"], {"source.organizeImports"}),
        (["made.up"], set()),
        ([], set()),
    ],
)
async def test_only_the_kinds_asked_for(editor: Editor, only: list[str] | None, kinds: set[str]) -> None:
    actions = await listed(editor, BODY, **({} if only is None else {"only": only}))
    assert {a["kind"] for a in actions} == kinds


async def test_a_save_of_what_is_tidy_is_no_failure(editor: Editor) -> None:
    uri = "untitled:tidy.py"
    editor.open(uri, "import os\n\nprint(os.name, missing)\n")
    kinds = ["source.organizeImports", "source.fixAll"]
    at = {"line": 1, "character": 0}
    report = {"range": {"start": {"line": 2, "character": 15}, "end": {"line": 2, "character": 22}}}
    unsure = {**report, "source": "any", "message": "‘missing’ is better called something else"}
    actions = await listed(editor, {"start": at, "end": at}, [unsure], uri=uri, only=kinds)
    assert {a["kind"] for a in actions} == {"source.organizeImports", "source.fixAll.kibitz"}
    for action in actions:
        resolved = await editor.request("codeAction/resolve", action)
        assert resolved["edit"] == {}
        assert "command" not in resolved


async def test_our_own_diagnostics_are_fixed_with_and_without_their_data(editor: Editor) -> None:
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    own = next(d for d in report["items"] if d["code"] == "ruff/F401")
    bare = {k: v for k, v in own.items() if k != "data"}
    foreign = {**bare, "source": "another", "message": "unused"}
    edits = []
    for given, tied in ((own, True), (bare, True), (foreign, False), (None, False)):
        (action,) = await listed(editor, IMPORT, [given] if given else [], only=["quickfix"])
        assert ("diagnostics" in action) == tied
        assert bool(action.get("isPreferred")) == tied
        if tied:
            assert action["diagnostics"] == [given]
        assert "edit" not in action
        assert "command" not in action
        edits.append((await editor.request("codeAction/resolve", action))["edit"])
    assert all(edit == edits[0] for edit in edits)
    (change,) = edits[0]["documentChanges"]
    assert change["textDocument"] == {"uri": URI, "version": 1}
    assert change["edits"][0]["newText"] == ""


async def test_resolving_performs_the_refactoring(editor: Editor) -> None:
    action = next(
        a for a in await listed(editor, BODY, only=["refactor.extract"]) if a["title"] == "Extract function"
    )
    assert "edit" not in action, "listing computes nothing"
    resolved = await editor.request("codeAction/resolve", action)
    assert resolved["title"] == action["title"]
    assert "def " in str(resolved["edit"])
    assert "command" not in resolved
    assert await editor.request("codeAction/resolve", resolved) == resolved, (
        "an action that has its edit stays as it is"
    )


@pytest.mark.parametrize(
    "action",
    [
        {"title": "Another server's"},
        {"title": "Another server's", "data": {"theirs": 1}},
        {"title": "Another server's", "data": "text"},
        {
            "title": "Explain",
            "command": {"title": "Explain", "command": "kibitz.explain", "arguments": [{"uri": URI}]},
        },
        {"title": "Done", "edit": {"changes": {}}, "data": {"kibitz": {"do": "nonsense"}}},
    ],
)
async def test_what_is_not_ours_or_needs_nothing_comes_back(editor: Editor, action: dict[str, Any]) -> None:
    assert await editor.request("codeAction/resolve", action) == action


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({}, "invalid"),
        (None, "invalid"),
        ("text", "invalid"),
        ({"do": "refactor"}, "invalid"),
        ({"do": "finding", "id": "00", "uri": URI, "range": BODY}, "not_found"),
        ({"do": "finding", "uri": URI, "range": BODY}, "invalid"),
        ({"do": "refactor", "kind": "demolish", "uri": URI, "range": BODY}, "invalid"),
        ({"do": "fix", "uri": URI, "range": BODY}, "invalid"),
        ({"do": "refactor", "uri": "file:///nowhere.py", "range": BODY}, "not_found"),
    ],
)
async def test_data_that_does_not_fit_is_refused(editor: Editor, data: Any, kind: str) -> None:
    error = await editor.error("codeAction/resolve", {"title": "x", "data": {"kibitz": data}})
    assert error["data"]["kind"] == kind, error


async def test_an_action_for_text_that_changed_is_done_on_the_new_text_or_refused(editor: Editor) -> None:
    uri = "untitled:moved.py"
    editor.open(uri, BUGGY)
    (action,) = await listed(editor, IMPORT, only=["quickfix"], uri=uri)
    top = {"line": 0, "character": 0}
    version = editor.change(uri, {"range": {"start": top, "end": top}, "text": "# one\n# two\n"})
    resolved = await editor.request("codeAction/resolve", action)
    (change,) = resolved["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == version
    assert change["edits"][0]["range"]["start"]["line"] == 4
    editor.change(uri, {"text": "import sys\nprint(sys)\n"})
    error = await editor.error("codeAction/resolve", action)
    assert error["data"]["kind"] == "not_found"


async def test_listing_what_holds_nothing(editor: Editor) -> None:
    editor.open("untitled:empty.py", "")
    at = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    for action in await listed(editor, at, uri="untitled:empty.py"):
        assert action["kind"].startswith("source.kibitz")


WITHOUT_RESOLVE = PROFILES["ale"]
WITHOUT_LITERALS: dict[str, Any] = {"workspace": {"applyEdit": True}, "textDocument": {"codeAction": {}}}


async def test_a_client_without_resolve_gets_what_it_can_run() -> None:
    async with Editor(WITHOUT_RESOLVE) as editor:
        await editor.initialize()
        editor.open(URI, BUGGY)
        actions = await listed(editor, BODY)
        assert {a["title"] for a in actions} >= {"Extract function", "Explain"}
        for action in actions:
            assert isinstance(action["command"], dict)
            assert action["command"]["command"].startswith("kibitz.")
        (fix,) = await listed(editor, IMPORT, only=["quickfix"])
        assert fix["edit"]["changes"][URI][0]["newText"] == "", (
            "it cannot apply edits for a server: the edit is there"
        )


async def test_a_client_without_literals_gets_commands_that_work() -> None:
    async with Editor(WITHOUT_LITERALS) as editor:
        await editor.initialize()
        editor.open(URI, BUGGY)
        actions = await listed(editor, BODY)
        assert all(isinstance(a["command"], str) and "kind" not in a for a in actions)
        extract = next(a for a in actions if a["title"] == "Extract function")
        result = await editor.request(
            "workspace/executeCommand", {"command": extract["command"], "arguments": extract["arguments"]}
        )
        assert result["applied"] is True
        (applied,) = [m for m in editor.messages if m.get("method") == "workspace/applyEdit"]
        assert list(applied["params"]["edit"]["changes"]) == [URI]
        assert "def " in str(applied["params"]["edit"])
        fix = next(a for a in await listed(editor, IMPORT) if a["command"] == "kibitz.fix")
        assert (
            await editor.request(
                "workspace/executeCommand", {"command": fix["command"], "arguments": fix["arguments"]}
            )
        )["applied"] is True
