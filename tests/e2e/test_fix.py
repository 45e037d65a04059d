"""Quick fixes for what other servers report: listed at once, resolved to a checked edit, one by one and all of a kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from support.editor import Editor
from support.endpoint import Answer
from support.offline import offline_editor
from support.profiles import PROFILES
from support.scripted import Scripted, applied, assert_envelope, block, scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNUSED = "is declared but its value is never read."
SCRIPT = "import { aa, bb, cc } from './m';\n\ncc();\n"
GO = 'package m\n\nimport "os"\n\nfunc f() int {\n\tcount := 1\n\treturn cuont\n}\n'


def diagnostic(
    text: str, word: str, message: str, source: str, code: Any = None, **more: Any
) -> dict[str, Any]:
    """A diagnostic at the first place of a word in an ASCII text."""
    before = text[: text.index(word)]
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    where = {
        "start": {"line": line, "character": column},
        "end": {"line": line, "character": column + len(word)},
    }
    return {"range": where, "message": message, "source": source, "code": code, "severity": 2, **more}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    async with offline_editor(tmp_path_factory.mktemp("fix"), PROFILES["vscode"]) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scripted]:
    async with scripted(tmp_path_factory.mktemp("fixed")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def it(model: Scripted) -> Scripted:
    model.fresh()
    return model


async def listed(
    editor: Editor, uri: str, diagnostics: list[dict[str, Any]], only: str = "quickfix"
) -> list[dict[str, Any]]:
    where = (
        diagnostics[0]["range"]
        if diagnostics
        else {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    )
    context = {"diagnostics": diagnostics, "only": [only]}
    params = {"textDocument": {"uri": uri}, "range": where, "context": context}
    actions: list[dict[str, Any]] = await editor.request("textDocument/codeAction", params)
    return actions


async def test_what_another_server_reports_is_mended(editor: Editor) -> None:
    uri = "untitled:a.ts"
    editor.open(uri, SCRIPT, "typescript")
    unused = diagnostic(SCRIPT, "bb", f"'bb' {UNUSED}", "ts", 6133)
    (action,) = await listed(editor, uri, [unused])
    assert action["title"] == "Remove unused import `bb`"
    assert action["isPreferred"] is True
    assert action["diagnostics"] == [unused]
    assert "edit" not in action
    resolved = await editor.request("codeAction/resolve", action)
    assert applied(SCRIPT, resolved["edit"]) == "import { aa, cc } from './m';\n\ncc();\n"


async def test_the_command_says_that_the_diagnostic_is_gone(editor: Editor) -> None:
    uri = "untitled:b.ts"
    editor.open(uri, SCRIPT, "typescript")
    given = diagnostic(SCRIPT, "bb", f"'bb' {UNUSED}", "ts", 6133)
    result = await editor.command("kibitz.fix", {"uri": uri, "diagnostic": given})
    assert_envelope(result, "offline")
    (check,) = [c for c in result["checks"] if c["name"] == "diagnostic"]
    assert check["status"] == "passed"


async def test_all_of_a_kind_at_once(editor: Editor) -> None:
    uri = "untitled:c.ts"
    editor.open(uri, SCRIPT, "typescript")
    both = [diagnostic(SCRIPT, name, f"'{name}' {UNUSED}", "ts", 6133) for name in ("aa", "bb")]
    actions = await listed(editor, uri, both)
    (every,) = [a for a in actions if a["title"] == "Fix all 2 ‘unused name’ problems"]
    assert every["diagnostics"] == both
    resolved = await editor.request("codeAction/resolve", every)
    assert applied(SCRIPT, resolved["edit"]) == "import { cc } from './m';\n\ncc();\n"


async def test_everything_certain_with_fix_all_and_what_is_left_is_said(editor: Editor) -> None:
    uri = "untitled:d.go"
    editor.open(uri, GO, "go")
    given = [
        diagnostic(GO, '"os"', '"os" imported and not used', "compiler", "UnusedImport"),
        diagnostic(GO, "cuont", "undefined: cuont", "compiler", "UndeclaredName"),
        diagnostic(GO, "f()", "missing return", "compiler", "MissingReturn"),
    ]
    (action,) = await listed(editor, uri, given, only="source.fixAll")
    assert action["kind"] == "source.fixAll.kibitz"
    resolved = await editor.request("codeAction/resolve", action)
    assert '"os"' not in applied(GO, resolved["edit"])
    assert "cuont" in applied(GO, resolved["edit"]), "that `count` was meant is likely, not certain"
    result = await editor.command("kibitz.fix", {"uri": uri, "diagnostics": given, "offline": True})
    assert "return count" in applied(GO, result["edit"])
    left = [c["detail"] for c in result["checks"] if c["name"] == "left"]
    assert len(left) == 1
    assert left[0].startswith("line 5: ")


async def test_our_own_findings_of_a_rule_are_mended_together(editor: Editor) -> None:
    uri, text = "untitled:own.py", "import os\nimport sys\n\nprint(1)\n"
    editor.open(uri, text)
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    first = next(d for d in report["items"] if "os" in d["message"])
    actions = await listed(editor, uri, [first])
    (every,) = [a for a in actions if a["title"].startswith("Fix all 2 ")]
    resolved = await editor.request("codeAction/resolve", every)
    assert applied(text, resolved["edit"]).strip() == "print(1)"
    (action,) = await listed(editor, uri, [], only="source.fixAll.kibitz")
    assert applied(text, (await editor.request("codeAction/resolve", action))["edit"]).strip() == "print(1)"


async def test_what_two_servers_report_is_offered_once(editor: Editor) -> None:
    uri, text = "untitled:twice.py", "import os\n\nprint(1)\n"
    editor.open(uri, text)
    given = diagnostic(text, "os", 'Import "os" is not accessed', "Pyright", "reportUnusedImport")
    (action,) = await listed(editor, uri, [given])
    assert action["diagnostics"] == [given]
    assert action["title"] == "Remove unused import `os`"


async def test_a_stale_diagnostic_is_refused(editor: Editor) -> None:
    uri = "untitled:stale.ts"
    editor.open(uri, SCRIPT, "typescript")
    stale = diagnostic(SCRIPT, "cc()", f"'gone' {UNUSED}", "ts", 6133)
    assert await listed(editor, uri, [stale]) == []
    error = await editor.error(
        "workspace/executeCommand",
        {"command": "kibitz.fix", "arguments": [{"uri": uri, "diagnostic": stale}]},
    )
    assert error["data"]["kind"] == "unsupported"
    assert "not in the text" in error["data"]["message"]


async def test_what_a_compiler_says_beside_its_message_counts(editor: Editor) -> None:
    uri, text = "untitled:h.rs", "fn f(count: u8) -> u8 {\n    cuont\n}\n"
    editor.open(uri, text, "rust")
    message = "cannot find value `cuont` in this scope"
    place = {"uri": uri, "range": diagnostic(text, "cuont", "", "")["range"]}
    related = [{"location": place, "message": "a local variable with a similar name exists: `count`"}]
    rendered = {"rendered": "error[E0425]: \x1b[1mhelp: a local variable with a similar name exists: `count`"}
    for beside in ({"relatedInformation": related}, {"data": rendered}):
        given = diagnostic(text, "cuont", message, "rustc", "E0425", **beside)
        (action,) = await listed(editor, uri, [given])
        assert action["title"] == "Change `cuont` to `count`"
        resolved = await editor.request("codeAction/resolve", action)
        assert "    count\n" in applied(text, resolved["edit"])


async def test_a_name_another_open_document_defines_is_imported(editor: Editor) -> None:
    assert editor.root is not None
    (editor.root / "shapes.py").write_text("class Triangle:\n    pass\n", "utf-8")
    text = "t = Triangle()\n"
    uri = (editor.root / "use.py").as_uri()
    editor.open((editor.root / "shapes.py").as_uri(), "class Triangle:\n    pass\n")
    editor.open(uri, text)
    given = diagnostic(text, "Triangle", '"Triangle" is not defined', "Pyright", "reportUndefinedVariable")
    (action,) = [a for a in await listed(editor, uri, [given]) if a.get("diagnostics")]
    assert action["title"] == "Add `from shapes import Triangle`"
    resolved = await editor.request("codeAction/resolve", action)
    assert applied(text, resolved["edit"]) == "from shapes import Triangle\n\nt = Triangle()\n"


@pytest.mark.parametrize("given", [{"diagnostics": ["x"]}, {"diagnostics": [{}]}, {"diagnostics": {}}, {}])
async def test_arguments_that_do_not_fit_are_refused(editor: Editor, given: dict[str, Any]) -> None:
    uri = "untitled:e.ts"
    editor.open(uri, SCRIPT, "typescript")
    error = await editor.error(
        "workspace/executeCommand", {"command": "kibitz.fix", "arguments": [{"uri": uri, **given}]}
    )
    assert error["data"]["kind"] == "invalid"


# --- with a model

MISSING = "const a: T = {};\n"
TEXT = "def total(prices):\n    return sum(pricse)\n"
UNDEFINED = '"pricse" is not defined'


async def test_a_model_is_told_all_that_is_reported_and_what_cannot_be_re_run_is_skipped(
    it: Scripted,
) -> None:
    uri = it.open(MISSING, "typescript", ".ts")
    message = "Property 'b' is missing in type '{}' but required in type 'T'."
    place = {"uri": uri, "range": diagnostic(MISSING, "a", "", "")["range"]}
    related = [{"location": place, "message": "'b' is declared here."}]
    given = diagnostic(MISSING, "a", message, "ts", 2741, relatedInformation=related)
    said = block("const a: T = {};", "const a: T = { b: 1 };", it.name(uri))
    it.endpoint.enqueue(Answer(text=said))
    result = await it.editor.command("kibitz.fix", {"uri": uri, "diagnostic": given})
    assert_envelope(result)
    prompt = it.endpoint.requests[0].prompt
    assert all(part in prompt for part in (message, "'b' is declared here.", "(2741)", "It is about: a"))
    (check,) = [c for c in result["checks"] if c["name"] == "diagnostic"]
    assert check == {"name": "diagnostic", "status": "skipped", "detail": "cannot re-run ts here"}


async def test_a_model_that_leaves_the_problem_is_asked_once_more_and_then_refused(it: Scripted) -> None:
    uri = it.open(TEXT)
    given = diagnostic(TEXT, "pricse", UNDEFINED, "Pyright", "reportUndefinedVariable")
    still = block("def total(prices):", "def total(prices):  # fixed", it.name(uri))
    right = block("    return sum(pricse)", "    return sum(prices)", it.name(uri))
    it.endpoint.enqueue(Answer(text=still), Answer(text=right))
    result = await it.editor.command("kibitz.fix", {"uri": uri, "diagnostic": given})
    assert "sum(prices)" in applied(TEXT, result["edit"])
    assert "diagnostic: still there" in it.endpoint.requests[1].prompt
    it.fresh()
    it.endpoint.enqueue(Answer(text=still), Answer(text=still))
    error = await it.error("kibitz.fix", uri=uri, diagnostic=given)
    assert error["kind"] == "bad_response"
    assert "still there" in error["message"]
    assert len(it.endpoint.requests) == 2


async def test_a_model_that_brings_another_problem_is_refused(it: Scripted) -> None:
    uri = it.open(TEXT)
    given = diagnostic(TEXT, "pricse", UNDEFINED, "Pyright", "reportUndefinedVariable")
    worse = block("    return sum(pricse)", "    import os\n    return sum(prices)", it.name(uri))
    it.endpoint.enqueue(Answer(text=worse), Answer(text=worse))
    error = await it.error("kibitz.fix", uri=uri, diagnostic=given)
    assert error["kind"] == "bad_response"
    assert "imported but unused" in error["message"]


async def test_listing_asks_no_model_and_offers_both(it: Scripted) -> None:
    uri = it.open(TEXT)
    given = diagnostic(TEXT, "pricse", UNDEFINED, "Pyright", "reportUndefinedVariable")
    actions = await listed(it.editor, uri, [given])
    tied = [a for a in actions if a.get("diagnostics")]
    assert [a["title"] for a in tied] == ["Change `pricse` to `prices`", f"Fix with kibitz: {UNDEFINED}"]
    resolved = await it.editor.request("codeAction/resolve", tied[0])
    assert "sum(prices)" in applied(TEXT, resolved["edit"])
    assert it.endpoint.requests == []


async def test_several_problems_are_one_call(it: Scripted, tmp_path: Path) -> None:
    text = "const a: T = {};\nconst b: T = {};\n"
    uri = it.open(text, "typescript", ".ts")
    message = "Property 'c' is missing in type '{}' but required in type 'T'."
    given = [diagnostic(text, name, message, "ts", 2741) for name in ("a:", "b:")]
    said = block(text.strip(), text.strip().replace("{}", "{ c: 1 }"), it.name(uri))
    it.endpoint.enqueue(Answer(text=said))
    (every,) = [a for a in await listed(it.editor, uri, given) if a["title"] == "Fix all 2 with kibitz"]
    resolved = await it.editor.request("codeAction/resolve", every)
    assert applied(text, resolved["edit"]).count("{ c: 1 }") == 2
    assert len(it.endpoint.requests) == 1


# --- other clients


async def test_a_client_that_can_do_nothing_is_handed_the_edit(tmp_path: Path) -> None:
    literals = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    async with Editor({"textDocument": {"codeAction": literals}}, root=tmp_path) as bare:
        await bare.initialize()
        uri = "untitled:bare.ts"
        bare.open(uri, SCRIPT, "typescript")
        (action,) = await listed(bare, uri, [diagnostic(SCRIPT, "bb", f"'bb' {UNUSED}", "ts", 6133)])
        assert "command" not in action
        assert [e["newText"] for e in action["edit"]["changes"][uri]] == [""]


async def test_a_client_without_literals_runs_a_command(tmp_path: Path) -> None:
    plain = {"workspace": {"applyEdit": True}, "textDocument": {"codeAction": {}}}
    async with Editor(plain, root=tmp_path) as old:
        await old.initialize()
        uri = "untitled:old.ts"
        old.open(uri, SCRIPT, "typescript")
        (command,) = await listed(old, uri, [diagnostic(SCRIPT, "bb", f"'bb' {UNUSED}", "ts", 6133)])
        assert command["command"] == "kibitz.fix"
        given = {"command": command["command"], "arguments": command["arguments"]}
        assert (await old.request("workspace/executeCommand", given))["applied"] is True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_columns_are_counted_as_the_client_counts(tmp_path: Path, encoding: str) -> None:
    capabilities = {**PROFILES["vscode"], "general": {"positionEncodings": [encoding]}}
    text = "/* 😀é */ import { aa, bb } from './m'; bb();\n"
    codec, size = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    at = len(text[: text.index("aa")].encode(codec)) // size
    async with Editor(capabilities, root=tmp_path) as one:
        await one.initialize()
        one.open("untitled:u.ts", text, "typescript")
        where = {"start": {"line": 0, "character": at}, "end": {"line": 0, "character": at + 2}}
        given = {"range": where, "message": f"'aa' {UNUSED}", "source": "ts", "code": 6133}
        result = await one.command("kibitz.fix", {"uri": "untitled:u.ts", "diagnostic": given})
        ((edit,),) = [change["edits"] for change in result["edit"]["documentChanges"]]
        assert edit["range"] == {
            "start": {"line": 0, "character": at},
            "end": {"line": 0, "character": at + 4},
        }
        assert edit["newText"] == ""
