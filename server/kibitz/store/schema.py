"""Brings a database of any age to the present schema, once, whoever else tries at the same time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError, unsupported
from kibitz.store.migrations import MIGRATIONS, Migration

if TYPE_CHECKING:
    from aiosqlite import Connection

APPLICATION_ID = 0x6B69627A
"""`kibz`: how a kibitz database is told from another program's."""


async def number(connection: Connection, sql: str) -> int:
    """The one number a query answers."""
    rows = list(await connection.execute_fetchall(sql))
    return int(rows[0][0])


async def migrate(connection: Connection, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Runs the steps the database has not seen, all in one transaction or none.

    Raises `unsupported` for a database newer than the code, `invalid` for another program's, sqlite3.Error for
    what SQLite refuses. Of two processes one migrates; the other waits and finds the work done.
    """
    if await number(connection, "PRAGMA user_version") == len(steps):
        await _check_owner(connection)
        return
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        version = await number(connection, "PRAGMA user_version")
        await _check_owner(connection)
        if version > len(steps):
            raise unsupported(
                f"The database was written by a newer kibitz (its version {version}, this one knows {len(steps)}).",
                "Upgrade kibitz, or set database_url to another file.",
            )
        for step in steps[version:]:
            await step(connection)
        await connection.execute_fetchall(f"PRAGMA user_version = {len(steps)}")
        await connection.execute_fetchall(f"PRAGMA application_id = {APPLICATION_ID}")
        await connection.execute_fetchall("COMMIT")
    except BaseException:
        if connection.in_transaction:
            await connection.execute_fetchall("ROLLBACK")
        raise


async def _check_owner(connection: Connection) -> None:
    if await number(connection, "PRAGMA application_id") == APPLICATION_ID:
        return
    if await number(connection, "SELECT count(*) FROM sqlite_master"):
        raise KibitzError(
            "invalid",
            "The database file belongs to another program, and kibitz leaves it alone.",
            "Set database_url to another file.",
        )


async def prepare_search(connection: Connection) -> bool:
    """Makes the full-text index where this SQLite has FTS5, fills it where it lags behind; whether it is there.

    It is no migration: an SQLite without FTS5 may have written the messages, and may do so again.
    """
    if not await has_fts5(connection):
        return False
    exists = "SELECT count(*) FROM sqlite_master WHERE name = 'messages_fts'"
    if await number(connection, exists) and not await _lags(connection):
        return True
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        await connection.execute_fetchall(
            "CREATE VIRTUAL TABLE IF NOT EXISTS messages_fts"
            " USING fts5(text, content='messages', content_rowid='seq', tokenize='unicode61')"
        )
        if await _lags(connection):
            await connection.execute_fetchall("INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')")
        await connection.execute_fetchall("COMMIT")
    except BaseException:
        if connection.in_transaction:
            await connection.execute_fetchall("ROLLBACK")
        raise
    return True


async def _lags(connection: Connection) -> bool:
    counts = "SELECT (SELECT count(*) FROM messages) <> (SELECT count(*) FROM messages_fts_docsize)"
    return bool(await number(connection, counts))


async def has_fts5(connection: Connection) -> bool:
    """Whether this SQLite was built with FTS5, found by trying: the lists it can print are themselves optional."""
    try:
        await connection.execute_fetchall("CREATE VIRTUAL TABLE temp.kibitz_probe USING fts5(x)")
    except sqlite3.OperationalError as error:
        if "no such module" in str(error):
            return False
        raise
    await connection.execute_fetchall("DROP TABLE temp.kibitz_probe")
    return True
