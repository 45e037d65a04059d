"""Is the menu of refactorings right: how much of what it offers without a model the built-in engine then performs.

    python tests/benchmarks/menu.py [--languages python,typescript,go,rust,java] [--offers N] [--seed N]

Random cursors and selections in projects that were held out while the menu was tuned. Baseline of the same run: what the
text alone allows. Beside it how long a menu is, with a model too, and the milliseconds of processor time a listing takes in
5,000 lines that have just changed. Exits with 1 where less than 85 % is performed or a menu is longer than it says.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

from corpora import projects

from kibitz.errors import KibitzError
from kibitz.features.menu import MOST, offers
from kibitz.features.workbench import open_document
from kibitz.models.offline.refactor import available, refactor
from kibitz.models.tasks import Project, RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range
from kibitz.workers.worker import Worker

ENDINGS = {"python": "*.py", "typescript": "*.ts", "go": "*.go", "rust": "*.rs", "java": "*.java"}
CALL = re.compile(r"\b[\w.]+\([^()\n]*\)")
LARGEST = 60_000
LONG_LINES = 5_000
LEAST_PERFORMED = 0.85
NOT_OF_A_PLACE = ("rename", "organize_imports")


def places(files: list[Path], seed: int) -> Iterator[tuple[Document, Range]]:
    """Cursors, and one time in three a selection of whole lines or of a call, in code of random files, without end."""
    chance = random.Random(seed)
    while True:
        document = open_document(chance.choice(files))
        for _ in range(12):
            number = chance.randrange(len(document.lines))
            line = document.line(number)
            if not line.strip():
                continue
            indent = len(line) - len(line.lstrip())
            call = CALL.search(line, chance.randrange(indent, len(line)))
            if chance.random() < 0.1 and call is not None:
                yield document, Range(Position(number, call.start()), Position(number, call.end()))
            elif chance.random() < 0.25:
                last = min(number + chance.randrange(4), len(document.lines) - 1)
                yield document, Range(Position(number, 0), Position(last, len(document.line(last))))
            else:
                at = Position(number, chance.randrange(indent, len(line)))
                yield document, Range(at, at)


async def performed(document: Document, where: Range, kind: RefactorKind, worker: Worker) -> bool:
    """Whether the engine does what was offered."""
    try:
        await refactor(RefactorTask(document, where, Project(None), "", kind), worker)
    except KibitzError:
        return False
    return True


async def measured(language: str, files: list[Path], wanted: int, seed: int, worker: Worker) -> bool:
    """Print a language's figures; whether they are good enough."""
    share = -(-wanted // 8)
    offered: Counter[str] = Counter()
    done: Counter[str] = Counter()
    before: Counter[str] = Counter()
    lengths: list[int] = []
    with_model: list[int] = []
    looked = 0
    for document, where in places(files, seed):
        looked += 1
        if looked > wanted * 60 or sum(offered.values()) >= wanted:
            break
        found = [
            o for o in offers(document, where, model=False) if o.engine not in (None, "organize_imports")
        ]
        lengths.append(len(found))
        with_model.append(len(offers(document, where, model=True)))
        for offer in found:
            if offer.engine is not None and offered[offer.engine] < share:
                offered[offer.engine] += 1
                done[offer.engine] += await performed(document, offer.where, offer.engine, worker)
        for kind in available(document, where):
            if kind not in NOT_OF_A_PLACE and before[f"{kind} offered"] < share:
                before[f"{kind} offered"] += 1
                before[f"{kind} performed"] += await performed(document, where, kind, worker)
    rate = sum(done.values()) / max(1, sum(offered.values()))
    text_offered = sum(count for name, count in before.items() if name.endswith(" offered"))
    text_done = sum(count for name, count in before.items() if name.endswith(" performed"))
    print(
        f"{language:11} {looked:5} places, {sum(offered.values()):4} offers, {rate:6.1%} performed "
        f"(by the text alone {text_done / max(1, text_offered):6.1%} of {text_offered}); "
        f"lines {mean(lengths):.1f}, with a model {mean(with_model):.1f}, at most {max(with_model)}"
    )
    print("            " + ", ".join(f"{kind} {done[kind]}/{offered[kind]}" for kind in sorted(offered)))
    return rate >= LEAST_PERFORMED and max(with_model) <= MOST + 1


def timed(language: str, files: list[Path], seed: int) -> None:
    """Print how long a listing takes in a long text that has just changed."""
    chance = random.Random(seed)
    document = open_document(max(files, key=lambda path: path.stat().st_size))
    lines = document.lines * (LONG_LINES // len(document.lines) + 1)
    times: list[float] = []
    for number in range(30):
        at = chance.randrange(100, LONG_LINES - 100)
        lines[at] = lines[at].rstrip("\r\n") + " \n"
        text = "".join(lines[:LONG_LINES])
        now = Document("untitled:long", text, document.language, number)
        where = Position(at, len(lines[at]) // 2)
        begun = time.thread_time()
        offers(now, Range(where, where), model=True)
        times.append((time.thread_time() - begun) * 1000)
    times.sort()
    print(
        f"            {LONG_LINES} lines: p50 {median(times):.1f} ms, p95 {times[-2]:.1f} ms, parsing included"
    )


async def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--languages", default=",".join(ENDINGS))
    parser.add_argument("--offers", type=int, default=60, help="how many to have performed, of each language")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    options = parser.parse_args()
    languages = tuple(options.languages.split(","))
    files: dict[str, list[Path]] = {}
    for project in projects(languages, options.cache):
        if project.held_out:
            found = (
                p for p in sorted(project.root.rglob(ENDINGS[project.language])) if ".d.ts" not in p.name
            )
            files.setdefault(project.language, []).extend(
                p for p in found if 1_000 < p.stat().st_size < LARGEST
            )
    worker = Worker("kibitz.models.offline.python_worker", name="Python", env=dict(os.environ))
    good = True
    try:
        for language, kept in files.items():
            good &= await measured(language, kept, options.offers, options.seed, worker)
            timed(language, kept, options.seed)
    finally:
        await worker.close()
    return 0 if good and files else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
