"""Version 3: money in whole nano-dollars, the day's total, what calls under way may cost, and models without a price."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiosqlite import Connection

STATEMENTS = (
    """CREATE TABLE usage_3 (
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
        cost INTEGER,
        estimated INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL,
        error_kind TEXT
    )""",
    """INSERT INTO usage_3
        SELECT seq, time, session, engine, feature, project, conversation_id, input_tokens, cached_tokens, output_tokens,
            CAST(round(cost_usd * 1e9) AS INTEGER), estimated, duration_ms, error_kind
        FROM usage""",
    "DROP TABLE usage",
    "ALTER TABLE usage_3 RENAME TO usage",
    "CREATE INDEX usage_by_time ON usage (time)",
    "CREATE INDEX usage_by_session ON usage (session)",
    "CREATE TABLE spent (day TEXT PRIMARY KEY, cost INTEGER NOT NULL) WITHOUT ROWID",
    """INSERT INTO spent
        SELECT date(time, 'localtime'), sum(cost) FROM usage WHERE cost IS NOT NULL GROUP BY 1""",
    # whoever writes a call counts it: the day's total cannot be forgotten, nor counted twice
    """CREATE TRIGGER usage_is_spent AFTER INSERT ON usage WHEN new.cost <> 0 BEGIN
        INSERT OR IGNORE INTO spent VALUES (date(new.time, 'localtime'), 0);
        UPDATE spent SET cost = cost + new.cost WHERE day = date(new.time, 'localtime');
    END""",
    """CREATE TABLE reservations (
        id INTEGER PRIMARY KEY,
        amount INTEGER NOT NULL,
        machine TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started TEXT NOT NULL,
        until REAL NOT NULL
    )""",
    "CREATE TABLE unpriced_models (name TEXT PRIMARY KEY, time TEXT NOT NULL) WITHOUT ROWID",
)


async def up(connection: Connection) -> None:
    """Rewrites the calls with their costs as whole numbers, and adds the three tables."""
    for statement in STATEMENTS:
        await connection.execute_fetchall(statement)
