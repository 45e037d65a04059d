"""Several servers on one database, and one that is killed."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.store.database import Store
from kibitz.store.usage import UsageRow

Opener = Callable[..., Awaitable[Store]]
ROWS = 200

WRITER = """
import asyncio, sys
from kibitz.store.database import Store
from kibitz.store.usage import UsageRow

async def main(path, name, rows):
    troubles = []
    store = await Store.open(path, notify=troubles.append, timeout_s=30)
    conversation = await store.conversations.create(name, name)
    for number in range(rows):
        await store.usage.record(UsageRow(engine=name, feature="chat"))
        await store.conversations.append(conversation, "user", f"{name} {number}")
        print(number, flush=True)
    await store.close()
    assert not troubles, troubles[0].message

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def writer(path: Path, name: str, rows: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(rows)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def fill(store: Store, name: str) -> None:
    conversation = await store.conversations.create(name, name)
    for number in range(ROWS):
        await store.usage.record(UsageRow(engine=name, feature="chat"))
        await store.conversations.append(conversation, "user", f"{name} {number}")


async def check(store: Store, names: list[str]) -> None:
    assert {row.key: row.calls for row in await store.usage.summary("model")} == dict.fromkeys(names, ROWS)
    summaries = await store.conversations.list()
    assert sorted(summary.title for summary in summaries) == names
    for summary in summaries:
        texts = [message.text for message in (await store.conversations.get(summary.id)).messages]
        assert texts == [f"{summary.title} {number}" for number in range(ROWS)]


async def test_two_stores_in_one_process_lose_nothing(opened: Opener, told: list[KibitzError]) -> None:
    stores = await asyncio.gather(opened(timeout_s=30), opened(timeout_s=30))
    await asyncio.gather(*(fill(store, name) for store, name in zip(stores, "ab", strict=True)))
    for store in stores:
        await check(store, ["a", "b"])
    assert told == []


async def test_two_processes_lose_nothing_from_the_first_moment(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "kibitz.db"
    processes = [writer(path, name, ROWS) for name in "ab"]
    for process in processes:
        _, errors = await asyncio.to_thread(process.communicate, timeout=100)
        assert (process.returncode, errors) == (0, "")
    await check(await opened(), ["a", "b"])


async def test_many_that_open_a_new_database_at_once_agree(opened: Opener, told: list[KibitzError]) -> None:
    stores = await asyncio.gather(*(opened(timeout_s=30) for _ in range(6)))
    assert [store.persistent for store in stores] == [True] * 6
    assert told == []
    for number, store in enumerate(stores):
        await store.conversations.create(None, str(number))
    assert len(await stores[0].conversations.list()) == 6


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this platform")
async def test_what_was_recorded_survives_a_kill(
    tmp_path: Path, opened: Opener, told: list[KibitzError]
) -> None:
    path = tmp_path / "kibitz.db"
    process = writer(path, "a", 1_000_000)
    assert process.stdout is not None
    said = [int(await asyncio.to_thread(process.stdout.readline)) for _ in range(100)]
    process.kill()
    rest, _ = await asyncio.to_thread(process.communicate, timeout=60)
    said += [int(line) for line in rest.splitlines() if line]
    assert process.returncode == -signal.SIGKILL
    store = await opened()
    (summary,) = await store.conversations.list()
    texts = [message.text for message in (await store.conversations.get(summary.id)).messages]
    assert texts == [f"a {number}" for number in range(len(texts))]
    assert len(texts) > said[-1]
    assert (await store.usage.summary())[0].calls >= len(texts)
    assert len(await store.conversations.search("a 42")) == 1
    assert told == []
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)")
