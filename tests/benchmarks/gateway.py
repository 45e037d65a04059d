"""Time to the first token through the gateway, beside a bare httpx call to the same endpoint in the same run.

    python tests/benchmarks/gateway.py [--rounds 150] [--tokens 3000]

In turn, after a warm-up: httpx; the worker process alone (LiteLLM and the pipe); the gateway without its store; the gateway as
the server has it, with the reservation of money and the record of what is sent. Prints milliseconds to the first piece of
text, what each adds to the bare call of its round, and processor time a call. Exits 1 where the last adds more than 8 ms in
the median, or 20 ms in the 95th of a hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import httpx
from attrs import evolve

from kibitz.features.services import Services
from kibitz.models import wire
from kibitz.models.catalog import Target
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Message, Model, Request, Text
from kibitz.settings import Settings

MODEL = "openai/gpt-4o"
ENDPOINT = Path(__file__).resolve().parents[1] / "support" / "endpoint.py"
MOST_P50_MS, MOST_P95_MS, WARM_UP = 8.0, 20.0, 15
TICKS = os.sysconf("SC_CLK_TCK")

Ask = Callable[[Request], Awaitable[float]]


@asynccontextmanager
async def endpoint(folder: Path) -> AsyncIterator[str]:
    """The scripted endpoint in a process of its own; its URL."""
    script = folder / "script.json"
    script.write_text(json.dumps({"default": {"text": "some words of an answer " * 8, "chunk_size": 12}}))
    command = [sys.executable, str(ENDPOINT), "--script", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield (await asyncio.to_thread(process.stdout.readline)).strip()
        finally:
            process.terminate()


def request(number: int, size: int) -> Request:
    """No two are the same: an answer is not to come from a cache."""
    code = "".join(f"def f{n}(value):\n    return value + {n}\n" for n in range(size // 14))
    return Request(
        "chat", (Message("system", "Be brief."), Message("user", f"Number {number}.\n{code}")), timeout_s=20
    )


def bare(url: str) -> tuple[Ask, httpx.AsyncClient]:
    """The call that a program without a gateway would make."""
    client = httpx.AsyncClient(timeout=20)
    goal = Target(MODEL, "openai", url, None)

    async def ask(one: Request) -> float:
        body = {"model": "gpt-4o", "stream": True, **wire.body(goal, one)}
        start, first = time.perf_counter(), 0.0
        async with client.stream("POST", f"{url}/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {") and not first:
                    delta = json.loads(line[6:])["choices"][0]["delta"]
                    first = time.perf_counter() if delta.get("content") else 0.0
        return (first - start) * 1000

    return ask, client


def through(model: Model) -> Ask:
    """A call by the gateway."""

    async def ask(one: Request) -> float:
        start, first = time.perf_counter(), 0.0
        async for event in model.stream(one):
            if isinstance(event, Text) and not first:
                first = time.perf_counter()
        return (first - start) * 1000

    return ask


def alone(gateway: Gateway, url: str) -> Ask:
    """A call by the worker, with all that the gateway decides known before."""
    goal = Target(MODEL, "openai", url, None)

    async def ask(one: Request) -> float:
        params = wire.params(goal, "here", wire.body(goal, one), one)
        start, first = time.perf_counter(), 0.0
        async with aclosing(gateway._worker.stream("stream", params)) as values:
            async for value in values:
                if "text" in value and not first:
                    first = time.perf_counter()
        return (first - start) * 1000

    return ask


def cpu_s(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def p95(values: list[float]) -> float:
    """The value that 95 of a hundred do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


async def run(rounds: int, size: int) -> bool:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(KIBITZ_HOME=name, HOME=name, OPENAI_API_KEY="none-needed")
        async with endpoint(folder) as url:
            settings = Settings(model=MODEL, api_base=url)
            settings = evolve(settings, budget=evolve(settings.budget, per_day_usd=1e6, per_session_usd=1e6))
            services = Services(settings, lambda error: print(error, file=sys.stderr))
            plain = Gateway(settings)
            call, client = bare(url)
            try:
                await asyncio.gather(services.gateway.warm(), plain.warm())
                ways: dict[str, Ask] = {
                    "httpx": call,
                    "worker": alone(plain, url),
                    "gateway, no store": through(plain.model(MODEL)),
                    "gateway": through(services.gateway.model(MODEL)),
                }
                pids = {"worker": plain._worker.pid, "gateway, no store": plain._worker.pid}
                pids["gateway"] = services.gateway._worker.pid
                return await measure(ways, pids, rounds, size)
            finally:
                await client.aclose()
                await plain.close()
                await services.close()


async def measure(ways: dict[str, Ask], pids: dict[str, int | None], rounds: int, size: int) -> bool:
    """Prints the table; whether the last way is within its limits."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    cpu = dict.fromkeys(ways, 0.0)
    number = 0
    for turn in range(WARM_UP + rounds):
        for name, ask in ways.items():
            number += 1
            one = request(number, size)
            pid = pids.get(name)
            before = time.process_time() + (cpu_s(pid) if pid else 0.0)
            took = await ask(one)
            if turn >= WARM_UP:
                times[name].append(took)
                cpu[name] += time.process_time() + (cpu_s(pid) if pid else 0.0) - before
    print(f"{rounds} rounds, prompts of about {size:,} tokens; milliseconds to the first piece of text")
    print(f"{'':20}{'p50':>8}{'p95':>8}{'adds p50':>10}{'adds p95':>10}{'cpu ms':>8}")
    good = True
    for name, found in times.items():
        added = [one - base for one, base in zip(found, times["httpx"], strict=True)]
        row = (statistics.median(found), p95(found), statistics.median(added), p95(added))
        print(
            f"{name:20}{row[0]:8.1f}{row[1]:8.1f}{row[2]:10.1f}{row[3]:10.1f}{cpu[name] / rounds * 1000:8.1f}"
        )
        if name == "gateway":
            good = row[2] <= MOST_P50_MS and row[3] <= MOST_P95_MS
    print(f"limits: p50 {MOST_P50_MS:g}, p95 {MOST_P95_MS:g} -> {'kept' if good else 'BROKEN'}")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--tokens", type=int, default=3000)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.rounds, given.tokens)) else 1)


if __name__ == "__main__":
    main()
