"""How it ends: whatever becomes of the server, no process of its own outlives it and nothing of it is left lying about."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor
from support.processes import children
from support.profiles import PROFILES
from support.samples import BUGGY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

URI = "untitled:shop.py"
BODY = {"start": {"line": 24, "character": 0}, "end": {"line": 25, "character": 23}}


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def with_workers(editor: Editor) -> list[int]:
    """The numbers of the worker processes of a server that has some."""
    await editor.initialize()
    editor.open(URI, BUGGY)
    await editor.command("kibitz.findBugs", {"uri": URI})
    await editor.command("kibitz.refactor", {"uri": URI, "range": BODY, "kind": "extract_function"})
    started = [int(line.split()[0]) for line in children(editor.process.pid, with_pid=True)]
    assert len(started) >= 2, "the rules and the Python process"
    return started


@pytest.mark.parametrize("how", ["shutdown", "exit", "end of input", "SIGTERM", "SIGINT", "SIGKILL"])
async def test_no_process_outlives_the_server(how: str) -> None:
    async with Editor(PROFILES["vscode"]) as editor:
        started = await with_workers(editor)
        if how == "shutdown":
            assert await editor.leave() == 0
        elif how == "exit":
            editor.notify("exit")
        elif how == "end of input":
            editor.process.stdin.close()  # type: ignore[union-attr]
        else:
            editor.process.send_signal(getattr(signal, how))
        await asyncio.wait_for(editor.process.wait(), 20)
        async with asyncio.timeout(20):
            while any(map(alive, started)):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("how", ["shutdown", "exit", "SIGINT"])
async def test_it_ends_while_its_processes_are_being_started(how: str) -> None:
    for number in range(3):
        async with Editor(PROFILES["vscode"]) as editor:
            await editor.initialize()
            editor.open(URI, BUGGY)
            for name, given in (
                ("kibitz.findBugs", {}),
                ("kibitz.refactor", {"range": BODY, "kind": "extract_function"}),
                ("kibitz.chat.send", {"message": "What is a wombat?"}),
            ):
                editor.start(
                    "workspace/executeCommand", {"command": name, "arguments": [{"uri": URI, **given}]}
                )
            begun = number + 1  # each time a little later
            await editor.until(
                lambda n=begun: sum(m.get("method") == "$/progress" for m in editor.messages) >= n
            )
            if how == "SIGINT":
                editor.process.send_signal(signal.SIGINT)
            elif how == "exit":
                editor.notify("exit")
            else:
                await editor.request("shutdown")
                editor.notify("exit")
            code = await asyncio.wait_for(editor.process.wait(), 20)
            assert code == {"SIGINT": 130, "exit": 1, "shutdown": 0}[how]


async def test_work_under_way_does_not_hold_up_the_end() -> None:
    async with Editor(PROFILES["vscode"]) as editor:
        await editor.initialize()
        editor.open("untitled:loop.py", "while True: pass\n")
        number = editor.start(
            "workspace/executeCommand", {"command": "kibitz.run", "arguments": [{"uri": "untitled:loop.py"}]}
        )
        await editor.notification("$/progress", lambda p: p["value"]["kind"] == "begin")
        begun = asyncio.get_running_loop().time()
        await editor.request("shutdown")
        editor.notify("exit")
        assert await asyncio.wait_for(editor.process.wait(), 20) == 0
        assert asyncio.get_running_loop().time() - begun < 10, "the run had twenty seconds"
        assert len(editor.answers.get(number, [])) <= 1


async def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    async with Editor(PROFILES["vscode"]) as editor:
        await with_workers(editor)
        given: dict[str, Any]
        for name, given in (
            ("kibitz.generateTests", {"symbol": "average"}),
            ("kibitz.run", {}),
            ("kibitz.explain", {"open": True}),
        ):
            await editor.answer(
                editor.start(
                    "workspace/executeCommand", {"command": name, "arguments": [{"uri": URI, **given}]}
                )
            )
        assert await editor.leave() == 0
    assert os.listdir(folder) == []
