"""The money of several processes in one file: held before a call, settled after, free again where its holder died."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.store import ledger, owner, rows
from kibitz.store.database import Store
from kibitz.store.ledger import Standing
from kibitz.store.owner import Owner, this_process
from kibitz.store.usage import UsageRow

Opener = Callable[..., Awaitable[Store]]

HOLDER = """
import asyncio, sys
from kibitz.store.database import Store

async def main(path):
    store = await Store.open(path, notify=lambda error: None)
    print((await store.ledger.reserve(600, 1000)).hold, flush=True)
    await asyncio.sleep(600)

asyncio.run(main(sys.argv[1]))
"""


async def held(store: Store, amount: int, cap: int) -> int:
    standing = await store.ledger.reserve(amount, cap)
    assert standing is not None
    assert standing.hold is not None
    return standing.hold


def cost(nano: int, **more: object) -> UsageRow:
    return UsageRow("a/x", "chat", cost_usd=nano / 1e9, **more)  # type: ignore[arg-type]


async def test_money_is_given_once(store: Store, opened: Opener) -> None:
    other = await opened()
    first = await held(store, 700, 1000)
    assert await other.ledger.reserve(301, 1000) == Standing(0, 700)
    second = await held(other, 300, 1000)
    assert await store.ledger.reserve(1, 1000) == Standing(0, 1000)
    await store.ledger.settle(first, cost(100))
    await other.ledger.settle(second, None)
    assert await other.ledger.standing() == Standing(100, 0)
    assert await other.ledger.reserve(901, 1000) == Standing(100, 0)
    await held(store, 900, 1000)


async def test_a_call_is_settled_and_counted_at_once_and_once(store: Store) -> None:
    hold = await held(store, 10**9, 10**10)
    await store.ledger.settle(hold, UsageRow("a/x", "chat", project="/p", cost_usd=0.25, estimated=True))
    await store.ledger.settle(hold, None)
    assert await store.ledger.standing() == Standing(250_000_000, 0)
    assert await store.usage.spent_today() == await store.usage.spent() == 0.25
    (row,) = await store.usage.summary("project")
    assert (row.key, row.calls, row.reported_cost_usd, row.estimated_cost_usd) == ("/p", 1, 0.0, 0.25)


async def test_sums_are_exact(store: Store) -> None:
    for _ in range(100):
        await store.usage.record(cost(100_000_001))
    assert (await store.ledger.standing()).spent == 10_000_000_100
    assert (await store.usage.summary())[0].reported_cost_usd == 10.0000001


async def test_yesterdays_money_is_yesterdays(store: Store) -> None:
    before = rows.midnight(rows.today() - timedelta(days=1))
    await store.usage.record(cost(900, time=before))
    assert await store.ledger.standing() == Standing(0, 0)
    await held(store, 1000, 1000)
    assert await store.usage.forget_before(rows.today()) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this platform")
async def test_what_a_killed_process_held_is_free_and_what_a_live_one_holds_is_not(
    tmp_path: Path, store: Store
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "kibitz.db")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert int(await asyncio.to_thread(process.stdout.readline)) > 0
    assert await store.ledger.reserve(500, 1000) == Standing(0, 600)
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    process.stdout.close()
    standing = await store.ledger.reserve(500, 1000)
    assert standing is not None
    assert (standing.held, standing.hold is not None) == (500, True)


async def test_what_nobody_can_tell_of_is_held_for_as_long_as_a_call_lasts(
    tmp_path: Path, store: Store
) -> None:
    elsewhere = Owner("another machine", os.getpid(), "1")
    gone = evolved(this_process(), started="1")
    assert (elsewhere.lives(), gone.lives(), this_process().lives()) == (None, False, True)
    with closing(sqlite3.connect(tmp_path / "kibitz.db")) as other:
        for number, (who, until) in enumerate(
            (
                (elsewhere, time.time() + 60),
                (elsewhere, time.time() - 1),
                (this_process(), time.time() - 1),
                (this_process(), time.time() - ledger.LONGEST_HOLD_S - 1),
                (gone, time.time() + 60),
            )
        ):
            other.execute(
                "INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?)",
                (number, 10**number, who.machine, who.pid, who.started, until),
            )
        other.commit()
    assert await store.ledger.reserve(900, 1000) == Standing(0, 101)


def evolved(one: Owner, started: str) -> Owner:
    return evolve(one, started=started)


def test_a_process_is_not_taken_for_a_later_one_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    me = this_process()
    assert me.started
    monkeypatch.setattr(owner, "_started", lambda pid: me.started + "0")
    assert me.lives() is False
    unknown = evolved(me, started="")
    assert unknown.lives() is True
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert Owner(me.machine, ended.pid, "").lives() is False
    assert Owner(me.machine, os.getppid(), "").lives() is None


async def test_a_hold_whose_caller_gives_up_is_given_back(store: Store) -> None:
    engine = store.ledger._engine
    async with engine._lock:
        asking = asyncio.ensure_future(store.ledger.reserve(10, 1000))
        while not engine._tasks:
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await asking
    writing = asyncio.ensure_future(store.ledger.reserve(10, 1000))
    while not engine._lock.locked():
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await store.ledger.standing() == Standing(0, 0)


async def test_a_locked_database_is_said_to_be_and_settles_later(
    tmp_path: Path, opened: Opener, told: list[KibitzError]
) -> None:
    store = await opened(timeout_s=0.05)
    hold = await held(store, 500, 1000)
    with closing(sqlite3.connect(tmp_path / "kibitz.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await store.ledger.reserve(100, 1000) is None
        await store.ledger.settle(hold, cost(50))
        other.execute("ROLLBACK")
    assert len(told) == 1
    # the reservation nobody got is not made up for, the call that was made is
    assert await store.ledger.reserve(951, 1000) == Standing(50, 0)


async def test_memory_is_a_ledger_of_its_own(opened: Opener) -> None:
    store = await opened(":memory:")
    await held(store, 700, 1000)
    assert await store.ledger.reserve(400, 1000) == Standing(0, 700)


async def test_models_without_a_price_are_remembered(store: Store, opened: Opener) -> None:
    assert not await store.ledger.may_be_unpriced("a/x")
    await store.ledger.allow_unpriced("a/x")
    await store.ledger.allow_unpriced("a/x")
    assert await (await opened()).ledger.may_be_unpriced("a/x")
    assert not await store.ledger.may_be_unpriced("a/y")


async def test_what_was_never_sent_has_no_price_to_miss(store: Store) -> None:
    for row in (
        UsageRow("a/x", "chat", error_kind="network"),
        UsageRow("a/x", "chat", input_tokens=5, error_kind="timeout"),
        UsageRow("a/x", "chat", input_tokens=5, output_tokens=5),
        cost(100),
    ):
        await store.usage.record(row)
    (summary,) = await store.usage.summary("model")
    assert (summary.calls, summary.failed_calls, summary.unpriced_calls) == (4, 2, 2)
