"""One round: some refactorings in a row in a fresh copy of a package, each of them judged."""

from __future__ import annotations

import argparse
import ast
import asyncio
import difflib
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field
from engine_checks import missed, undone
from engine_choices import SORTS, Choice, Module, choose
from engine_packages import Copy, Outcomes, Suites, differences, undefined

from kibitz.errors import KibitzError
from kibitz.models.offline import python_refactor, python_renaming
from kibitz.models.offline.python_worker import METHODS
from kibitz.models.offline.refactor import refactor
from kibitz.models.tasks import Project, RefactorTask
from kibitz.text import Document, decode, encoding_of
from kibitz.workers.worker import Worker

_COUNTERS = ("tried", "performed", "different", "reasons", "baseline")
_SUMS = ("broken", "undefined", "not_undone", "missed", "flaky", "engine_s")


@define
class Tally:
    """What was counted in one round, or in all of them."""

    tried: Counter[str] = field(factory=Counter, converter=Counter)
    performed: Counter[str] = field(factory=Counter, converter=Counter)
    different: Counter[str] = field(factory=Counter, converter=Counter)
    reasons: Counter[str] = field(factory=Counter, converter=Counter)
    baseline: Counter[str] = field(factory=Counter, converter=Counter)
    broken: int = 0
    undefined: int = 0
    not_undone: int = 0
    missed: int = 0
    flaky: int = 0
    engine_s: float = 0.0
    slowest_s: float = 0.0
    wrong: list[str] = field(factory=list)
    diffs: list[str] = field(factory=list)

    def add(self, other: Tally) -> None:
        """Count the other's, too."""
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.wrong += other.wrong
        self.diffs += other.diffs


@define
class Step:
    """One refactoring that was performed: the texts before and after."""

    choice: Choice
    before: dict[Path, bytes]
    after: dict[Path, bytes]

    @property
    def renamed(self) -> tuple[str, str] | None:
        """The old and the new name of a renaming."""
        return (self.choice.old_name or "", self.choice.new_name) if self.choice.new_name else None

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


class Round:
    """Refactorings performed one after the other; `known` and `unstable` are what the untouched package's tests say."""

    def __init__(
        self,
        copy: Copy,
        worker: Worker,
        suites: Suites,
        options: argparse.Namespace,
        seed: str,
        known: Outcomes,
        unstable: set[str],
    ) -> None:
        self.copy = copy
        self.tally = Tally()
        self._worker = worker
        self._suites = suites
        self._options = options
        self._chance = random.Random(seed)
        self._known = known
        self._unstable = set(unstable)
        self._steps: list[Step] = []
        self._modules: dict[Path, Module] = {}

    async def performed(self, count: int) -> Tally:
        """Perform and judge a number of refactorings, or as many as can be found in a bounded number of tries."""
        lacking = undefined(self.copy.root)
        sorts = list(SORTS)
        self._chance.shuffle(sorts)
        self._read(self.copy.sources())
        for turn in range(count * 6):
            if sum(self.tally.performed.values()) >= count:
                break
            choice = choose(self._chance, sorts[turn % len(sorts)], list(self._modules.values()))
            if choice is not None:
                await self._try(choice)
        self.tally.undefined += sum((undefined(self.copy.root) - lacking).values())
        await self._judge()
        return self.tally

    def _read(self, paths: list[Path]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for path in paths:
                self._modules[path] = Module(path, decode(path.read_bytes(), path.name))

    async def _try(self, choice: Choice) -> None:
        data = choice.path.read_bytes()
        document = Document(choice.path.as_uri(), decode(data, choice.path.name), "python", 1, choice.path)
        task = RefactorTask(document, choice.where, Project(self.copy.root), "", choice.kind, choice.new_name)
        self.tally.tried[choice.sort] += 1
        started = time.monotonic()
        try:
            changes = await refactor(task, self._worker)
        except KibitzError as error:
            said = f"{choice.sort.partition(':')[0]}: {error.kind}: {_general(error.message)}"
            self.tally.reasons[said] += 1
            if error.kind in ("internal", "timeout"):
                self._wrong(f"{choice.sort} at {choice.path}:{choice.where}: {error.message}")
            return
        finally:
            took = time.monotonic() - started
            self.tally.engine_s += took
            self.tally.slowest_s = max(self.tally.slowest_s, took)
        self.tally.performed[choice.sort] += 1
        before = {path: path.read_bytes() for path in changes}
        after = {path: text.encode(encoding_of(before[path])) for path, text in changes.items()}
        step = Step(choice, before, after)
        diff = step.diff(self.copy.root)
        self.tally.diffs.append(diff)
        if not all(_parses(text) for text in step.after.values()):
            self.tally.broken += 1
            self._wrong(f"does not parse\n{diff}")
            return
        for path, text in changes.items():
            if not undone(before[path], path, text):
                self.tally.not_undone += 1
                self._wrong(f"not undone in {path}\n{diff}")
        if choice.new_name and (left := missed(self.copy, choice, step.after)):
            self.tally.missed += len(left)
            self._wrong(f"references missed: {left}\n{diff}")
        _put(step.after)
        self._read([path for path in step.after if path in self._modules])
        self._steps.append(step)

    async def _judge(self) -> None:
        """Run the tests after all steps, and where they differ find the steps that did it."""
        steps, known = self._steps, self._known
        final = await self._after(len(steps))
        if differences(known, final):
            again = await self._after(len(steps), run=1)
            flaky = {line.rpartition(": ")[0] for line in differences(final, again)}
            self.tally.flaky += len(flaky)
            self._unstable |= flaky
            known, final = (without(some, flaky) for some in (known, final))
        low = 0
        while changed := differences(known, final):
            names = {line.rpartition(": ")[0] for line in changed}
            high, right = len(steps), final
            while high - low > 1:
                middle = (low + high) // 2
                found = without(await self._after(middle), self._unstable)
                if any(known.get(name) != found.get(name) for name in names):
                    high, right = middle, found
                else:
                    low = middle
            step = steps[high - 1]
            self.tally.different[step.choice.sort] += 1
            said = differences(known, right)
            head = "\n".join(said[:6])
            self._wrong(f"{len(said)} tests differ\n{head}\n{step.diff(self.copy.root)}")
            known, low = right, high

    async def _after(self, number: int, run: int = 0) -> Outcomes:
        """What the tests say after the first steps."""
        for step in reversed(self._steps):
            _put(step.before)
        for step in self._steps[:number]:
            _put(step.after)
        renamed = [step.renamed for step in self._steps[:number] if step.renamed is not None]
        found = await asyncio.to_thread(self._suites.outcomes, self.copy, renamed, run)
        return without(found, self._unstable)

    def _wrong(self, said: str) -> None:
        name = self.copy.package.name
        print(f"  {name}: {said.splitlines()[0]}", flush=True)
        self.tally.wrong.append(f"{name}: {said}")


def without(found: Outcomes, names: set[str]) -> Outcomes:
    """The outcomes of the other tests."""
    return {name: kind for name, kind in found.items() if name not in names}


def _put(texts: dict[Path, bytes]) -> None:
    for path, text in texts.items():
        path.write_bytes(text)


def _general(message: str) -> str:
    """A refusal without the names in it, so that equal ones are counted together."""
    return "`...`".join(message.split("`")[::2])


def _parses(text: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(ast.parse(text), "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
