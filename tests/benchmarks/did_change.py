"""What one typed character costs at 10,000 and 50,000 lines, and how long the server's loop pauses while it builds an index.

    python tests/benchmarks/did_change.py [--changes 1000] [--repeats 3]

The text is Python's own standard library, one module after the other. Printed: LiveDocument beside pygls's TextDocument, in
process; a change with a request behind it, through a real server over stdio, beside the request alone; the tree brought up
to date after a letter in a name, and after a bracket that is not closed yet; and the answers to a request every 10 ms
while a real server's worker indexes the library, with the steps of its loop. The machine's load is printed because it is part
of each figure, and beside the clock's times stand those of the processor, which it touches less; judged is the clock, the
best of the repeats. Exits 1 where a limit is exceeded.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import re
import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from kibitz.lsp.documents import LiveDocument
from kibitz.syntax.tree import parse
from support.editor import Editor

MOST_TEXT_MS = {10_000: 2.0, 50_000: 5.0}
MOST_TREE_MS = {10_000: 10.0, 50_000: 40.0}
MOST_PAUSE_MS = 20.0
PROBE_S = 0.01
WORD = re.compile(r"(?<=[ (.])[a-z][a-z_]{3,}(?=[ (.,)])")
UNKNOWN = "kibitz/notOffered"
WATCHED = """
import sys, time
from asyncio import events
run, log = events.Handle._run, open(sys.argv.pop(1), "w", buffering=1)
def timed(handle):
    wall, processor = time.perf_counter(), time.thread_time()
    run(handle)
    wall, processor = time.perf_counter() - wall, time.thread_time() - processor
    if wall > 0.001:
        print(wall * 1000, processor * 1000, str(handle).replace(chr(10), " ")[:110], file=log)
events.Handle._run = timed
from kibitz.cli.main import main
main()
"""
"""The server, noting every step of its loop of more than a millisecond: by the clock, and by the processor."""


def modules() -> Iterator[Path]:
    """The standard library's modules, in order."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        inside = path.relative_to(library).parts
        if not {"site-packages", "dist-packages", "lib2to3", "test", "tests", "idlelib"}.intersection(inside):
            yield path


def library_text(lines: int) -> str:
    """So many lines of real code that parse."""
    taken: list[str] = []
    for path in modules():
        taken += path.read_bytes().decode("utf-8", "replace").split("\n")[:-1]
        if len(taken) > lines:
            break
    return "\n".join(taken[:lines]) + "\n"


def p99(times: list[float]) -> float:
    """The 99th percentile: with fewer than a hundred times, the largest."""
    return sorted(times)[math.ceil(len(times) * 0.99) - 1]


def places(text: str, count: int, seed: int) -> list[lsp.Position]:
    """Ends of names all over a text, outside of comments as far as a line tells."""
    rng, lines = random.Random(seed), text.split("\n")
    found: list[lsp.Position] = []
    while len(found) < count:
        number = rng.randrange(len(lines))
        word = WORD.search(lines[number])
        if word and word.end() < 80 and not re.search("[#'\"]|^[A-Z]|^ *[a-z]+ [a-z]+ ", lines[number]):
            found.append(lsp.Position(number, word.end()))
    return found


def typed(place: lsp.Position, text: str) -> lsp.TextDocumentContentChangePartial:
    """The change that typing makes."""
    return lsp.TextDocumentContentChangePartial(lsp.Range(place, place), text)


def text_times(text: str, changes: int) -> dict[str, list[float]]:
    """Milliseconds per change: ours, ours with a snapshot for a request, and pygls's."""
    live = LiveDocument("file:///big.py", "python", 1, text)
    theirs = TextDocument("file:///big.py", text, 1, "python")
    times: dict[str, list[float]] = {
        "text": [],
        "text, processor time": [],
        "text and snapshot": [],
        "pygls": [],
        "pygls and its lines": [],
    }
    for place in places(text, changes, 1):
        change = typed(place, "x")
        started, used = time.perf_counter(), time.thread_time()
        live.change([change], live.version + 1, "utf-16")
        changed, used = time.perf_counter(), time.thread_time() - used
        live.snapshot()
        shot = time.perf_counter()
        theirs.apply_change(change)
        applied = time.perf_counter()
        theirs.lines  # noqa: B018 - computes
        split = time.perf_counter()
        times["text"].append((changed - started) * 1000)
        times["text, processor time"].append(used * 1000)
        times["text and snapshot"].append((shot - started) * 1000)
        times["pygls"].append((applied - shot) * 1000)
        times["pygls and its lines"].append((split - shot) * 1000)
    return times


def tree_times(text: str, count: int, character: str) -> tuple[list[float], list[float]]:
    """Milliseconds from a text to its tree, by the clock and by the processor, each after one character typed into a text that parses."""
    live = LiveDocument("file:///tree.py", "python", 1, text)
    parse(live.snapshot())
    times: list[float] = []
    processor: list[float] = []
    for place in places(text, count, 2):
        live.change([typed(place, character)], live.version + 1, "utf-16")
        started, used = time.perf_counter(), time.thread_time()
        tree = parse(live.snapshot())
        times.append((time.perf_counter() - started) * 1000)
        processor.append((time.thread_time() - used) * 1000)
        assert tree is not None and tree.incremental
        back = lsp.Range(place, lsp.Position(place.line, place.character + 1))
        live.change([lsp.TextDocumentContentChangePartial(back, "")], live.version + 1, "utf-16")
        parse(live.snapshot())
    return times, processor


async def stdio_times(text: str, changes: int) -> dict[str, list[float]]:
    """Milliseconds until a request is answered: alone, and sent behind a change."""
    times: dict[str, list[float]] = {"request alone": [], "change and request": []}
    async with Editor({"textDocument": {"diagnostic": {}}}) as editor:
        await editor.initialize()
        editor.open("file:///big.py", text)
        await editor.error(UNKNOWN)
        for place in places(text, changes, 1):
            for name in times:
                started = time.perf_counter()
                if name == "change and request":
                    where = {"line": place.line, "character": place.character}
                    editor.change("file:///big.py", {"range": {"start": where, "end": where}, "text": "x"})
                await editor.error(UNKNOWN)
                times[name].append((time.perf_counter() - started) * 1000)
    return times


def waited_ms(pid: int) -> float:
    """How long a process's main thread was ready to run and had no processor, so far (Linux; else 0)."""
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e6
    except OSError:
        return 0.0


async def pauses(root: Path, log: Path) -> tuple[dict[str, list[float]], list[str], float]:
    """Milliseconds to the answers of probes while an index is built, and after; the slowest; how long it was built."""
    times: dict[str, list[float]] = {"building": [], "idle": []}
    slow: list[tuple[float, str]] = []
    command = [sys.executable, "-P", "-c", WATCHED, str(log), "serve", "--stdio"]
    async with Editor({"window": {"workDoneProgress": True}}, root=root, server=command) as editor:
        pid = editor.process.pid

        def ended() -> bool:
            return any(
                m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end"
                for m in editor.messages
            )

        await editor.initialize({"model": "openai/none", "api_base": "http://127.0.0.1:9/v1"})
        begun = time.perf_counter()
        built = 0.0
        while len(times["idle"]) < 300:
            phase = "idle" if ended() else "building"
            if phase == "idle":
                built = built or time.perf_counter() - begun
            waited, started = waited_ms(pid), time.perf_counter()
            await editor.error(UNKNOWN)
            spent = (time.perf_counter() - started) * 1000
            waited = waited_ms(pid) - waited
            times[phase].append(spent)
            text = f"{phase} at {started - begun:.1f} s: {spent:.0f} ms, of them {waited:.0f} without a processor"
            slow.append((spent, text))
            await asyncio.sleep(PROBE_S)
    return times, [text for spent, text in sorted(slow)[-5:] if spent > MOST_PAUSE_MS], built


def steps(log: Path) -> tuple[list[float], list[float], str]:
    """The loop's steps of more than a millisecond, by the clock and by the processor, and which took the most of it."""
    rows = [line.split(" ", 2) for line in log.read_text().splitlines()]
    wall, processor = [float(row[0]) for row in rows], [float(row[1]) for row in rows]
    return wall, processor, max(rows, key=lambda row: float(row[1]))[2] if rows else ""


def shown(name: str, times: list[float], most: float | None = None) -> bool:
    """Print one row; whether it is within its limit."""
    limit = f"   p99 at most {most:g}" if most is not None else ""
    print(f"  {name:34}{statistics.median(times):9.2f}{p99(times):9.2f}{max(times):9.2f}{limit}")
    return most is None or p99(times) <= most


def project(folder: Path) -> Path:
    """The library as a project."""
    library, root = Path(sysconfig.get_path("stdlib")), folder / "library"
    for path in modules():
        target = root / path.relative_to(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return root


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    good: dict[str, bool] = {}
    for repeat in range(arguments.repeats):
        print(f"repeat {repeat + 1}, {load()}; median, p99, largest, in milliseconds")
        for lines in MOST_TEXT_MS:
            text = library_text(lines)
            print(f" {lines:,} lines, {len(text):,} characters")
            for name, times in text_times(text, arguments.changes).items():
                within = shown(name, times, MOST_TEXT_MS[lines] if name == "text" else None)
                good[f"{name}, {lines:,}"] = good.get(f"{name}, {lines:,}", False) or within
            for name, times in asyncio.run(stdio_times(text, arguments.changes // 4)).items():
                shown(f"stdio: {name}", times)
            for name, character in (("tree, a letter", "x"), ("tree, an open bracket", "(")):
                times, processor = tree_times(text, arguments.changes // 10, character)
                within = shown(name, times, MOST_TREE_MS[lines] if character == "x" else None)
                shown(f"{name}, processor time", processor)
                good[f"{name}, {lines:,}"] = good.get(f"{name}, {lines:,}", False) or within
        with tempfile.TemporaryDirectory() as folder:
            os.environ["KIBITZ_HOME"] = f"{folder}/home"
            log = Path(folder) / "steps"
            found, slow, built = asyncio.run(pauses(project(Path(folder)), log))
            print(f" pauses; the index took {built:.1f} s, {load()}")
            for name, times in found.items():
                shown(f"probe, {name}", times)
            wall, processor, longest = steps(log)
            shown("loop's steps over 1 ms", wall)
            shown("loop's steps, processor time", processor)
            print("\n".join(f"    {line}" for line in [*slow, f"most by the processor: {longest}"]))
            good["pauses"] = good.get("pauses", False) or max(found["building"]) <= MOST_PAUSE_MS
    missed = [name for name, within in good.items() if not within]
    print("Missed: " + ", ".join(missed) if missed else "All within limits.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
