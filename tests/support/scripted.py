"""An editor and its server with the scripted endpoint as the model, kept for a whole test module: LiteLLM imports slowly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.editor import SERVER, Editor
from support.endpoint import Answer, Endpoint
from support.profiles import PROFILES

MODEL = "openai/scripted"


class Scripted:
    """The editor, the endpoint, and what most tests do with both."""

    def __init__(self, editor: Editor, endpoint: Endpoint, root: Path) -> None:
        self.editor = editor
        self.endpoint = endpoint
        self.root = root
        self._names = 0

    def fresh(self) -> None:
        """Forget what was said before."""
        self.endpoint._queue.clear()
        self.endpoint.reply_with(lambda _: Answer(text="ok"))
        self.endpoint.requests.clear()
        self.editor.messages.clear()

    def open(self, text: str, language: str = "python", suffix: str = ".py") -> str:
        """Open a new document of the project; its URI."""
        self._names += 1
        uri = (self.root / f"file{self._names}{suffix}").as_uri()
        self.editor.open(uri, text, language)
        return uri

    def name(self, uri: str) -> str:
        """The document's path as prompts and answers have it."""
        return uri.rpartition("/")[2]

    async def error(self, name: str, **given: Any) -> dict[str, Any]:
        """The `data` of the error of a command that must fail."""
        error = await self.editor.error("workspace/executeCommand", {"command": name, "arguments": [given]})
        data: dict[str, Any] = error["data"]
        return data

    async def ghost(
        self, uri: str, line: int, character: int, kind: int = 1, **context: Any
    ) -> list[dict[str, Any]]:
        """The inline completions at a place."""
        at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        answer = await self.editor.request(
            "textDocument/inlineCompletion", {**at, "context": {"triggerKind": kind, **context}}
        )
        items: list[dict[str, Any]] = answer["items"]
        return items

    def told(self) -> list[str]:
        """What the user was told."""
        return [
            m["params"]["message"] for m in self.editor.messages if m.get("method") == "window/showMessage"
        ]

    def streamed(self, token: str) -> list[dict[str, Any]]:
        """What was streamed under a token."""
        progress = [m["params"] for m in self.editor.messages if m.get("method") == "$/progress"]
        return [p["value"] for p in progress if p["token"] == token]


@asynccontextmanager
async def scripted(folder: Path, server: list[str] = SERVER, **settings: Any) -> AsyncIterator[Scripted]:
    """A warm server in a project folder, its settings given by the editor."""
    root = folder / "project"
    root.mkdir()
    async with Endpoint() as endpoint:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KIBITZ_HOME", str(folder / "home"))
            opened = Editor(PROFILES["vscode"], root=root, server=server)
            await opened.__aenter__()
        try:
            opened.settings = {"model": MODEL, "api_base": endpoint.url, **settings}
            await opened.initialize(opened.settings)
            await opened.notification("didChangeStatus")
            yield Scripted(opened, endpoint, root)
            opened.assert_each_answered_once()
            assert await opened.leave() == 0
        finally:
            await opened.__aexit__()


def block(search: str, replace: str, name: str = "{name}") -> str:
    """An answer that replaces lines of a file."""
    return f"FILE {name}\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n"


def applied(text: str, edit: dict[str, Any]) -> str:
    """A text after a workspace edit of one document, in ASCII."""
    (change,) = edit["documentChanges"]
    lines = text.split("\n")
    for one in sorted(
        change["edits"],
        key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]),
        reverse=True,
    ):
        start, end = one["range"]["start"], one["range"]["end"]
        head, tail = lines[start["line"]][: start["character"]], lines[end["line"]][end["character"] :]
        lines[start["line"] : end["line"] + 1] = (head + one["newText"] + tail).split("\n")
    return "\n".join(lines)


def assert_envelope(result: dict[str, Any], engine: str = MODEL) -> None:
    """The result says who answered, how long it took, what it cost and what was checked."""
    assert result["engine"] == engine
    assert result["durationMs"] > 0
    assert set(result["usage"]) == {"inputTokens", "cachedTokens", "outputTokens", "costUsd", "estimated"}
    for check in result["checks"]:
        assert set(check) == {"name", "status", "detail"}
        assert check["status"] in ("passed", "failed", "skipped")
