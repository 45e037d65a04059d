"""The projects the store has heard of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kibitz.store.rows import Row

if TYPE_CHECKING:
    from aiosqlite import Connection


@frozen
class ProjectRow(Row):
    """One project (None: work outside any) and what was done in it. Costs in US dollars."""

    project: str | None
    conversations: int
    messages: int
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reported_cost_usd: float
    estimated_cost_usd: float
    last_used: str


async def read(connection: Connection) -> list[ProjectRow]:
    """Every project with a conversation or a model call, the most recently used first."""
    rows = await connection.execute_fetchall(
        """
        SELECT project, sum(conversations), sum(messages), sum(calls), sum(input_tokens), sum(cached_tokens),
            sum(output_tokens), sum(reported), sum(estimated), max(last_used)
        FROM (
            SELECT project, 1 AS conversations,
                (SELECT count(*) FROM messages WHERE conversation_id = conversations.id) AS messages,
                0 AS calls, 0 AS input_tokens, 0 AS cached_tokens, 0 AS output_tokens,
                0.0 AS reported, 0.0 AS estimated, updated AS last_used
            FROM conversations
            UNION ALL
            SELECT project, 0, 0, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
                total(CASE WHEN NOT estimated THEN cost END) / 1e9, total(CASE WHEN estimated THEN cost END) / 1e9,
                max(time)
            FROM usage GROUP BY project
        )
        GROUP BY project ORDER BY max(last_used) DESC
        """
    )
    return [ProjectRow(*row) for row in rows]
