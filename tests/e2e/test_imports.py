"""What the server's own process imports: nothing heavy before `initialize` is answered, and some things never."""

from __future__ import annotations

import sys
from pathlib import Path

from support.editor import Editor
from support.endpoint import Answer, Endpoint
from support.profiles import PROFILES
from support.samples import BUGGY

TELLING = """
import sys
from kibitz.lsp import commands
from kibitz.lsp.protocol import Protocol
from kibitz.cli.serve import run

answer = Protocol._answer
early = []

def telling(self, number, result):
    answer(self, number, result)
    if not early:
        early.extend(sorted(sys.modules))

async def modules(session, given, token):
    return {"early": early, "now": sorted(sys.modules)}

Protocol._answer = telling
original = commands.table
commands.table = lambda: {**original(), "t.modules": modules}
run()
"""

HEAVY = {
    "jedi", "rope", "ast_grep_py", "sqlite3", "_sqlite3", "aiosqlite", "tree_sitter", "rich", "litellm", "openai", "httpx", "pydantic",
    "pathspec", "platformdirs", "concurrent.futures.process", "multiprocessing",
}  # fmt: skip
NEVER = {"litellm", "openai", "pydantic", "httpx", "jedi", "parso", "rope", "ast_grep_py"}
BODY = {"start": {"line": 24, "character": 0}, "end": {"line": 25, "character": 23}}


async def test_what_is_imported_when(tmp_path: Path) -> None:
    script = tmp_path / "telling.py"
    script.write_text(TELLING, "utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "shop.py").write_text(BUGGY, "utf-8")
    uri = (project / "shop.py").as_uri()
    async with (
        Endpoint() as endpoint,
        Editor(PROFILES["vscode"], root=project, server=[sys.executable, "-P", str(script)]) as editor,
    ):
        editor.settings = {"model": "openai/scripted", "api_base": endpoint.url}
        await editor.initialize(editor.settings)
        early = set((await editor.command("t.modules"))["early"])
        assert "kibitz.lsp.server" in early
        assert early & HEAVY == set()
        assert {m for m in early if m.startswith("kibitz.features")} == set()

        editor.open(uri, BUGGY)
        at = {
            "textDocument": {"uri": uri},
            "position": {"line": 3, "character": 11},
            "context": {"triggerKind": 1},
        }
        await editor.request("textDocument/inlineCompletion", at)
        await editor.request("textDocument/completion", {k: at[k] for k in ("textDocument", "position")})
        await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        await editor.request(
            "textDocument/codeAction",
            {"textDocument": {"uri": uri}, "range": BODY, "context": {"diagnostics": []}},
        )
        for model in ("offline", "openai/scripted"):
            await editor.command("kibitz.models.select", {"model": model})
            endpoint.reply_with(lambda received: Answer(text="[]" if "JSON" in received.prompt else "ok"))
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
                await editor.answer(
                    editor.start(
                        "workspace/executeCommand", {"command": name, "arguments": [{"uri": uri, **given}]}
                    )
                )
        assert endpoint.requests
        now = set((await editor.command("t.modules"))["now"])
        assert now & NEVER == set()
        assert await editor.leave() == 0
