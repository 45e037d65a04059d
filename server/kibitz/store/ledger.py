"""The money of all kibitz processes on this database: what a call may cost is held before it is made, and settled after."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.store.owner import Owner, this_process
from kibitz.store.rows import now, today

if TYPE_CHECKING:
    from aiosqlite import Connection

    from kibitz.store.engine import Engine, Job
    from kibitz.store.usage import Usage, UsageRow

LONGEST_CALL_S = 3600.0
"""For so long money is held for a process of which nobody can tell whether it lives."""

LONGEST_HOLD_S = 86_400.0
"""For so long it is held for one that lives; it may be stopped for good."""


@frozen
class Standing:
    """Nano-dollars spent today and held by calls under way; `hold` is set where the amount asked for is among them."""

    spent: int
    held: int
    hold: int | None = None


class Ledger:
    """Reached as `store.ledger`. Amounts are whole nano-dollars; days are those of the user's own calendar."""

    def __init__(self, engine: Engine, usage: Usage) -> None:
        self._engine = engine
        self._usage = usage
        self._owner: Owner | None = None
        self._swept = False

    async def reserve(self, amount: int, cap: int, lasts_s: float = LONGEST_CALL_S) -> Standing | None:
        """Holds the amount where it fits under the day's cap beside what is spent and what others hold.

        No two processes are ever given the same money. What dead processes held is free. `lasts_s` is the longest the
        call may take. None where the database cannot be asked; it has been told of.
        """
        found: Standing | None = None
        wanted = True
        number = secrets.randbits(62)

        async def hold(connection: Connection) -> None:
            nonlocal found
            # a write that met a lock is tried again later, when nobody waits for it any more
            if wanted:
                found = await self._hold(connection, number, amount, cap, lasts_s)

        try:
            await self._engine.record(hold)
        except BaseException:
            wanted = False
            await self.settle(number, None)  # the write goes on when its caller is cancelled
            raise
        wanted = False
        return found

    async def _hold(
        self, connection: Connection, number: int, amount: int, cap: int, lasts_s: float
    ) -> Standing:
        if not self._swept:
            self._swept = True
            await _sweep(connection)
        standing = await _standing(connection)
        if standing.held and standing.spent + standing.held + amount > cap and await _sweep(connection):
            standing = await _standing(connection)
        if standing.spent + standing.held + amount > cap:
            return standing
        owner = self._owner = self._owner or this_process()
        until = time.time() + max(lasts_s, LONGEST_CALL_S)
        await connection.execute_fetchall(
            "INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?)",
            (number, amount, owner.machine, owner.pid, owner.started, until),
        )
        return Standing(standing.spent, standing.held + amount, number)

    async def settle(self, hold: int | None, row: UsageRow | None) -> None:
        """Gives back what was held and keeps the call, in one transaction. Never raises for the database."""
        write = self._usage.writing(row) if row is not None else None
        await self._engine.record(_settling(hold, write))

    async def standing(self) -> Standing:
        """What is spent today, and held now. Raises KibitzError where the database cannot be read."""
        return await self._engine.read(_standing)

    async def allow_unpriced(self, name: str) -> None:
        """Remembers that a model without a known price may be asked. Never raises for the database."""

        async def insert(connection: Connection) -> None:
            await connection.execute_fetchall(
                "INSERT OR REPLACE INTO unpriced_models VALUES (?, ?)", (name, now())
            )

        await self._engine.record(insert)

    async def may_be_unpriced(self, name: str) -> bool:
        """Whether the user has allowed this model although its price is not known; no where it cannot be read."""

        async def select(connection: Connection) -> bool:
            sql = "SELECT 1 FROM unpriced_models WHERE name = ?"
            return bool(list(await connection.execute_fetchall(sql, (name,))))

        try:
            return await self._engine.read(select)
        except KibitzError:
            return False


def _settling(hold: int | None, write: Job[None] | None) -> Job[None]:
    async def settle(connection: Connection) -> None:
        if hold is not None:
            await connection.execute_fetchall("DELETE FROM reservations WHERE id = ?", (hold,))
        if write is not None:
            await write(connection)

    return settle


async def _standing(connection: Connection) -> Standing:
    sql = (
        "SELECT coalesce((SELECT cost FROM spent WHERE day = ?), 0),"
        " coalesce((SELECT sum(amount) FROM reservations), 0)"
    )
    ((spent, held),) = await connection.execute_fetchall(sql, (today().isoformat(),))
    return Standing(int(spent), int(held))


async def _sweep(connection: Connection) -> bool:
    """Gives back what nobody can settle any more; whether there was any."""
    sql = "SELECT machine, pid, started, min(until) FROM reservations GROUP BY machine, pid, started"
    present, dead = time.time(), False
    for machine, pid, started, first in await connection.execute_fetchall(sql):
        lives = Owner(machine, pid, started).lives()
        over = present if lives is None else present - LONGEST_HOLD_S if lives else None
        if over is not None and first > over:
            continue
        await connection.execute_fetchall(
            "DELETE FROM reservations WHERE machine = ? AND pid = ? AND started = ? AND until <= ?",
            (machine, pid, started, 1e300 if over is None else over),
        )
        dead = True
    return dead
