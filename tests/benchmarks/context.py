"""How much of what a line needs from other files is in the context built for it, beside what others show; and how long that takes.

    python tests/benchmarks/context.py [--languages python,go] [--tasks 40] [--budgets 1024,4096] [--held-out] [--memory]
        [--typed] [--cache FOLDER]
    python tests/benchmarks/context.py --times        # on a project of about 170,000 lines
    python tests/benchmarks/context.py --budget 100000

The first measures needed-name recall: names a line uses that its own file does not otherwise contain and that another file
of the project defines, found in real code lines or signatures of the context (context_tasks.Judge). The file is cut at the
start of the line (--typed: in front of its first needed name), the line itself is gone. The second prints build times; the
third asks for that many contexts with random places and budgets, and fails where one is above its budget or where asking
again gives other bytes. Projects are downloaded into the cache; `--held-out` takes those not used for tuning.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from context_baselines import Bm25, LookAlike, RepositoryMap
from context_tasks import Judge, Shown, Task, cut, tasks_of, texts_of
from corpora import BIG, Project, fetch, projects

from kibitz.context.retrieval import build_completion, retrieve
from kibitz.context.tokens import estimate
from kibitz.index.project import Project as IndexedProject
from kibitz.index.reader import Reader
from kibitz.text import Document, Position, Range, TextEdit
from support.memory_index import MemoryIndex

LANGUAGES = ("python", "typescript", "go", "rust", "java")
SEED = 7


class Kibitz:
    """The builder of this project, over an index."""

    name = "kibitz"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def build(self, document: Document, position: Position, task: Task, budget: int) -> list[Shown]:
        """The snippets."""
        found = retrieve(document, position, self._reader, path=task.path, budget=budget)
        return [Shown(snippet.path, snippet.text) for snippet in found]


def indexed(root: Path, folder: Path) -> IndexedProject:
    """The project's real index."""
    project = IndexedProject(root, (), folder)
    asyncio.run(project.build(lambda progress: None))
    return project


def measure(
    project: Project,
    folder: Path,
    options: argparse.Namespace,
    totals: dict[tuple[str, str, int], list[float]],
) -> None:
    """One project with every method and budget; adds to the totals: recall, precision, tokens, milliseconds of each task."""
    texts = texts_of(project)
    tasks = tasks_of(texts, options.tasks, SEED)
    memory = MemoryIndex(texts)
    index = None if options.memory else indexed(project.root, folder)
    judge = Judge(texts)
    lines = sum(text.count("\n") for text in texts.values())
    print(
        f"{project.language:11}{project.name:15}{len(texts):5} files{lines:8} lines{len(tasks):5} tasks",
        flush=True,
    )
    for method in (
        LookAlike(memory),
        RepositoryMap(memory),
        Bm25(memory),
        Kibitz(index.view if index else memory),
    ):
        for budget in options.budgets:
            recall, spent, useful, shown = [], [], 0, 0
            for task in tasks:
                document, position = cut(task, typed=options.typed)
                started = time.perf_counter()
                pieces = method.build(document, position, task, budget)
                spent.append((time.perf_counter() - started) * 1000)
                found, with_need, code, other = judge.score(pieces, task.needed)
                recall.append(found * 100)
                useful += with_need
                shown += code + other
            print(
                f"    {method.name:20}{budget:6} tokens  recall {statistics.mean(recall):5.1f} %  lines with a needed name "
                f"{100 * useful / max(1, shown):4.1f} %  p95 {sorted(spent)[int(len(spent) * 0.95)]:4.0f} ms",
                flush=True,
            )
            totals.setdefault((project.language, method.name, budget), []).extend(recall)
    if index:
        index.close()


def recall(options: argparse.Namespace) -> int:
    """The table of recall by language, budget and method."""
    totals: dict[tuple[str, str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for project in projects(options.languages, options.cache):
            if project.held_out == options.held_out:
                measure(project, Path(folder), options, totals)
    names = list(dict.fromkeys(name for _, name, _ in totals))
    print(
        f"\n{'recall in %':11}{'tokens':>8}"
        + "".join(f"{name:>20}" for name in names)
        + f"{'x look-alike':>14}"
    )
    enough = True
    for language in options.languages:
        for budget in options.budgets:
            row = [
                statistics.mean(totals[language, name, budget])
                for name in names
                if (language, name, budget) in totals
            ]
            if not row:
                continue
            print(
                f"{language:11}{budget:8}"
                + "".join(f"{value:20.1f}" for value in row)
                + f"{row[-1] / max(row[0], 0.1):14.2f}"
            )
            goal = {1024: 60.0, 4096: 75.0}.get(budget, 0.0)
            enough = enough and row[-1] >= goal and (budget != 1024 or row[-1] >= 2 * row[0])
    print(
        "goal: at least 60 % at 1,024 tokens and twice the look-alike windows there, and at least 75 % at 4,096"
    )
    return 0 if enough else 1


def times(options: argparse.Namespace) -> int:
    """Build times on a large project: each place asked for the first time, and again when one more letter was typed."""
    project = fetch(BIG, options.cache)
    if project is None:
        return 1
    texts = texts_of(project)
    tasks = tasks_of(texts, 100, SEED)
    with tempfile.TemporaryDirectory() as folder:
        index = indexed(project.root, Path(folder))
        print(f"{project.name}: {index.figures()['lines']} lines")
        for budget in (2048, 8192):
            wall: dict[str, list[float]] = {"first": [], "typing": []}
            cpu: dict[str, list[float]] = {"first": [], "typing": []}
            for task in tasks:
                document, position = cut(task, typed=False)
                typed = document.replaced([TextEdit(Range(position, position), "v")])
                places = {
                    "first": (document, position),
                    "typing": (typed, Position(position.line, position.character + 1)),
                }
                for name, (asked, at) in places.items():
                    started, used = time.perf_counter(), time.process_time()
                    build_completion(asked, at, index.view, path=task.path, budget=budget)
                    wall[name].append((time.perf_counter() - started) * 1000)
                    cpu[name].append((time.process_time() - used) * 1000)
            last = int(len(tasks) * 0.95)
            for name, spent in wall.items():
                print(
                    f"budget {budget}, {name:6}: median {statistics.median(spent):5.1f} ms, p95 {sorted(spent)[last]:5.1f} ms"
                    f" (CPU {statistics.median(cpu[name]):.1f} and {sorted(cpu[name])[last]:.1f})",
                    flush=True,
                )
        index.close()
    return 0 if sorted(wall["typing"])[last] <= 30 else 1


def budgets(options: argparse.Namespace) -> int:
    """Random places and budgets: none above its budget, the same bytes again."""
    project = next(projects(("python",), options.cache), None)
    if project is None:
        return 1
    texts = texts_of(project)
    reader, source = MemoryIndex(texts), random.Random(SEED)
    above = different = 0
    for number in range(options.budget):
        path = source.choice(sorted(texts))
        document = Document(path, texts[path], "python", None, Path("/p", path))
        line = source.randrange(len(document.lines))
        position = Position(line, source.randrange(len(document.line(line)) + 1))
        budget = source.choice((0, 1, 63, 64, 100, 500, 1024, 4096, source.randrange(9000)))
        built = build_completion(document, position, reader, path=path, budget=budget)
        whole = built.prefix + built.suffix + "".join(f"{s.path}\n{s.text}\n" for s in built.snippets)
        above += built.tokens > budget or estimate(whole) > budget + 2 + len(built.snippets)
        if number % 10 == 0:
            different += built != build_completion(document, position, reader, path=path, budget=budget)
    print(
        f"{options.budget} prompts: {above} above their budget; {different} of {(options.budget + 9) // 10} differ when asked again"
    )
    return 0 if not above and not different else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--languages", type=lambda text: tuple(text.split(",")), default=LANGUAGES)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--budgets", type=lambda text: tuple(map(int, text.split(","))), default=(1024, 4096))
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--memory", action="store_true", help="an index in memory instead of the real one")
    parser.add_argument("--typed", action="store_true")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--budget", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    options = parser.parse_args()
    if options.times:
        return times(options)
    return budgets(options) if options.budget else recall(options)


if __name__ == "__main__":
    sys.exit(main())
