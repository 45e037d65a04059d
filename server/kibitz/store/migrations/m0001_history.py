"""Version 1: conversations, usage and egress."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosqlite import Connection

STATEMENTS = (
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        project TEXT,
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX conversations_by_update ON conversations (updated, id)",
    "CREATE INDEX conversations_by_project ON conversations (project, updated, id)",
    """CREATE TABLE messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        created TEXT NOT NULL,
        engine TEXT,
        artifacts TEXT NOT NULL,
        tool_calls TEXT NOT NULL,
        usage TEXT
    )""",
    "CREATE INDEX messages_by_conversation ON messages (conversation_id, seq)",
    """CREATE TABLE usage (
        seq INTEGER PRIMARY KEY,
        time TEXT NOT NULL,
        session TEXT NOT NULL,
        engine TEXT NOT NULL,
        feature TEXT NOT NULL,
        project TEXT,
        conversation_id TEXT,
        input_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost_usd REAL,
        estimated INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL,
        error_kind TEXT
    )""",
    "CREATE INDEX usage_by_time ON usage (time)",
    "CREATE INDEX usage_by_session ON usage (session)",
    """CREATE TABLE egress (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        time TEXT NOT NULL,
        host TEXT NOT NULL,
        model TEXT NOT NULL,
        feature TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        redactions TEXT NOT NULL,
        text TEXT NOT NULL
    )""",
)


async def up(connection: Connection) -> None:
    """Makes the first tables."""
    for statement in STATEMENTS:
        await connection.execute_fetchall(statement)
