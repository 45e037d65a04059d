"""Settings from everywhere: wrong ones are named and cost themselves alone, and changed ones take effect at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor
from support.profiles import PROFILES
from support.samples import BUGGY

REPEATED = "value = compute_the_total(items)\n" * 3 + "value = compute_\n"


async def warned(editor: Editor, *words: str) -> str:
    """The warning with all these words."""
    params = await editor.notification(
        "window/showMessage", lambda p: all(word in p["message"] for word in words)
    )
    text: str = params["message"]
    return text


async def suggestions(editor: Editor, uri: str) -> list[Any]:
    params = {
        "textDocument": {"uri": uri},
        "position": {"line": 3, "character": 16},
        "context": {"triggerKind": 1},
    }
    items: list[Any] = (await editor.request("textDocument/inlineCompletion", params))["items"]
    return items


async def test_wrong_settings_from_everywhere_at_once(
    tmp_path: Path, kibitz_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kibitz_home.mkdir()
    (kibitz_home / "config.toml").write_text(
        '[budget]\nper_day_usd = "a lot"\n[completion]\nmax_lines = 3\n', "utf-8"
    )
    monkeypatch.setenv("KIBITZ_HISTORY_MAX_MESSAGES", "many")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".kibitz.toml").write_text(
        'model = "openai/theirs"\napi_base = "https://evil.test"\n', "utf-8"
    )
    async with Editor(root=tmp_path / "project") as editor:
        await editor.initialize(
            {
                "kibitz": {
                    "sandbox": {"timeout_s": -1},
                    "openai_api_key": "sk-canary",
                    "nonsense": 1,
                    "trusted": "yes",
                }
            }
        )
        text = await warned(editor, "budget.per_day_usd", "history.max_messages", "sandbox.timeout_s")
        for word in (
            "openai_api_key",
            "nonsense",
            "trusted",
            "`model`",
            "`api_base`",
            "config.toml",
            "KIBITZ_HISTORY_MAX_MESSAGES",
        ):
            assert word in text
        assert "sk-canary" not in str(editor.messages)
        status = await editor.command("kibitz.status")
        assert {p["field"] for p in status["problems"]} >= {
            "budget.per_day_usd",
            "history.max_messages",
            "sandbox.timeout_s",
            "trusted",
            "model",
            "api_base",
        }
        assert status["model"] == "offline"
        assert status["budget"]["perDayUsd"] == 5.0
        editor.open("untitled:a.py", REPEATED)
        assert await suggestions(editor, "untitled:a.py")
        assert await editor.leave() == 0
    assert len([m for m in editor.messages if m.get("method") == "window/showMessage"]) == 1, (
        "all of it is said once"
    )


@pytest.mark.parametrize("content", [b"model = 1\n" * 2, b"\xff\xfe\x00", None])
async def test_a_config_file_that_cannot_be_read(kibitz_home: Path, content: bytes | None) -> None:
    kibitz_home.mkdir()
    if content is None:
        (kibitz_home / "config.toml").mkdir()
    else:
        (kibitz_home / "config.toml").write_bytes(content)
    async with Editor() as editor:
        await editor.initialize()
        await warned(editor, "config.toml", "cannot be read")
        assert (await editor.command("kibitz.status"))["model"] == "offline"


@pytest.mark.parametrize(
    "options", ["text", {"kibitz": []}, {"completion": 1, "budget": {"per_day_usd": {"a": 1}}}]
)
async def test_options_of_any_shape_do_not_stop_the_server(options: Any) -> None:
    async with Editor() as editor:
        await editor.initialize(options)
        assert (await editor.command("kibitz.status"))["model"] == "offline"


async def test_settings_are_pulled_from_an_editor_that_has_them() -> None:
    async with Editor(PROFILES["vscode"]) as editor:
        editor.settings = {"completion": {"enabled": False}, "nonsense": True}
        await editor.initialize()
        await warned(editor, "nonsense")
        editor.open("untitled:a.py", REPEATED)
        assert await suggestions(editor, "untitled:a.py") == []
        editor.settings = {"completion": {"enabled": True}}
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await editor.until(
            lambda: sum(m.get("method") == "workspace/configuration" for m in editor.messages) == 2
        )
        for _ in range(200):
            if found := await suggestions(editor, "untitled:a.py"):
                break
        assert found[0]["insertText"] == "the_total(items)"


async def test_settings_are_taken_from_an_editor_that_pushes_them() -> None:
    async with Editor() as editor:
        await editor.initialize()
        editor.open("untitled:a.py", REPEATED)
        assert await suggestions(editor, "untitled:a.py")
        editor.notify(
            "workspace/didChangeConfiguration",
            {"settings": {"kibitz": {"completion": {"languages": ["go"]}}}},
        )
        assert await suggestions(editor, "untitled:a.py") == []
        editor.notify(
            "workspace/didChangeConfiguration",
            {"settings": {"kibitz": {"completion": {"languages": "python"}}}},
        )
        await warned(editor, "completion.languages")
        for settings in (None, [], {"kibitz": 7}, {"other": {}}, "x"):
            editor.notify("workspace/didChangeConfiguration", {"settings": settings})
        assert await editor.command("kibitz.status")


async def test_a_projects_settings_are_read_again_when_they_change(tmp_path: Path) -> None:
    async with Editor(PROFILES["vscode"], root=tmp_path) as editor:
        await editor.initialize()
        registered = await editor.notification("client/registerCapability")
        (registration,) = registered["registrations"]
        assert registration["method"] == "workspace/didChangeWatchedFiles"
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, REPEATED)
        assert await suggestions(editor, uri)
        settings = tmp_path / ".kibitz.toml"
        settings.write_text('[completion]\nlanguages = ["go"]\nmodel = "openai/theirs"\n', "utf-8")
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 1}]})
        assert await suggestions(editor, uri) == []
        assert "a project may not set it" in await warned(editor, "completion.model")
        settings.unlink()
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 3}]})
        assert await suggestions(editor, uri)


async def test_folders_come_and_go(tmp_path: Path) -> None:
    for name, language in (("one", "go"), ("two", "python")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop.py").write_text(BUGGY, "utf-8")
        (tmp_path / name / ".kibitz.toml").write_text(f'[completion]\nlanguages = ["{language}"]\n', "utf-8")
    one, two = ({"uri": (tmp_path / name).as_uri(), "name": name} for name in ("one", "two"))
    async with Editor(PROFILES["vscode"], root=tmp_path / "one") as editor:
        await editor.initialize()
        assert {f["uri"] for f in (await editor.command("kibitz.findBugs"))["findings"]} == {
            f"{one['uri']}/shop.py"
        }
        first, second = f"{one['uri']}/a.py", f"{two['uri']}/a.py"
        editor.open(first, REPEATED)
        editor.open(second, REPEATED)
        assert await suggestions(editor, first) == [], "each folder has its own settings"
        assert await suggestions(editor, second)
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [two], "removed": [one]}})
        assert {f["uri"] for f in (await editor.command("kibitz.findBugs"))["findings"]} == {
            f"{two['uri']}/shop.py"
        }
        assert (await editor.command("kibitz.status"))["root"] == str(tmp_path / "two")
        assert [p["root"] for p in (await editor.command("kibitz.projects.list"))["projects"]] == [
            str(tmp_path / "two")
        ]
        (tmp_path / "two" / ".kibitz.toml").write_text('api_base = "https://evil.test"\n', "utf-8")
        gone = {"uri": (tmp_path / "gone").as_uri(), "name": "gone"}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [gone, two], "removed": []}})
        assert "api_base" in await warned(editor, "a project may not set it")
        assert (await editor.command("kibitz.status"))["root"] == str(tmp_path / "two")


async def test_the_log_goes_where_the_settings_say(tmp_path: Path, kibitz_home: Path) -> None:
    wanted = tmp_path / "deep" / "own.log"
    async with Editor() as editor:
        await editor.initialize({"log": {"level": "debug", "file": str(wanted)}})
        editor.open("untitled:secret.py", "password = 'canary-in-a-file'\n")
        await editor.command("kibitz.chat.send", {"message": "canary-in-a-prompt"})
        await editor.error("textDocument/completion", None)
        editor.notify("textDocument/didChange", {"textDocument": {}})
        await editor.command("kibitz.status")
        assert await editor.leave() == 0
    assert wanted.is_file()
    assert "didChange" in wanted.read_text("utf-8")
    assert "canary" not in wanted.read_text("utf-8"), "no prompt and no file's text is in a log"
    assert not (kibitz_home / "kibitz.log").exists()


async def test_a_model_process_that_does_not_start_is_told_of(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        "from kibitz.cli.serve import run\n"
        "from kibitz.models import model_worker\n"
        "model_worker.WARM_TIMEOUT_S = 0.0\n"
        "run()\n",
        "utf-8",
    )
    async with Editor(server=[sys.executable, "-P", str(script)]) as editor:
        await editor.initialize({"model": "openai/gpt-4o", "api_base": "http://127.0.0.1:1/v1"})
        status = await editor.notification("didChangeStatus")
        assert status["kind"] == "Error"
        assert status["message"] in await warned(editor, "did not get ready in time")
        assert (await editor.command("kibitz.status"))["model"] == "openai/gpt-4o"
