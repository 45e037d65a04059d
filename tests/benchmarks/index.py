"""The project index on real code: cold, warm, after an edit, beside ctags, as it grows, and on hostile trees.

    python tests/benchmarks/index.py [--lines 300000] [--scales 1,3,10] [--hostile] [--keep FOLDER]

The corpus is Django, RxJS (TypeScript) and LevelDB (C++), downloaded when it runs, and of them as many files, in an
order fixed by a seed, as make that many lines; 3x and 10x are copies of it. Times are wall time, and CPU time of the process
that builds beside it; memory is what that one and the one that answers had at most, together. Exits 1 where a figure at 1x is above what it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from kibitz.index.client import MODULE, ProjectIndex
from kibitz.index.crawl import crawl
from kibitz.workers.worker import Worker

SEED = 20
SDISTS = ("django==5.2",)
PACKAGES = ("rxjs@7.8.1", "leveldown@6.1.1")
MOST_COLD_S, MOST_MB, MOST_EDIT_MS, MOST_WARM_S = 20.0, 400.0, 50.0, 1.0


def download(folder: Path) -> Path:
    """The sources, unpacked."""
    target = folder / "sources"
    if target.exists():
        return target
    packed = folder / "packed"
    packed.mkdir(parents=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
    ]
    for name in SDISTS:
        done = subprocess.run([*pip, "-d", str(packed), name], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{name} could not be downloaded, and is left out: {done.stderr.strip()[-300:]}")
    if shutil.which("npm"):
        for name in PACKAGES:
            subprocess.run(["npm", "pack", "--silent", name], cwd=packed, check=False, capture_output=True)
    for archive in sorted(packed.iterdir()):
        with tarfile.open(archive) as tar:
            tar.extractall(target / archive.name.split("-")[0], filter="data")
    return target


def sample(sources: Path, lines: int, target: Path) -> int:
    """Copy files until there are that many lines; answers how many there are."""
    files = list(crawl(sources))
    random.Random(SEED).shuffle(files)
    total = 0
    for file in files:
        if total >= lines:
            break
        data = file.read_bytes()
        total += data.count(b"\n")
        copy = target / file.relative_to(sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
    return total


def peak_mb(pid: int | None) -> float:
    """The most memory a process has had."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # just ended
        return 0.0
    return next((int(ln.split()[1]) for ln in status.splitlines() if ln.startswith("VmHWM")), 0) / 1024


def children(pid: int | None) -> list[int]:
    """The processes a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def opened(root: Path, folder: Path) -> tuple[Worker, ProjectIndex]:
    worker = Worker(MODULE, name="index", env=dict(os.environ))
    return worker, ProjectIndex(worker, root, (), folder)


async def measure(root: Path, folder: Path) -> dict[str, float]:
    """Cold build, then a new process on the same index, then edits."""
    worker, index = await opened(root, folder)
    started = time.perf_counter()
    builders: dict[int, float] = {}
    cold = await index.build(
        lambda _: builders.update({pid: peak_mb(pid) for pid in children(os.getpid()) if pid != worker.pid})
    )
    wall = time.perf_counter() - started
    builder = max(builders.values(), default=0.0)
    memory = builder + peak_mb(worker.pid)
    await worker.close()

    worker, index = await opened(root, folder)
    started = time.perf_counter()
    await index.open()
    await index.search(["request", "middleware"])
    answered = time.perf_counter() - started
    warm = await index.build()
    warm_wall = time.perf_counter() - started
    assert warm["parsed"] == 0
    files = sorted(await index.files("python"), key=lambda row: row.lines)
    edits = {
        name: await edit(index, root, row.path)
        for name, row in (("median", files[len(files) // 2]), ("largest", files[-1]))
    }
    searches = []
    for words in (
        ["queryset", "annotate"],
        ["getUserName"],
        ["self", "return"],
        ["csrf", "cookie", "token", "middleware"],
    ) * 3:
        started = time.perf_counter()
        await index.search(words)
        searches.append((time.perf_counter() - started) * 1000)
    await worker.close()
    return {
        "files": cold["files"], "lines": cold["lines"], "cold s": wall, "cold cpu s": cold["cpuSeconds"], "memory MB": memory,
        "of that the builder MB": builder,
        "disk MB": cold["bytes"] / 1e6, "lines/s": cold["lines"] / wall, "lines/cpu s": cold["lines"] / cold["cpuSeconds"],
        "warm: first answer s": answered, "warm: checked s": warm_wall, "warm: checked cpu s": warm["cpuSeconds"],
        "edit median file ms": edits["median"], "edit largest file ms": edits["largest"], "largest file lines": files[-1].lines,
        "search ms": statistics.median(searches),
    }  # fmt: skip


async def edit(index: ProjectIndex, root: Path, path: str) -> float:
    """Milliseconds from a new text of an open document until a search finds it."""
    text = (root / path).read_text("utf-8", "replace")
    spent = []
    for number in range(15):
        word = f"brandnew{number}x"
        started = time.perf_counter()
        await index.update(path, f"{text}\n\n\ndef {word}():\n    return {number}\n")
        found = await index.search([word], limit=5)
        spent.append((time.perf_counter() - started) * 1000)
        assert found[0].path == path
    await index.update(path, None)
    return statistics.median(spent[1:])  # the first one has no tree to start from


def ctags(root: Path, lines: float) -> None:
    program = shutil.which("ctags")
    if program is None:
        print("ctags: not installed")
        return
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(
        [program, "-R", "--fields=+neKS", "-f", os.devnull, str(root)], check=True, capture_output=True
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"ctags (definitions only): {wall:.2f} s, {cpu:.2f} cpu s, {lines / wall:,.0f} lines/s, {lines / cpu:,.0f} lines/cpu s"
    )


async def hostile(folder: Path) -> None:
    """Trees that should end with an index and a note."""
    root = folder / "hostile"
    many = root / "many"
    many.mkdir(parents=True)
    for number in range(100_000):
        (many / f"f{number}.py").write_text(f"x = {number}\n")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.py")
    with (root / "huge.py").open("wb") as stream:
        stream.truncate(1 << 30)
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.py")).write_text("x = 1\n")
    (root / "deep.py").write_text("(" * 400_000)
    (root / "strings.py").write_text('"' * 900_000)
    (root / "random.js").write_bytes(random.Random(SEED).randbytes(500_000))
    deep = root
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("x = 1\n")
    (root / ".gitignore").write_text("*a*a*a*a*a*a*a*a*a*a*b\n" + "[\n" * 100)
    worker, index = await opened(root, folder / "hostile-index")
    started = time.perf_counter()
    figures = await index.build()
    print(
        f"hostile: {time.perf_counter() - started:.1f} s, {figures['cpuSeconds']} cpu s, {peak_mb(worker.pid):.0f} MB, {figures['files']} files"
    )
    print("  " + "; ".join(figures["notes"]))
    await worker.close()


def judged(figures: dict[str, float]) -> list[str]:
    checks = {
        "cold s": MOST_COLD_S, "memory MB": MOST_MB, "edit median file ms": MOST_EDIT_MS, "warm: checked s": MOST_WARM_S,
    }  # fmt: skip
    return [
        f"{name} is {figures[name]:.2f}, at most {most:g}"
        for name, most in checks.items()
        if figures[name] > most
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--scales", default="1,3")
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sources = download(arguments.keep or folder)
        table: dict[int, dict[str, Any]] = {}
        for scale in map(int, arguments.scales.split(",")):
            root = folder / f"tree{scale}"
            lines = sample(sources, arguments.lines, root / "copy0")
            for copy in range(1, scale):
                shutil.copytree(root / "copy0", root / f"copy{copy}")
            table[scale] = asyncio.run(measure(root, folder / f"index{scale}"))
            if scale == 1:
                ctags(root, lines)
                problems = judged(table[1])
            shutil.rmtree(root)
        print(f"{'':24}" + "".join(f"{f'{scale}x':>14}" for scale in table))
        for name in next(iter(table.values())):
            print(f"{name:24}" + "".join(f"{figures[name]:14,.2f}" for figures in table.values()))
        if arguments.hostile:
            asyncio.run(hostile(folder))
    print("\n".join(problems) or "All within limits.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
