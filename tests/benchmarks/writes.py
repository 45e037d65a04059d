"""Writing a change of several files while the disk fails: are all of them old, or all of them new?

    python tests/benchmarks/writes.py                    300 failures
    python tests/benchmarks/writes.py --count 1000

Every trial makes one to five files (some new, some in new folders, with modes of their own) and replaces them through
`features.journal` while one operation on the disk fails with ENOSPC, EACCES, EIO or EROFS, before or after it took
effect, or in the middle of a write; while all fail from one on; or while the process is killed there by a signal. The
operation is chosen at random among those that the same change needs. Then everything works again and kibitz starts once
more. Limits: no trial ends with some files old and some new, with a mode changed, or with anything left over; without a
kill and with one failure, that holds at once. The baselines are a writer in place, and one that replaces each file
properly by itself.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kibitz.features.journal import recover, replace_all
from support.broken_disk import ERRORS, FAULTS, Disk, Fault, Project, Writer, in_place, one_by_one, project

MEMORY = Path("/dev/shm")


def trial(
    rng: random.Random, folder: Path, writer: Writer, fault: Fault, code: int
) -> tuple[str, str, list[str]]:
    """What the files are right after a failure, after the next start, and what is left over then."""
    seed = rng.random()
    counting = Disk("none", 0)
    _run(counting, project(random.Random(seed), folder / "count"), writer)
    here = project(random.Random(seed), folder / "real")
    disk = Disk(fault, rng.randrange(max(1, counting.count)), code, really=True)
    if fault == "kill":
        child = os.fork()
        if not child:
            _run(disk, here, writer)
            os._exit(0)
        os.waitpid(child, 0)
    else:
        _run(disk, here, writer)
    at_once = here.state()
    recover(here.journals)
    return at_once, here.state(), here.leftovers


def _run(disk: Disk, files: Project, writer: Writer) -> None:
    with disk.broken():
        try:
            writer(files.files, files.journals)
        except OSError:
            return


def main() -> int:
    """Print what became of the files; 1 where a limit is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="how many failures")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--folder", type=Path, default=MEMORY if MEMORY.is_dir() else None, help="where")
    options = parser.parse_args()
    logging.disable()
    broken = 0
    writers: dict[str, Writer] = {
        "in place": in_place,
        "one by one": one_by_one,
        "kibitz": replace_all,
    }
    print(f"{options.count} failures; files after the failure, and after the next start")
    print(
        f"{'':>12} {'old':>6} {'new':>6} {'torn':>6} {'other':>6}   {'old':>6} {'new':>6} {'torn':>6} {'other':>6}"
    )
    for name, writer in writers.items():
        rng = random.Random(options.seed)
        first: Counter[str] = Counter()
        later: Counter[str] = Counter()
        left = early = 0
        for number in range(options.count):
            fault = FAULTS[number % len(FAULTS)]
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                at_once, after, leftovers = trial(rng, Path(folder), writer, fault, rng.choice(ERRORS))
            first[at_once] += 1
            later[after] += 1
            left += bool(leftovers)
            early += fault in ("once", "after", "short") and at_once not in ("old", "new")
        print(
            f"{name:>12} {_row(first)}   {_row(later)}   left over {left:>4}, not whole after one error {early:>4}"
        )
        if writer is replace_all:
            broken = options.count - later["old"] - later["new"] + left + early
    print(f"a change of five files takes {_took(replace_all):.1f} ms, one by one {_took(one_by_one):.1f} ms")
    return 1 if broken else 0


def _row(counts: Counter[str]) -> str:
    other = sum(counts.values()) - counts["old"] - counts["new"] - counts["torn"]
    return " ".join(f"{number:>6}" for number in (counts["old"], counts["new"], counts["torn"], other))


def _took(writer: Writer, times: int = 20) -> float:
    """Milliseconds for five small files, the median."""
    spent = []
    for seed in range(times * 5):
        with tempfile.TemporaryDirectory() as folder:
            files = project(random.Random(seed), Path(folder), size=5000)
            if len(files.files) == 5:
                began = time.perf_counter()
                writer(files.files, files.journals)
                spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent)[len(spent) // 2]


if __name__ == "__main__":
    sys.exit(main())
