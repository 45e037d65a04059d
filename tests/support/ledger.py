"""What a gateway under test is given and tells: a key, the day's money, and what it sent."""

from __future__ import annotations

from kibitz.models.gateway import Egress
from kibitz.store.ledger import Standing
from kibitz.store.usage import UsageRow, to_nano

KEY = "sk-canary-7f3a9c51d2"
"""The key the worker has: no error may show it."""


class Ledger:
    """What the gateway told of, what the day has cost by others' hands, and what it settled. Holds the day's cap."""

    def __init__(self) -> None:
        self.egress: list[Egress] = []
        self.rows: list[UsageRow] = []
        self.holds: dict[int, int] = {}
        self.allowed: set[str] = set()
        self.spent_today = 0.0

    def clear(self) -> None:
        """As new."""
        self.__init__()  # type: ignore[misc]  # the one list of what there is

    async def record(self, egress: Egress) -> None:
        self.egress.append(egress)

    async def open(self) -> Ledger:
        return self

    @property
    def spent(self) -> int:
        return to_nano(self.spent_today) + sum(to_nano(row.cost_usd or 0.0) for row in self.rows)

    async def reserve(self, amount: int, cap: int, lasts_s: float) -> Standing | None:
        assert lasts_s > 60
        held = sum(self.holds.values())
        if self.spent + held + amount > cap:
            return Standing(self.spent, held)
        number = max(self.holds, default=0) + 1
        self.holds[number] = amount
        return Standing(self.spent, held + amount, number)

    async def settle(self, hold: int | None, row: UsageRow | None) -> None:
        if hold is not None:
            del self.holds[hold]
        if row is not None:
            self.rows.append(row)

    async def may_be_unpriced(self, name: str) -> bool:
        return name in self.allowed

    async def allow_unpriced(self, name: str) -> None:
        self.allowed.add(name)
