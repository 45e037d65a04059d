"""What a gateway under test is given and tells: a key, the day's cost, and what it sent."""

from __future__ import annotations

from kibitz.models.gateway import Egress

KEY = "sk-canary-7f3a9c51d2"
"""The key the worker has: no error may show it."""


class Ledger:
    """What the gateway told of, and what the day has cost."""

    def __init__(self) -> None:
        self.egress: list[Egress] = []
        self.spent_today = 0.0

    async def record(self, egress: Egress) -> None:
        self.egress.append(egress)

    async def today(self) -> float:
        return self.spent_today
