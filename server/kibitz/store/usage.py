"""What model calls took and cost, and what became of the completions shown."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.store.rows import Row, clean, midnight, normal_time, now, today

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine, Job

NANO = 1_000_000_000
"""Costs are kept in whole billionths of a US dollar, so that sums are exact."""

By = Literal["model", "day", "feature", "project", "conversation"]

_KEYS = {
    "model": "engine",
    "day": "date(time, 'localtime')",
    "feature": "feature",
    "project": "project",
    "conversation": "conversation_id",
}


def to_nano(dollars: float) -> int:
    """US dollars as whole nano-dollars, the nearest."""
    return round(dollars * NANO)


@frozen
class UsageRow(Row):
    """One call to an engine. `cost_usd` is None where no price is known; `estimated` says whose figure it is."""

    engine: str
    feature: str
    time: str = ""
    project: str | None = None
    conversation_id: str | None = None
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    estimated: bool = False
    duration_ms: int = 0
    error_kind: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the call was answered."""
        return self.error_kind is None

    def to_json(self) -> dict[str, Any]:
        """The row with `ok`."""
        return {**super().to_json(), "ok": self.ok}


@frozen
class UsageSummary(Row):
    """Calls grouped by `key` (None: unknown). Costs in US dollars, the provider's and our estimates kept apart.

    `unpriced_calls` used tokens whose price is not known; one that failed before it was sent is not among them.
    """

    key: str | None
    calls: int
    failed_calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reported_cost_usd: float
    estimated_cost_usd: float
    unpriced_calls: int


@frozen
class AcceptanceRow(Row):
    """What people did with an engine's completions in a language. Lengths in characters."""

    engine: str
    language: str
    shown: int
    shown_chars: int
    accepted: int
    partly_accepted: int
    accepted_chars: int


class Usage:
    """Reached as `store.usage`. Days are those of the user's own calendar; times are UTC."""

    def __init__(self, engine: Engine, session: str) -> None:
        self._engine = engine
        self._session = session
        self._spent = 0

    async def record(self, row: UsageRow) -> None:
        """Keeps one call; an empty time is now. Never raises for the database."""
        await self._engine.record(self.writing(row))

    def writing(self, row: UsageRow) -> Job[None]:
        """The write that keeps one call, for a transaction that does more. It counts as this session's from now on."""
        cost = None if row.cost_usd is None else to_nano(row.cost_usd)
        self._spent += cost or 0
        values = (
            normal_time(row.time) if row.time else now(),
            self._session,
            clean(row.engine),
            clean(row.feature),
            row.project and clean(row.project),
            row.conversation_id,
            row.input_tokens,
            row.cached_tokens,
            row.output_tokens,
            cost,
            row.estimated,
            row.duration_ms,
            row.error_kind,
        )

        async def insert(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT INTO usage (time, session, engine, feature, project, conversation_id, input_tokens, cached_tokens,"
                " output_tokens, cost, estimated, duration_ms, error_kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

        return insert

    async def summary(self, by: By = "model", since: date | None = None) -> list[UsageSummary]:
        """Totals by model, day, feature, project or conversation; days in order, else the most used first.

        Raises `invalid` for another word, KibitzError where the database cannot be read.
        """
        key = _KEYS.get(by)
        if key is None:
            raise KibitzError(
                "invalid", "Usage cannot be grouped that way.", f"Choose one of {', '.join(_KEYS)}."
            )
        order = "1" if by == "day" else "2 DESC, 1"
        sql = f"""
            SELECT {key}, count(*), count(error_kind), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
                total(CASE WHEN NOT estimated THEN cost END) / 1e9, total(CASE WHEN estimated THEN cost END) / 1e9,
                count(CASE WHEN cost IS NULL AND (error_kind IS NULL OR input_tokens + output_tokens > 0) THEN 1 END)
            FROM usage WHERE time >= ? GROUP BY 1 ORDER BY {order}
            """  # noqa: S608 - both parts are our own words

        async def select(connection: Connection) -> list[UsageSummary]:
            rows = await connection.execute_fetchall(sql, (midnight(since) if since else "",))
            return [UsageSummary(*row) for row in rows]

        return await self._engine.read(select)

    async def spent_today(self) -> float:
        """US dollars since midnight, reported and estimated, of every server on this database."""
        return await self._sum("spent WHERE day = ?", today().isoformat())

    async def spent(self, session: str | None = None) -> float:
        """US dollars of a session; without one, of this store's, which is right whatever the database does."""
        if session is None or session == self._session:
            return self._spent / NANO
        return await self._sum("usage WHERE session = ?", session)

    async def _sum(self, where: str, value: str) -> float:
        async def select(connection: Connection) -> float:
            sql = f"SELECT coalesce(sum(cost), 0) FROM {where}"  # noqa: S608 - our own words
            rows = list(await connection.execute_fetchall(sql, (value,)))
            return int(rows[0][0]) / NANO

        return await self._engine.read(select)

    async def forget_before(self, day: date) -> int:
        """Deletes the calls and counters before a day; how many calls. Raises KibitzError where it cannot."""

        async def delete(connection: Connection) -> int:
            for table in ("completions", "spent"):
                await connection.execute_fetchall(f"DELETE FROM {table} WHERE day < ?", (day.isoformat(),))  # noqa: S608
            await connection.execute_fetchall("DELETE FROM usage WHERE time < ?", (midnight(day),))
            return int(next(iter(await connection.execute_fetchall("SELECT changes()")))[0])

        return await self._engine.change(delete)

    async def record_shown(self, engine: str, language: str, chars: int) -> None:
        """Counts a completion that was shown. Never raises for the database."""
        await self._count(engine, language, "shown = shown + 1, shown_chars = shown_chars + ?", chars)

    async def record_accepted(self, engine: str, language: str, chars: int, partial: bool = False) -> None:
        """Counts a completion that was accepted, whole or in part. Never raises for the database."""
        column = "partly_accepted" if partial else "accepted"
        await self._count(
            engine, language, f"{column} = {column} + 1, accepted_chars = accepted_chars + ?", chars
        )

    async def _count(self, engine: str, language: str, change: str, chars: int) -> None:
        key = (today().isoformat(), clean(engine), clean(language))
        sql = f"UPDATE completions SET {change} WHERE day = ? AND engine = ? AND language = ?"  # noqa: S608 - our words

        async def update(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT OR IGNORE INTO completions (day, engine, language) VALUES (?, ?, ?)", key
            )
            await connection.execute_fetchall(sql, (chars, *key))

        await self._engine.record(update)

    async def acceptance(self, since: date | None = None) -> list[AcceptanceRow]:
        """Counters by engine and language, the most shown first."""

        async def select(connection: Connection) -> list[AcceptanceRow]:
            rows = await connection.execute_fetchall(
                "SELECT engine, language, sum(shown), sum(shown_chars), sum(accepted), sum(partly_accepted),"
                " sum(accepted_chars) FROM completions WHERE day >= ? GROUP BY engine, language ORDER BY 3 DESC, 1, 2",
                (since.isoformat() if since else "",),
            )
            return [AcceptanceRow(*row) for row in rows]

        return await self._engine.read(select)
