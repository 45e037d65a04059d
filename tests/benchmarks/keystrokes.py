"""Completion under the fingers: keystroke traces of real files against a model that takes 300 ms to its first token.

    python tests/benchmarks/keystrokes.py [--keys 1500] [--languages python,go] [--cache FOLDER] [--seed 1]
    python tests/benchmarks/keystrokes.py --keys 100000 --people 16 --no-baseline --soak

Each of the `--people` types blocks of real files again (keystroke_traces.py) in one server, takes some suggestions and
types through others. The model (scripted, over HTTP) knows the text and is right for about two thirds of what it is
asked. Printed beside a naive server (naive_server.py), which is given the first two people's traces.

*Time added* is what passes after the model has said what is shown, or after the key where that was said before it; what
the built-in engine says meanwhile, after the key, has a row of its own (where a key follows it, it counts as one that follows). An
accepted suggestion counts as one key. A `--soak` has limits for what the server holds on to and what it misplaces alone: so
many people keep it busy all the time. An answer during which this process itself stood still is not timed, only counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from corpora import SOURCES, fetch
from keystroke_people import FIRST_TOKEN_S, Model, Person
from keystroke_traces import stories

from support.editor import SERVER, Editor
from support.endpoint import Endpoint

PROJECTS = {"python": "httpx", "typescript": "zod", "go": "x-net", "rust": "rayon", "java": "java.net.http"}
OTHERS = "not the model's"
STEP_S, STILL_S = 0.005, 0.01
"""So often it is looked whether this process runs; later by so much, and it stood still."""

LIMITS = {"p50": 3.0, "p99": 15.0, "local": 5.0, "requests": 6.0, "closed": 20.0, "grown": 1.05}


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def below(pid: int) -> list[int]:
    """A server's process and its own workers; not the programs it runs for a moment, linters and the like."""
    try:
        if b"kibitz" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return []
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # it has just ended
        return []
    return [pid, *(one for child in children for one in below(child))]


def memory_mb(pid: int) -> float:
    """Resident memory of a process in megabytes; 0 for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def held(pid: int) -> dict[str, float]:
    """What a server holds on to: memory in megabytes, its own and with its workers', threads, open files, processes."""
    processes = below(pid)
    memory = {one: memory_mb(one) for one in processes}
    files = threads = 0
    for one in processes:
        with suppress(OSError):
            files += len(list(Path(f"/proc/{one}/fd").iterdir()))
            threads += len(list(Path(f"/proc/{one}/task").iterdir()))
    return {
        "server's MB": memory.get(pid, 0.0),
        "all MB": sum(memory.values()),
        "threads": threads,
        "open files": files,
        "processes": len(processes),
    }


async def run(
    args: argparse.Namespace, root: Path, language: str, server: list[str] | None, people: int, most: int
) -> dict[str, Any]:
    """Everybody types in one project; the figures."""
    model = Model(args.seed)
    memory: list[dict[str, float]] = []
    async with Endpoint() as endpoint:
        endpoint.reply_with(model.answer)
        command = [*server, endpoint.url] if server else SERVER
        async with Editor(
            {"general": {"positionEncodings": ["utf-32"]}}, root=root, server=command
        ) as editor:
            editor.settings = {
                "model": "openai/m",
                "api_base": endpoint.url,
                "completion": {"debounce_ms": args.debounce},
            }
            await editor.initialize(editor.settings)
            if not server:
                await editor.notification("didChangeStatus")
            everybody = [
                Person(editor, model, f"p{n}", random.Random(f"{args.seed}:{n}")) for n in range(people)
            ]
            source = stories(root, language, args.seed)

            async def typing(person: Person) -> None:
                while person.keys < most // people:
                    taken = {p.uri for p in everybody}
                    story = next(s for s in source if s.path.as_uri() not in taken)
                    await person.write(story, most // people)

            async def watching() -> None:
                while True:
                    memory.append(held(editor.process.pid))
                    editor.messages.clear()
                    await asyncio.sleep(5)

            async def noticing() -> None:
                while True:
                    at = time.monotonic()
                    await asyncio.sleep(STEP_S)
                    if time.monotonic() - at > STEP_S + STILL_S:
                        for person in everybody:
                            person.stalls.append((at, time.monotonic()))

            watchers = [asyncio.ensure_future(watching()), asyncio.ensure_future(noticing())]
            begun = time.monotonic()
            await asyncio.gather(*(typing(person) for person in everybody))
            await asyncio.sleep(1.5)
            for watcher in watchers:
                watcher.cancel()
            status = {} if server else await editor.command("kibitz.status")
            calls = len(model.calls)
            slow = _closings(model, endpoint, everybody)
            if not server:
                await editor.leave()
    return {
        "people": everybody,
        "calls": calls,
        "memory": memory,
        "seconds": time.monotonic() - begun,
        "closings": slow,
        "counters": status.get("counters", {}),
    }


def _closings(model: Model, endpoint: Endpoint, people: list[Person]) -> list[float]:
    """Milliseconds from the moment a call's answer could not be continued any more to the end of its connection."""
    ended = {c.id: c for c in endpoint.connections}
    found: list[float] = []
    for call in model.calls:
        connection = ended[call.connection]
        if (
            connection.closed_by != "client"
            or connection.closed_at is None
            or connection.closed_at >= call.end
        ):
            continue
        tail = call.before[-60:]
        for person in people:
            for at, before in person.typed_at:
                where = before.rfind(tail)
                if at < call.at or where < 0 or at > connection.closed_at:
                    continue
                typed = before[where + len(tail) :]
                said = call.said(connection.closed_at)
                if said and not said.startswith(typed) and not typed.startswith(said):
                    told = max(at, call.at + FIRST_TOKEN_S)
                    found.append((connection.closed_at - told) * 1000)
                    break
    return found


def report(name: str, figures: dict[str, Any], *, soak: bool = False) -> list[str]:
    """Print one run; what is above its limit."""
    people: list[Person] = figures["people"]
    seen: Counter[str] = sum((p.seen for p in people), Counter())
    typed = sum(p.keys for p in people)
    times = [t for p in people for t in p.latencies]
    local = [t for p in people for t in p.local]
    own = [t for p in people for t in p.own]
    lost = [text for p in people for text in p.lost]
    a_hundred = 100 * figures["calls"] / max(1, typed)
    followed = 100 * sum(t <= LIMITS["local"] for t in local) / max(1, len(local))
    ready = 100 * seen["ready"] / max(1, seen["after taking"])
    closed = figures["closings"]
    written = sum(p.written for p in people)
    shown = 100 * seen["items"] / max(1, seen["answers"])
    pauses = [pause for p in people for pause in p.pauses]
    print(
        f"{name}: {typed} keys in {figures['seconds']:.0f} s wrote {written} characters, {seen['jumps']} jumps\n"
        f"  keys with a suggestion         {shown:.0f} %, {seen['taken']} suggestions taken\n"
        f"  calls of the model             {figures['calls']}, {a_hundred:.1f} for 100 keys,"
        f" {100 * figures['calls'] / max(1, written):.1f} for 100 characters\n"
        f"  time added                     p50 {percentile(times, 0.5):.1f}, p99 {percentile(times, 0.99):.1f} ms of"
        f" {len(times)}; the pause before a call p50 {percentile(pauses, 0.5):.0f} ms of {len(pauses)}\n"
        f"  the built-in engine's own word p50 {percentile(own, 0.5):.1f}, p99 {percentile(own, 0.99):.1f} ms of"
        f" {len(own)} after the key\n"
        f"  keys that follow a suggestion  {followed:.1f} % of {len(local)} within {LIMITS['local']:.0f} ms\n"
        f"  ready after a suggestion taken {ready:.0f} % of {seen['after taking']},"
        f" nothing to suggest after {seen['nothing after taking']}\n"
        f"  closed after divergence        p50 {percentile(closed, 0.5):.1f}, p99.9 {percentile(closed, 0.999):.1f} ms"
        f" of {len(closed)}\n"
        f"  misplaced or stale             {len(lost)}; errors {seen['errors']}; by nobody {seen[OTHERS]}"
    )
    grown: list[str] = []
    for text in lost[:3]:
        print(f"    {text}")
    for text in [text for p in people for text in p.late][:6]:
        print(f"    late: {text}")
    if figures["memory"]:
        half = figures["memory"][len(figures["memory"]) // 2 :]
        some = max(1, len(half) // 10)
        for what in half[0]:
            was, came = (median([one[what] for one in part]) for part in (half[:some], half[-some:]))
            print(f"  {what:30} {was:.0f} -> {came:.0f} over the last half")
            grown += [what] if came > was * LIMITS["grown"] else []
    print(f"  {dict(seen)}\n  {figures['counters']}", flush=True)
    wrong = [f"{len(lost)} misplaced or stale"] if lost or seen["errors"] else []
    if soak:
        return [f"{name}: {what}" for what in (*wrong, *(f"{what} grew" for what in grown))]
    wrong += (
        ["time added"]
        if percentile(times, 0.5) > LIMITS["p50"] or percentile(times, 0.99) > LIMITS["p99"]
        else []
    )
    wrong += ["keys that follow"] if followed < 99 else []
    wrong += ["calls"] if a_hundred > LIMITS["requests"] else []
    wrong += ["closed"] if percentile(closed, 0.999) > LIMITS["closed"] else []
    wrong += ["ready"] if ready < 60 else []
    return [f"{name}: {what}" for what in wrong]


def together(people: list[Person]) -> None:
    """Print what all languages' figures are in one row: some of them alone are few."""
    seen: Counter[str] = sum((p.seen for p in people), Counter())
    times = [t for p in people for t in p.latencies]
    local = [t for p in people for t in p.local]
    print(
        f"together: {sum(p.keys for p in people)} keys, time added p50 {percentile(times, 0.5):.1f},"
        f" p99 {percentile(times, 0.99):.1f} ms of {len(times)};"
        f" {100 * sum(t <= LIMITS['local'] for t in local) / max(1, len(local)):.1f} % of {len(local)} keys that follow;"
        f" {100 * seen['ready'] / max(1, seen['after taking']):.0f} % of {seen['after taking']} ready"
    )


def main() -> int:
    """Run and print; 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keys", type=int, default=1500)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--languages", default="python")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--debounce", type=int, default=75)
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--soak", action="store_true")
    args = parser.parse_args()
    failed: list[str] = []
    everybody: list[Person] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KIBITZ_HOME"] = folder
        for language in args.languages.split(","):
            source = next(s for s in SOURCES if s.name == PROJECTS[language])
            project = fetch(source, args.cache or Path(folder))
            if project is None:
                failed.append(f"{language}: no sources")
                continue
            root = project.root
            figures = asyncio.run(run(args, root, language, None, args.people, args.keys))
            failed += report(language, figures, soak=args.soak)
            everybody += figures["people"]
            if not args.no_baseline:
                naive = [sys.executable, str(Path(__file__).with_name("naive_server.py"))]
                report(
                    f"{language}, naive",
                    asyncio.run(run(args, root, language, naive, 2, min(args.keys, 600))),
                )
    if args.languages.count(","):
        together(everybody)
    print("\n".join(failed) or "All within limits.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
