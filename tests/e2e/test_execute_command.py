"""`workspace/executeCommand`: every command there is, with an argument that fits and with those that do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kibitz.lsp.names import COMMANDS
from support.editor import Editor
from support.offline import offline_editor
from support.profiles import PROFILES
from support.samples import BUGGY

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = BUGGY.split("\n")
ADD, TOTAL = LINES.index("def add(items, seen=[]):"), LINES.index("    total = sum(values)")
BODY = {"start": {"line": TOTAL, "character": 0}, "end": {"line": TOTAL + 1, "character": 23}}
ENVELOPE = {"engine", "durationMs", "usage", "checks"}
URI = "<the document>"
CONVERSATION = "<a conversation>"

GOOD: dict[str, tuple[Any, set[str]]] = {
    "kibitz.explain": ({"uri": URI, "range": BODY}, {"markdown", "references", "unresolved"}),
    "kibitz.refactor": ({"uri": URI, "range": BODY, "kind": "extract_function"}, {"edit"}),
    "kibitz.findBugs": ({"uri": URI, "range": BODY}, {"findings"}),
    "kibitz.fix": (
        {
            "uri": URI,
            "diagnostic": {
                "range": {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 9}},
                "message": "m",
                "code": "ruff/F401",
            },
        },
        {"edit"},
    ),
    "kibitz.generateTests": ({"uri": URI, "symbol": "average"}, {"edit", "tests", "dropped"}),
    "kibitz.chat.send": (
        {"message": "What is a list?", "uri": URI},
        {"conversationId", "messageId", "text", "artifacts", "toolCalls"},
    ),
    "kibitz.chat.list": ({"limit": 3}, {"conversations"}),
    "kibitz.chat.get": ({"conversationId": CONVERSATION}, {"conversation"}),
    "kibitz.chat.search": ({"query": "kangaroo"}, {"conversations"}),
    "kibitz.chat.rename": ({"conversationId": CONVERSATION, "title": "Another"}, {"renamed"}),
    "kibitz.chat.delete": ({"conversationId": CONVERSATION}, {"deleted"}),
    "kibitz.chat.export": ({"conversationId": CONVERSATION}, {"markdown"}),
    "kibitz.analyze": ({"uri": URI}, {"symbols", "metrics", "findings", "summary"}),
    "kibitz.run": ({"uri": URI, "timeoutS": 10}, {"exitCode", "stdout", "stderr", "timedOut", "limits"}),
    "kibitz.runTests": (
        {"uri": URI, "cases": [{"name": "two", "call": "average([1, 3])", "expected": 2}]},
        {"passed", "failed", "cases"},
    ),
    "kibitz.validate": ({"uri": URI}, {"valid", "errors"}),
    "kibitz.projects.list": ({}, {"projects"}),
    "kibitz.projects.get": ({"project": "project"}, {"name", "root", "languages", "files", "conversations"}),
    "kibitz.models.list": ({}, {"models"}),
    "kibitz.models.select": ({"model": "offline"}, {"model"}),
    "kibitz.usage": ({"by": "day", "since": "2020-02-29"}, {"rows"}),
    "kibitz.status": ({}, {"version", "model", "database", "budget", "counters"}),
    "kibitz.egress": ({"limit": 5, "text": True}, {"rows"}),
}
WITHOUT_RESULT = {"kibitz.accepted"}
NEEDS_A_MODEL = {"kibitz.judge"}

WRONG: list[tuple[str, Any, str]] = [
    ("kibitz.explain", {}, "invalid"),
    ("kibitz.explain", {"uri": 7}, "invalid"),
    ("kibitz.explain", {"uri": "file:///nowhere/at/all.py"}, "not_found"),
    ("kibitz.explain", {"uri": URI, "range": {"start": {"line": 0}}}, "invalid"),
    (
        "kibitz.explain",
        {"uri": URI, "range": {"start": {"line": True, "character": 0}, "end": {"line": 0, "character": 0}}},
        "invalid",
    ),
    ("kibitz.explain", {"uri": URI, "open": "yes"}, "invalid"),
    ("kibitz.refactor", {"uri": URI}, "invalid"),
    ("kibitz.refactor", {"uri": URI, "range": BODY, "kind": "demolish"}, "invalid"),
    ("kibitz.refactor", {"uri": URI, "range": BODY, "instruction": 7}, "invalid"),
    ("kibitz.refactor", {"uri": URI, "range": BODY, "instruction": "make it nice"}, "unsupported"),
    ("kibitz.refactor", {"uri": URI, "range": BODY, "kind": "rename"}, "invalid"),
    ("kibitz.findBugs", {"uri": []}, "invalid"),
    ("kibitz.fix", {"uri": URI}, "invalid"),
    ("kibitz.fix", {"uri": URI, "id": "0000"}, "not_found"),
    ("kibitz.fix", {"uri": URI, "id": 7}, "invalid"),
    ("kibitz.fix", {"uri": URI, "diagnostic": {"range": BODY}}, "invalid"),
    ("kibitz.fix", {"uri": URI, "diagnostic": {"message": "m"}}, "invalid"),
    ("kibitz.fix", {"uri": URI, "diagnostic": {"range": BODY, "message": "m"}}, "unsupported"),
    ("kibitz.generateTests", {"uri": URI, "symbol": "nobody"}, "not_found"),
    ("kibitz.generateTests", {"uri": URI, "symbol": 7}, "invalid"),
    ("kibitz.chat.send", {}, "invalid"),
    ("kibitz.chat.send", {"message": "  \n "}, "invalid"),
    ("kibitz.chat.send", {"message": "x", "conversationId": "nope"}, "not_found"),
    ("kibitz.chat.send", {"message": "x", "uri": "file:///nowhere.py"}, "not_found"),
    ("kibitz.chat.list", {"limit": 0}, "invalid"),
    ("kibitz.chat.list", {"limit": "ten"}, "invalid"),
    ("kibitz.chat.list", {"before": "nope"}, "not_found"),
    ("kibitz.chat.get", {}, "invalid"),
    ("kibitz.chat.get", {"conversationId": "'; DROP TABLE messages; --"}, "not_found"),
    ("kibitz.chat.search", {}, "invalid"),
    ("kibitz.chat.rename", {"conversationId": "nope", "title": "x"}, "not_found"),
    ("kibitz.chat.rename", {"conversationId": CONVERSATION}, "invalid"),
    ("kibitz.chat.delete", {"conversationId": "nope"}, "not_found"),
    ("kibitz.chat.export", {"conversationId": ["nope"]}, "invalid"),
    ("kibitz.analyze", {"uri": "http://nowhere"}, "invalid"),
    ("kibitz.run", {"uri": URI, "timeoutS": -1}, "invalid"),
    ("kibitz.run", {"uri": URI, "stdin": 5}, "invalid"),
    ("kibitz.runTests", {"uri": URI, "cases": "all"}, "invalid"),
    ("kibitz.runTests", {"uri": URI, "cases": [{"name": "n", "call": "f(", "expected": 1}]}, "invalid"),
    ("kibitz.runTests", {"uri": URI, "cases": [{"name": "n", "call": "f()"}]}, "invalid"),
    ("kibitz.runTests", {"cases": [{"name": "n", "call": "f()", "expected": 1}]}, "invalid"),
    ("kibitz.validate", {"uri": None}, "invalid"),
    ("kibitz.judge", {}, "invalid"),
    ("kibitz.judge", {"image": "file:///x.png", "criteria": "pretty"}, "invalid"),
    ("kibitz.judge", {"image": "file:///x.png", "criteria": ["pretty"]}, "unsupported"),
    ("kibitz.projects.get", {"project": "atlantis"}, "not_found"),
    ("kibitz.models.select", {}, "invalid"),
    ("kibitz.models.select", {"model": "just-a-name"}, "invalid"),
    ("kibitz.usage", {"by": "colour"}, "invalid"),
    ("kibitz.usage", {"since": "yesterday"}, "invalid"),
    ("kibitz.egress", {"limit": -3}, "invalid"),
    ("kibitz.egress", {"text": "all"}, "invalid"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    folder = tmp_path_factory.mktemp("commands")
    (folder / "project").mkdir()
    (folder / "project" / "shop.py").write_text(BUGGY, "utf-8")
    async with offline_editor(folder, PROFILES["vscode"]) as running:
        running.open((folder / "project" / "shop.py").as_uri(), BUGGY)
        yield running


async def fill_in(editor: Editor, given: Any) -> Any:
    """The argument with the document's URI and a conversation's id."""
    if not isinstance(given, dict):
        return given
    filled = dict(given)
    if filled.get("uri") == URI:
        assert editor.root is not None
        filled["uri"] = (editor.root / "shop.py").as_uri()
    if filled.get("conversationId") == CONVERSATION:
        filled["conversationId"] = (await editor.command("kibitz.chat.send", {"message": "A kangaroo?"}))[
            "conversationId"
        ]
    return filled


async def test_every_command_is_tried() -> None:
    assert set(GOOD) | WITHOUT_RESULT | NEEDS_A_MODEL == set(COMMANDS)
    assert {name for name, _, _ in WRONG} >= set(COMMANDS) - WITHOUT_RESULT - {
        "kibitz.projects.list",
        "kibitz.models.list",
        "kibitz.status",
    }


async def test_every_command_is_advertised_and_no_other() -> None:
    async with Editor() as editor:
        result = await editor.initialize()
        assert result["capabilities"]["executeCommandProvider"]["commands"] == list(COMMANDS)
        error = await editor.error(
            "workspace/executeCommand", {"command": "kibitz.nonsense", "arguments": []}
        )
        assert error["data"]["kind"] == "unsupported"
        assert "kibitz.nonsense" in error["message"]


@pytest.mark.parametrize("name", GOOD)
async def test_a_command_answers_in_its_shape(editor: Editor, name: str) -> None:
    given, wanted = GOOD[name]
    answer = await editor.answer(
        editor.start(
            "workspace/executeCommand", {"command": name, "arguments": [await fill_in(editor, given)]}
        )
    )
    if name in ("kibitz.run", "kibitz.runTests", "kibitz.generateTests") and "error" in answer:
        assert answer["error"]["data"]["kind"] == "unsupported", "there may be no sandbox here"
        return
    assert "result" in answer, answer
    result = answer["result"]
    assert set(result) >= wanted | ENVELOPE
    assert result["engine"] == "offline"
    assert result["durationMs"] >= 0
    assert result["usage"] == {
        "inputTokens": 0,
        "cachedTokens": 0,
        "outputTokens": 0,
        "costUsd": 0.0,
        "estimated": False,
    }


@pytest.mark.parametrize(("name", "given", "kind"), WRONG, ids=lambda v: v if isinstance(v, str) else None)
async def test_an_argument_that_does_not_fit_is_refused_with_a_sentence(
    editor: Editor, name: str, given: Any, kind: str
) -> None:
    error = await editor.error(
        "workspace/executeCommand", {"command": name, "arguments": [await fill_in(editor, given)]}
    )
    assert error["data"]["kind"] == kind, error
    assert error["message"] == error["data"]["message"]
    assert error["message"].endswith((".", "?"))
    assert error["data"]["hint"]


@pytest.mark.parametrize(
    "name",
    sorted(set(COMMANDS) - {"kibitz.projects.list", "kibitz.models.list", "kibitz.status"} - WITHOUT_RESULT),
)
async def test_an_argument_that_is_no_object_is_refused(editor: Editor, name: str) -> None:
    for arguments in (["text"], [[]], [7], [None]):
        error = await editor.error("workspace/executeCommand", {"command": name, "arguments": arguments})
        assert error["code"] == -32602, (name, arguments, error)


async def test_arguments_may_be_left_out_where_nothing_is_needed(editor: Editor) -> None:
    for params in ({}, {"arguments": None}, {"arguments": []}):
        for name in (
            "kibitz.status",
            "kibitz.models.list",
            "kibitz.projects.list",
            "kibitz.chat.list",
            "kibitz.usage",
            "kibitz.egress",
        ):
            assert await editor.request("workspace/executeCommand", {"command": name, **params})


async def test_the_workspace_is_searched_where_no_document_is_named(editor: Editor) -> None:
    found = (await editor.command("kibitz.findBugs", {}))["findings"]
    assert {f["rule"] for f in found} >= {"ruff/F401", "ruff/B006"}
    assert all(set(f) >= {"id", "uri", "range", "severity", "rule", "message", "evidence"} for f in found)
    within = (
        await editor.command(
            "kibitz.findBugs",
            {
                "uri": found[0]["uri"],
                "range": {"start": {"line": ADD, "character": 0}, "end": {"line": ADD, "character": 24}},
            },
        )
    )["findings"]
    assert [f["rule"] for f in within] == ["ruff/B006"], "only what was asked about"


async def test_a_finding_is_fixed_by_its_id_or_its_diagnostic(editor: Editor, tmp_path: Path) -> None:
    assert editor.root is not None
    uri = (editor.root / "shop.py").as_uri()
    finding = next(
        f
        for f in (await editor.command("kibitz.findBugs", {"uri": uri}))["findings"]
        if f["rule"] == "ruff/F401"
    )
    by_id = await editor.command("kibitz.fix", {"uri": uri, "id": finding["id"]})
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    diagnostic = next(d for d in report["items"] if d["code"] == "ruff/F401")
    assert diagnostic["data"]["id"] == finding["id"]
    for given in (diagnostic, {k: v for k, v in diagnostic.items() if k != "data"}):
        fixed = await editor.command("kibitz.fix", {"uri": uri, "diagnostic": given})
        assert (
            fixed["edit"]["documentChanges"][0]["edits"][0]["range"]
            == by_id["edit"]["documentChanges"][0]["edits"][0]["range"]
        )
        named = {c["name"]: c["status"] for c in fixed["checks"]}
        own = ["syntax", "names", "signature", "style", "imports", "lost", "behaviour"]
        assert list(named) == [*own, "diagnostic", "tests"]
        assert named["diagnostic"] == "passed"


async def test_running_tells_how_it_ended(editor: Editor) -> None:
    for text, stdin, expected in (
        ("print(input()[::-1])\n", "abc", {"exitCode": 0, "stdout": "cba\n", "timedOut": False}),
        ("import sys\nsys.exit(3)\n", "", {"exitCode": 3, "stdout": ""}),
        ("while True: pass\n", "", {"timedOut": True}),
    ):
        editor.open("untitled:run.py", text)
        given = {"uri": "untitled:run.py", "stdin": stdin, "timeoutS": 1 if "while" in text else 20}
        answer = await editor.answer(
            editor.start("workspace/executeCommand", {"command": "kibitz.run", "arguments": [given]})
        )
        if "error" in answer:
            assert answer["error"]["data"]["kind"] == "unsupported"
            pytest.skip("there is no sandbox here")
        assert {k: answer["result"][k] for k in expected} == expected
    editor.open("untitled:run.go", "package main\n", "go")
    error = await editor.error(
        "workspace/executeCommand", {"command": "kibitz.run", "arguments": [{"uri": "untitled:run.go"}]}
    )
    assert error["data"]["kind"] == "unsupported"


async def test_cases_are_run_against_the_text_in_the_editor(editor: Editor) -> None:
    uri = "untitled:cases.py"
    editor.open(uri, "def double(x):\n    return x + x\n")
    cases = [
        {"name": "number", "call": "double(2)", "expected": 4},
        {"name": "commented", "call": "double(2)  # twice", "expected": 4},
        {"name": "over lines", "call": "double(\n  [1]\n)", "expected": [1, 1]},
        {"name": "by its text", "call": "double((1,))", "expected": "(1, 1)"},
        {"name": "wrong", "call": "double(2)", "expected": 5},
        {"name": "raises", "call": "double(None)", "expected": None},
    ]
    given = {"command": "kibitz.runTests", "arguments": [{"uri": uri, "cases": cases}]}
    answer = await editor.answer(editor.start("workspace/executeCommand", given))
    if "error" in answer:
        assert answer["error"]["data"]["kind"] == "unsupported"
        pytest.skip("there is no sandbox here")
    result = answer["result"]
    assert {c["name"]: c["passed"] for c in result["cases"]} == {
        "number": True, "commented": True, "over lines": True, "by its text": True, "wrong": False, "raises": False
    }  # fmt: skip
    assert (result["passed"], result["failed"]) == (4, 2)
    assert all(bool(c["reason"]) != c["passed"] for c in result["cases"])


async def test_validation_says_where_it_breaks(editor: Editor) -> None:
    editor.open("untitled:broken.py", "def f(:\n    pass\n")
    result = await editor.command("kibitz.validate", {"uri": "untitled:broken.py"})
    assert result["valid"] is False
    assert result["errors"][0]["range"]["start"]["line"] == 0
    assert result["errors"][0]["message"].endswith(".")
