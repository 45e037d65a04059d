"""What may still be spent: every call reserves its worst case before it is sent, and settles for what it took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from types import TracebackType
from typing import Protocol

from attrs import define, field, frozen

from kibitz.errors import KibitzError
from kibitz.models.pricing import Prices
from kibitz.models.protocol import Account, Feature, Usage
from kibitz.settings import Settings
from kibitz.store.ledger import LONGEST_CALL_S, Standing
from kibitz.store.rows import today
from kibitz.store.usage import NANO, UsageRow, to_nano

PATIENCE_S = 10.0
"""So long a call waits for money that only calls under way hold, which is settled or given back when they end."""

IMPATIENT: frozenset[Feature] = frozenset({"complete"})
"""What a key press asks for does not wait."""

POLL_S = (0.02, 0.25)
"""How often other processes are looked at while waiting: at first, and at last."""

USUAL_BYTES_PER_TOKEN = 3.6
"""Of code and prose, where a model's own reports do not say better."""


class Ledger(Protocol):
    """Where the money of all processes is kept. See `store.ledger.Ledger`."""

    async def reserve(self, amount: int, cap: int, lasts_s: float) -> Standing | None:
        """Holds the amount where it fits; None where nobody can be asked."""
        ...

    async def settle(self, hold: int | None, row: UsageRow | None) -> None:
        """Gives back what was held, and keeps what the call took."""
        ...


@frozen
class Bill:
    """What is known of a call before it is made. Tokens: at most so many are read, and so many written."""

    engine: str
    feature: Feature
    bytes: int
    most_read: int
    most_written: int
    prices: Prices | None
    account: Account | None = None
    timeout_s: float = 60.0
    measure: Callable[[], Awaitable[int]] | None = None
    """Counts a closer bound of what is read; asked where the first one does not fit."""

    def worst(self, most_read: int | None = None) -> int:
        """The most nano-dollars it may cost, as far as a price is known."""
        if self.prices is None:
            return 0
        return self.prices.worst(self.most_read if most_read is None else most_read, self.most_written)


@define
class _Day:
    """What a day has cost: `mine` this process, `others` when the ledger was last heard."""

    day: date = field(factory=today)
    mine: int = 0
    others: int = 0


class Spending:
    """The money of the calls of one process, which is one session; in nano-dollars.

    `ledger` gives the book of all processes, which the day's cap is held by. Where that cannot be asked, the day holds
    what it last said and what this process spent since.
    """

    def __init__(self, ledger: Callable[[], Awaitable[Ledger]] | None = None) -> None:
        self._ledger = ledger
        self._opened: Ledger | None = None
        self._spent = 0
        self._held = 0
        self._today = _Day()
        self._changed = asyncio.Event()
        self._density: dict[str, float] = {}

    def call(self, bill: Bill, settings: Settings) -> Call:
        """The money of one call, held while it is entered. Entering raises `budget` where it does not fit.

        A call that would fit once others under way have settled waits for that, for at most PATIENCE_S.
        """
        return Call(self, bill, settings)

    async def hold(self, bill: Bill, settings: Settings) -> tuple[int, int | None]:
        """Nano-dollars held for the call, and the ledger's number for them. Raises `budget`."""
        if (worst := bill.worst()) == 0:
            return 0, None
        patience = 0.0 if bill.feature in IMPATIENT else PATIENCE_S
        deadline, pause, measured = time.monotonic() + patience, POLL_S[0], bill.measure is None
        while True:
            changed = self._changed
            refusal, hold = await self._try(worst, settings, bill.timeout_s)
            if refusal is None:
                return worst, hold
            if not measured and bill.measure is not None:
                measured, worst = True, min(worst, bill.worst(await bill.measure()))
                continue
            left = deadline - time.monotonic()
            if not refusal.passes or left <= 0:
                raise refusal.error(worst)
            try:
                async with asyncio.timeout(min(pause, left)):
                    await changed.wait()
            except TimeoutError:
                pause = min(pause * 1.5, POLL_S[1])

    async def _try(
        self, worst: int, settings: Settings, lasts_s: float
    ) -> tuple[_Refusal | None, int | None]:
        cap = to_nano(settings.budget.per_session_usd)
        if worst > cap - self._spent - self._held:
            return _Refusal("session", cap, self._spent, self._held, worst), None
        # no await between the look and the hold: two calls must not share the last dollar
        self._held += worst
        try:
            cap = to_nano(settings.budget.per_day_usd)
            ledger, standing = await self._open(), None
            if ledger is not None:
                standing = await ledger.reserve(worst, cap, max(lasts_s, LONGEST_CALL_S))
            day = self._day()
            if standing is None:
                spent, held = day.mine + day.others, self._held - worst
                fits = spent + held + worst <= cap
            else:
                day.others = max(standing.spent - day.mine, 0)
                spent, held, fits = standing.spent, standing.held, standing.hold is not None
        except BaseException:
            self._held -= worst
            raise
        if fits:
            return None, standing.hold if standing is not None else None
        self._held -= worst
        return _Refusal("day", cap, spent, held, worst), None

    async def settle(
        self, held: int, hold: int | None, row: UsageRow | None, account: Account | None
    ) -> None:
        """Gives back what was held and counts what the call took; a row of it goes to the ledger."""
        cost = to_nano(row.cost_usd or 0.0) if row is not None else 0
        self._spent += cost
        self._held -= held
        self._day().mine += cost
        if row is not None and account is not None:
            account.recorded += 1
            account.usage += Usage(
                row.input_tokens, row.cached_tokens, row.output_tokens, row.cost_usd, row.estimated
            )
        try:
            ledger = await self._open()
            if ledger is not None and (hold is not None or row is not None):
                await ledger.settle(hold, row)
        finally:
            changed, self._changed = self._changed, asyncio.Event()
            changed.set()

    async def _open(self) -> Ledger | None:
        if self._opened is None and self._ledger is not None:
            self._opened = await self._ledger()
        return self._opened

    def _day(self) -> _Day:
        if self._today.day != today():
            self._today = _Day()
        return self._today

    def tokens(self, engine: str, size: int) -> int:
        """About how many tokens so many bytes are, going by what the model reported of earlier calls."""
        return round(size / self._density.get(engine, USUAL_BYTES_PER_TOKEN))

    def learn(self, engine: str, size: int, tokens: int) -> None:
        """A model reported that it read so many tokens in so many bytes."""
        if tokens > 0 and 1.0 < size / tokens < 12.0:
            self._density[engine] = size / tokens


@frozen
class _Refusal:
    """Why money was not given."""

    whose: str
    cap: int
    spent: int
    held: int
    worst: int

    @property
    def passes(self) -> bool:
        """Whether it may fit when the calls under way have settled."""
        return self.spent + self.worst <= self.cap

    def error(self, worst: int) -> KibitzError:
        whose, option = {
            "session": ("this session's", "budget.per_session_usd"),
            "day": ("today's", "budget.per_day_usd"),
        }[self.whose]
        left = max(self.cap - self.spent - self.held, 0)
        under_way = f" ({_money(self.held)} is held for calls under way)" if self.passes else ""
        hint = f"Raise `{option}`, or choose a cheaper model or the built-in engine."
        return KibitzError(
            "budget",
            f"This call could cost up to {_money(worst)}, and {_money(left)} of {whose} {_money(self.cap)} is left{under_way}.",
            f"Ask again when they have ended. {hint}" if under_way else hint,
        )


class Call:
    """The money of one call while it runs; an async context manager. One that is cut off settles for what was sent and heard."""

    def __init__(self, spending: Spending, bill: Bill, settings: Settings) -> None:
        self._spending = spending
        self._bill = bill
        self._settings = settings
        self._held = 0
        self._hold: int | None = None
        self._began = 0.0
        self._sent = self._free = False
        self._heard = 0
        self._usage: Usage | None = None

    async def __aenter__(self) -> Call:
        self._held, self._hold = await self._spending.hold(self._bill, self._settings)
        self._began = time.monotonic()
        return self

    def sent(self) -> None:
        """The request is on its way: from now on it may cost."""
        self._sent = True
        if self._bill.account is not None and self._bill.account.on_sent is not None:
            self._bill.account.on_sent()

    def heard(self, text: str) -> None:
        """Some of the answer has come."""
        self._heard += len(text.encode("utf-8", "surrogatepass"))

    def refused(self, kind: str) -> None:
        """The call failed. Nobody charges for a refusal; behind silence there may be work that is charged."""
        self._free = self._heard == 0 and kind != "timeout"

    def settle(self, usage: Usage) -> None:
        """What the call took in truth."""
        self._usage = usage
        if not usage.estimated:
            self._spending.learn(self._bill.engine, self._bill.bytes, usage.input_tokens)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        free = not self._sent or (self._free and self._usage is None)
        row = None if free else self._row(_kind_of(error))
        await self._spending.settle(self._held, self._hold, row, self._bill.account)

    def _row(self, failed: str | None) -> UsageRow:
        bill, usage = self._bill, self._usage or self._estimate()
        account = bill.account or Account()
        return UsageRow(
            engine=bill.engine,
            feature=bill.feature,
            project=account.project,
            conversation_id=account.conversation,
            input_tokens=usage.input_tokens,
            cached_tokens=usage.cached_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=usage.cost_usd,
            estimated=usage.estimated,
            duration_ms=round((time.monotonic() - self._began) * 1000),
            error_kind=None
            if failed == "cancelled" and (self._usage is not None or account.enough)
            else failed,
        )

    def _estimate(self) -> Usage:
        bill = self._bill
        read = min(self._spending.tokens(bill.engine, bill.bytes), bill.most_read)
        output = min(self._spending.tokens(bill.engine, self._heard), bill.most_written)
        cost = None if bill.prices is None else bill.prices.cost(read, output=output) / NANO
        return Usage(read, 0, output, cost, estimated=True)


def _kind_of(error: BaseException | None) -> str | None:
    """What to call the way a call ended; None: well."""
    if error is None:
        return None
    failure = getattr(error, "failure", None)  # on its way to whoever decides about another attempt
    inner = failure.error if failure is not None else error
    if isinstance(inner, KibitzError):
        return inner.kind
    return "cancelled" if isinstance(inner, asyncio.CancelledError | GeneratorExit) else "internal"


def _money(nano: int) -> str:
    amount = nano / NANO
    if nano == 0 or amount >= 0.01:
        return f"${amount:.2f}"
    return f"${amount:.6f}".rstrip("0").removesuffix(".") if amount >= 0.000001 else "less than $0.000001"
