"""The log of a server: what failed can be followed by its request's id through every process, and nothing secret is in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.cli import kibitz
from support.editor import Editor
from support.endpoint import Answer
from support.samples import BUGGY
from support.scripted import MODEL, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")

Line = dict[str, Any]


async def lines_until(it: Scripted, met: Callable[[list[Line]], bool]) -> list[Line]:
    """The lines of the server's log as soon as they meet a condition; each request makes sure that time has passed."""
    path = it.root.parent / "home" / "kibitz.log"
    lines: list[Line] = []
    for _ in range(300):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        if met(lines):
            return lines
        await it.editor.command("kibitz.status")
    raise AssertionError(f"waited in vain; the last lines: {lines[-5:]}")


def set_level(it: Scripted, level: str) -> None:
    push: Any = {"settings": {"kibitz": {"log": {"level": level}}}}
    it.editor.notify("workspace/didChangeConfiguration", push)


LISTED = "openai/gpt-4o"
"""A model of LiteLLM's list, which is asked by another process."""


async def test_a_failure_is_followed_through_the_processes(it: Scripted) -> None:
    await it.editor.command("kibitz.models.select", {"model": LISTED})
    before = len(await lines_until(it, lambda _: True))
    it.endpoint.enqueue(Answer(error_code="invalid_api_key", error_message="canary-of-the-provider"))
    await it.error("kibitz.explain", uri=it.open(BUGGY + "# canary-of-the-file\n"))
    lines = (await lines_until(it, lambda now: len(now) >= before + 3))[before:]
    request = lines[0]["request"]
    assert request
    assert {line["request"] for line in lines} == {request}
    attempt, call, answer = lines
    assert attempt["message"] == "an attempt failed"
    assert (attempt["worker"], attempt["kind"]) == ("model", "auth")
    assert attempt["process"] != call["process"] == answer["process"]
    assert attempt["error"][0]["type"].startswith("litellm.exceptions.")
    assert (call["feature"], call["model"], call["kind"]) == ("explain", LISTED, "auth")
    assert call["durationMs"] > 0
    assert (answer["method"], answer["kind"]) == ("workspace/executeCommand", "auth")
    assert answer["durationMs"] >= call["durationMs"]
    assert "canary" not in json.dumps(lines)
    await it.editor.command("kibitz.models.select", {"model": MODEL})


async def test_a_server_that_is_asked_directly_fails_in_one_process(it: Scripted) -> None:
    before = len(await lines_until(it, lambda _: True))
    it.endpoint.enqueue(Answer(error_code="invalid_api_key", error_message="canary-of-the-provider"))
    await it.error("kibitz.explain", uri=it.open(BUGGY + "# canary-of-the-file\n"))
    lines = (await lines_until(it, lambda now: len(now) >= before + 3))[before:]
    attempt, call, _ = lines
    assert (attempt["message"], attempt["kind"], call["kind"]) == ("an attempt failed", "auth", "auth")
    assert attempt["process"] == call["process"]
    assert attempt["error"][0]["type"] == "kibitz.models.direct.ProviderError"
    assert "canary" not in json.dumps(lines)


async def test_the_level_changes_while_it_runs(it: Scripted) -> None:
    before = len(await lines_until(it, lambda _: True))
    await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)})
    set_level(it, "debug")
    try:
        await it.editor.command("kibitz.explain", {"uri": it.open("canary = 1\n")})
        lines = await lines_until(
            it, lambda now: any(line["message"] == "a request was answered" for line in now[before:])
        )
    finally:
        set_level(it, "warning")
    answered = [line for line in lines[before:] if line.get("model") == MODEL]
    assert len(answered) == 1, "the first one was not worth a line at the level of its time"
    assert (answered[0]["message"], answered[0]["feature"]) == ("a model answered", "explain")
    assert "canary" not in json.dumps(lines[before:])


async def test_status_counts_and_times_the_calls(it: Scripted) -> None:
    await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)})
    rows = (await it.editor.command("kibitz.status"))["latencies"]
    (row,) = [row for row in rows if (row["feature"], row["model"]) == ("explain", MODEL)]
    assert row["calls"] > sum(row["failed"].values())
    assert row["inFlight"] == 0
    for times in (row["firstTokenMs"], row["totalMs"]):
        assert 0 < times["p50"] <= times["p95"] <= times["p99"]


async def test_an_unexpected_error_names_its_lines(tmp_path: Path, kibitz_home: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        "from kibitz.cli.serve import run\n"
        "from kibitz.lsp import commands\n"
        "async def broken(session, given, token): raise ZeroDivisionError('canary')\n"
        "original = commands.table\n"
        "commands.table = lambda: {**original(), 't.broken': broken}\n"
        "run()\n",
        "utf-8",
    )

    async with Editor(server=[sys.executable, "-P", str(script)]) as editor:
        await editor.initialize()
        error = await editor.error("workspace/executeCommand", {"command": "t.broken", "arguments": []})
        assert await editor.leave() == 0
    (line,) = [json.loads(line) for line in (kibitz_home / "kibitz.log").read_text("utf-8").splitlines()]
    assert line["request"] in error["data"]["hint"]
    assert line["error"][0]["type"] == "builtins.ZeroDivisionError"
    assert line["error"][0]["where"][-1].endswith("broken")
    assert "canary" not in json.dumps(line)


async def test_two_servers_share_a_log(kibitz_home: Path) -> None:
    async with Editor() as one, Editor() as two:
        for editor in (one, two):
            await editor.initialize({"log": {"level": "debug"}})
            await editor.command("kibitz.status")
        assert [await one.leave(), await two.leave()] == [0, 0]
    lines = [json.loads(line) for line in (kibitz_home / "kibitz.log").read_text("utf-8").splitlines()]
    assert len({line["process"] for line in lines}) == 2
    assert len({line["request"].partition("-")[0] for line in lines}) == 2


async def test_a_command_logs_too(tmp_path: Path, kibitz_home: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    env = {"KIBITZ_MODEL": "openai/gpt-4o"}
    assert kibitz("explain", tmp_path / "a.py", env=env).code == 3
    (line,) = [json.loads(line) for line in (kibitz_home / "kibitz.log").read_text("utf-8").splitlines()]
    assert (line["feature"], line["kind"], line["model"]) == ("explain", "auth", "openai/gpt-4o")
    assert line["request"]


async def test_a_command_goes_on_without_its_log(tmp_path: Path, kibitz_home: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    env = {"KIBITZ_MODEL": "openai/gpt-4o", "KIBITZ_LOG_FILE": str(tmp_path / "a.py" / "log")}
    ran = kibitz("explain", tmp_path / "a.py", env=env)
    assert ran.code == 3
    assert ran.err.count("cannot be written: Not a directory.") == 1
    assert "There is no key for openai." in ran.err
