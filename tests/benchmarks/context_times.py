"""How long the context of a completion takes on a large project, asked of the worker as the server asks it.

Used by `context.py --times`. Each place is asked for the first time, and again with one more letter typed; idle, while
another project is indexed, while this one is, all of whose files have changed, and while it is for the first time. Between two questions nobody asks for a
moment, as while typing. Beside the clock's time stands what the worker's process used of a processor: all its threads,
from the question's bytes to the answer's, which other programs on the machine touch less; judged is that. The last rows
are a file that was edited and left for another one: its text is told, then the first question is asked elsewhere.
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
PAUSE_S = 0.12
"""Between two questions, as between two keys."""
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
        """Ask for every place twice, while something is built where that is given, and print how long it took."""
        print(f"{name}, budget {budget}, {load()}")
        first, typing = Clock(self.worker), Clock(self.worker)
        for task in tasks:
            if building is not None:
                await building.wait()
            await self.ask(task, budget, first, typing)
        self.worst = max(self.worst, first.shown("first"), typing.shown("typing"))

    async def ask(self, task: Task, budget: int, first: Clock, typing: Clock) -> None:
        """Ask for a place, and for the same one a letter later."""
        document, position = cut(task, typed=False)
        typed = document.replaced([TextEdit(Range(position, position), "v")])
        after = Position(position.line, position.character + 1)
        for clock, asked, at in ((first, document, position), (typing, typed, after)):
            await asyncio.sleep(PAUSE_S)
            await clock.time(self._contexts.completion(asked, at, path=task.path, budget=budget))

    async def idle(self) -> None:
        """Nothing else happens."""
        for budget in BUDGETS:
            await self.phase("idle", budget, self._tasks)

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
                await self.phase("another project is indexed", budget, self._tasks[::2], building)
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
                await self.phase("this project is indexed", budget, self._tasks[::2], building)

    async def first_build(self) -> None:
        """The project is seen for the first time: asked from the moment its first build begins, in an order of its own."""
        await self.index.close()
        delete(index_path(self._folder / "index", self._root))
        building = asyncio.create_task(self.index.build())
        places = random.Random(1).sample(self._tasks, len(self._tasks))
        print(f"the first build, budget {BUDGETS[-1]}, {load()}")
        first, typing = Clock(self.worker), Clock(self.worker)
        for task in places:
            if building.done():
                break
            await self.ask(task, BUDGETS[-1], first, typing)
        self.worst = max(self.worst, first.shown("first"), typing.shown("typing"))
        figures = await building
        print(f"  {len(first.wall)} places asked while it was built; {figures['lastBuild']['seconds']:.1f} s")

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
