"""The history database in every state a disk can bring it into: the server goes on, and says what is wrong once."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.editor import Editor

FULL_DISK = """
import aiosqlite
from kibitz.cli.serve import run

real = aiosqlite.connect

async def small(name, **options):
    connection = await real(name, **options)
    if name != ":memory:":
        pages = next(iter(await connection.execute_fetchall("PRAGMA page_count")))[0]
        await connection.execute_fetchall(f"PRAGMA max_page_count = {max(pages, 2)}")
    return connection

aiosqlite.connect = small
run()
"""


def said(editor: Editor, word: str) -> list[str]:
    """What the user was told with this word in it."""
    shown = [m["params"]["message"] for m in editor.messages if m.get("method") == "window/showMessage"]
    return [text for text in shown if word in text]


async def works(editor: Editor, words: str = "What is a wombat?") -> dict[str, Any]:
    """Everything that needs the database, done three times; the status."""
    first = await editor.command("kibitz.chat.send", {"message": words})
    assert first["text"]
    for _ in range(2):
        again = await editor.command(
            "kibitz.chat.send", {"message": words, "conversationId": first["conversationId"]}
        )
        assert again["conversationId"] == first["conversationId"]
    kept = (await editor.command("kibitz.chat.get", {"conversationId": first["conversationId"]}))[
        "conversation"
    ]
    assert [m["role"] for m in kept["messages"]] == ["user", "assistant"] * 3
    assert first["conversationId"] in [
        c["id"] for c in (await editor.command("kibitz.chat.list"))["conversations"]
    ]
    assert (await editor.command("kibitz.chat.search", {"query": "wombat"}))["conversations"]
    assert (await editor.command("kibitz.usage"))["rows"] == []
    assert (await editor.command("kibitz.egress"))["rows"] == []
    status: dict[str, Any] = await editor.command("kibitz.status")
    return status


async def test_a_new_database_is_the_users_alone(kibitz_home: Path) -> None:
    async with Editor() as editor:
        await editor.initialize()
        assert (await works(editor))["database"] == {"persistent": True, "problem": None}
        assert await editor.leave() == 0
        assert said(editor, "") == []
    assert (kibitz_home / "kibitz.db").stat().st_mode & 0o777 == 0o600
    async with Editor() as editor:
        await editor.initialize()
        (kept,) = (await editor.command("kibitz.chat.list"))["conversations"]
        assert kept["messages"] == 6


async def test_two_servers_share_one_database() -> None:
    async with Editor() as one, Editor() as two:
        await one.initialize()
        await two.initialize()
        numbers = [
            (
                e,
                e.start(
                    "workspace/executeCommand",
                    {"command": "kibitz.chat.send", "arguments": [{"message": f"question {n}"}]},
                ),
            )
            for n in range(10)
            for e in (one, two)
        ]
        for editor, number in numbers:
            assert "result" in await editor.answer(number)
        for editor in (one, two):
            listed = (await editor.command("kibitz.chat.list"))["conversations"]
            assert len(listed) == 20
            assert {c["messages"] for c in listed} == {2}
            assert said(editor, "") == []
        gone = listed[0]["id"]
        await one.command("kibitz.chat.delete", {"conversationId": gone})
        missing = await two.error(
            "workspace/executeCommand",
            {"command": "kibitz.chat.get", "arguments": [{"conversationId": gone}]},
        )
        assert missing["data"]["kind"] == "not_found"


@pytest.mark.parametrize("state", ["corrupt", "folder", "newer", "empty"])
async def test_a_database_that_is_none(state: str, kibitz_home: Path) -> None:
    kibitz_home.mkdir()
    path = kibitz_home / "kibitz.db"
    if state == "corrupt":
        path.write_bytes(b"SQLite format 3\0" + b"\xa5" * 9000)
    elif state == "folder":
        path.mkdir()
    elif state == "newer":
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA user_version = 9999")
    else:
        path.touch()
    async with Editor() as editor:
        await editor.initialize()
        database = (await works(editor))["database"]
        told = said(editor, "database")
        if state == "empty":
            assert database == {"persistent": True, "problem": None}
            assert told == []
            return
        assert len(told) == 1
        assert database["persistent"] == (state == "corrupt")
        assert database["problem"]["message"] in told[0]
        assert await editor.leave() == 0
    if state == "corrupt":
        assert [p.read_bytes()[16:20] for p in kibitz_home.glob("kibitz.db.corrupt-*")] == [b"\xa5" * 4], (
            "it is kept"
        )


async def test_a_database_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await asyncio.gather(*(held(tmp_path / when, when, monkeypatch) for when in ("before", "after")))


async def held(home: Path, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One database, locked before or after the server opened it; a write waits five seconds for a lock."""
    monkeypatch.setenv("KIBITZ_HOME", str(home))
    editor = Editor()
    await editor.__aenter__()
    await editor.initialize()
    await works(editor)
    assert await editor.leave() == 0
    await editor.__aexit__()
    monkeypatch.setenv("KIBITZ_HOME", str(home))
    editor = Editor()
    await editor.__aenter__()
    with closing(sqlite3.connect(home / "kibitz.db", isolation_level=None)) as other:
        await editor.initialize()
        if when == "after":
            await editor.command("kibitz.status")
        other.execute("BEGIN IMMEDIATE")
        reply = await editor.command("kibitz.chat.send", {"message": "What is a numbat?"})
        assert reply["text"], "an answer is not lost because it cannot be kept"
        assert (await editor.command("kibitz.chat.send", {"message": "And a quokka?"}))["text"]
        assert await editor.command("kibitz.status")
        assert len(said(editor, "locked")) == 1
        other.execute("ROLLBACK")
        await editor.command("kibitz.chat.send", {"message": "And now?"})
        assert len(said(editor, "locked")) == 1
        assert await editor.leave() == 0
        kept = other.execute("SELECT count(*) FROM messages").fetchone()[0]
        assert kept == (6 if when == "before" else 12), "what waited was written once the lock was gone"
    await editor.__aexit__()


async def test_a_full_disk(tmp_path: Path, kibitz_home: Path) -> None:
    async with Editor() as editor:
        await editor.initialize()
        await editor.command("kibitz.chat.send", {"message": "What is a wombat?"})
        assert await editor.leave() == 0
    script = tmp_path / "full.py"
    script.write_text(FULL_DISK, "utf-8")
    async with Editor(server=[sys.executable, "-P", str(script)]) as editor:
        await editor.initialize()
        for _ in range(3):
            assert (await editor.command("kibitz.chat.send", {"message": "wombat " * 5000}))["text"]
        assert len((await editor.command("kibitz.chat.list"))["conversations"]) == 4, (
            "the old ones and those in memory"
        )
        assert len(said(editor, "full")) == 1
        assert (await editor.command("kibitz.status"))["database"]["persistent"] is False
        assert await editor.leave() == 0


@pytest.mark.parametrize("url", ["postgresql://user:hunter2@db/kibitz", "mysql://x", "sqlite:", "\0"])
async def test_a_database_url_that_cannot_be_used(url: str) -> None:
    async with Editor() as editor:
        await editor.initialize({"database_url": url})
        database = (await works(editor))["database"]
        assert database["persistent"] is False
        told = said(editor, "")
        assert len(told) == (url != "sqlite:"), "an empty name is a wish for memory"
        assert (database["problem"] is None) == (url == "sqlite:")
        assert "hunter2" not in str(editor.messages)


async def test_a_home_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KIBITZ_HOME", str(tmp_path / "file" / "home"))
    async with Editor() as editor:
        await editor.initialize()
        status = await works(editor)
        assert status["database"]["persistent"] is False
        assert len(said(editor, "database")) == 1
        assert len(said(editor, "log")) == 1
        assert await editor.leave() == 0
