"""Quick fixes on what real checkers report: seeded problems are mended, refused or wrong, as the same checker says afterwards.

    python tests/benchmarks/fixes.py [--checkers ruff,tsc,...] [--files 6] [--rounds 1] [--held-out] [--seed 1] [--show N]
                                     [--kinds K,...] [--cache DIR]

Into real files (see corpora.py; with --held-out those that nothing was tuned on) problems are put such as people make, one at
a time: an import or a variable nothing uses, a misspelt name, a missing import, bracket or semicolon, and more (see
fix_seeds.py). A real checker (fix_checkers.py) reports it; the built-in engine is given the diagnostic and mends it or refuses;
the checker is asked again. *Fixed*: the diagnostic is gone and none came. *Refused*: the engine said that it has no certain fix.
*Wrong*: the diagnostic is still there, or another came. Beside it what `ruff check --fix` mends alone; the other checkers mend
nothing by themselves, but for `eslint --fix`. For some, all kinds of problems are then put into each file and mended at once. Prints how long
listing takes for one diagnostic in a text that only its parse is known of, p50 and p99, in milliseconds; the table of rules is
read before, and garbage is looked for as in the server. Exits 1 where more than 1 % is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
import fix_checkers as checkers
import fix_eslint
import fix_seeds as seeds
from corpora import SOURCES, Source, fetch

from kibitz.cli.serve import COLLECTED
from kibitz.features.fix_offers import offer
from kibitz.models.offline.fix_plan import plan
from kibitz.models.offline.fix_ruff import ruff_changes
from kibitz.models.offline.fix_rules import rules
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import parse
from kibitz.text import Document

MOST_WRONG = 0.01
LARGEST = 60_000
_CRATES = "usr/share/cargo/registry"
RUST = tuple(
    Source("rust", name.rpartition("-")[0], f"librust-{name.rpartition('-')[0]}-dev", f"{_CRATES}/{name}", held_out=held)
    for name, held in (
        ("bytes-1.4.0", False), ("strsim-0.10.0", False),
        ("humantime-2.1.0", True), ("smallvec-1.9.0", True), ("httparse-1.8.0", True), ("arrayvec-0.7.2", True),
    )
)  # fmt: skip
"""Crates that need no others."""
GO = (
    ("encoding/csv", "text/tabwriter", "container/list", "bufio"),
    ("text/scanner", "encoding/hex", "net/textproto", "archive/tar"),
)
"""Packages of Go's library: to tune on, and held out."""
C = (
    Source("typescript", "tree-sitter", "tree-sitter@0.22", "package/vendor/tree-sitter/lib/src"),
    *(
        Source("typescript", name, name, "package/src", held_out=True)
        for name in (
            "tree-sitter-python@0.21",
            "tree-sitter-bash@0.25",
            "tree-sitter-ruby@0.23",
            "tree-sitter-html@0.23",
        )
    ),
)
LANGUAGES = {
    "ruff": ("python", seeds.PYTHON), "pyright": ("python", seeds.PYTHON), "pyflakes": ("python", seeds.PYTHON),
    "pylint": ("python", seeds.PYTHON), "tsc": ("typescript", seeds.TYPESCRIPT), "eslint": ("typescript", seeds.SCRIPT),
    "go": ("go", seeds.GO), "rustc": ("rust", seeds.RUST), "ecj": ("java", seeds.JAVA), "gcc": ("c", seeds.C),
}  # fmt: skip


TOGETHER = ("ruff", "pyflakes", "tsc", "eslint")


class Group(NamedTuple):
    """Files that one checker is asked about."""

    check: checkers.Check
    texts: dict[str, str]


class Trial(NamedTuple):
    """One seeded problem: where, of which kind, the text, and what the checker newly says."""

    name: str
    kind: str
    document: Document
    problem: Problem
    before: Counter[tuple[str, str]]
    original: Counter[tuple[str, str]]


def key(problem: Problem) -> tuple[str, str]:
    """What a checker says, whatever the line."""
    return problem.code, re.sub(r"\d+", "", problem.message)


def groups(checker: str, args: argparse.Namespace, chance: random.Random) -> list[Group]:
    """The files of a checker's language with how it is asked."""
    installed, cache = checkers.tools(args.cache), args.cache
    language = LANGUAGES[checker][0]
    if checker == "go":
        library = installed.debian / "root/usr/share/go-1.19/src"
        names = GO[1] if args.held_out else GO[0]
        return [
            Group(checkers.go(installed, library / n), _texts(library / n, ".go", args, chance))
            for n in names
        ]
    if checker == "rustc":
        crates = [p for s in RUST if s.held_out == args.held_out and (p := fetch(s, cache))]
        return [
            Group(
                checkers.rustc(c.root),
                {f"src/{n}": t for n, t in _texts(c.root / "src", ".rs", args, chance).items()},
            )
            for c in crates
        ]
    sources = C if checker == "gcc" else [s for s in SOURCES if s.language == language]
    roots = [p.root for s in sources if s.held_out == args.held_out and (p := fetch(s, cache))]
    ending = {"python": ".py", "typescript": ".ts", "java": ".java", "c": ".c"}[language]
    texts: dict[str, str] = {}
    for number, root in enumerate(roots):
        texts |= {f"{number}{root.name}/{n}": t for n, t in _texts(root, ending, args, chance).items()}
    downloaded = {
        "pyright": checkers.pyright,
        "pyflakes": checkers.pyflakes,
        "pylint": checkers.pylint,
        "tsc": checkers.tsc,
        "eslint": fix_eslint.eslint,
        "ecj": checkers.ecj,
    }
    if checker == "ruff":
        return [Group(checkers.ruff(), texts)]
    made = checkers.gcc(roots) if checker == "gcc" else downloaded[checker](installed)
    return [Group(made, texts)]


def _texts(root: Path, ending: str, args: argparse.Namespace, chance: random.Random) -> dict[str, str]:
    paths = sorted(
        p for p in root.rglob(f"*{ending}") if "test" not in p.name and 1_500 < p.stat().st_size < LARGEST
    )
    paths = [
        p for p in paths if not p.name.endswith(".d.ts") and (ending not in (".go",) or p.parent == root)
    ]
    chosen = chance.sample(paths, min(args.files, len(paths)))
    return {p.relative_to(root).as_posix(): p.read_text("utf-8", "replace") for p in chosen}


def trials(checker: str, group: Group, args: argparse.Namespace, chance: random.Random) -> list[Trial]:
    """Every seed that the checker reports as something new."""
    language, kinds = LANGUAGES[checker]
    if args.kinds:
        kinds = {kind: seeder for kind, seeder in kinds.items() if kind in args.kinds.split(",")}
    originals = group.check(group.texts)
    made: dict[str, tuple[str, str, str]] = {}
    for round_ in range(args.rounds):
        for name, text in group.texts.items():
            for seed in seeds.seeded(checkers.document(name, text, language), kinds, chance):
                made[f"{name}#{seed.kind}{round_}"] = (name, seed.kind, seed.text)
    found = group.check({name: text for name, (_, _, text) in made.items()})
    result = []
    for name, (original, kind, text) in made.items():
        was = Counter(map(key, originals[original]))
        fresh = [p for p in found[name] if Counter(map(key, found[name]))[key(p)] > was[key(p)]]
        if fresh:
            before = Counter(map(key, found[name]))
            result.append(Trial(name, kind, checkers.document(name, text, language), fresh[0], before, was))
    return result


def mended(trial: Trial) -> str | None:
    """The engine's text; None where it refuses."""
    others = dict(asyncio.run(ruff_changes(trial.document, [trial.problem])))
    made = plan(trial.document, [trial.problem], others=others)
    return made.after.text if made.mended else None


def run(checker: str, args: argparse.Namespace, chance: random.Random, times: list[float]) -> Counter[str]:
    """All trials of one checker, printed by kind."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    shown = 0
    for group in groups(checker, args, chance):
        tried = trials(checker, group, args, chance)
        after: dict[str, str] = {}
        for trial in tried:
            parse(trial.document)  # as it is when an editor asks
            gc.freeze()
            started = time.thread_time()
            offer(trial.document, trial.problem)
            times.append((time.thread_time() - started) * 1000)
            text = mended(trial)
            if text is None:
                table[trial.kind]["refused"] += 1
                if args.refused:
                    print(
                        f"  refused {trial.name}:{trial.problem.range.start.line + 1}: {trial.problem.message!r}"
                    )
            else:
                after[trial.name] = text
        again = group.check(after) if after else {}
        for trial in tried:
            if trial.name not in after:
                continue
            now = Counter(map(key, again[trial.name]))
            gone, new = (
                now[key(trial.problem)] < trial.before[key(trial.problem)],
                now - (trial.before | trial.original),
            )
            verdict = "fixed" if gone and not new else "wrong"
            table[trial.kind][verdict] += 1
            if (verdict == "wrong" or args.all) and shown < args.show:
                shown += 1
                _show(trial, after[trial.name], verdict, list(new))
    total: Counter[str] = Counter()
    for kind, counts in table.items():
        total += counts
        print(f"  {kind:24} {_line(counts)}")
    print(f"{checker:26} {_line(total)}")
    return total


def together(checker: str, args: argparse.Namespace, chance: random.Random) -> Counter[str]:
    """All kinds of seeds in each file at once, all that is newly reported of it mended at once."""
    language, kinds = LANGUAGES[checker]
    counts: Counter[str] = Counter()
    for group in groups(checker, args, chance):
        texts = dict(group.texts)
        for kind, seeder in kinds.items():
            for name in texts:
                if not kind.startswith("missing ") or kind == "missing import":
                    for seed in seeds.seeded(
                        checkers.document(name, texts[name], language), {kind: seeder}, chance
                    ):
                        texts[name] = seed.text
        originals, reported = group.check(group.texts), group.check(texts)
        after: dict[str, str] = {}
        for name, text in texts.items():
            was = Counter(map(key, originals[name]))
            fresh = [p for p in reported[name] if Counter(map(key, reported[name]))[key(p)] > was[key(p)]]
            document = checkers.document(name, text, language)
            made = plan(document, fresh, others=dict(asyncio.run(ruff_changes(document, fresh))))
            counts["mended"] += len(made.mended)
            counts["left"] += len(made.left)
            after[name] = made.after.text
        again = group.check(after)
        for name in texts:
            now, was = Counter(map(key, again[name])), Counter(map(key, originals[name]))
            before = Counter(map(key, reported[name]))
            counts["reported"] += (before - was).total()
            counts["there"] += (now & (before - was)).total()
            fresh_ones = now - (before | was)
            counts["new"] += fresh_ones.total()
            if fresh_ones and args.show:
                print(f"  new in {name}: {list(fresh_ones)[:3]}")
    print(
        f"{checker + ', all at once':26} reported {counts['reported']}  mended {counts['mended']}  left {counts['left']}"
        f"  still there {counts['there']}  new {counts['new']}"
    )
    return counts


def _show(trial: Trial, after: str, verdict: str, new: list[tuple[str, str]]) -> None:
    import difflib

    lines = difflib.unified_diff(trial.document.text.split("\n"), after.split("\n"), lineterm="", n=1)
    print(
        f"  {verdict}: {trial.name}: {trial.problem.source} {trial.problem.code} {trial.problem.message!r} new={new[:2]}"
    )
    print("    " + "\n    ".join(list(lines)[2:14]))


def _line(counts: Counter[str]) -> str:
    n = sum(counts.values()) or 1
    return "  ".join(
        f"{v} {counts[v]:4} ({100 * counts[v] / n:5.1f} %)" for v in ("fixed", "refused", "wrong")
    )


def baseline(checker: str, args: argparse.Namespace, chance: random.Random) -> None:
    """What `ruff check --fix` and `eslint --fix` mend of the same problems."""
    (group,) = groups(checker, args, chance)
    tried = trials(checker, group, args, chance)
    texts = {trial.name: trial.document.text for trial in tried}
    after = (
        ruff_fixed(texts) if checker == "ruff" else fix_eslint.eslint_fixed(checkers.tools(args.cache), texts)
    )
    again = group.check(after)
    gone = sum(Counter(map(key, again[t.name]))[key(t.problem)] < t.before[key(t.problem)] for t in tried)
    print(f"{checker + ' --fix alone':26} fixed {gone:4} ({100 * gone / (len(tried) or 1):5.1f} %)")


def ruff_fixed(texts: dict[str, str]) -> dict[str, str]:
    """The texts after `ruff check --fix`."""
    after = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(texts.items()):
            file = Path(folder) / f"f{number}.py"
            file.write_text(text, "utf-8")
            options = ["--isolated", "--no-cache", "--quiet", "--select=E4,E7,E9,F,W291,W292,B006", "--fix"]
            subprocess.run(
                [Path(sys.executable).parent / "ruff", "check", *options, file],
                capture_output=True,
                check=False,
            )
            after[name] = file.read_text("utf-8")
    return after


def main() -> int:
    """Parse the arguments, run the checkers, print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkers", default=",".join(LANGUAGES))
    parser.add_argument("--files", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="show what is right as well")
    parser.add_argument("--refused", action="store_true", help="name what is refused")
    parser.add_argument("--kinds", default="", help="only these kinds of problems, by name")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    args = parser.parse_args()
    times: list[float] = []
    total: Counter[str] = Counter()
    rules()
    gc.set_threshold(*COLLECTED)
    for checker in args.checkers.split(","):
        total += run(checker, args, random.Random(args.seed), times)
        if checker in TOGETHER and not args.kinds:
            together(checker, args, random.Random(args.seed))
        if checker in ("ruff", "eslint") and not args.kinds:
            baseline(checker, args, random.Random(args.seed))
    times.sort()
    print(f"{'all':26} {_line(total)}")
    if times:
        print(
            f"listing one diagnostic, processor time: p50 {times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms"
        )
    return 1 if total["wrong"] > MOST_WRONG * sum(total.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
