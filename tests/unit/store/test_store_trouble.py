"""Databases that are locked, damaged, full, read-only or gone: told once, and kibitz goes on."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from kibitz.errors import KibitzError
from kibitz.store.database import Store
from kibitz.store.usage import UsageRow

Opener = Callable[..., Awaitable[Store]]
SOON = 0.05


@contextmanager
def lock(path: Path, how: str = "IMMEDIATE", mode: str = "NORMAL") -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"PRAGMA locking_mode = {mode}")
        other.execute(f"BEGIN {how}")
        if mode == "EXCLUSIVE":
            other.execute("CREATE TABLE IF NOT EXISTS held (x)")
        yield
        other.execute("ROLLBACK")


async def works(store: Store) -> str:
    """The id of a conversation that was written, continued and read back."""
    conversation = await store.conversations.create("/p", "goes on")
    await store.conversations.append(conversation, "user", "a question about wombats")
    await store.usage.record(UsageRow("offline", "chat"))
    await store.usage.record_shown("offline", "python", 3)
    await store.egress.record("", "localhost", "m", "chat", 1, 1, 0, "text")
    assert [message.text for message in (await store.conversations.get(conversation)).messages] == [
        "a question about wombats"
    ]
    assert conversation in {hit.conversation_id for hit in await store.conversations.search("wombats")}
    assert len(await store.egress.list()) >= 1
    return conversation


def once(store: Store, told: list[KibitzError], *words: str) -> None:
    """The store told its user one thing, which says what happened and what to do."""
    assert len(told) == 1
    assert store.problem is told[0]
    assert told[0].hint
    for word in words:
        assert word in told[0].message


async def test_locked_when_opened(tmp_path: Path, opened: Opener, told: list[KibitzError]) -> None:
    await (await opened()).close()
    with lock(tmp_path / "kibitz.db", "EXCLUSIVE", "EXCLUSIVE"):
        store = await opened(timeout_s=SOON)
        assert not store.persistent
        once(store, told, "locked", "memory", "kibitz.db")
        assert told[0].kind == "timeout"
        await works(store)
    assert len(told) == 1


async def test_what_meets_a_lock_is_written_when_it_goes(
    tmp_path: Path, opened: Opener, told: list[KibitzError]
) -> None:
    store = await opened(timeout_s=SOON)
    with lock(tmp_path / "kibitz.db"):
        conversation = await store.conversations.create(None, "during")
        for number in range(3):
            await store.conversations.append(conversation, "user", str(number))
        await store.usage.record(UsageRow("e", "chat", cost_usd=0.5))
        once(store, told, "locked")
        assert await store.conversations.list() == []
        assert await store.usage.spent() == 0.5
    assert [message.text for message in (await store.conversations.get(conversation)).messages] == [
        "0",
        "1",
        "2",
    ]
    assert await store.usage.spent_today() == 0.5
    assert store.persistent
    assert store.problem is None
    assert len(told) == 1


async def test_what_waits_is_written_by_closing(tmp_path: Path, opened: Opener) -> None:
    store = await opened(timeout_s=SOON)
    with lock(tmp_path / "kibitz.db"):
        await store.conversations.create(None, "late")
    await store.close()
    assert [summary.title for summary in await (await opened()).conversations.list()] == ["late"]


async def test_a_waiting_message_to_a_conversation_deleted_meanwhile_is_dropped(
    tmp_path: Path, opened: Opener
) -> None:
    store, other = await opened(timeout_s=SOON), await opened()
    conversation = await store.conversations.create(None, "short-lived")
    with lock(tmp_path / "kibitz.db"):
        await store.conversations.append(conversation, "user", "too late")
        await store.usage.record(UsageRow("e", "chat"))
    await other.conversations.delete(conversation)
    assert await store.conversations.list() == []
    assert (await store.usage.summary())[0].calls == 1


async def test_a_change_that_meets_a_lock_is_not_told_as_done(tmp_path: Path, opened: Opener) -> None:
    store = await opened(timeout_s=SOON)
    conversation = await store.conversations.create(None, "stays")
    with lock(tmp_path / "kibitz.db"), pytest.raises(KibitzError) as refused:
        await store.conversations.delete(conversation)
    assert refused.value.kind == "timeout"
    assert (await store.conversations.get(conversation)).title == "stays"


@pytest.mark.parametrize("content", [b"this is no database, " * 400, b"SQLite format 3\0" + b"\xff" * 8000])
async def test_a_damaged_file_is_set_aside(
    tmp_path: Path, opened: Opener, told: list[KibitzError], content: bytes
) -> None:
    path = tmp_path / "kibitz.db"
    path.write_bytes(content)
    store = await opened()
    assert store.persistent
    once(store, told, "damaged", ".corrupt-")
    conversation = await works(store)
    await store.close()
    (aside,) = [
        name for name in tmp_path.glob("kibitz.db.corrupt-*") if not name.name.endswith(("-wal", "-shm"))
    ]
    assert aside.read_bytes() == content
    again = await opened()
    assert (await again.conversations.get(conversation)).title == "goes on"
    assert len(told) == 1


async def test_a_damaged_file_that_cannot_be_set_aside(
    tmp_path: Path, opened: Opener, told: list[KibitzError], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kibitz.db"
    path.write_bytes(b"no database" * 1000)

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    store = await opened()
    assert not store.persistent
    once(store, told, "damaged", "memory")
    await works(store)
    assert path.read_bytes() == b"no database" * 1000


async def test_damage_found_in_use_is_mended_at_the_next_start(
    tmp_path: Path, opened: Opener, told: list[KibitzError]
) -> None:
    path = tmp_path / "kibitz.db"
    store = await opened()
    conversation = await store.conversations.create(None, "before")
    for number in range(300):
        await store.conversations.append(conversation, "user", f"{number} " + "filler " * 200)
    await store.close()
    place = path.read_bytes().index(b"150 filler")
    with path.open("r+b") as file:
        file.seek(place - place % 4096)
        file.write(b"\xa5" * 4096)
    store = await opened()
    assert store.persistent
    with pytest.raises(KibitzError) as damaged:
        await store.conversations.get(conversation)
    assert "damaged" in damaged.value.message
    await store.close()
    assert told == []
    store = await opened()
    assert store.persistent
    once(store, told, "damaged")
    await works(store)
    await store.close()
    assert len(list(tmp_path.glob("kibitz.db.corrupt-*"))) >= 1
    await opened()
    assert len(told) == 1


async def test_a_full_disk_keeps_the_conversation_going(store: Store, told: list[KibitzError]) -> None:
    conversation = await store.conversations.create(None, "long")
    await store.conversations.append(conversation, "user", "before")
    file = store._engine.connection
    (pages,) = next(iter(await file.execute_fetchall("PRAGMA page_count")))
    await file.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    for _ in range(3):
        await store.conversations.append(conversation, "assistant", "wombat " * 10_000)
    assert not store.persistent
    once(store, told, "full", "memory")
    messages = (await store.conversations.get(conversation)).messages
    assert [message.text[:6] for message in messages] == ["before", "wombat", "wombat", "wombat"]
    await works(store)
    assert len(told) == 1
    with pytest.raises(KibitzError, match="still in the file"):
        await store.conversations.delete(conversation)


async def test_a_full_disk_when_opened(
    tmp_path: Path, opened: Opener, told: list[KibitzError], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = aiosqlite.connect

    async def small(name: str, **options: Any) -> aiosqlite.Connection:
        connection = await real(name, **options)
        if name != ":memory:":
            await connection.execute_fetchall("PRAGMA max_page_count = 3")
        return connection

    monkeypatch.setattr(aiosqlite, "connect", small)
    store = await opened()
    assert not store.persistent
    once(store, told, "full", "memory")
    await works(store)


async def test_a_file_that_becomes_read_only(store: Store, told: list[KibitzError]) -> None:
    await store.conversations.create(None, "before")
    await store._engine.connection.execute_fetchall("PRAGMA query_only = ON")
    await works(store)
    once(store, told, "cannot be written", "memory")
    assert not store.persistent
    assert "before" in {summary.title for summary in await store.conversations.list()}


async def test_a_read_only_file(
    opened: Opener, told: list[KibitzError], monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await opened()).close()
    real = aiosqlite.connect
    monkeypatch.setattr(
        aiosqlite, "connect", lambda name, **options: real(name.replace("=rw", "=ro"), **options)
    )
    store = await opened()
    assert not store.persistent
    once(store, told, "cannot be written", "memory")
    await works(store)


async def test_a_folder_without_permission(tmp_path: Path, opened: Opener, told: list[KibitzError]) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("permissions do not bind the user who runs this test")
        store = await opened(str(folder / "kibitz.db"))
        assert not store.persistent
        once(store, told, "permission", "memory")
        await works(store)
    finally:
        folder.chmod(0o700)


async def test_a_writer_of_an_old_database_is_waited_for(
    tmp_path: Path, opened: Opener, told: list[KibitzError], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kibitz.db"
    await (await opened()).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        waits: list[float] = []

        async def end_writing(seconds: float) -> None:
            waits.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr(asyncio, "sleep", end_writing)
        store = await opened(timeout_s=5)
        monkeypatch.undo()
        assert len(waits) == 1
        assert (store.persistent, told) == (True, [])
        (mode,) = next(iter(await store._engine.connection.execute_fetchall("PRAGMA journal_mode")))
        assert mode == "wal"


async def test_a_folder_in_place_of_the_file(tmp_path: Path, opened: Opener, told: list[KibitzError]) -> None:
    (tmp_path / "kibitz.db").mkdir()
    store = await opened()
    assert not store.persistent
    once(store, told, "folder", "memory")
    await works(store)


async def test_a_file_in_place_of_the_folder(tmp_path: Path, opened: Opener, told: list[KibitzError]) -> None:
    (tmp_path / "file").write_text("x")
    store = await opened(str(tmp_path / "file" / "kibitz.db"))
    assert not store.persistent
    once(store, told, "cannot be opened", "memory")
    await works(store)


async def test_a_file_deleted_in_use(store: Store, told: list[KibitzError]) -> None:
    conversation = await store.conversations.create(None, "before")
    assert store.path is not None
    store.path.unlink()
    await store.conversations.append(conversation, "user", "after")
    assert [message.text for message in (await store.conversations.get(conversation)).messages] == ["after"]
    once(store, told, "deleted", "memory")
    await works(store)
    assert not store.path.exists()


async def test_cancelling_a_writer_leaves_the_store_whole(store: Store) -> None:
    conversation = await store.conversations.create(None, "busy")
    for turns in range(12):
        writer = asyncio.create_task(store.conversations.append(conversation, "user", f"turn {turns}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
    last = await store.conversations.append(conversation, "user", "last")
    messages = (await store.conversations.get(conversation)).messages
    assert messages[-1].id == last
    assert [message.text for message in messages if message.text == "last"] == ["last"]
    assert not store._engine.connection.in_transaction
    for message in messages:
        assert len(await store.conversations.search(message.text)) == 1


async def test_cancelling_an_opening_leaves_nothing_open(tmp_path: Path) -> None:
    for turns in range(0, 40, 4):
        opening = asyncio.create_task(Store.open(str(tmp_path / "kibitz.db"), notify=print))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        (result,) = await asyncio.gather(opening, return_exceptions=True)
        assert isinstance(result, asyncio.CancelledError)
    with closing(sqlite3.connect(tmp_path / "kibitz.db", timeout=0)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")


async def test_after_closing(store: Store, told: list[KibitzError]) -> None:
    await store.close()
    await store.close()
    await store.usage.record(UsageRow("e", "chat"))
    with pytest.raises(KibitzError, match="closed"):
        await store.conversations.list()
    with pytest.raises(KibitzError, match="closed"):
        await store.conversations.delete("x")
    assert told == []


async def test_writes_under_way_are_finished_by_closing(opened: Opener) -> None:
    store = await opened()
    writes = [asyncio.create_task(store.conversations.create(None, str(number))) for number in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    assert len(await (await opened()).conversations.list()) == 20


async def test_what_people_wrote_is_in_no_log(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = await opened()
    conversation = await store.conversations.create(None, "my secret title")
    await store.conversations.append(conversation, "user", "my secret text")
    assert "secret" not in caplog.text
