"""How long the context of a completion takes on a large project, asked of the worker as the server asks it.

Used by `context.py --times`. Somebody comes to a place in another file, and types the beginning of the line that stood
there: a question with each key. Idle, while another project is indexed, while this one is, all of whose files have changed,
and while it is for the first time. Between two questions nobody asks for a moment. Beside the clock's time stands what the
worker's process used of a processor: all its threads, from the question's bytes to the answer's, which other programs on the
machine touch less; judged is that, of all keys. Once a file was edited and left for another one: its text is told, then the
first question is asked elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from context_tasks import Task, cut

from kibitz.context.client import MODULE, Contexts
from kibitz.index.client import ProjectIndex
from kibitz.store.index_schema import delete, index_path
from kibitz.text import Position, Range, TextEdit
from kibitz.workers.worker import Worker

MOST_MS = 30.0
BUDGETS = (1024, 4096)
PAUSE_S = 0.1
"""Between two questions, as between two keys."""
KEYS = 8
"""Of a line, so many are typed."""
REST_S = 6.0
"""Between two builds: nobody changes all files of a project all the time, and what was written is put in its place."""


class Clock:
    """Milliseconds of one kind of question, by the clock and by the worker's processor time."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.wall: list[float] = []
        self.processor: list[float] = []

    async def time(self, question: Awaitable[object]) -> None:
        """Ask, and note how long it took."""
        used, started = used_ms(self._worker.pid), time.perf_counter()
        await question
        self.wall.append((time.perf_counter() - started) * 1000)
        self.processor.append(used_ms(self._worker.pid) - used)

    def joined(self, other: Clock) -> Clock:
        """The times of both."""
        both = Clock(self._worker)
        both.wall, both.processor = [*self.wall, *other.wall], [*self.processor, *other.processor]
        return both

    def shown(self, name: str) -> float:
        """Print a row; the figure that is judged."""
        wall, used = sorted(self.wall), sorted(self.processor)
        last = int(len(wall) * 0.95)
        print(
            f"  {name:9} clock: median {statistics.median(wall):6.1f}  p95 {wall[last]:6.1f}  largest {wall[-1]:6.1f}"
            f"   processor: median {statistics.median(used):5.1f}  p95 {used[last]:5.1f}  largest {used[-1]:5.1f}",
            flush=True,
        )
        return used[last] if used[-1] else wall[last]


def used_ms(pid: int | None) -> float:
    """What a process's threads used of a processor so far (Linux; else 0)."""
    with contextlib.suppress(OSError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6
    return 0.0


def load() -> str:
    """How busy the machine is: processor time too grows where others use the same caches."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


@contextlib.asynccontextmanager
async def again_and_again(
    build: Callable[[], Awaitable[object]], prepare: Callable[[], Awaitable[object]]
) -> AsyncIterator[asyncio.Event]:
    """Something is indexed whenever the event is set; between two builds it is prepared, and everything comes to rest."""
    ends, building = asyncio.Event(), asyncio.Event()

    async def again() -> None:
        while not ends.is_set():
            await prepare()
            building.set()
            await build()
            building.clear()
            await asyncio.sleep(REST_S)

    task = asyncio.create_task(again())
    yield building
    ends.set()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Timed:
    """One project, its worker, and the places asked for."""

    def __init__(self, root: Path, folder: Path, tasks: list[Task]) -> None:
        self.worker = Worker(MODULE, name="index", env=dict(os.environ))
        self._project: dict[str, Any] = {"root": str(root), "exclude": [], "folder": str(folder / "index")}
        self.index = ProjectIndex(self.worker, root, (), folder / "index")
        self._contexts = Contexts(self.worker, self._project)
        self._root, self._folder, self._tasks = root, folder, tasks
        self.worst = 0.0

    async def build(self) -> None:
        """Index the project."""
        figures = await self.index.build()
        print(f"{figures['lines']} lines in {figures['files']} files; milliseconds")

    async def phase(
        self, name: str, budget: int, tasks: list[Task], building: asyncio.Event | None = None
    ) -> None:
        """Type at every place, while something is built where that is given, and print how long it took."""
        print(f"{name}, budget {budget}, {load()}")
        jump, keys = Clock(self.worker), Clock(self.worker)
        for task in tasks:
            if building is not None:
                await building.wait()
            await self.ask(task, budget, jump, keys)
        self.judged(jump, keys)

    async def ask(self, task: Task, budget: int, jump: Clock, keys: Clock) -> None:
        """Come to a place, and type the line that stood there."""
        document, position = cut(task, typed=False)
        line = task.text.split("\n")[task.line][task.indent :].rstrip()[:KEYS]
        for count in range(len(line) + 1):
            typed = document.replaced([TextEdit(Range(position, position), line[:count])])
            at = Position(position.line, position.character + count)
            await asyncio.sleep(PAUSE_S)
            clock = keys if count else jump
            await clock.time(self._contexts.completion(typed, at, path=task.path, budget=budget))

    def judged(self, jump: Clock, keys: Clock) -> None:
        """Print the rows of a phase; that of all keys has to be within the limit."""
        jump.shown("jump")
        keys.shown("keys")
        self.worst = max(self.worst, jump.joined(keys).shown("all"))

    async def idle(self) -> None:
        """Nothing else happens."""
        for budget in BUDGETS:
            await self.phase("idle", budget, self._tasks[::2])

    async def beside_another(self) -> None:
        """The same worker indexes another project."""
        copy = self._folder / "another"
        shutil.copytree(self._root, copy)
        other = ProjectIndex(self.worker, copy, (), self._folder / "index")

        async def prepare() -> None:
            await other.close()
            delete(index_path(self._folder / "index", copy))

        async with again_and_again(other.build, prepare) as building:
            for budget in BUDGETS:
                await self.phase("another project is indexed", budget, self._tasks[::3], building)
        await other.close()

    async def beside_itself(self) -> None:
        """All of the project's files are other ones, as after a branch switch."""
        files = [path for path in self._root.rglob("*") if path.is_file()]

        async def prepare() -> None:
            for path in files:
                with path.open("ab") as stream:
                    stream.write(b"\n")

        async with again_and_again(self.index.refresh, prepare) as building:
            for budget in BUDGETS:
                await self.phase("this project is indexed", budget, self._tasks[::3], building)

    async def first_build(self) -> None:
        """The project is seen for the first time: asked from the moment its first build begins, in an order of its own."""
        await self.index.close()
        delete(index_path(self._folder / "index", self._root))
        building = asyncio.create_task(self.index.build())
        places = random.Random(1).sample(self._tasks, len(self._tasks))
        print(f"the first build, budget {BUDGETS[-1]}, {load()}")
        jump, keys = Clock(self.worker), Clock(self.worker)
        for task in places:
            if building.done():
                break
            await self.ask(task, BUDGETS[-1], jump, keys)
        self.judged(jump, keys)
        figures = await building
        print(f"  {len(jump.wall)} places asked while it was built; {figures['lastBuild']['seconds']:.1f} s")

    async def left(self) -> None:
        """A file was edited, and another one is typed in now: the first text is told once."""
        print(f"another file was edited just before, budget 4096, {load()}")
        tell, ask, again = Clock(self.worker), Clock(self.worker), Clock(self.worker)
        for edited, task in zip(self._tasks[:40], self._tasks[40:80], strict=True):
            if edited.path == task.path:
                continue
            text = cut(edited, typed=False)[0].text
            document, position = cut(task, typed=False)
            await asyncio.sleep(PAUSE_S)
            await tell.time(self.index.update(edited.path, text, document.language))
            for clock in (ask, again):
                await clock.time(self._contexts.completion(document, position, path=task.path, budget=4096))
            await self.index.update(edited.path, None)
        tell.shown("told")
        ask.shown("asked")
        again.shown("again")


async def measure(root: Path, folder: Path, tasks: list[Task]) -> int:
    """Print all of it; 1 where a question about typing takes too long."""
    here = folder / "project"
    shutil.copytree(root, here)
    moved = [task for task in tasks if (here / task.path).is_file()]
    timed = Timed(here, folder, moved)
    try:
        await timed.build()
        await timed.idle()
        await timed.left()
        await timed.beside_another()
        await timed.beside_itself()
        await timed.first_build()
    finally:
        await timed.worker.close()
    print(f"largest p95: {timed.worst:.1f} ms, at most {MOST_MS:g}")
    return 0 if timed.worst <= MOST_MS else 1
