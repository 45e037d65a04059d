"""A database of any age becomes the present one, whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from kibitz.errors import KibitzError
from kibitz.store import schema
from kibitz.store.database import Store
from kibitz.store.migrations import MIGRATIONS

Opener = Callable[..., Awaitable[Store]]
VERSION_1 = (Path(__file__).parent / "version1.sql").read_text()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database as version 1 left it, written where there was no full-text search."""
    path = tmp_path / "kibitz.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    return path


def shape(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return {name: sql for name, sql in rows if not name.startswith("sqlite_")}


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def test_version_1_keeps_everything_and_gains_the_rest(
    old: Path, opened: Opener, told: list[KibitzError]
) -> None:
    store = await opened()
    assert (store.persistent, told) == (True, [])
    (summary,) = await store.conversations.list()
    conversation = await store.conversations.get(summary.id)
    assert [message.role for message in conversation.messages] == ["user", "assistant"]
    assert conversation.messages[1].artifacts == ({"language": "python", "code": "@cache"},)
    assert conversation.messages[1].usage == {"inputTokens": 12}
    assert [hit.conversation_id for hit in await store.conversations.search("bernoulli")] == [summary.id]
    assert [(row.key, row.reported_cost_usd) for row in await store.usage.summary("model")] == [
        ("openai/gpt-5", 0.25)
    ]
    await store.findings.dismiss("/home/ada/engine", "F1")
    assert list(await store.findings.dismissed("/home/ada/engine")) == ["F1"]
    await store.close()
    assert version(old) == len(MIGRATIONS)


async def test_an_old_database_ends_in_the_shape_of_a_new_one(
    old: Path, tmp_path: Path, opened: Opener
) -> None:
    new = tmp_path / "new.db"
    for path in (old, new, old):
        await (await opened(str(path))).close()
    assert shape(old) == shape(new)
    assert version(old) == version(new) == len(MIGRATIONS)


async def test_opening_again_changes_nothing(old: Path, opened: Opener) -> None:
    await (await opened()).close()
    before = (shape(old), old.read_bytes())
    await (await opened()).close()
    assert (shape(old), old.read_bytes()) == before


async def test_a_step_that_fails_leaves_the_old_database(old: Path) -> None:
    async def half(connection: aiosqlite.Connection) -> None:
        await connection.execute_fetchall("CREATE TABLE half (x)")
        await connection.execute_fetchall("ALTER TABLE nothing ADD COLUMN x")

    before = shape(old)
    connection = await aiosqlite.connect(old, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        await schema.migrate(connection, (*MIGRATIONS, half))
    assert not connection.in_transaction
    await connection.close()
    assert (shape(old), version(old)) == (before, 1)


async def test_two_that_migrate_at_once_run_each_step_once(old: Path) -> None:
    runs: list[str] = []

    def step(name: str) -> Callable[[aiosqlite.Connection], Awaitable[None]]:
        async def up(connection: aiosqlite.Connection) -> None:
            runs.append(name)
            await connection.execute_fetchall(f"CREATE TABLE {name} (x)")

        return up

    steps = (*MIGRATIONS, step("third"), step("fourth"))
    connections = [await aiosqlite.connect(old, isolation_level=None, timeout=10) for _ in range(4)]
    await asyncio.gather(*(schema.migrate(connection, steps) for connection in connections))
    for connection in connections:
        await connection.close()
    assert runs == ["third", "fourth"]
    assert version(old) == len(steps)


async def test_a_newer_database_is_left_alone(old: Path, opened: Opener, told: list[KibitzError]) -> None:
    await (await opened()).close()
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = old.read_bytes()
    store = await opened()
    assert not store.persistent
    (error,) = told
    assert store.problem is error
    assert error.kind == "unsupported"
    assert "newer" in error.message
    assert "memory" in error.message
    assert "pgrade" in error.hint
    await store.conversations.create(None, "in memory")
    assert len(await store.conversations.list()) == 1
    await store.close()
    assert old.read_bytes() == before


async def test_another_programs_database_is_left_alone(
    tmp_path: Path, opened: Opener, told: list[KibitzError]
) -> None:
    path = tmp_path / "kibitz.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE invoices (total)")
        connection.commit()
    store = await opened()
    assert not store.persistent
    assert "another program" in told[0].message
    assert list(shape(path)) == ["invoices"]
