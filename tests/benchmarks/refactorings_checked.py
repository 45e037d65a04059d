"""Good and bad refactorings as a model would answer them: how many of the bad are blocked, how many of the good pass.

    python tests/benchmarks/refactorings_checked.py [--set dev|held-out|fresh|unseen|newest] [--count 150] [--seed 1] [--show N] [--only WORD]
        [--kind good|bad] [--cache FOLDER] [--languages python,go] [--with-tests N]

A case is a real function of a package that is downloaded when it is needed, rewritten, and put into the form of a model's answer:
search/replace blocks, a whole definition or a diff. Good ones are rewrites of refactoring catalogues (`refactorings_good*`),
one or two at once; bad ones are a defect (`refactorings_bad*`), four of five of them inside a rewrite that would be good.
In Python both versions of every case have been run side by side on recorded values (`refactorings_runs`): a good one did the
same in every run and its changed lines were reached, a bad one did something else; what a run cannot show (a lost
decorator, a missed call site, another signature) is so by construction. The other languages' are so by construction.

Each answer goes through `verify.edit.propose` as `features/checked.py` does it. Printed per operator: cases, blocked; then the
totals beside two baselines over the same texts: parsing alone, and ruff's F rules alone (Python: a new finding blocks);
and the time a check takes. `--show N` prints N bad ones that passed and N good ones that were blocked. `--count` is per kind.
`--with-tests N` makes N of each kind out of a package
whose tests run, and says how many its own tests tell (`sandbox.project_tests`), among them those the other checks let pass.
Exits 1 where less than 99 % of the bad are blocked or less than 98 % of the good pass. 500 of each: `--count 500`.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import difflib
import json
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
import refactorings_bad_calls
import refactorings_bad_moves
import refactorings_bad_scopes
import refactorings_braces
import refactorings_braces_bad
import refactorings_good_idioms
import refactorings_good_loops
import refactorings_good_moves
from refactorings_answers import answered
from refactorings_bad import BAD
from refactorings_corpus import SETS, Case, Function, Operator, Unit, definitions, parsed, python_functions
from refactorings_good import GOOD
from refactorings_good_files import worsened
from refactorings_runs import compare
from refactorings_tested import functions_with_tests, tested

from kibitz.errors import KibitzError
from kibitz.features.expectation import expectation
from kibitz.features.refactor import IMPROVE
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Position, Range
from kibitz.verify.edit import propose

REGISTERED = (
    refactorings_bad_calls,
    refactorings_bad_moves,
    refactorings_bad_scopes,
    refactorings_braces_bad,
    refactorings_good_idioms,
    refactorings_good_loops,
    refactorings_good_moves,
)
"""The modules that put their operators into the tables when they are imported."""

LEAST_BAD_BLOCKED, LEAST_GOOD_PASSED = 0.99, 0.98
LEAST_COVERED, LEAST_RUNS = 0.6, 16
PYTHON_SHARE = 0.7


class Outcome(NamedTuple):
    """What came of one case."""

    blocked: bool
    why: str
    seconds: float


def _applied(unit: Unit, operator: Operator, rng: random.Random) -> str | None:
    """The file's text after one of the changes that an operator finds; None where it finds none that parses."""
    found = []
    for edits in operator.find(unit, rng):
        found.append(edits)
        if len(found) == 12:
            break
    rng.shuffle(found)
    for edits in found[:3]:
        text = unit.edited(edits)
        if text != unit.text and _compiles(text):
            return text
    return None


def _compiles(text: str) -> bool:
    try:
        parsed(text)
    except SyntaxError:
        return False
    return True


def _parses(text: str, name: str) -> bool:
    return _compiles(text) and name in (found for found, _ in definitions(parsed(text)))


def _case(
    function: Function, good: bool, operators: list[Operator], text: str, before: str | None = None
) -> Case:
    before = before or function.text
    node = Unit(before, function.name).node
    near = (node.lineno - 1, (node.end_lineno or node.lineno) - 1)
    ask = next((o.ask for o in operators if o.ask), IMPROVE)
    name = " + ".join(o.name for o in operators)
    return Case(
        "python", good, operators[0].name, function.path, before, text, near, ask, f"{function.name}: {name}"
    )


def python_cases(
    packages: list[list[Function]], good: bool, count: int, seed: int, only: str
) -> Iterator[Case]:
    """Cases of one kind, every operator in its turn, the packages at random."""
    operators = [o for o in (GOOD if good else BAD) if only in o.name]
    if not operators:
        return
    if good and only in "remove":
        operators += [Operator("remove", lambda *_: iter(()), "")] * 3
    made, turn = 0, 0
    dry: Counter[str] = Counter()
    while made < count and turn < count * 4 + 40:
        operator = operators[turn % len(operators)]
        turn += 1
        if dry[operator.name] >= 2:
            continue
        for attempt in range(250):
            rng = random.Random(f"{seed}:{good}:{turn}:{attempt}")
            function = rng.choice(rng.choice(packages))
            case = (_good if good else _bad)(function, operator, rng)
            if case is not None:
                made += 1
                yield case
                break
        else:
            dry[operator.name] += 1


def _good(function: Function, operator: Operator, rng: random.Random) -> Case | None:
    before = function.text
    unit = Unit(before, function.name)
    if operator.name == "remove":
        choices = list(worsened(unit, rng))
        if not choices:
            return None
        name, ask, edits = rng.choice(choices)
        operator = Operator(name, operator.find, ask)
        before, text = unit.edited(edits), function.text
        if not _parses(before, function.name):
            return None
    else:
        made = _applied(unit, operator, rng)
        if made is None:
            return None
        text = made
    operators = [operator]
    if rng.random() < 0.35 and _parses(text, function.name):
        second = rng.choice(GOOD)
        more = _applied(Unit(text, function.name), second, rng)
        if more is not None and more != before:
            text, operators = more, [operator, second]
    verdict = compare(before, text)
    if verdict.differs:
        return None
    proven = all(o.proven for o in operators) or ast.dump(parsed(before)) == ast.dump(parsed(text))
    if not proven and (verdict.covered < LEAST_COVERED or verdict.runs < LEAST_RUNS):
        return None
    return _case(function, True, operators, text, before)


def _bad(function: Function, operator: Operator, rng: random.Random) -> Case | None:
    text, operators = function.text, [operator]
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        other = rng.choice(GOOD)
        made = _applied(Unit(text, function.name), other, rng)
        if made is not None and _parses(made, function.name):
            text = made
            operators.append(other)
    made = _applied(Unit(text, function.name), operator, rng)
    if made is None or made == function.text or ast.dump(parsed(made)) == ast.dump(parsed(function.text)):
        return None
    if not operator.proven and not compare(function.text, made).differs:
        return None
    return _case(function, False, operators, made)


async def outcome(case: Case, answer: str) -> Outcome:
    """What the pipeline says to an answer, and how long it takes."""
    document = Document(case.path.as_uri(), case.before, case.language, 1, case.path)
    near = Range(Position(case.near[0], 0), Position(case.near[1], len(document.line(case.near[1]))))

    def read(name: str) -> Document | None:
        return document if name in (case.path.name, str(case.path)) else None

    expected = expectation(case.instruction)
    asked = near if case.instruction == IMPROVE else None
    started = time.perf_counter()
    try:
        edit = await propose(
            answer,
            document,
            near,
            read,
            public_api=expected.api,
            behaviour=expected.behaviour,
            asked=asked,
        )
    except KibitzError as error:
        if error.kind != "bad_response":
            raise
        return Outcome(True, error.message, time.perf_counter() - started)
    why = "; ".join(f"{check.name}: {check.detail}" for check in edit.failed)
    if not why and edit.files[0].after.text != case.after:
        why = "(placed otherwise than meant)"
    return Outcome(bool(edit.failed), why, time.perf_counter() - started)


async def _stopped(case: Case) -> bool:
    return (await outcome(case, answered(case, random.Random(0)))).blocked


def _breaks(case: Case) -> bool:
    document = Document(case.path.as_uri(), case.after, case.language, 1, case.path)
    if case.language == "python":
        try:
            parsed(case.after)
        except SyntaxError:
            return True
        return False
    tree = parse_fresh(document)
    return tree is not None and bool(tree.errors)


def ruff_findings(cases: list[Case]) -> list[bool]:
    """Of each case whether ruff's F rules find something in the new text that they did not find in the old."""
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases):
            if case.language == "python":
                for side, text in (("before", case.before), ("after", case.after)):
                    (Path(folder) / f"{number}_{side}.py").write_text(text, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--select",
            "F",
            "--output-format",
            "json",
        ]
        done = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
        counted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in json.loads(done.stdout):
            counted[Path(row["filename"]).name][row["code"] or "", row["message"]] += 1
        return [bool(counted[f"{n}_after.py"] - counted[f"{n}_before.py"]) for n in range(len(cases))]


def _shown(case: Case, result: Outcome) -> None:
    print(f"\n--- {'good' if case.good else 'bad'} | {case.name} | {case.path} | {result.why}")
    rows = difflib.unified_diff(case.before.splitlines(), case.after.splitlines(), lineterm="", n=4)
    print("\n".join(list(rows)[2:]))


def _table(cases: list[Case], results: list[Outcome], good: bool) -> None:
    count: Counter[str] = Counter(c.operator for c in cases if c.good == good)
    hit = Counter(c.operator for c, r in zip(cases, results, strict=True) if c.good == good and r.blocked)
    print(f"\n{'good: passed' if good else 'bad: blocked'}")
    for name in sorted(count):
        share = count[name] - hit[name] if good else hit[name]
        print(f"  {name:58} {share:4} of {count[name]:4}{'' if share == count[name] else '  <'}")


def _share(flags: list[bool]) -> float:
    return sum(flags) / max(1, len(flags))


async def run(cases: list[Case], seed: int, show: int) -> bool:
    """Check all cases and print what came of them; whether the limits hold."""
    results = []
    for number, case in enumerate(cases):
        results.append(await outcome(case, answered(case, random.Random(f"{seed}:{number}"))))
    for good in (False, True):
        _table(cases, results, good)
    ruff = ruff_findings(cases)
    print()
    rows = [
        ("the checks", [r.blocked for r in results]),
        ("parsing alone", [_breaks(case) for case in cases]),
        ("ruff's F rules alone", ruff),
    ]
    totals: list[tuple[float, float]] = []
    for name, flags in rows:
        bad = [flag for flag, case in zip(flags, cases, strict=True) if not case.good]
        good_ones = [not flag for flag, case in zip(flags, cases, strict=True) if case.good]
        totals.append((_share(bad), _share(good_ones)))
        print(
            f"{name:22} bad blocked {_share(bad):7.2%} of {len(bad)}   good passed {_share(good_ones):7.2%} of {len(good_ones)}"
        )
    for language in sorted({case.language for case in cases}):
        mine = [(c, r) for c, r in zip(cases, results, strict=True) if c.language == language]
        bad = [r.blocked for c, r in mine if not c.good]
        good_ones = [not r.blocked for c, r in mine if c.good]
        print(
            f"  {language:20} bad blocked {_share(bad):7.2%} of {len(bad)}   good passed {_share(good_ones):7.2%} of {len(good_ones)}"
        )
    times = sorted(1000 * r.seconds for r in results)
    moved = sum(r.why.startswith("(placed") for r in results)
    print(
        f"a check takes p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms; {moved} placed otherwise"
    )
    left = {True: show, False: show}
    for case, result in zip(cases, results, strict=True):
        if result.blocked == case.good and left[case.good]:
            left[case.good] -= 1
            _shown(case, result)
    return totals[0][0] >= LEAST_BAD_BLOCKED and totals[0][1] >= LEAST_GOOD_PASSED


def main() -> int:
    """Make the cases, check them, print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", choices=SETS, default="dev")
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--kind", choices=("good", "bad"))
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "refactorings_corpora")
    parser.add_argument("--languages", default="python,typescript,go,rust,java")
    parser.add_argument("--with-tests", type=int, default=0, help="as many cases of a package with its tests")
    parser.add_argument("--print-all", action="store_true", help="print every case instead of checking it")
    args = parser.parse_args()
    args.cache = args.cache.resolve()
    args.cache.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore", RuntimeWarning)  # of coroutines that a run under the probe drops
    languages = tuple(args.languages.split(","))
    others = tuple(language for language in languages if language != "python")
    share = 0.0 if "python" not in languages else PYTHON_SHARE if others else 1.0
    packages = python_functions(args.cache, args.set) if share else []
    projects = refactorings_braces.functions(args.cache, args.set, others) if others else []
    cases: list[Case] = []
    started = time.perf_counter()
    for good in (True, False):
        if args.kind in (None, "good" if good else "bad"):
            mine = round(args.count * share)
            cases += python_cases(packages, good, mine, args.seed, args.only) if mine else []
            cases += refactorings_braces.cases(projects, good, args.count - mine, args.seed, args.only)
    print(f"{len(cases)} cases made in {time.perf_counter() - started:.0f} s")
    if args.print_all:
        for case in cases:
            _shown(case, Outcome(False, "", 0.0))
        return 0
    held = asyncio.run(run(cases, args.seed, args.show))
    if args.with_tests:
        held_out = args.set != "dev"
        functions = functions_with_tests(args.cache, held_out)
        own = [
            c
            for good in (False, True)
            for c in python_cases([functions], good, args.with_tests, args.seed, "")
        ]
        asyncio.run(tested(own, args.cache, held_out, _stopped))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
