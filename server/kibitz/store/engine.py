"""Runs each read and write whole, one at a time, whatever becomes of its caller or of the file."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kibitz.errors import KibitzError
from kibitz.store import connection as sqlite
from kibitz.store import files
from kibitz.store.sqlite_errors import BUSY, DAMAGED, code_of, explain

if TYPE_CHECKING:
    from aiosqlite import Connection

T = TypeVar("T")
Job = Callable[["Connection"], Awaitable[T]]
"""Statements on a connection; run inside a transaction, and perhaps again after a rollback."""

Notify = Callable[[KibitzError], None]

MAX_WAITING = 1000
"""Writes kept for a database that is locked; older ones give way."""

MAX_COPIED_BYTES = 64_000_000
"""A larger database is not copied into memory when its file fails: memory starts empty instead."""

_IMPATIENT_MS = 50
_IN_MEMORY = ", so history and usage are kept in memory only"


class Engine:
    """A connection and the promise around it: a transaction runs to its end even when its caller is cancelled."""

    def __init__(self, path: Path | None, notify: Notify, timeout_s: float) -> None:
        self.path = path
        self.persistent = False
        self.searchable = False
        self.problem: KibitzError | None = None
        self.connection: Connection
        self._notify = notify
        self._told: dict[str, KibitzError] = {}
        self._timeout_s = timeout_s
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiting: deque[Job[Any]] = deque(maxlen=MAX_WAITING)
        self._impatient = False
        self._retreated: KibitzError | None = None
        self._identity: tuple[int, int] | None = None
        self._closed = True

    @classmethod
    async def start(cls, path: Path | None, notify: Notify, timeout_s: float) -> Engine:
        """An open engine: on the file where that is possible, else in memory, having said why once."""
        engine = cls(path, notify, timeout_s)
        task = asyncio.get_running_loop().create_task(engine._open())
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await task
            await engine.close()
            raise
        return engine

    async def _open(self) -> None:
        if self.path is None or not await self._open_file(self.path):
            self.connection, self.searchable = await sqlite.open_memory()
        self._closed = False

    async def _open_file(self, path: Path, *, again: bool = True) -> bool:
        seen = await asyncio.to_thread(files.identity, path)
        try:
            self.connection, self.searchable = await sqlite.open_file(path, self._timeout_s)
        except sqlite3.Error as error:
            if again and code_of(error) in DAMAGED:
                return await self._replace(path, seen, error)
            self._tell("open", explain(error, path, _IN_MEMORY))
        except OSError as error:
            self._tell("open", explain(error, path, _IN_MEMORY))
        except KibitzError as error:
            self._tell(
                "open", KibitzError(error.kind, error.message.rstrip(".") + f"{_IN_MEMORY}.", error.hint)
            )
        else:
            self._identity = await asyncio.to_thread(files.identity, path)
            self.persistent = True
        return self.persistent

    async def _replace(self, path: Path, seen: tuple[int, int] | None, error: sqlite3.Error) -> bool:
        try:
            aside = await asyncio.to_thread(files.set_aside, path, seen)
        except OSError:
            self._tell("open", explain(error, path, _IN_MEMORY))
            return False
        if not await self._open_file(path, again=False):
            return False
        if aside is not None:
            self._tell(
                "open",
                KibitzError(
                    "internal",
                    f"The database {path} was damaged, so a new one was begun; the old file is now {aside.name}.",
                    "Keep it if someone may recover its history, else delete it.",
                ),
            )
        return True

    async def read(self, job: Job[T]) -> T:
        """What the job reads, of one moment. Raises KibitzError, never sqlite3.Error."""
        return await self._finish(self._read(job))

    async def _read(self, job: Job[T]) -> T:
        async with self._lock:
            self._check_open()
            if self._waiting:
                with contextlib.suppress(sqlite3.Error):
                    await self._transact(_nothing)
            try:
                return await self._within("BEGIN", job)
            except sqlite3.Error as error:
                await self._suspect(error)
                raise explain(error, self._file()) from error

    async def change(self, job: Job[T], *, purge: bool = False) -> T:
        """Writes what a person asked for and must not be told in vain. Raises KibitzError where it was not done.

        `purge` empties the write-ahead log afterwards, where deleted text would outlive its row.
        """
        return await self._finish(self._change(job, purge))

    async def _change(self, job: Job[T], purge: bool) -> T:
        async with self._lock:
            self._check_open()
            if purge and self._retreated is not None:
                raise KibitzError(
                    "internal", "It is still in the file, which cannot be changed.", self._retreated.hint
                )
            try:
                result = await self._transact(job)
                if purge:
                    await self.connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                await self._suspect(error)
                raise explain(error, self._file()) from error
            return result

    async def record(self, job: Job[Any]) -> None:
        """Writes what happened. The database's troubles are told once and never raised; what the job raises is.

        A write that meets a lock waits in memory for the next one; any other failure takes the store there.
        """
        await self._finish(self._record(job))

    async def _record(self, job: Job[Any]) -> None:
        async with self._lock:
            if self._closed:
                return
            if (
                self.persistent
                and self.path
                and await asyncio.to_thread(files.identity, self.path) != self._identity
            ):
                gone = KibitzError(
                    "internal",
                    f"The database {self.path} was deleted or replaced while in use{_IN_MEMORY}.",
                    "Restart kibitz to begin a new one.",
                )
                await self._retreat(gone, copy=True)
            try:
                await self._transact(job)
            except sqlite3.Error as error:
                await self._outlive(error, job)

    async def _outlive(self, error: sqlite3.Error, job: Job[Any]) -> None:
        code = code_of(error)
        if self.persistent and code in BUSY:
            self._waiting.append(job)
            await self._set_patience(False)
            locked = explain(
                error, self.path, ", so what happens now is kept in memory until it can be written"
            )
            self._tell("locked", locked)
            return
        await self._suspect(error)
        if self.persistent:
            await self._retreat(
                explain(error, self.path, _IN_MEMORY),
                copy=code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR},
            )
            with contextlib.suppress(sqlite3.Error):
                await self._transact(job)
                return
        self._tell("memory", explain(error, self._file()))

    async def _retreat(self, why: KibitzError, *, copy: bool) -> None:
        """Goes on in memory, with what the file held where it can still be read."""
        self._tell("retreat", why)
        self._retreated = why
        self.persistent = False
        old = self.connection
        new: tuple[Connection, bool] | None = None
        if copy:
            with contextlib.suppress(sqlite3.Error):
                size = list(
                    await old.execute_fetchall(
                        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                    )
                )
                if size[0][0] <= MAX_COPIED_BYTES:
                    new = await sqlite.copy_to_memory(old)
        self.connection, self.searchable = new or await sqlite.open_memory()
        with contextlib.suppress(sqlite3.Error):
            await old.close()

    async def _suspect(self, error: sqlite3.Error) -> None:
        if self.persistent and self.path and code_of(error) in DAMAGED:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(files.suspect_mark(self.path).touch, 0o600)

    async def _transact(self, job: Job[T]) -> T:
        """The writes that wait and then this one, in one transaction."""

        async def all_of_them(connection: Connection) -> T:
            for earlier in tuple(self._waiting):
                await connection.execute_fetchall("SAVEPOINT earlier")
                try:
                    await earlier(connection)
                except (KibitzError, sqlite3.IntegrityError):
                    # what it spoke of was deleted meanwhile
                    await connection.execute_fetchall("ROLLBACK TO earlier")
                await connection.execute_fetchall("RELEASE earlier")
            return await job(connection)

        result = await self._within("BEGIN IMMEDIATE", all_of_them)
        if self._waiting:
            self._waiting.clear()
            self.problem = None
        if self._impatient:
            await self._set_patience(True)
        return result

    async def _within(self, begin: str, job: Job[T]) -> T:
        connection = self.connection
        await connection.execute_fetchall(begin)
        try:
            result = await job(connection)
            await connection.execute_fetchall("COMMIT")
        except BaseException:
            if connection.in_transaction:
                await connection.execute_fetchall("ROLLBACK")
            raise
        return result

    async def _set_patience(self, patient: bool) -> None:
        """While a lock lasts nobody waits the whole timeout for it again."""
        milliseconds = (
            int(self._timeout_s * 1000) if patient else min(_IMPATIENT_MS, int(self._timeout_s * 1000))
        )
        self._impatient = not patient
        await self.connection.execute_fetchall(f"PRAGMA busy_timeout = {milliseconds}")

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    def _file(self) -> Path | None:
        return self.path if self.persistent else None

    def _check_open(self) -> None:
        if self._closed:
            raise KibitzError("internal", "The database is closed.", "Restart kibitz.")

    def _tell(self, about: str, error: KibitzError) -> None:
        if about not in self._told:
            self._told[about] = error
            self._notify(error)
        self.problem = self._told[about]

    async def close(self) -> None:
        """Lets the writes under way end, tries once more those that wait, and closes. A second call does nothing."""
        if not self._closed:
            await self._finish(self._close())

    async def _close(self) -> None:
        async with self._lock:
            if self._closed:
                return
            if self._waiting:
                with contextlib.suppress(sqlite3.Error):
                    await self._transact(_nothing)
            self._closed = True
            await self.connection.close()


async def _nothing(_: Connection) -> None:
    return None
