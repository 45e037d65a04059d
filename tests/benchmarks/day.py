"""A scripted day: completions, chats, refactorings and tool loops through the real features and gateway, against an endpoint
with a prefix cache and list prices.

    python tests/benchmarks/day.py [--scale 0.2]    (1 is the whole day: 1,000 completions, 30 chats of 6 turns,
                                                     20 refactorings, 5 tool loops of 20 turns)

Prints tokens, the cached share of the input, cost as accounted here and as the endpoint has it, and our count of tokens
beside the endpoint's. Exits 1 where less than 90 % of a conversation's or loop's input is cached from its second turn
on, our count is off by more than 3 %, or the cost by more than a cent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:0] = [str(here.parent.parent), str(here.parent)]

from attrs import define, evolve
from prefix_cache import PrefixCache

from kibitz.features.chat import send
from kibitz.features.complete import complete
from kibitz.features.refactor import refactor
from kibitz.features.services import Services
from kibitz.features.workbench import Workbench, open_document
from kibitz.models.protocol import Message, Request, Text, ToolCall
from kibitz.settings import Settings
from kibitz.text import Document, Position, Range
from support.endpoint import Answer, Endpoint, Received, tokens

CHAT_MODEL, COMPLETION_MODEL = "openai/gpt-4o", "openai/gpt-4o-mini"
PRICES = {"gpt-4o": (2.5, 1.25, 10.0), "gpt-4o-mini": (0.15, 0.075, 0.6)}
"""US dollars for a million tokens read, read from the cache, and written: the list's."""

COMPLETIONS, CHATS, TURNS, REFACTORINGS, LOOPS, LOOP_TURNS = 1000, 30, 6, 20, 5, 20
AGENT_SENTENCES = 90
"""The instructions of an agent are some 1,500 tokens long."""
LEAST_CACHED, MOST_OFF, MOST_OFF_USD = 0.90, 0.03, 0.01
SOURCES = Path(__file__).resolve().parents[2] / "server" / "kibitz"
READ_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "read_file",
        "description": "Read the lines of a file of the project.",
        "parameters": {
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "The file, relative to the project's root."},
                "first": {"type": "integer", "description": "The first line."},
            },
            "required": ["path"],
        },
    },
}


@define
class Sum:
    """What one kind of work took."""

    calls: int = 0
    read: int = 0
    cached: int = 0
    written: int = 0
    usd: float = 0.0
    later_read: int = 0
    later_cached: int = 0
    counted: int = 0
    counted_by_endpoint: int = 0
    worst: float = 0.0


class Day:
    """The endpoint's side, and the sums."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.cache = PrefixCache()
        self.sums: defaultdict[str, Sum] = defaultdict(Sum)
        self.kind, self.turn, self.say = "", 0, "ok"
        self.calls: tuple[dict[str, Any], ...] = ()
        self.bodies: list[tuple[str, dict[str, Any], int]] = []
        endpoint.reply_with(self._answer)

    def _answer(self, received: Received) -> Answer:
        read, cached = self.cache.read(received.json)
        written = self.cache.written(self.say + "".join(c["name"] + str(c["arguments"]) for c in self.calls))
        price = PRICES[received.json["model"]]
        one = self.sums[self.kind]
        one.calls += 1
        one.read += read
        one.cached += cached
        one.written += written
        one.usd += ((read - cached) * price[0] + cached * price[1] + written * price[2]) / 1e6
        if self.turn:
            one.later_read += read
            one.later_cached += cached
        self.bodies.append((self.kind, received.json, read))
        return Answer(
            text=self.say, tool_calls=self.calls, usage=tokens(read, written, cached), chunk_size=200
        )


@asynccontextmanager
async def opened(endpoint: Endpoint, folder: Path) -> AsyncIterator[Workbench]:
    """A workbench whose models are the endpoint's."""
    os.environ.update(KIBITZ_HOME=str(folder), HOME=str(folder), OPENAI_API_KEY="none-needed")
    settings = Settings(model=CHAT_MODEL, api_base=endpoint.url)
    settings = evolve(
        settings,
        completion=evolve(settings.completion, model=COMPLETION_MODEL),
        budget=evolve(settings.budget, per_day_usd=1e6, per_session_usd=1e6),
    )
    services = Services(settings, lambda error: print(error, file=sys.stderr))
    try:
        await services.gateway.warm()
        yield Workbench(services, settings, None)
    finally:
        await services.close()


def files(count: int) -> list[Document]:
    """The package's own modules, the longest first."""
    paths = sorted(SOURCES.rglob("*.py"), key=lambda p: (-p.stat().st_size, p))
    return [open_document(path) for path in paths[:count]]


async def type_on(bench: Workbench, day: Day, documents: list[Document], count: int) -> None:
    """Completions where somebody types ten lines in each of some places, at the end of each."""
    day.kind, day.say = "completions", "return value"
    for number in range(count):
        document = documents[number // 10 % len(documents)]
        day.turn = number % 10
        place = (number // 10 * 37) % max(1, len(document.lines) - 12)
        line = place + day.turn
        await complete(bench, document, Position(line, len(document.line(line))))


async def talk(bench: Workbench, day: Day, documents: list[Document], count: int) -> None:
    """Conversations about a file, the file shown with every message."""
    day.kind = "chats"
    for number in range(count):
        document = documents[number % len(documents)]
        conversation: str | None = None
        for day.turn in range(TURNS):
            day.say = (
                f"It does this, in {day.turn + 1} steps. " + "First it looks at what it was given. " * 20
            )
            asked = f"What about part {day.turn + 1} of number {number}? I do not see why it is needed."
            reply = await send(bench, asked, conversation_id=conversation, document=document)
            conversation = reply.conversation_id


async def change(bench: Workbench, day: Day, documents: list[Document], count: int) -> None:
    """Refactorings of one line each, in a few files."""
    day.kind = "refactorings"
    for number in range(count):
        document = documents[number // 4 % len(documents)]
        marks = [
            n for n, line in enumerate(document.lines) if "return " in line and document.text.count(line) == 1
        ]
        line = marks[number % len(marks)]
        text = document.line(line)
        day.turn = number % 4
        day.say = f"FILE {bench.shown(document)}\n<<<<<<< SEARCH\n{text}\n=======\n{text}  # done\n>>>>>>> REPLACE\n"
        where = Range(Position(line, 0), Position(line, len(text)))
        await refactor(bench, document, where, "Say that it is done.")


async def loop(bench: Workbench, day: Day, documents: list[Document], count: int) -> None:
    """Loops in which a model reads one part of a file after another."""
    day.kind = "tool loops"
    system = "You mend bugs. You look at the code with the tools before you say anything. " * AGENT_SENTENCES
    for number in range(count):
        turns = [Message("system", system), Message("user", f"Why does test {number} fail?")]
        for day.turn in range(LOOP_TURNS):
            document = documents[(number + day.turn) % len(documents)]
            arguments = {"path": bench.shown(document), "first": day.turn * 10}
            last = day.turn == LOOP_TURNS - 1
            day.say = "Here it is." if last else "I look."
            day.calls = () if last else ({"name": "read_file", "arguments": arguments},)
            request = Request("chat", tuple(turns), tools=(READ_TOOL,))
            said, calls = "", list[ToolCall]()
            async for event in bench.model("chat").stream(request):
                if isinstance(event, Text):
                    said += event.delta
                elif isinstance(event, ToolCall):
                    calls.append(event)
            turns.append(Message("assistant", said, tool_calls=tuple(calls)))
            text = "".join(document.lines[day.turn * 10 : day.turn * 10 + 40])
            turns += [Message("tool", text, tool_call_id=call.id) for call in calls]
        day.calls = ()


async def count_again(bench: Workbench, day: Day) -> None:
    """Our count of the requests, beside the endpoint's."""
    worker = bench.services.gateway._worker
    for number, (kind, body, read) in enumerate(day.bodies):
        if kind == "completions" and number % 10:
            continue
        name = f"openai/{body['model']}"
        counted = await worker.call("count_tokens", {"model": name, "body": body})
        one = day.sums[kind]
        one.counted += counted
        one.counted_by_endpoint += read
        one.worst = max(one.worst, abs(counted / read - 1))


def report(day: Day, accounted_usd: float) -> bool:
    """Prints the figures; whether all are within their limits."""
    good = True
    print(
        f"{'':14}{'calls':>7}{'read':>12}{'cached':>8}{'later':>8}{'written':>10}{'usd':>10}{'count':>9}{'worst':>8}"
    )
    total = Sum()
    for kind in ("completions", "chats", "refactorings", "tool loops"):
        one = day.sums[kind]
        later = one.later_cached / max(1, one.later_read)
        off = one.counted / max(1, one.counted_by_endpoint) - 1
        print(
            f"{kind:14}{one.calls:7,}{one.read:12,}{one.cached / max(1, one.read):8.1%}{later:8.1%}"
            f"{one.written:10,}{one.usd:10.4f}{off:+9.2%}{one.worst:8.2%}"
        )
        good &= abs(off) <= MOST_OFF
        if kind in ("chats", "tool loops"):
            good &= later >= LEAST_CACHED
        total.calls += one.calls
        total.read += one.read
        total.cached += one.cached
        total.written += one.written
        total.usd += one.usd
    share = total.cached / max(1, total.read)
    print(
        f"{'total':14}{total.calls:7,}{total.read:12,}{share:8.1%}{'':8}{total.written:10,}{total.usd:10.4f}"
    )
    print(f"accounted for here: {accounted_usd:.4f} USD; the endpoint's bill: {total.usd:.4f} USD")
    return good and abs(accounted_usd - total.usd) <= MOST_OFF_USD


async def run(scale: float) -> bool:
    def of(count: int) -> int:
        return max(1, round(count * scale))

    with tempfile.TemporaryDirectory() as folder:
        async with Endpoint() as endpoint, opened(endpoint, Path(folder)) as bench:
            day = Day(endpoint)
            documents = files(40)
            start, cpu = time.perf_counter(), time.process_time()
            await type_on(bench, day, documents, of(COMPLETIONS))
            await talk(bench, day, documents, of(CHATS))
            await change(bench, day, documents, of(REFACTORINGS))
            await loop(bench, day, documents, of(LOOPS))
            took = f"{time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU in this process"
            await count_again(bench, day)
            store = await bench.services.store()
            print(f"scale {scale:g}: {took}")
            return report(day, await store.usage.spent_today())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=0.2)
    sys.exit(0 if asyncio.run(run(parser.parse_args().scale)) else 1)


if __name__ == "__main__":
    main()
