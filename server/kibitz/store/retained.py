"""Whether what was taken of a suggestion is still there after a while: counters, by engine and language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from attrs import frozen

from kibitz.store.rows import Row, clean, today

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine


@frozen
class RetainedRow(Row):
    """So many seconds after they were taken, `looked` suggestions were looked for, and `there` of them found."""

    engine: str
    language: str
    after_s: int
    looked: int
    there: int


class Retained:
    """Reached as `store.retained`. Days are those of the user's own calendar."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def record(self, engine: str, language: str, after_s: int, there: bool) -> None:
        """Counts one look. Never raises for the database."""
        key = (today().isoformat(), clean(engine), clean(language), after_s)

        async def update(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT OR IGNORE INTO retained (day, engine, language, after_s) VALUES (?, ?, ?, ?)", key
            )
            await connection.execute_fetchall(
                "UPDATE retained SET looked = looked + 1, there = there + ?"
                " WHERE day = ? AND engine = ? AND language = ? AND after_s = ?",
                (there, *key),
            )

        await self._engine.record(update)

    async def summary(self, since: date | None = None) -> list[RetainedRow]:
        """Counters by engine, language and time, shortest first. Raises KibitzError where they cannot be read."""

        async def select(connection: Connection) -> list[RetainedRow]:
            rows = await connection.execute_fetchall(
                "SELECT engine, language, after_s, sum(looked), sum(there) FROM retained WHERE day >= ?"
                " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                (since.isoformat() if since else "",),
            )
            return [RetainedRow(*row) for row in rows]

        return await self._engine.read(select)

    async def forget_before(self, day: date) -> None:
        """Deletes the counters before a day. Raises KibitzError where it cannot."""

        async def delete(connection: Connection) -> None:
            await connection.execute_fetchall("DELETE FROM retained WHERE day < ?", (day.isoformat(),))

        await self._engine.change(delete)
