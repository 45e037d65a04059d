"""A workspace nobody trusts: no process is started, no model is called, no project setting is read; the rest answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor
from support.endpoint import Endpoint
from support.processes import children
from support.profiles import PROFILES
from support.samples import BUGGY

WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 30, "character": 0}}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("model", ["", "openai/scripted"])
async def test_nothing_is_started_or_sent(tmp_path: Path, model: str) -> None:
    (tmp_path / "shop.py").write_text(BUGGY, "utf-8")
    (tmp_path / ".kibitz.toml").write_text("[completion]\nlanguages = ['go']\n", "utf-8")
    async with Endpoint() as endpoint, Editor(PROFILES["vscode"], root=tmp_path) as editor:
        editor.settings = {"trusted": False, "model": model, "api_base": endpoint.url}
        await editor.initialize(editor.settings)
        started: set[str] = set()

        async def refused(name: str, **given: Any) -> str:
            error = await editor.error("workspace/executeCommand", {"command": name, "arguments": [given]})
            started.update(children(editor.process.pid))
            assert error["data"]["message"].endswith(".")
            assert error["data"]["hint"]
            kind: str = error["data"]["kind"]
            return kind

        async def answered(method: str, params: Any) -> Any:
            result = await editor.request(method, params)
            started.update(children(editor.process.pid))
            return result

        async def command(name: str, **given: Any) -> Any:
            return await answered("workspace/executeCommand", {"command": name, "arguments": [given]})

        uri = (tmp_path / "shop.py").as_uri()
        document = {"textDocument": {"uri": uri}}
        editor.open(uri, BUGGY + "\n\ndef again(values):\n    total = sum(\n")
        at = {**document, "position": {"line": 29, "character": 16}}
        ghost = await answered("textDocument/inlineCompletion", {**at, "context": {"triggerKind": 1}})
        assert ghost["items"][0]["insertText"] == "values)", (
            "the project's settings are not read, and the rest works"
        )
        explained = await command("kibitz.explain", uri=uri, range=WHOLE)
        assert explained["engine"] == "offline"
        assert "average" in explained["markdown"]
        report = await answered("textDocument/diagnostic", document)
        assert [d["code"] for d in report["items"]] == ["syntax"], "what needs no process is still found"
        assert await answered(
            "textDocument/codeAction",
            {**document, "range": WHOLE, "context": {"diagnostics": report["items"]}},
        )
        assert (await command("kibitz.analyze", uri=uri))["symbols"]
        assert (await command("kibitz.validate", uri=uri))["valid"] is False
        assert (await command("kibitz.findBugs", uri=uri))["engine"] == "offline"
        assert [f["rule"] for f in (await command("kibitz.findBugs"))["findings"]] == ["syntax"]
        assert (await command("kibitz.status"))["trusted"] is False
        models = (await command("kibitz.models.list"))["models"]
        assert [m["name"] for m in models if m["available"]] == ["offline"]
        assert len(models) == (2 if model else 1)
        assert (await command("kibitz.egress"))["rows"] == []
        assert (
            await refused("kibitz.refactor", uri=uri, range=WHOLE, instruction="rename total to amount")
            == "untrusted"
        )
        assert await refused("kibitz.refactor", uri=uri, range=WHOLE, kind="organize_imports") == "untrusted"
        assert (
            await refused("kibitz.fix", uri=uri, diagnostic={"range": WHOLE, "message": "m"}) == "untrusted"
        )
        assert await refused("kibitz.generateTests", uri=uri) == "untrusted"
        assert await refused("kibitz.run", uri=uri) == "untrusted"
        assert await refused("kibitz.models.select", model="openai/scripted") == "untrusted"
        assert await refused("kibitz.chat.send", message="hello", model="openai/scripted") == "untrusted"
        resolved = await editor.error(
            "codeAction/resolve",
            {
                "title": "x",
                "data": {"kibitz": {"do": "refactor", "kind": "inline", "uri": uri, "range": WHOLE}},
            },
        )
        assert resolved["data"]["kind"] == "untrusted"
        started.update(children(editor.process.pid))
        assert started == set()
        assert endpoint.requests == []
        assert endpoint.connections == []
        assert await editor.leave() == 0


async def test_trust_that_is_given_later_counts(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(BUGGY, "utf-8")
    async with Editor(root=tmp_path) as editor:
        await editor.initialize({"trusted": False})
        uri = (tmp_path / "shop.py").as_uri()
        assert (await editor.command("kibitz.findBugs", {"uri": uri}))["findings"] == []
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": {"trusted": True}}})
        assert (await editor.command("kibitz.findBugs", {"uri": uri}))["findings"]
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": {"trusted": False}}})
        assert (await editor.command("kibitz.findBugs", {"uri": uri}))["findings"] == []
        error = await editor.error(
            "workspace/executeCommand",
            {
                "command": "kibitz.refactor",
                "arguments": [{"uri": uri, "range": WHOLE, "kind": "organize_imports"}],
            },
        )
        assert error["data"]["kind"] == "untrusted"


@pytest.mark.parametrize("source", ["environment", "user", "project"])
async def test_only_the_editor_says_what_is_trusted(
    source: str, tmp_path: Path, kibitz_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "environment":
        monkeypatch.setenv("KIBITZ_TRUSTED", "false")
    else:
        folder = tmp_path if source == "project" else kibitz_home
        folder.mkdir(exist_ok=True)
        (folder / (".kibitz.toml" if source == "project" else "config.toml")).write_text(
            "trusted = false\n", "utf-8"
        )
    async with Editor(root=tmp_path) as editor:
        await editor.initialize()
        status = await editor.command("kibitz.status")
        assert status["trusted"] is True
        assert [p["field"] for p in status["problems"]] == ["trusted"]
