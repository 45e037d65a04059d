"""Version 2: what people did with what they were shown, which is dismissed findings and accepted completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosqlite import Connection

STATEMENTS = (
    """CREATE TABLE dismissed_findings (
        project TEXT NOT NULL,
        finding_id TEXT NOT NULL,
        note TEXT NOT NULL,
        time TEXT NOT NULL,
        PRIMARY KEY (project, finding_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE completions (
        day TEXT NOT NULL,
        engine TEXT NOT NULL,
        language TEXT NOT NULL,
        shown INTEGER NOT NULL DEFAULT 0,
        shown_chars INTEGER NOT NULL DEFAULT 0,
        accepted INTEGER NOT NULL DEFAULT 0,
        partly_accepted INTEGER NOT NULL DEFAULT 0,
        accepted_chars INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (day, engine, language)
    ) WITHOUT ROWID""",
)


async def up(connection: Connection) -> None:
    """Adds the two tables."""
    for statement in STATEMENTS:
        await connection.execute_fetchall(statement)
