"""The menu of refactorings without a model, in editors of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor
from support.offline import offline_editor
from support.profiles import PROFILES
from support.scripted import applied

pytestmark = pytest.mark.asyncio(loop_scope="session")


def at(needle: str, text: str) -> dict[str, Any]:
    """A cursor at a text."""
    line = next(n for n, shown in enumerate(text.split("\n")) if needle in shown)
    spot = {"line": line, "character": text.split("\n")[line].index(needle)}
    return {"start": spot, "end": spot}


async def listed(editor: Editor, uri: str, where: dict[str, Any]) -> list[dict[str, Any]]:
    params = {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": []}}
    actions: list[dict[str, Any]] = await editor.request("textDocument/codeAction", params)
    return actions


BRANCHES = """from typing import Optional


def price(cart: Optional[int], tax):
    # kibitz: rename total to amount
    total = 0
    if not not cart:
        total = cart * tax
    return total
"""


@pytest.mark.parametrize("profile", ["vscode", "neovim", "eglot", "ale", "minimal"])
async def test_every_editor_has_what_the_engine_does(tmp_path: Path, profile: str) -> None:
    async with offline_editor(tmp_path, PROFILES[profile]) as editor:
        uri = "untitled:price.py"
        editor.open(uri, BRANCHES)
        want = {
            "Modernise": (at("Optional[int]", BRANCHES), "cart: int | None"),
            "Simplify": (at("not not", BRANCHES), "    if cart:\n"),
            "Do what the comment says: rename total to amount": (
                at("total = 0", BRANCHES),
                "    amount = 0\n    if",
            ),
        }
        for title, (where, there) in want.items():
            actions = await listed(editor, uri, where)
            action = next(a for a in actions if a["title"] == title)
            if "data" in action:
                edit = (await editor.request("codeAction/resolve", action))["edit"]
            else:
                command = action["command"] if isinstance(action["command"], dict) else action
                (given,) = command["arguments"]
                assert given["apply"] is True, "it has to be applied for an editor that cannot resolve"
                given = {**given, "apply": False}
                edit = (await editor.command(command["command"], given))["edit"]
            changes = edit.get("changes") or {
                d["textDocument"]["uri"]: d["edits"] for d in edit["documentChanges"]
            }
            assert list(changes) == [uri]
            assert there in applied(BRANCHES, {"documentChanges": [{"edits": changes[uri]}]})


async def test_without_a_model_words_do_what_the_engine_can(tmp_path: Path) -> None:
    async with offline_editor(tmp_path, PROFILES["vscode"]) as editor:
        uri = "untitled:price.py"
        editor.open(uri, BRANCHES)
        result = await editor.command(
            "kibitz.refactor",
            {"uri": uri, "range": at("not not", BRANCHES), "instruction": "simplify the condition"},
        )
        assert result["engine"] == "offline"
        assert "    if cart:\n" in applied(BRANCHES, result["edit"])
        error = await editor.error(
            "workspace/executeCommand",
            {
                "command": "kibitz.refactor",
                "arguments": [
                    {"uri": uri, "range": at("price(", BRANCHES), "instruction": "use a dataclass"}
                ],
            },
        )
        assert error["data"]["kind"] == "unsupported"
