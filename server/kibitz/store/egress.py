"""What was sent to which host: the newest requests, with the exact text for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from kibitz.store.rows import Row, clean, from_text, normal_time, to_text

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine

KEPT = 200
"""How many requests are kept."""

MAX_CHARACTERS = 200_000
"""How much of a request's text is kept; `bytes` is always that of the whole."""

Redactions = int | Sequence[str] | Mapping[str, int]


@frozen
class EgressRow(Row):
    """One request. `text` is None unless asked for; `redactions` is what was recorded."""

    time: str
    host: str
    model: str
    feature: str
    bytes: int
    tokens: int
    redactions: Redactions
    text: str | None


EgressRows = list[EgressRow]


class Egress:
    """Reached as `store.egress`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def record(
        self,
        time: str,
        host: str,
        model: str,
        feature: str,
        bytes: int,  # noqa: A002 - the name the outside knows
        tokens: int,
        redactions: Redactions,
        text: str,
    ) -> None:
        """Keeps one request and lets the oldest beyond KEPT go. Never raises for the database."""
        if len(text) > MAX_CHARACTERS:
            text = f"{text[:MAX_CHARACTERS]}\n[{len(text) - MAX_CHARACTERS} more characters were sent]"
        values = (
            normal_time(time),
            clean(host),
            clean(model),
            clean(feature),
            bytes,
            tokens,
            to_text(redactions),
            clean(text),
        )

        async def insert(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT INTO egress (time, host, model, feature, bytes, tokens, redactions, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            await connection.execute_fetchall(
                "DELETE FROM egress WHERE seq <= (SELECT seq FROM egress ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (KEPT,),
            )

        await self._engine.record(insert)

    async def list(self, limit: int = 50, with_text: bool = False) -> EgressRows:
        """The newest requests, newest first. Raises KibitzError where the database cannot be read."""
        text = "text" if with_text else "NULL"
        sql = (
            f"SELECT time, host, model, feature, bytes, tokens, redactions, {text}"  # noqa: S608 - one of two words
            " FROM egress ORDER BY seq DESC LIMIT ?"
        )

        async def select(connection: Connection) -> EgressRows:
            rows = await connection.execute_fetchall(sql, (max(0, limit),))
            return [EgressRow(*(*row[:6], from_text(row[6], 0), row[7])) for row in rows]

        return await self._engine.read(select)

    async def clear(self) -> None:
        """Deletes the log. Raises KibitzError where it cannot."""

        async def delete(connection: Connection) -> None:
            await connection.execute_fetchall("DELETE FROM egress")

        await self._engine.change(delete, purge=True)
