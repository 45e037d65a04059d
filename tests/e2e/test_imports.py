"""What the server's own process imports: nothing heavy before `initialize` is answered, and some things never."""

from __future__ import annotations

import pytest

from support.endpoint import Answer
from support.samples import BUGGY
from support.scripted import MODEL, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAVY = {
    "jedi", "rope", "ast_grep_py", "sqlite3", "_sqlite3", "aiosqlite", "tree_sitter", "rich", "litellm", "openai", "httpx", "pydantic",
    "pathspec", "platformdirs", "multiprocessing",
}  # fmt: skip
NEVER = {"litellm", "openai", "pydantic", "httpx", "jedi", "parso", "rope", "ast_grep_py"}
BODY = {"start": {"line": 24, "character": 0}, "end": {"line": 25, "character": 23}}


async def test_nothing_heavy_is_imported_before_initialize_is_answered(it: Scripted) -> None:
    early = set((await it.editor.command("t.modules"))["early"])
    assert "kibitz.lsp.server" in early
    assert early & HEAVY == set()
    assert {
        name for name in early if name.startswith(("kibitz.features", "kibitz.models", "kibitz.store"))
    } == set()


async def test_some_things_are_never_imported(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.reply_with(lambda received: Answer(text="[]" if "JSON" in received.prompt else "ok"))
    document = {"textDocument": {"uri": uri}}
    await it.editor.request("textDocument/completion", {**document, "position": {"line": 3, "character": 11}})
    await it.editor.request("textDocument/diagnostic", document)
    await it.editor.request(
        "textDocument/codeAction", {**document, "range": BODY, "context": {"diagnostics": []}}
    )
    try:
        for model in ("offline", MODEL):
            await it.editor.command("kibitz.models.select", {"model": model})
            for name, given in (
                ("kibitz.explain", {}),
                ("kibitz.refactor", {"range": BODY, "kind": "extract_function"}),
                ("kibitz.findBugs", {}),
                ("kibitz.fix", {"diagnostic": {"range": BODY, "message": "m"}}),
                ("kibitz.generateTests", {"symbol": "average"}),
                ("kibitz.analyze", {}),
                ("kibitz.run", {}),
                ("kibitz.validate", {}),
                ("kibitz.chat.send", {"message": "What is this?"}),
                ("kibitz.models.list", {}),
                ("kibitz.projects.get", {"project": "project"}),
                ("kibitz.usage", {}),
                ("kibitz.egress", {}),
            ):
                given = {"command": name, "arguments": [{"uri": uri, **given}]}
                await it.editor.answer(it.editor.start("workspace/executeCommand", given))
    finally:
        await it.editor.command("kibitz.models.select", {"model": MODEL})
    assert it.endpoint.requests
    assert set((await it.editor.command("t.modules"))["now"]) & NEVER == set()
