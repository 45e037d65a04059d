"""Random refactorings by the built-in engine in real packages, and whether the packages still do what they did.

    python tests/benchmarks/engine_refactorings.py [--count 60] [--seed 1] [--packages boltons,toolz | --held-out | --all]
                                                   [--baseline 2] [--show 0] [--here] [--cache DIR] [--results DIR]

Packages are downloaded with their tests. In rounds of 25, places are picked at random for every sort of refactoring the
engine has, and each is performed on a copy of the package, after those performed before it in the round. Of each: does
every changed file parse; do the edits an editor would be sent, undone one by one, give the same bytes; after a rename, is
there an occurrence of the old name left that jedi leads to the renamed thing. Of each round: is there a name that was not
undefined before, and does every test end as it does in the untouched package.

One run of the tests judges a round: when every test ends as before, all refactorings of the round are taken to be right,
for two that change a result do not undo one another but by a rare accident. Where a test ends differently, the tests run
once more on the same bytes, and what differs between these two runs is left out as flaky and counted; for the rest, the
refactoring that did it is searched by bisection, counted by itself, and the search goes on behind it.

`--results` keeps each round under a fingerprint of the engine's sources, and each run of a suite under a digest of the
package's bytes: a run that was interrupted goes on where it ended, several runs may share the folder, and after a change of
the engine only those suites run again whose bytes came out different.

Printed per sort: tried, performed, different; the engine's reasons for refusing; the shares. As a baseline rope performs
some such choices by itself, each on a copy of its own. Exits 1 where a share is not 100 %.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parent))
from engine_checks import rope_alone
from engine_choices import SORTS, Module, choose
from engine_packages import PACKAGES, Copy, Outcomes, Package, Suites, differences, unpacked
from engine_rounds import Here, Round, Tally, without

import kibitz
from kibitz.text import decode
from kibitz.workers.worker import Worker

ROUND = 25
"""How many refactorings share one run of the tests."""

_ROPE_HAS = (
    "extract variable",
    "extract function: statements",
    "inline: variable",
    "rename: variable",
    "rename: method",
)


def fingerprint() -> str:
    """Of everything that decides what a round does: the engine's sources, and this benchmark's."""
    package, here = Path(kibitz.__file__).parent, Path(__file__).parent
    engine = package / "models" / "offline"
    paths = [*engine.glob("python_*.py"), *engine.glob("ruff*.py"), *(package / "text").glob("*.py")]
    paths += [engine / "refactor.py", engine / "wishes.py", *here.glob("engine_*.py")]
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


async def rounds(package: Package, count: int, options: argparse.Namespace, suites: Suites) -> Tally:
    """The rounds of one package, kept ones included, and rope's own."""
    total = Tally()
    worker = Here() if options.here else Worker("kibitz.models.offline.python_worker", name="Python")
    state: tuple[Outcomes, set[str]] | None = None
    sizes = [min(ROUND, count - done) for done in range(0, count, ROUND)]
    try:
        for number, size in [*enumerate(sizes), (-1, options.baseline)]:
            name = f"{package.name}-{options.seed}-{number}-{size}-{options.fingerprint}.json"
            kept = options.results / name
            if kept.is_file():
                total.add(Tally(**json.loads(kept.read_text())))
                continue
            with tempfile.TemporaryDirectory(prefix="engine-") as folder:
                copy = await asyncio.to_thread(unpacked, package, options.cache, Path(folder).resolve())
                if copy is None:
                    return total
                if state is None:
                    state = await asyncio.to_thread(_untouched, copy, suites)
                    if "passed" not in state[0].values():
                        print(f"  {package.name}: its tests do not run here", file=sys.stderr)
                        return total
                seed = f"{options.seed} {package.name} {number}"
                if number < 0:
                    tally = Tally()
                    for _ in range(size):
                        tally.baseline += await asyncio.to_thread(_by_rope, copy, seed, suites, *state)
                        seed += "+"
                else:
                    tally = await Round(copy, worker, suites, options, seed, *state).performed(size)
                    said = sum(tally.performed.values()), sum(tally.different.values())
                    print(
                        f"  {package.name} round {number}: {said[0]} performed, {said[1]} differ", flush=True
                    )
            kept.write_text(json.dumps(attrs.asdict(tally)))
            total.add(tally)
    finally:
        await worker.close()
    return total


def _untouched(copy: Copy, suites: Suites) -> tuple[Outcomes, set[str]]:
    """What the tests of the package say as it is, and which of them do not say the same twice."""
    first, second = (suites.outcomes(copy, run=run) for run in range(2))
    unstable = {line.rpartition(": ")[0] for line in differences(first, second)}
    known = without(first, unstable)
    passed = sum(kind == "passed" for kind in known.values())
    print(f"  {copy.package.name}: {passed} of {len(first)} tests pass, {len(unstable)} unstable", flush=True)
    return known, unstable


def _by_rope(copy: Copy, seed: str, suites: Suites, known: Outcomes, unstable: set[str]) -> Counter[str]:
    """One choice performed by rope alone; the copy is as it was afterwards."""
    chance = random.Random(seed)
    start = {path: path.read_bytes() for path in copy.root.rglob("*.py")}
    modules = [Module(path, decode(path.read_bytes(), path.name)) for path in copy.sources()]
    choice = choose(chance, chance.choice(_ROPE_HAS), modules)
    found = rope_alone(copy, choice, suites, known, unstable) if choice is not None else Counter[str]()
    for path, data in start.items():
        path.write_bytes(data)
    return found


async def main(options: argparse.Namespace) -> int:
    """Run, print, and say whether everything was as promised."""
    wanted = options.packages.split(",") if options.packages else []
    packages = [
        p for p in PACKAGES if (p.name in wanted if wanted else options.all or p.held_out == options.held_out)
    ]
    started = time.monotonic()
    options.results.mkdir(parents=True, exist_ok=True)
    options.fingerprint = fingerprint()  # now, for sources may change while this runs
    suites = Suites(options.results / "suites")
    total, per = Tally(), {}
    share, more = divmod(options.count, len(packages))
    for number, package in enumerate(packages):
        tally = await rounds(package, share + (number < more), options, suites)
        per[package.name] = f"{sum(tally.performed.values())} ({sum(tally.different.values())})"
        total.add(tally)
    print("\nperformed (differ): " + ", ".join(f"{name} {said}" for name, said in per.items()))
    return report(total, options, time.monotonic() - started)


def report(total: Tally, options: argparse.Namespace, seconds: float) -> int:
    """Print the figures; 1 where one is not what was promised."""
    for said in [*total.wrong, *total.diffs[: options.show]]:
        print(f"\n{said}")
    performed, different = sum(total.performed.values()), sum(total.different.values())
    print(f"\n{'':30}{'tried':>8}{'done':>8}{'share':>8}{'differ':>8}")
    for sort in SORTS:
        tried, done = total.tried[sort], total.performed[sort]
        print(f"{sort:30}{tried:8}{done:8}{done / max(tried, 1):8.0%}{total.different[sort]:8}")
    print("\nrefused:")
    for reason, number in total.reasons.most_common(40):
        print(f"{number:6}  {reason}")

    def said_of(wrong: int) -> str:
        return f"{(performed - wrong) / max(performed, 1):.2%}"

    print(
        f"\nperformed {performed}: parse {said_of(total.broken)}, tests the same {said_of(different)}, "
        f"undone {said_of(total.not_undone)}, references missed {total.missed}, names lost {total.undefined}, "
        f"outcomes left out as flaky {total.flaky}"
    )
    mean = total.engine_s / max(sum(total.tried.values()), 1)
    print(f"engine {mean:.2f} s each, at most {total.slowest_s:.1f} s; {seconds:.0f} s in this run")
    rope = total.baseline
    if rope["tried"]:
        done = rope["performed"]
        print(
            f"rope alone: {rope['tried']} tried, performed {done}, parse {1 - rope['broken'] / max(done, 1):.0%}, "
            f"tests the same {1 - rope['different'] / max(done, 1):.0%}"
        )
    wrong = total.broken + different + total.not_undone + total.missed + total.undefined
    return 1 if wrong or not performed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--packages", default="", help="names, comma-separated")
    parser.add_argument("--held-out", action="store_true", help="those that were not looked at")
    parser.add_argument("--all", action="store_true", help="every package")
    parser.add_argument("--baseline", type=int, default=2, help="choices per package for rope alone")
    parser.add_argument("--show", type=int, default=0, help="print the first diffs")
    parser.add_argument(
        "--here", action="store_true", help="no worker process and no time limit for the engine"
    )
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-sdists")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-engine-results")
    sys.exit(asyncio.run(main(parser.parse_args())))
