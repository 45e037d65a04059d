"""How much of what a line needs from other files is in the context built for it, beside what others show; and how long that takes.

    python tests/benchmarks/context.py [--languages python,go] [--tasks 40] [--budgets 1024,4096] [--held-out] [--memory]
        [--typed] [--cache FOLDER]
    python tests/benchmarks/context.py --times        # on a project of about 170,000 lines
    python tests/benchmarks/context.py --budget 100000

The first measures needed-name recall: names a line uses that its own file does not otherwise contain and that another file
of the project defines, found in real code lines or signatures of the context (context_tasks.Judge). The file is cut at the
start of the line (--typed: in front of its first needed name), the line itself is gone. The second prints build times, idle and
while something is indexed, and fails where one takes too long; the
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

import context_times
from context_baselines import Bm25, LookAlike, RepositoryMap
from context_tasks import Judge, Shown, Task, cut, tasks_of, texts_of
from corpora import BIG, Project, fetch, projects

from kibitz.context.retrieval import build_completion, retrieve, skip_reason
from kibitz.context.tokens import estimate
from kibitz.index.project import Project as IndexedProject
from kibitz.index.reader import Reader
from kibitz.syntax.languages import language_of
from kibitz.text import Document, Position
from support.memory_index import MemoryIndex

LANGUAGES = ("python", "typescript", "go", "rust", "java")
SEED = 7
SHORT_FILES = 30


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
    skipped: list[float],
) -> None:
    """One project with every method and budget; adds the recall of each task to the totals, and to `skipped` how much of it

    is lost where a completion would not look at other files.
    """
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
                if method.name == Kibitz.name:
                    skipped.append(found * 100 if skip_reason(document, position, budget) else 0.0)
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
    skipped: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for project in projects(options.languages, options.cache):
            if project.held_out == options.held_out:
                measure(project, Path(folder), options, totals, skipped)
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
    lost = statistics.mean(skipped) if skipped else 0.0
    print(
        f"not looking at other files from inside of comments and strings costs {lost:.2f} points (limit: 1)"
    )
    return 0 if enough and lost <= 1 else 1


def times(options: argparse.Namespace) -> int:
    """Build times on a large project, see context_times."""
    project = fetch(BIG, options.cache)
    if project is None:
        return 1
    tasks = tasks_of(texts_of(project), 100, SEED)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(context_times.measure(project.root, Path(folder), tasks))


def budgets(options: argparse.Namespace) -> int:
    """Random places and budgets in short files of one project of each language: none above its budget, the same bytes again."""
    source = random.Random(SEED)
    places: list[tuple[MemoryIndex, str, str]] = []
    first = {project.language: project for project in reversed([*projects(options.languages, options.cache)])}
    for project in first.values():
        texts = sorted(texts_of(project).items(), key=lambda item: (len(item[1]), item[0]))
        short = dict([item for item in texts if len(item[1]) > 600][:SHORT_FILES])
        reader = MemoryIndex(short)
        places += [(reader, path, text) for path, text in short.items()]
    if not places:
        return 1
    above = different = 0
    for number in range(options.budget):
        reader, path, text = source.choice(places)
        document = Document(path, text, language_of(path), None, Path("/p", path))
        line = source.randrange(len(document.lines))
        position = Position(line, source.randrange(len(document.line(line)) + 1))
        budget = source.choice((0, 1, 63, 64, 100, 500, 1024, 4096, source.randrange(9000)))
        built = build_completion(document, position, reader, path=path, budget=budget)
        whole = built.prefix + built.suffix + "".join(f"{s.path}\n{s.text}\n" for s in built.snippets)
        above += built.tokens > budget or estimate(whole) > budget + 2 + len(built.snippets)
        if number % 10 == 0:
            different += built != build_completion(document, position, reader, path=path, budget=budget)
    print(
        f"{options.budget} prompts in {len(places)} files: {above} above their budget; {different} of {(options.budget + 9) // 10} differ when asked again"
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
