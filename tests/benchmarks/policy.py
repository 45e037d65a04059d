"""What the gateway's policies cost and save: sharing, kept answers, rests, limits, hanging up, looking for local servers.

    python tests/benchmarks/policy.py [--calls 300] [--hangups 20] [--router]

All against the scripted endpoint on loopback, through the real gateway and its worker; beside each figure stands the
same without the policy. `--router` compares LiteLLM's Router with a direct call, each in this process: what a retry, a
fallback and the first word take. Exits 1 where a limit is exceeded.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from attrs import evolve

from kibitz.models.gateway import Gateway
from kibitz.models.local import Server, find
from kibitz.models.policy import Policy
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, Usage
from kibitz.settings import Settings
from support.endpoint import Answer, Endpoint

MODEL, SECOND = "openai/gpt-4o", "openai/second"
MOST_CPU_MS = 0.5
MOST_HANGUP_MS = 50.0
MOST_LOOK_MS = 350.0
CHUNKS = 20
BURST = 50
ASK = Request("complete", (Message("user", "Finish this line."),), timeout_s=20)


class Report:
    """Lines of figures, and whether all limits held."""

    def __init__(self) -> None:
        self.failed = 0

    def line(self, what: str, value: float, unit: str, limit: float | None, beside: str) -> None:
        """One figure with its baseline; `limit` is the most it may be."""
        over = limit is not None and value > limit
        self.failed += over
        told = "" if limit is None else f"  (at most {limit:g}){'  EXCEEDED' if over else ''}"
        print(f"{what:58} {value:9.3f} {unit:9}{told:18} {beside}", flush=True)


async def cost(report: Report, calls: int) -> None:
    """The processor's time of the policies for one call, over a generator of the same events."""

    async def events() -> AsyncGenerator[Event, None]:
        for _ in range(CHUNKS):
            yield Text("abc")
        yield Spent(Usage(1))
        yield Done()

    policy = Policy(Settings(model=MODEL), time.monotonic, asyncio.sleep)

    async def governed(number: int) -> None:
        content = {"messages": [{"role": "user", "content": "x" * 16_000 + str(number)}]}

        async def call() -> AsyncGenerator[Event, None]:
            async with policy.turn(MODEL, ASK):
                async for event in events():
                    yield event

        policy.order(MODEL)
        async for _ in policy.stream(ASK, {"model": MODEL, "body": content}, call):
            pass

    async def bare(_: int) -> None:
        async for _event in events():
            pass

    async def spent(run: Callable[[int], Awaitable[None]]) -> float:
        began = time.process_time()
        for number in range(calls):
            await run(number)
        return (time.process_time() - began) / calls * 1000

    best = {run.__name__: min([await spent(run) for _ in range(3)]) for run in (bare, governed)}
    report.line(
        f"policies, {CHUNKS} pieces, 16 kB prompt, processor",
        best["governed"] - best["bare"],
        "ms/call",
        MOST_CPU_MS,
        f"the same events without: {best['bare']:.3f} ms",
    )


async def heard(gateway: Gateway, request: Request) -> float:
    """Seconds until the first word."""
    began, first = time.perf_counter(), 0.0
    async for event in gateway.stream(MODEL, request):
        if isinstance(event, Text) and not first:
            first = time.perf_counter() - began
    return first


async def saved(report: Report, gateway: Gateway, endpoint: Endpoint) -> None:
    """What is not sent: the same at the same time, the same again, and what a model that rests is spared."""

    async def sent(work: Awaitable[Any]) -> int:
        before = len(endpoint.requests)
        await work
        return len(endpoint.requests) - before

    settings = Settings(model=MODEL, api_base=endpoint.url)
    endpoint.reply_with(lambda _: Answer(text="ok", delay_first_s=0.2))
    chat = evolve(ASK, feature="chat")
    by_chance = evolve(chat, temperature=1.0)
    gateway.use(settings)
    shared = await sent(asyncio.gather(*(heard(gateway, chat) for _ in range(BURST))))
    apart = await sent(asyncio.gather(*(heard(gateway, by_chance) for _ in range(BURST))))
    report.line(f"{BURST} alike at the same time", shared, "requests", 1, f"where chance is wanted: {apart}")
    endpoint.reply_with(lambda _: Answer(text="ok"))

    async def again() -> None:
        for _ in range(BURST):
            await heard(gateway, ASK)

    kept = await sent(again())
    gateway.use(evolve(settings, cache=evolve(settings.cache, enabled=False)))
    report.line(f"{BURST} alike in a row", kept, "requests", 1, f"with the cache off: {await sent(again())}")

    endpoint.reply_with(
        lambda r: Answer(error_code="server_error") if r.json["model"] == "gpt-4o" else Answer(text="ok")
    )
    gateway.use(evolve(settings, fallbacks=(SECOND,)))
    fresh = await heard(gateway, chat)
    rested = statistics.median([await heard(gateway, chat) for _ in range(9)])
    limit = fresh * 1000 / 2
    report.line(
        "first word of the fallback while the first model rests",
        rested * 1000,
        "ms",
        limit,
        f"three tries, then it: {fresh * 1000:.0f} ms",
    )


async def hung_up(report: Report, gateway: Gateway, endpoint: Endpoint, hangups: int) -> None:
    """From closing the stream to the endpoint's seeing the connection closed."""
    gateway.use(Settings(model=MODEL, api_base=endpoint.url))
    endpoint.reply_with(lambda _: Answer(chunks=["a", "b", "c"], hang_after=2))
    took = []

    def closed() -> list[float]:
        return sorted(one.closed_at for one in endpoint.connections if one.closed_at is not None)

    async def one_more(before: int) -> None:
        await endpoint.wait_for(lambda _: len(closed()) > before)

    for number in range(hangups):
        request = evolve(ASK, messages=(Message("user", f"Number {number}."),))
        before = len(closed())
        async with aclosing(gateway.stream(MODEL, request)) as stream:
            async for event in stream:
                if isinstance(event, Text):
                    break
            began = time.monotonic()
        await one_more(before)
        took.append((closed()[-1] - began) * 1000)
    report.line(
        "cancelled: the connection is closed after, p50",
        statistics.median(took),
        "ms",
        MOST_HANGUP_MS,
        f"worst of {hangups}: {max(took):.1f} ms",
    )


async def looked(report: Report) -> None:
    """The look for servers on this machine, with one among them that says nothing."""
    over = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    began = time.perf_counter()
    await find()
    usual = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    await find((Server("silent", port),))
    took = (time.perf_counter() - began) * 1000
    over.set()
    server.close()
    await server.wait_closed()
    report.line(
        "look for local servers, one of them silent", took, "ms", MOST_LOOK_MS, f"here: {usual:.1f} ms"
    )


async def router(report: Report, endpoint: Endpoint) -> None:
    """LiteLLM's Router beside a direct call."""
    os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
    import litellm

    litellm.suppress_debug_info = True

    def at(name: str) -> dict[str, Any]:
        return {"model": f"openai/{name}", "api_base": endpoint.url, "api_key": "none", "max_retries": 0}

    groups = [{"model_name": name, "litellm_params": at(name)} for name in ("first", "second")]
    routing = litellm.Router(  # type: ignore[attr-defined,unused-ignore]
        model_list=groups, fallbacks=[{"first": ["second"]}], num_retries=2, retry_after=0
    )
    asked: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "stream": True}

    async def first_word(start: Callable[[], Awaitable[Any]]) -> float:
        began, first = time.perf_counter(), 0.0
        async for chunk in await start():
            if chunk.choices and chunk.choices[0].delta.content and not first:
                first = time.perf_counter() - began
        return first * 1000

    ways = {
        "direct": lambda: litellm.acompletion(**at("first"), **asked),
        "routed": lambda: routing.acompletion(model="first", **asked),
    }
    endpoint.reply_with(lambda _: Answer(chunks=["a"] * CHUNKS))
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(50):
        for way, start in ways.items():
            took = await first_word(start)
            times[way] += [took] if number >= 10 else []
    direct, routed = (statistics.median(times[way]) for way in ("direct", "routed"))
    report.line(
        "LiteLLM's Router, first word, p50", routed, "ms", None, f"the same call without: {direct:.1f} ms"
    )
    endpoint.reply_with(
        lambda r: Answer(error_code="server_error") if r.json["model"] == "first" else Answer(text="ok")
    )
    before = len(endpoint.requests)
    took = await first_word(ways["routed"])
    tries = len(endpoint.requests) - before
    report.line(
        "Router, 500 at the first, `retry_after=0`: the fallback's word",
        took,
        "ms",
        None,
        f"{tries} requests",
    )


async def main(arguments: argparse.Namespace) -> int:
    """Print the figures; 1 where a limit is exceeded."""
    report = Report()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    await cost(report, arguments.calls)
    async with Endpoint() as endpoint:
        gateway = Gateway(Settings(model=MODEL, api_base=endpoint.url))
        try:
            await gateway.warm()
            gateway.use(Settings(model=MODEL, api_base=endpoint.url))
            await heard(gateway, evolve(ASK, max_output_tokens=1))
            await saved(report, gateway, endpoint)
            await hung_up(report, gateway, endpoint, arguments.hangups)
        finally:
            await gateway.close()
        await looked(report)
        if arguments.router:
            await router(report, endpoint)
    return 1 if report.failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=300, help="calls for the policies' own cost")
    parser.add_argument("--hangups", type=int, default=20, help="streams that are cancelled")
    parser.add_argument("--router", action="store_true", help="also LiteLLM's Router (imports it: seconds)")
    sys.exit(asyncio.run(main(parser.parse_args())))
