"""Processes that spend against one cap at once: is it ever exceeded, and is anything refused that fits?

    python tests/benchmarks/budget.py                  8 processes, 10,000 calls in all
    python tests/benchmarks/budget.py --calls 300 --processes 3

Every process has a store of its own on one file and makes calls through `models.spending`, several at a time: random
worst cases, random costs below them, some cancelled, some refused by the provider. In every round one process is
killed with calls under way. Limits: what is spent and held together never exceeds the cap, which a trigger watches at
every change; what is spent is to the last nano-dollar the sum of the calls; nothing is held in the end; a call is
refused only where it did not fit beside what was spent. The baseline reads what is spent, then calls, then writes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.pricing import Prices, Rate
from kibitz.models.protocol import Usage
from kibitz.models.spending import Bill, Spending
from kibitz.settings import Settings
from kibitz.store.database import Store
from kibitz.store.rows import today
from kibitz.store.usage import NANO, UsageRow, to_nano

AT_ONCE = 4
MOST_TOKENS = 30_000
LONGEST_CALL_S = 0.004
CENT = Prices((Rate(0, 10**6, 10**6, 10**6, 10**6, 10**6),))
"""A dollar for a million tokens."""

REACHED_AT = 0.6
"""The cap is met after this part of the calls, so that the rest is about the last dollar."""


def caps(cap: float) -> Settings:
    """The day's cap; the session's is out of the way."""
    settings = Settings()
    return evolve(settings, budget=evolve(settings.budget, per_day_usd=cap, per_session_usd=1e6))


async def work(path: Path, cap: float, calls: int, seed: int, naive: bool) -> None:
    """One process: makes the calls, says each one's end in a line, and sums up in a last one."""
    random.seed(seed)
    told: list[KibitzError] = []
    store = await Store.open(str(path), notify=told.append, timeout_s=60)
    settings, left = caps(cap), iter(range(calls))
    times: list[float] = []
    wrong: list[str] = []

    async def ledger() -> Any:
        return store.ledger

    spending = Spending(ledger)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def one() -> str:
        most = random.randint(1, MOST_TOKENS)
        cost = random.randint(0, most)
        fate = random.random()
        bill = Bill("bench/x", "chat", most, most, most // 50, CENT)
        began = time.perf_counter()
        try:
            async with spending.call(bill, settings) as call:
                times.append(time.perf_counter() - began)
                call.sent()
                await asyncio.sleep(random.random() * LONGEST_CALL_S)
                if fate < 0.05:
                    call.refused("rate_limit")
                elif fate < 0.15:
                    call.heard("x" * (cost // 100))
                    raise asyncio.CancelledError
                else:
                    call.settle(Usage(cost, 0, 0, CENT.cost(cost) / NANO))
        except asyncio.CancelledError:
            return "cancelled"
        except KibitzError as error:
            if error.kind != "budget":
                raise
            standing = await store.ledger.standing()
            if "under way" in error.message or standing.spent + bill.worst() <= to_nano(cap):
                wrong.append(error.message)
            return "refused"
        return "done"

    async def naively() -> str:
        worst = random.randint(1, MOST_TOKENS) / 1e6
        began = time.perf_counter()
        if await store.usage.spent_today() + worst > cap:
            return "refused"
        times.append(time.perf_counter() - began)
        await asyncio.sleep(random.random() * LONGEST_CALL_S)
        await store.usage.record(UsageRow("bench/x", "chat", cost_usd=random.random() * worst))
        return "done"

    async def lane() -> None:
        for _ in left:
            print(await (naively() if naive else one()), flush=True)

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))
    await store.close()
    print(json.dumps({"times": times, "wrong": wrong, "told": [one.message for one in told]}), flush=True)


WATCH = """
CREATE TABLE watched (most INTEGER NOT NULL);
INSERT INTO watched VALUES (0);
CREATE TRIGGER watch_held AFTER INSERT ON reservations BEGIN
    UPDATE watched SET most = max(most, (SELECT coalesce(sum(cost), 0) FROM spent) + (SELECT sum(amount) FROM reservations));
END;
CREATE TRIGGER watch_spent AFTER UPDATE ON spent BEGIN
    UPDATE watched SET most = max(most, new.cost + (SELECT coalesce(sum(amount), 0) FROM reservations));
END;
"""
"""Notes the most that was ever spent and held together, at every change of either."""


async def round_of(
    path: Path, cap: float, shares: list[int], seed: int, *, kill: bool, naive: bool
) -> dict[str, Any]:
    """Processes that share the calls, one of them killed when it has made its share, in the middle of more; what they said."""
    said: dict[str, Any] = {"done": 0, "cancelled": 0, "refused": 0, "times": [], "wrong": [], "told": []}
    running = []
    for number, share in enumerate(shares):
        made = share * 2 if kill and number == 0 else share
        arguments = [
            "--worker",
            str(path),
            "--cap",
            str(cap),
            "--calls",
            str(made),
            "--seed",
            str(seed + number),
        ]
        running.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                __file__,
                *arguments,
                *(["--naive"] if naive else []),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                limit=1 << 26,
            )
        )

    async def follow(number: int, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        heard = 0
        async for line in process.stdout:
            if line.startswith(b"{"):
                for key, values in json.loads(line).items():
                    said[key] += values
                continue
            said[line.decode().strip()] += 1
            heard += 1
            if kill and number == 0 and heard == shares[0]:
                process.send_signal(signal.SIGKILL)
                said["killed"] = True
        code = await process.wait()
        if code and not (kill and number == 0):
            raise RuntimeError(f"a process ended with {code}")

    for process in running:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
    followers = [asyncio.ensure_future(follow(number, process)) for number, process in enumerate(running)]
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        await process.stdin.drain()
    try:
        await asyncio.gather(*followers)
    finally:
        for process in running:
            with suppress(ProcessLookupError):
                process.kill()
    return said


async def measure(folder: Path, calls: int, processes: int, rounds: int, *, naive: bool) -> dict[str, Any]:
    """All rounds against one cap on one file."""
    path = folder / ("naive.db" if naive else "kibitz.db")
    store = await Store.open(str(path), notify=lambda error: None)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(WATCH)
    cap = round(calls * REACHED_AT * MOST_TOKENS / 4 / 1e6, 2)
    total: dict[str, Any] = {"done": 0, "cancelled": 0, "refused": 0, "killed": 0}
    total |= {"times": [], "wrong": [], "told": []}
    for number in range(rounds):
        share = calls // rounds // processes
        shares = [share] * (processes - 1) + [calls // rounds - share * (processes - 1)]
        kill = not naive and hasattr(signal, "SIGKILL")
        said = await round_of(path, cap, shares, 1000 * number, kill=kill, naive=naive)
        for key, value in said.items():
            total[key] += value
    store = await Store.open(str(path), notify=total["told"].append)
    # what a killed process held is given back by whoever needs it
    probe = await store.ledger.reserve(0, 0)
    standing = await store.ledger.standing()
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT count(*), sum(cost), (SELECT most FROM watched) FROM usage"
        ).fetchone()
    assert probe is not None
    return total | {
        "cap": to_nano(cap),
        "spent": standing.spent,
        "held": standing.held,
        "rows": rows,
        "most": rows[2],
    }


def problems(found: dict[str, Any], began: date) -> list[str]:
    """Which limits are broken."""
    broken = [f"refused although it fits: {message}" for message in found["wrong"][:3]]
    if excess(found):
        broken.append("the cap was exceeded")
    if found["held"]:
        broken.append("money is still held")
    if found["rows"][1] != found["spent"] and began == today():
        broken.append("what is spent is not the sum of the calls")
    if found["told"]:
        broken.append(f"the store had trouble: {found['told'][0]}")
    if not found["refused"]:
        broken.append("the cap was never met: nothing was measured")
    return broken


def show(name: str, found: dict[str, Any]) -> None:
    """The figures of one way to keep the money."""
    times = sorted(found["times"])
    ended = found["done"] + found["cancelled"] + found["refused"]
    print(
        f"{name}: {ended} calls ended ({found['cancelled']} cancelled, {found['refused']} over budget, ",
        end="",
    )
    print(f"{found['killed']} processes killed), {found['rows'][0]} rows")
    print(f"  cap {found['cap'] / NANO:.6f}  spent {found['spent'] / NANO:.6f}", end="")
    print(f"  most ever spent + held {found['most'] / NANO:.6f}  over {excess(found) / NANO:.6f} dollars")
    p50, p99 = (times[int(len(times) * q)] * 1000 for q in (0.5, 0.99))
    print(
        f"  until the money is held: p50 {p50:.2f} ms, p99 {p99:.2f} ms (contended, waiting for others included)"
    )


def excess(found: dict[str, Any]) -> int:
    """Nano-dollars over the cap."""
    return max(0, int(max(found["spent"], found["most"])) - int(found["cap"]))


async def alone(folder: Path) -> None:
    """The time of a reservation and its settlement where no other process is there."""
    store = await Store.open(str(folder / "alone.db"), notify=lambda error: None)
    times, began = [], time.process_time()
    for _ in range(500):
        start = time.perf_counter()
        standing = await store.ledger.reserve(1, NANO)
        assert standing is not None
        await store.ledger.settle(standing.hold, UsageRow("bench/x", "chat", cost_usd=1e-9))
        times.append((time.perf_counter() - start) * 1000)
    cpu = (time.process_time() - began) * 2
    await store.close()
    times.sort()
    print(
        f"reserve + settle, one process alone: p50 {times[250]:.2f} ms, p99 {times[495]:.2f} ms, {cpu:.2f} ms of CPU"
    )


def main() -> None:
    """Prints the figures; exits 1 where a limit is broken."""
    parser = argparse.ArgumentParser(description="Processes that spend against one cap at once.")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2, help="in each, one process is killed")
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cap", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--naive", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        asyncio.run(work(given.worker, given.cap, given.calls, given.seed, given.naive))
        return
    began = today()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = asyncio.run(measure(folder, given.calls, given.processes, given.rounds, naive=False))
        show("ledger", found)
        if not given.no_baseline:
            show(
                "read, call, write", asyncio.run(measure(folder, given.calls, given.processes, 1, naive=True))
            )
        asyncio.run(alone(folder))
    broken = problems(found, began)
    for one in broken:
        print(f"BROKEN: {one}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
