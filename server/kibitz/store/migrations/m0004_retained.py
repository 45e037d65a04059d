"""Version 4: what was still there some time after a suggestion was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosqlite import Connection

STATEMENTS = (
    """CREATE TABLE retained (
        day TEXT NOT NULL,
        engine TEXT NOT NULL,
        language TEXT NOT NULL,
        after_s INTEGER NOT NULL,
        looked INTEGER NOT NULL DEFAULT 0,
        there INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (day, engine, language, after_s)
    ) WITHOUT ROWID""",
)


async def up(connection: Connection) -> None:
    """Adds the table."""
    for statement in STATEMENTS:
        await connection.execute_fetchall(statement)
