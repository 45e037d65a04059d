"""What may still be spent: every call reserves its worst case before it is sent, and settles for what it took."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from kibitz.errors import KibitzError
from kibitz.settings import Settings


class Call:
    """The money of one call while it runs; a call that is cut off counts for what was sent and heard."""

    def __init__(self) -> None:
        self.cost = 0.0
        self._heard = self._settled = False

    def sent(self, cost: float | None) -> None:
        """The request is on its way."""
        self.cost += cost or 0.0

    def heard(self, cost: float | None) -> None:
        """Some of the answer has come."""
        self._heard = True
        if not self._settled:
            self.cost += cost or 0.0

    def refused(self) -> None:
        """The call failed: nobody charges for a refusal, and what was heard before it stays counted."""
        if not self._heard:
            self.cost = 0.0

    def settle(self, cost: float | None) -> None:
        """What the call took in truth."""
        self.cost, self._settled = cost or 0.0, True


class Spending:
    """US dollars spent and reserved by the calls of one process."""

    def __init__(self, spent_today: Callable[[], Awaitable[float]] | None = None) -> None:
        self._spent_today = spent_today
        self._spent = 0.0
        self._reserved = 0.0

    @asynccontextmanager
    async def reserve(self, worst: float | None, settings: Settings) -> AsyncIterator[Call]:
        """Room for a call that may cost this much (None: not known, and so not refused). Raises `budget`."""
        today = max(await self._spent_today() if self._spent_today else 0.0, self._spent)
        wanted = worst or 0.0
        # no await between the look and the reservation: two calls must not share the last dollar
        for cap, spent, whose, option in (
            (settings.budget.per_session_usd, self._spent, "this session's", "budget.per_session_usd"),
            (settings.budget.per_day_usd, today, "today's", "budget.per_day_usd"),
        ):
            left = cap - spent - self._reserved
            if wanted > max(left, 0.0):
                raise KibitzError(
                    "budget",
                    f"This call could cost up to {_money(wanted)}, and {_money(max(left, 0.0))} of {whose} {_money(cap)} is left.",
                    f"Raise `{option}`, or choose a cheaper model or the built-in engine.",
                )
        self._reserved += wanted
        call = Call()
        try:
            yield call
        finally:
            self._reserved -= wanted
            self._spent += call.cost


def _money(amount: float) -> str:
    if amount == 0 or amount >= 0.01:
        return f"${amount:.2f}"
    return f"${amount:.6f}".rstrip("0").removesuffix(".") if amount >= 0.000001 else "less than $0.000001"
