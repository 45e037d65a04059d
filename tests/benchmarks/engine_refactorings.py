"""Random refactorings by the built-in engine in real packages, and whether the packages still do what they did.

    python tests/benchmarks/engine_refactorings.py [--count 60] [--seed 1] [--packages boltons,toolz | --held-out]
                                                   [--baseline 2] [--show 0] [--here] [--cache DIR] [--keep DIR]

Ten packages are downloaded with their tests. Places are picked at random for every sort of refactoring the engine has,
and each is performed on a copy, after those performed before it, until `--count` are. Of each: does every changed file
parse; is there a name that was not undefined before; do the edits an editor would be sent, undone one by one, give the
same bytes; after a rename, is there an occurrence of the old name left that jedi leads to the renamed thing. Every few
refactorings the package's tests run in a copy of their own; where one has another outcome than before, the refactoring
that did it is searched for. Printed per sort: tried, performed, different; the engine's reasons for refusing; the shares.
As a baseline rope performs a part of the same choices by itself, each on a copy of its own. Exits 1 where a share is not 100 %.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import difflib
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field

sys.path.insert(0, str(Path(__file__).parent))
from engine_checks import missed, rope_alone, undone
from engine_choices import SORTS, Choice, Module, choose
from engine_packages import PACKAGES, Copy, Outcomes, Package, differences, outcomes, undefined, unpacked

from kibitz.errors import KibitzError
from kibitz.models.offline import python_refactor, python_renaming
from kibitz.models.offline.python_worker import METHODS
from kibitz.models.offline.refactor import refactor
from kibitz.models.tasks import Project, RefactorTask
from kibitz.text import Document, decode, encoding_of
from kibitz.workers.worker import Worker

BATCH = 25
"""How many refactorings share one run of the tests."""


@define
class Tally:
    """What was counted in one package, or in all of them."""

    tried: Counter[str] = field(factory=Counter)
    performed: Counter[str] = field(factory=Counter)
    different: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)
    broken: int = 0
    undefined: int = 0
    not_undone: int = 0
    missed: int = 0
    engine_s: float = 0.0
    slowest_s: float = 0.0
    baseline: Counter[str] = field(factory=Counter)

    def add(self, other: Tally) -> None:
        """Count the other's, too."""
        for name in ("tried", "performed", "different", "reasons", "baseline"):
            getattr(self, name).update(getattr(other, name))
        for name in ("broken", "undefined", "not_undone", "missed", "engine_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest_s = max(self.slowest_s, other.slowest_s)


@define
class Step:
    """One refactoring that was performed: the texts before and after."""

    choice: Choice
    before: dict[Path, bytes]
    after: dict[Path, bytes]

    def diff(self, root: Path) -> str:
        """What it changed, to read."""
        said = [f"# {self.choice.sort} at {self.choice.path.relative_to(root)}:{self.choice.where}\n"]
        for path, new in self.after.items():
            old, name = self.before[path].decode(errors="replace"), str(path.relative_to(root))
            lines = difflib.unified_diff(
                old.splitlines(True), new.decode(errors="replace").splitlines(True), name, name
            )
            said += [line if line.endswith("\n") else line + "\n" for line in lines]
        return "".join(said)


class Here(Worker):
    """The worker's methods without its process, and without limits of time: for a machine that does other things, too."""

    def __init__(self) -> None:
        super().__init__("kibitz.models.offline.python_worker", name="Python")
        for module in (python_refactor, python_renaming):
            vars(module)["LONGEST_S"] = 3600.0
        vars(python_refactor)["_GLANCE_S"] = 3600.0

    async def call(self, method: str, params: Any, on_progress: Callable[[Any], None] | None = None) -> Any:
        return METHODS[method](params)


class Run:
    """The refactorings of one package."""

    def __init__(self, copy: Copy, worker: Worker, options: argparse.Namespace, seed: str) -> None:
        self.copy = copy
        self.tally = Tally()
        self._found = 0
        self._worker = worker
        self._options = options
        self._chance = random.Random(seed)
        self._renamed: list[tuple[str, str]] = []
        self._steps: list[Step] = []
        self._choices: list[Choice] = []
        self._read: dict[Path, Module] = {}

    async def performed(self, count: int) -> None:
        """Perform and judge a number of refactorings, or as many as can be found in a bounded number of tries."""
        start = self.copy.everything()
        before = await asyncio.to_thread(outcomes, self.copy)
        again = await asyncio.to_thread(outcomes, self.copy)
        unstable = {name for name in {*before, *again} if before.get(name) != again.get(name)}
        stable = _without(before, unstable)
        passed = sum(kind == "passed" for kind in stable.values())
        name = self.copy.package.name
        print(f"  {name}: {passed} of {len(before)} tests pass", flush=True)
        lacking = undefined(self.copy.root)
        sorts = list(SORTS)
        self._chance.shuffle(sorts)
        for turn in range(count * 6):
            if sum(self.tally.performed.values()) >= count:
                break
            choice = choose(self._chance, sorts[turn % len(sorts)], self._modules())
            if choice is not None:
                await self._try(choice)
            if len(self._steps) >= BATCH:
                stable = await self._judged(stable, unstable)
        await self._judged(stable, unstable)
        self.tally.undefined += sum((undefined(self.copy.root) - lacking).values())
        self._put(start)
        said = sum(self.tally.performed.values()), sum(self.tally.different.values())
        print(f"  {name}: {said[0]} performed, {said[1]} differ", flush=True)
        chosen = [
            c for c in self._choices if c.kind in ("extract_function", "extract_variable", "inline", "rename")
        ]
        for choice in self._chance.sample(chosen, min(self._options.baseline, len(chosen))):
            self.tally.baseline.update(rope_alone(self.copy, choice, _without(before, unstable), unstable))
            self._put(start)

    def _modules(self) -> list[Module]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for path in self.copy.sources():
                text = decode(path.read_bytes(), path.name)
                if path not in self._read or self._read[path].text != text:
                    self._read[path] = Module(path, text)
        return list(self._read.values())

    async def _try(self, choice: Choice) -> None:
        data = choice.path.read_bytes()
        document = Document(choice.path.as_uri(), decode(data, choice.path.name), "python", 1, choice.path)
        project = Project(self.copy.root)
        task = RefactorTask(document, choice.where, project, "", choice.kind, choice.new_name)
        self.tally.tried[choice.sort] += 1
        if not self._steps:
            self._choices.append(choice)
        started = time.monotonic()
        try:
            changes = await refactor(task, self._worker)
        except KibitzError as error:
            self.tally.reasons[
                f"{choice.sort.partition(':')[0]}: {error.kind}: {_general(error.message)}"
            ] += 1
            if error.kind in ("internal", "timeout"):
                self._wrong(f"{choice.sort} at {choice.path}:{choice.where}: {error.message}")
            return
        finally:
            took = time.monotonic() - started
            self.tally.engine_s += took
            self.tally.slowest_s = max(self.tally.slowest_s, took)
        self.tally.performed[choice.sort] += 1
        before = {path: path.read_bytes() for path in changes}
        step = Step(
            choice,
            before,
            {path: text.encode(encoding_of(before[path])) for path, text in changes.items()},
        )
        if not all(_parses(text) for text in step.after.values()):
            self.tally.broken += 1
            self._wrong(f"does not parse\n{step.diff(self.copy.root)}")
            return
        for path, text in changes.items():
            if not undone(before[path], path, text):
                self.tally.not_undone += 1
                self._wrong(f"not undone in {path}\n{step.diff(self.copy.root)}")
        if choice.new_name and (left := missed(self.copy, choice, step.after)):
            self.tally.missed += len(left)
            self._wrong(f"references missed: {left}\n{step.diff(self.copy.root)}")
        if sum(self.tally.performed.values()) <= self._options.show:
            print(step.diff(self.copy.root))
        self._put(step.after)
        self._steps.append(step)

    async def _judged(self, known: Outcomes, unstable: set[str]) -> Outcomes:
        """Run the tests, and find the steps that changed what they say; the outcomes the next steps start from."""
        steps, self._steps = self._steps, []
        names = [
            (s.choice.old_name or "", s.choice.new_name or "") if s.choice.new_name else None for s in steps
        ]

        async def after(number: int) -> Outcomes:
            for step in reversed(steps):
                self._put(step.before)
            for step in steps[:number]:
                self._put(step.after)
            renamed = [*self._renamed, *(name for name in names[:number] if name)]
            return _without(await asyncio.to_thread(outcomes, self.copy, renamed), unstable)

        low = 0
        final = await after(len(steps)) if steps else known
        while differences(known, final):
            high = len(steps)
            right = final
            while high - low > 1:
                middle = (low + high) // 2
                found = await after(middle)
                if differences(known, found):
                    high, right = middle, found
                else:
                    low = middle
            step = steps[high - 1]
            self.tally.different[step.choice.sort] += 1
            changed = differences(known, right)
            said = "\n".join(changed[:6])
            self._wrong(f"{len(changed)} tests differ\n{said}\n{step.diff(self.copy.root)}")
            known, low = right, high
        for step in steps:
            self._put(step.after)
        self._renamed += [name for name in names if name]
        return known

    def _wrong(self, said: str) -> None:
        name, keep = self.copy.package.name, self._options.keep
        print(f"  {name}: {said.splitlines()[0]}", flush=True)
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{name}-{self._options.seed}-{self._found}.txt").write_text(said)
        self._found += 1

    def _put(self, texts: dict[Path, bytes]) -> None:
        for path, text in texts.items():
            path.write_bytes(text)


def _without(found: Outcomes, names: set[str]) -> Outcomes:
    return {name: kind for name, kind in found.items() if name not in names}


def _general(message: str) -> str:
    """A refusal without the names in it, so that equal ones are counted together."""
    parts = message.split("`")
    return "`...`".join(parts[::2])


def _parses(text: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(ast.parse(text), "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


async def _package(package: Package, count: int, options: argparse.Namespace) -> Tally:
    worker = Here() if options.here else Worker("kibitz.models.offline.python_worker", name="Python")
    with tempfile.TemporaryDirectory(prefix="engine-") as folder:
        copy = await asyncio.to_thread(unpacked, package, options.cache, Path(folder).resolve())
        if copy is None:
            return Tally()
        run = Run(copy, worker, options, f"{options.seed} {package.name}")
        try:
            await run.performed(count)
        finally:
            await worker.close()
        return run.tally


async def main(options: argparse.Namespace) -> int:
    """Run, print, and say whether everything was as promised."""
    wanted = options.packages.split(",") if options.packages else []
    packages = [p for p in PACKAGES if (p.name in wanted if wanted else p.held_out == options.held_out)]
    started = time.monotonic()
    total = Tally()
    gate = asyncio.Semaphore(options.jobs)

    async def one(package: Package, count: int) -> Tally:
        async with gate:
            return await _package(package, count, options)

    share, more = divmod(options.count, len(packages))
    for tally in await asyncio.gather(*(one(p, share + (n < more)) for n, p in enumerate(packages))):
        total.add(tally)
    return _report(total, time.monotonic() - started)


def _report(total: Tally, seconds: float) -> int:
    performed, different = sum(total.performed.values()), sum(total.different.values())
    print(f"\n{'':30}{'tried':>8}{'done':>8}{'share':>8}{'differ':>8}")
    for sort in SORTS:
        tried, done = total.tried[sort], total.performed[sort]
        print(f"{sort:30}{tried:8}{done:8}{done / max(tried, 1):8.0%}{total.different[sort]:8}")
    print("\nrefused:")
    for reason, number in total.reasons.most_common(40):
        print(f"{number:6}  {reason}")

    def said(wrong: int) -> str:
        return f"{(performed - wrong) / max(performed, 1):.2%}"

    print(f"\nperformed {performed}: parse {said(total.broken)}, tests the same {said(different)}, ", end="")
    print(f"undone {said(total.not_undone)}, references missed {total.missed}, names lost {total.undefined}")
    print(
        f"engine {total.engine_s / max(sum(total.tried.values()), 1):.2f} s each, at most {total.slowest_s:.1f} s; ",
        end="",
    )
    print(f"{seconds:.0f} s in all")
    rope = total.baseline
    if rope["tried"]:
        done = rope["performed"]
        print(
            f"rope alone: {rope['tried']} of the same choices, performed {done}, "
            f"parse {1 - rope['broken'] / max(done, 1):.0%}, tests the same {1 - rope['different'] / max(done, 1):.0%}"
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
    parser.add_argument("--held-out", action="store_true", help="the ten that were not looked at")
    parser.add_argument("--baseline", type=int, default=2, help="choices per package for rope alone")
    parser.add_argument("--show", type=int, default=0, help="print the first diffs of each package")
    parser.add_argument(
        "--here", action="store_true", help="no worker process and no time limit for the engine"
    )
    parser.add_argument("--jobs", type=int, default=1, help="packages at a time")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-sdists")
    parser.add_argument("--keep", type=Path, help="a folder for what went wrong")
    sys.exit(asyncio.run(main(parser.parse_args())))
