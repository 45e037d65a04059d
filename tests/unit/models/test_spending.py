"""The money of one process: held while a call runs, settled for what it took, whatever ends it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models import spending as module
from kibitz.models.pricing import Prices, Rate
from kibitz.models.protocol import Account, Usage
from kibitz.models.spending import Bill, Call, Spending
from kibitz.settings import Settings
from kibitz.store.rows import today
from support.ledger import Ledger

DIME = Prices((Rate(0, 10**11, 10**11, 10**11, 10**11, 10**11),))
"""Every token costs ten cents."""


def caps(session: float = 1.0, day: float = 5.0) -> Settings:
    settings = Settings()
    return evolve(settings, budget=evolve(settings.budget, per_session_usd=session, per_day_usd=day))


def bill(read: int, **more: Any) -> Bill:
    written = more.pop("written", 0)
    return Bill("a/x", more.pop("feature", "chat"), read, read, written, more.pop("prices", DIME), **more)


def tokens(read: int, *, estimated: bool = False) -> Usage:
    return Usage(read, 0, 0, read / 10, estimated)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.0)


@pytest.fixture
def patient(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 30.0)


async def spend(spending: Spending, read: int, settings: Settings, **more: Any) -> None:
    async with spending.call(bill(read, **more), settings) as call:
        call.sent()
        call.settle(tokens(read))


async def test_money_is_held_while_a_call_runs_and_settled_after() -> None:
    spending = Spending()
    async with spending.call(bill(7), caps()) as call:
        with pytest.raises(KibitzError, match=r"\$0\.30 of this session's \$1\.00 is left \(\$0\.70 is held"):
            await spend(spending, 4, caps())
        call.sent()
        call.settle(tokens(1))
    await spend(spending, 8, caps())
    with pytest.raises(KibitzError, match=r"up to \$0\.20, and \$0\.10 of this session's") as caught:
        await spend(spending, 2, caps())
    assert caught.value.kind == "budget"
    assert "budget.per_session_usd" in caught.value.hint
    await spend(spending, 1, caps())


async def test_a_call_without_a_price_is_not_refused() -> None:
    spending, ledger = Spending((ledger := Ledger()).open), ledger
    async with spending.call(bill(9, prices=None), caps(0, 0)) as call:
        call.sent()
        call.settle(Usage(9, 0, 1, None))
    assert [(row.cost_usd, row.input_tokens) for row in ledger.rows] == [(None, 9)]


async def test_the_day_is_every_process_s() -> None:
    ledger = Ledger()
    one, other = Spending(ledger.open), Spending(ledger.open)
    ledger.spent_today = 4.0
    await spend(one, 5, caps())
    async with other.call(bill(4), caps()):
        with pytest.raises(KibitzError, match="today's") as caught:
            await spend(one, 2, caps())
    assert "budget.per_day_usd" in caught.value.hint
    assert ledger.holds == {}
    await spend(one, 5, caps())


async def test_without_its_ledger_a_process_holds_its_own_day() -> None:
    class Gone(Ledger):
        async def reserve(self, amount: int, cap: int, lasts_s: float) -> None:
            return None

    ledger = Ledger()
    ledger.spent_today = 4.0
    spending = Spending(ledger.open)
    await spend(spending, 2, caps())
    spending._opened = Gone()
    await spend(spending, 8, caps(9))
    with pytest.raises(KibitzError, match=r"\$0\.00 of today's"):
        await spend(spending, 1, caps(9))
    alone = Spending()
    await spend(alone, 9, caps(1, 1))
    with pytest.raises(KibitzError, match="today's"):
        await spend(alone, 2, caps(2, 1))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (asyncio.CancelledError(), "cancelled"),
        (KibitzError("timeout", "Late."), "timeout"),
        (ValueError(), "internal"),
    ],
)
async def test_what_is_cut_off_settles_for_what_was_sent_and_heard(error: BaseException, kind: str) -> None:
    ledger, account = Ledger(), Account("/p", "c1")
    spending = Spending(ledger.open)
    spending.learn("a/x", 40, 10)
    with pytest.raises(type(error)):
        async with spending.call(bill(40, written=9, account=account), caps(50, 50)) as call:
            call.sent()
            call.heard("é" * 6)
            raise error
    (row,) = ledger.rows
    assert (row.input_tokens, row.output_tokens, row.cost_usd) == (10, 3, 1.3)
    assert (row.estimated, row.error_kind) == (True, kind)
    assert (row.project, row.conversation_id, account.recorded) == ("/p", "c1", 1)
    assert ledger.holds == {}


@pytest.mark.parametrize("kind", ["rate_limit", "network", "bad_response"])
async def test_a_refusal_costs_nothing_and_leaves_no_row(kind: str) -> None:
    ledger, account = Ledger(), Account()
    spending = Spending(ledger.open)
    async with spending.call(bill(4, account=account), caps()) as call:
        call.sent()
        call.refused(kind)
    async with spending.call(bill(4, account=account), caps()):
        pass  # never sent
    assert (ledger.rows, ledger.holds, account.recorded) == ([], {}, 0)
    await spend(spending, 10, caps())


@pytest.mark.parametrize(("kind", "heard", "cost"), [("timeout", "", 0.4), ("network", "word", 0.5)])
async def test_silence_and_a_cut_may_be_charged(kind: str, heard: str, cost: float) -> None:
    ledger = Ledger()
    spending = Spending(ledger.open)
    spending.learn("a/x", 40, 10)
    with pytest.raises(KibitzError):
        async with spending.call(bill(16, written=9), caps(9)) as call:
            call.sent()
            call.heard(heard)
            call.refused(kind)
            raise KibitzError(kind, "It failed.")  # type: ignore[arg-type]
    assert [(row.cost_usd, row.error_kind) for row in ledger.rows] == [(cost, kind)]


async def test_what_was_reported_counts_even_where_the_answer_failed() -> None:
    ledger = Ledger()
    with pytest.raises(KibitzError):
        async with Spending(ledger.open).call(bill(4), caps()) as call:
            call.sent()
            call.settle(tokens(3))
            call.refused("content_filter")
            raise KibitzError("content_filter", "Stopped.")
    assert [(row.cost_usd, row.estimated, row.error_kind) for row in ledger.rows] == [
        (0.3, False, "content_filter")
    ]


async def test_a_closer_count_is_made_before_a_refusal() -> None:
    asked = []

    async def measure() -> int:
        asked.append(1)
        return 5

    spending = Spending()
    await spend(spending, 5, caps(), measure=measure)
    assert asked == []
    async with spending.call(bill(20, measure=measure), caps()):
        assert asked == [1]
        assert spending._held == 500_000_000
    with pytest.raises(KibitzError, match=r"could cost up to \$0\.50"):
        async with spending.call(bill(20, measure=measure), caps(0.4)):
            raise AssertionError("over budget")


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("shared", [True, False])
async def test_what_fits_once_others_settled_waits_for_them(shared: bool) -> None:
    ledger = Ledger()
    one, other = (Spending(ledger.open) for _ in range(2)) if shared else [Spending(ledger.open)] * 2
    settings = caps(9, 1) if shared else caps(1)
    async with one.call(bill(8), settings) as call:
        waiting = asyncio.ensure_future(spend(other, 9, settings))
        hopeless = asyncio.ensure_future(spend(other, 11, settings))
        with pytest.raises(KibitzError):
            await hopeless
        with pytest.raises(KibitzError):
            await spend(other, 9, settings, feature="complete")
        await asyncio.sleep(0)
        assert not waiting.done()
        call.sent()
        call.settle(tokens(1))
    await waiting
    assert sum(row.cost_usd or 0 for row in ledger.rows) == pytest.approx(1.0)


@pytest.mark.usefixtures("patient")
async def test_what_waits_can_be_cancelled() -> None:
    spending = Spending()
    async with spending.call(bill(8), caps()):
        waiting = asyncio.ensure_future(spend(spending, 9, caps()))
        while spending._held != 800_000_000:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert spending._held == 0


async def test_a_new_day_has_its_own_money(monkeypatch: pytest.MonkeyPatch) -> None:
    spending = Spending()
    await spend(spending, 9, caps(9, 1))
    day = today()
    monkeypatch.setattr("kibitz.models.spending.today", lambda: day.replace(year=day.year + 1, day=1))
    await spend(spending, 9, caps(9, 1))


async def test_the_bytes_of_a_token_are_learned_from_reports() -> None:
    spending = Spending()
    assert spending.tokens("a/x", 36) == 10
    async with spending.call(bill(50), caps(99, 99)) as call:
        call.sent()
        call.settle(tokens(25))
    assert spending.tokens("a/x", 36) == 18
    spending.learn("a/x", 5000, 1)
    assert spending.tokens("a/x", 36) == 18
    assert isinstance(call, Call)
