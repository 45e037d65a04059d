"""Models without a known price: who is asked whether they may be used, and what becomes of the answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cli import KIBITZ, kibitz
from support.editor import Editor
from support.model_server import telling_server
from support.profiles import PROFILES
from support.scripted import MODEL, Scripted

FAR = "openai/unheard-of@https://models.invalid/v1"
"""Nobody's address: what may be sent there ends in `network`."""


@pytest.fixture
def answers(it: Scripted) -> dict[str, Any]:
    """The title of the button the user presses; None: the question is dismissed."""
    pressed: dict[str, Any] = {"title": None}

    def press(params: Any) -> Any:
        titles = [action["title"] for action in params["actions"]]
        return {"title": titles[pressed["title"]]} if pressed["title"] is not None else None

    it.editor.on["window/showMessageRequest"] = press
    return pressed


def questions(it: Scripted) -> list[str]:
    return [
        m["params"]["message"] for m in it.editor.messages if m.get("method") == "window/showMessageRequest"
    ]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_editor_asks_once(it: Scripted, answers: dict[str, Any]) -> None:
    uri = it.open("a = 1\n")
    try:
        for name, press, kinds in (
            (FAR, None, ["budget", "budget"]),
            (FAR.replace("unheard", "never-heard"), 1, ["budget", "budget"]),
            (FAR.replace("unheard", "seldom-heard"), 0, ["network", "network"]),
        ):
            it.fresh()
            answers["title"] = press
            await it.editor.command("kibitz.models.select", {"model": name})
            told = [await it.error("kibitz.explain", uri=uri) for _ in kinds]
            assert [one["kind"] for one in told] == kinds
            assert len(questions(it)) == 1, "who has answered is not asked again"
            assert name.partition("@")[0] in questions(it)[0]
            if "budget" in kinds:
                assert "budget.allow_unpriced" in told[0]["hint"]
    finally:
        await it.editor.command("kibitz.models.select", {"model": MODEL})
    assert (await it.editor.command("kibitz.explain", {"uri": uri}))["markdown"] == "ok"


@pytest.mark.asyncio(loop_scope="session")
async def test_an_editor_that_cannot_ask_is_told_how_to_allow_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "home"))
    quiet = {key: value for key, value in PROFILES["vscode"].items() if key != "window"}
    async with Editor(quiet, root=tmp_path, server=telling_server(tmp_path)) as editor:
        editor.settings = {"model": FAR}
        await editor.initialize(editor.settings)
        await editor.command("t.impatient")
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, "a = 1\n")
        explain = {"command": "kibitz.explain", "arguments": [{"uri": uri}]}
        error = await editor.error("workspace/executeCommand", explain)
        assert error["data"]["kind"] == "budget"
        assert "budget.allow_unpriced" in error["data"]["hint"]
        editor.settings = {"model": FAR, "budget": {"allow_unpriced": ["openai/unheard-of"]}}
        editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": editor.settings}})
        error = await editor.error("workspace/executeCommand", explain)
        assert error["data"]["kind"] == "network"
        assert not [m for m in editor.messages if m.get("method") == "window/showMessageRequest"]
        await editor.leave()


def test_a_command_without_a_terminal_says_how_to_allow_it(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("a = 1\n", "utf-8")
    ran = kibitz("explain", file, "--engine", FAR, "--json", env={"KIBITZ_HOME": str(tmp_path / "home")})
    assert (ran.code, ran.error["kind"]) == (4, "budget")
    assert "budget.allow_unpriced" in ran.error["hint"]


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
@pytest.mark.parametrize(("typed", "code"), [("y\n", 3), ("n\n", 4)])
def test_a_command_asks_at_a_terminal(tmp_path: Path, typed: str, code: int) -> None:
    import pty

    file = tmp_path / "a.py"
    file.write_text("a = 1\n", "utf-8")
    environment = {**os.environ, "KIBITZ_HOME": str(tmp_path / "home")}
    for expected in (code, 3) if code == 3 else (code,):
        child, terminal = pty.fork()
        if not child:
            os.execve(KIBITZ[0], [*KIBITZ, "explain", str(file), "--engine", FAR], environment)
        said = read_until(terminal, lambda text: "[y/N]" in text)
        if "[y/N]" in said:
            assert "unheard-of" in said
            os.write(terminal, typed.encode())
            read_until(terminal, lambda _: False)
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        assert os.waitstatus_to_exitcode(status) == expected
        typed = "never asked again\n"


def read_until(terminal: int, done: Callable[[str], bool]) -> str:
    """What a command writes to its terminal, until a condition or its end."""
    text = ""
    while not done(text):
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that nobody is at the other end any more
            break
        if not data:
            break
        text += data.decode(errors="replace")
    return text
