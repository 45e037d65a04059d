"""One SQLite connection, opened the way kibitz wants it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

import aiosqlite

from kibitz.store import files, schema
from kibitz.store.sqlite_errors import BUSY, code_of

# At DEBUG aiosqlite logs every statement with its parameters, which are what people wrote.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

_RETRY_S = 0.02


async def open_file(path: Path, timeout_s: float) -> tuple[aiosqlite.Connection, bool]:
    """A connection to the file, made and migrated where needed, and whether it can search full text.

    Raises sqlite3.Error, OSError, or what `schema.migrate` raises; nothing stays open then.
    """
    await asyncio.to_thread(files.prepare, path)
    # mode=rw: SQLite must never make the file itself, with whatever permissions the umask leaves
    uri = (
        "file:"
        + quote(os.fsencode(path.as_posix() if os.name == "posix" else "/" + path.as_posix()))
        + "?mode=rw"
    )
    connection = await aiosqlite.connect(uri, uri=True, timeout=timeout_s, isolation_level=None)
    try:
        await _check_suspect(connection, path)
        await _use_wal(connection, time.monotonic() + timeout_s)
        return connection, await _settle(connection)
    except BaseException:
        await connection.close()
        raise


async def open_memory() -> tuple[aiosqlite.Connection, bool]:
    """A database in memory, migrated, and whether it can search full text."""
    connection = await aiosqlite.connect(":memory:", isolation_level=None)
    try:
        return connection, await _settle(connection)
    except BaseException:
        await connection.close()
        raise


async def copy_to_memory(source: aiosqlite.Connection) -> tuple[aiosqlite.Connection, bool]:
    """A database in memory with everything in `source`. Raises sqlite3.Error where that cannot be read."""
    connection = await aiosqlite.connect(":memory:", isolation_level=None)
    try:
        await source.backup(connection)
        return connection, await _settle(connection)
    except BaseException:
        await connection.close()
        raise


async def _settle(connection: aiosqlite.Connection) -> bool:
    connection.row_factory = sqlite3.Row
    for pragma in (
        "foreign_keys = ON",
        "synchronous = NORMAL",
        "temp_store = MEMORY",
        "secure_delete = ON",  # what is deleted is gone from the file, not only from view
        "journal_size_limit = 4194304",
        "trusted_schema = OFF",
    ):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    await schema.migrate(connection)
    searchable = await schema.prepare_search(connection)
    # a database that can be read but not written says so now, not at the first message
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        await connection.execute_fetchall(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    finally:
        if connection.in_transaction:
            await connection.execute_fetchall("ROLLBACK")
    return searchable


async def _use_wal(connection: aiosqlite.Connection, deadline: float) -> None:
    """Write-ahead logging where the file system can. SQLite does not wait for the lock this takes: so we do."""
    while True:
        try:
            rows = list(await connection.execute_fetchall("PRAGMA journal_mode"))
            if rows[0][0] != "wal":
                await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if code_of(error) not in BUSY or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_RETRY_S)
        else:
            return


async def _check_suspect(connection: aiosqlite.Connection, path: Path) -> None:
    """Reads the whole file where it was found damaged in use: too slow to do each time."""
    mark = files.suspect_mark(path)
    if not await asyncio.to_thread(mark.exists):
        return
    rows = list(await connection.execute_fetchall("PRAGMA quick_check(1)"))
    await asyncio.to_thread(mark.unlink, missing_ok=True)
    if rows[0][0] != "ok":
        damaged = sqlite3.DatabaseError("quick_check")
        damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damaged
