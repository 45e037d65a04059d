"""The base protocol: lifecycle, exactly one answer, cancellation, errors, and what a library may not do to the stream."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from support.editor import Editor
from support.profiles import PROFILES

SLOW_SERVER = """
import asyncio, sys
from kibitz.errors import KibitzError
from kibitz.lsp import commands
from kibitz.cli.serve import run

async def slow(session, given, token):
    session.counters["started"] += 1
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        session.counters["stopped"] += 1
        raise

async def counters(session, given, token):
    return {**session.counters, "open": len(session.protocol._request_futures), "requests": len(session.protocol._open)}

async def raises(session, given, token):
    raise ValueError("/a/secret/path and a value")

async def refuses(session, given, token):
    raise KibitzError("budget", "Too much.", "Spend less.", retry_after_s=3.0)

async def prints(session, given, token):
    print("this goes to standard error")
    return "printed"

original = commands.table
commands.table = lambda: {**original(), "t.slow": slow, "t.counters": counters, "t.raises": raises, "t.refuses": refuses, "t.prints": prints}
run()
"""


@pytest.fixture
def slow_server(tmp_path: Path) -> list[str]:
    script = tmp_path / "slow_server.py"
    script.write_text(SLOW_SERVER, "utf-8")
    return [sys.executable, "-P", str(script)]


async def test_requests_before_initialize_are_refused_with_the_specified_code() -> None:
    async with Editor() as editor:
        assert (await editor.error("textDocument/hover"))["code"] == -32002
        assert (await editor.error("shutdown"))["code"] == -32002
        result = await editor.initialize()
        assert result["serverInfo"]["name"] == "kibitz"


async def test_a_second_initialize_is_refused() -> None:
    async with Editor() as editor:
        await editor.initialize()
        assert (await editor.error("initialize", {"processId": None, "capabilities": {}, "rootUri": None}))[
            "code"
        ] == -32600
        assert await editor.command("kibitz.status")


async def test_requests_before_initialized_are_answered() -> None:
    async with Editor(PROFILES["vscode"]) as editor:
        await editor.request(
            "initialize", {"processId": None, "capabilities": PROFILES["vscode"], "rootUri": None}
        )
        status = await editor.command("kibitz.status")
        assert status["engine"] == "offline"


async def test_after_shutdown_requests_are_refused_and_exit_says_zero() -> None:
    async with Editor() as editor:
        await editor.initialize()
        await editor.request("shutdown")
        assert (await editor.error("workspace/executeCommand", {"command": "kibitz.status"}))[
            "code"
        ] == -32600
        editor.notify("exit")
        assert await asyncio.wait_for(editor.process.wait(), 20) == 0


async def test_exit_without_shutdown_says_one() -> None:
    async with Editor() as editor:
        await editor.initialize()
        editor.notify("exit")
        assert await asyncio.wait_for(editor.process.wait(), 20) == 1


async def test_a_client_that_vanishes_ends_the_server_and_its_workers() -> None:
    async with Editor() as editor:
        await editor.initialize()
        editor.open("file:///a.go", "package main\n\nfunc f(x int) bool { return x == x }\n", "go")
        await editor.notification("textDocument/publishDiagnostics")
        assert editor.process.stdin is not None
        editor.process.stdin.close()
        assert await asyncio.wait_for(editor.process.wait(), 20) == 0


async def test_unknown_methods_and_commands() -> None:
    async with Editor() as editor:
        await editor.initialize()
        error = await editor.error("textDocument/nonsense", {})
        assert error["code"] == -32601
        assert error["data"]["kind"] == "unsupported"
        unknown = await editor.error("workspace/executeCommand", {"command": "kibitz.nonsense"})
        assert unknown["data"]["kind"] == "unsupported"
        editor.notify("$/somethingOptional", {"a": 1})
        assert await editor.command("kibitz.status")
        editor.assert_each_answered_once()


async def test_parameters_that_do_not_fit_are_answered() -> None:
    async with Editor() as editor:
        await editor.initialize()
        assert (await editor.error("textDocument/codeAction", {"textDocument": 7}))["code"] == -32602
        assert (await editor.error("textDocument/completion", None))["code"] == -32602
        assert (
            await editor.error("workspace/executeCommand", {"command": "kibitz.explain", "arguments": [[]]})
        )["code"] == -32602
        range_error = await editor.error(
            "workspace/executeCommand",
            {"command": "kibitz.refactor", "arguments": [{"uri": "file:///nowhere.py"}]},
        )
        assert range_error["data"]["kind"] == "not_found"
        editor.notify("textDocument/didChange", {"textDocument": {}})
        assert await editor.command("kibitz.status")
        editor.assert_each_answered_once()


async def test_a_handler_that_raises_is_answered_without_a_trace(slow_server: list[str]) -> None:
    async with Editor(server=slow_server) as editor:
        await editor.initialize()
        error = await editor.error("workspace/executeCommand", {"command": "t.raises"})
        assert error["code"] == -32603
        assert error["data"]["kind"] == "internal"
        assert "secret" not in str(error)
        assert "Traceback" not in str(error)
        refused = await editor.error("workspace/executeCommand", {"command": "t.refuses"})
        assert refused["data"] == {
            "kind": "budget",
            "message": "Too much.",
            "hint": "Spend less.",
            "retryAfterS": 3.0,
        }
        editor.assert_each_answered_once()


async def test_a_cancelled_command_is_answered_within_50_ms_and_stops(slow_server: list[str]) -> None:
    async with Editor(server=slow_server) as editor:
        await editor.initialize()
        await editor.command("t.counters")
        number = editor.start("workspace/executeCommand", {"command": "t.slow"})
        while (await editor.command("t.counters")).get("started") != 1:
            continue
        sent = time.monotonic()
        editor.notify("$/cancelRequest", {"id": number})
        answer = await editor.answer(number)
        assert answer["error"]["code"] == -32800
        assert answer["error"]["data"]["kind"] == "cancelled"
        assert editor.times[number] - sent < 0.5, (
            "the benchmark asserts 50 ms; a loaded machine gets ten times that"
        )
        while (await editor.command("t.counters")).get("stopped") != 1:
            continue
        editor.notify("$/cancelRequest", {"id": number})
        editor.notify("$/cancelRequest", {"id": 99999})
        await editor.command("t.counters")
        editor.assert_each_answered_once()


async def test_nothing_is_kept_of_what_is_over(slow_server: list[str]) -> None:
    async with Editor(server=slow_server) as editor:
        await editor.initialize()
        editor.open("file:///a.txt", "", "plaintext")
        for _ in range(500):
            editor.change("file:///a.txt", {"text": "x"})
        for _ in range(50):
            await editor.command("t.counters")
        counters = await editor.command("t.counters")
        assert counters["open"] == 0
        assert counters["requests"] == 1  # the one that asks


async def test_what_a_library_prints_does_not_reach_the_client(slow_server: list[str]) -> None:
    async with Editor(server=slow_server) as editor:
        await editor.initialize()
        assert await editor.command("t.prints") == "printed"
        assert await editor.command("kibitz.status")


async def test_superseded_completions_are_each_answered_once() -> None:
    async with Editor({"textDocument": {"inlineCompletion": {}}}) as editor:
        await editor.initialize()
        uri = "file:///typed.py"
        editor.open(uri, "import os\n\n")
        numbers = []
        for at, char in enumerate("os.path.join(os.getcwd(), 'x')"):
            where = {"line": 2, "character": at}
            editor.change(uri, {"range": {"start": where, "end": where}, "text": char})
            if numbers:
                editor.notify("$/cancelRequest", {"id": numbers[-1]})
            params = {
                "textDocument": {"uri": uri},
                "position": {"line": 2, "character": at + 1},
                "context": {"triggerKind": 2},
            }
            numbers.append(editor.start("textDocument/inlineCompletion", params))
        for number in numbers:
            await editor.answer(number)
        await editor.command("kibitz.status")
        editor.assert_each_answered_once()
        assert "result" in editor.answers[numbers[-1]][0]


BROKEN = [
    b"Content-Length: 5\r\n\r\n{bad}",
    b"Content-Length: 10\r\n\r\nnot json!!",
    b"Content-Length: nonsense\r\n\r\n{}",
    b"Content-Length: -5\r\n\r\n{}",
    b"Content-Length: 99999999999\r\n\r\n{}",
    b"Garbage-Header: 1\r\n\r\n",
    b"\x00\xff\xfe\r\n\r\n",
    b'Content-Length: 200\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"x"}',
    b'Content-Length: 4\r\n\r\n{"jsonrpc":"2.0"}',
    b"Content-Length: 2\r\n\r\n[]",
    b"Content-Length: 4\r\n\r\nnull",
    b'Content-Length: 17\r\n\r\n{"jsonrpc":"1.0"}',
]


@pytest.mark.parametrize("junk", BROKEN, ids=range(len(BROKEN)))
async def test_broken_frames_do_not_stop_the_stream(junk: bytes) -> None:
    async with Editor() as editor:
        await editor.initialize()
        editor.raw(junk)
        assert (await editor.command("kibitz.status"))["engine"] == "offline"


async def test_frames_in_pieces_and_header_names_in_any_case() -> None:
    async with Editor() as editor:
        await editor.initialize()
        body = b'{"jsonrpc":"2.0","id":"\xc3\xa9","method":"workspace/executeCommand","params":{"command":"kibitz.status"}}'
        frame = (
            b"content-length:%d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n"
            % len(body)
            + body
        )
        for at in range(0, len(frame), 7):
            editor.raw(frame[at : at + 7])
            await editor.process.stdin.drain()  # type: ignore[union-attr]
        await editor.until(lambda: editor.answers.get("é"), "for the answer")
