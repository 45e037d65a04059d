"""Whether what is shown parses, and is right, whatever a model makes of the right answer.

    python tests/benchmarks/infilling.py [--cases FILE] [--count 60] [--seed 1] [--show KIND|broken] [--languages python,go]

A case is a text with a hole and what was there. FILE is gzipped or plain JSONL with `prefix`, `suffix` and `groundtruth`;
without it holes are cut into the standard library's own sources. Small programs in TypeScript, Go, Rust and Java always
come along. Each kind of junk (`infilling_junk.KINDS`) is made of each right answer and shaped; printed per kind: how many
were shown, how many of those parse in place (Python: by Python's own parser, the whole file), how many kept the right
answer (whole; `cut`: its first lines, where the block ends before the answer does), and the processor's time, beside the answer
inserted as it came and the former shape. Exits 1 where one shown suggestion does not parse, a kind that holds the right
answer keeps less than 95 %, or `shape` takes longer than its limit (p50 2 ms, p99 10 ms; on 10,000 lines 15 ms).
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import math
import random
import statistics
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))
from did_change import library_text, modules
from infilling_baselines import shape_before
from infilling_junk import IN_EDITOR, KINDS, Case

from kibitz.features.completion.extent import extent
from kibitz.features.completion.shape import shape
from kibitz.syntax.delta import parses_in_place
from kibitz.syntax.tree import parse, parse_fresh
from kibitz.text import Document, Range, TextEdit
from support.shape_sources import SOURCES

MAX_LINES = 25
LEAST_KEPT = 0.95
MOST_P50_MS, MOST_P99_MS, MOST_LARGE_MS = 2.0, 10.0, 15.0
SUFFIX = {"python": "py", "typescript": "ts", "go": "go", "rust": "rs", "java": "java"}


def read_cases(path: Path) -> list[Case]:
    """The cases of a file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [
        Case(
            row.get("id", str(at)),
            row.get("lang", "python"),
            row["prefix"],
            row["groundtruth"],
            row["suffix"],
        )
        for at, row in enumerate(rows)
    ]


def holes(name: str, language: str, text: str, rng: random.Random, count: int) -> Iterator[Case]:
    """Holes in a text that parses: a line, the rest of a line, the body of a block, the inside of a pair of brackets."""
    lines = text.split("\n")
    made = 0
    for _ in range(count * 30):
        at = rng.randrange(len(lines))
        line = lines[at]
        bare = line.strip()
        if made == count or len(bare) < 4 or bare.startswith(("#", "//", "/*", "*", '"', "'")):
            if made == count:
                return
            continue
        start = sum(len(other) + 1 for other in lines[:at])
        indent = len(line) - len(line.lstrip())
        kind = rng.randrange(4)
        if kind == 0:
            begin, end = start + indent, start + len(line)
        elif kind == 1:
            begin, end = start + rng.randrange(indent + 1, len(line)), start + len(line)
        elif kind == 2 and bare.endswith((":", "{")):
            last = at + 1
            while last < len(lines) and (
                not lines[last].strip() or len(lines[last]) - len(lines[last].lstrip()) > indent
            ):
                last += 1
            while not lines[last - 1].strip():
                last -= 1
            if not 0 < last - at - 1 <= 10:
                continue
            begin, end = start + len(line), start + len(line) + sum(len(x) + 1 for x in lines[at + 1 : last])
        elif kind == 3 and "(" in line and line.rstrip().count(")"):
            begin, end = start + line.index("(") + 1, start + line.rindex(")")
        else:
            continue
        right = text[begin:end]
        if right.strip() and not (kind == 1 and right[0].isspace() and not right.strip()):
            made += 1
            yield Case(f"{name}:{at + 1}", language, text[:begin], right, text[end:])


def own_cases(count: int, rng: random.Random) -> list[Case]:
    """Holes in modules of the standard library."""
    paths = [path for path in modules() if 3_000 < path.stat().st_size < 40_000]
    found: list[Case] = []
    while len(found) < count:
        path = rng.choice(paths)
        text = path.read_text("utf-8", "replace")
        if good_python(text):
            found += holes(path.name, "python", text, rng, 3)
    return found[:count]


def good_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def good(language: str, text: str) -> bool:
    """Whether a whole text parses."""
    if language == "python":
        return good_python(text)
    tree = parse_fresh(Document(f"file:///judge.{SUFFIX[language]}", text, language))
    return tree is not None and not tree.errors


def meaning(language: str, text: str) -> object:
    """What a text says, without how it is laid out."""
    if language == "python":
        try:
            return ast.dump(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError):
            return None
    return text.split()


def keeps(case: Case, shown: str, wanted: object) -> str:
    """Whether the right answer was shown: "whole", "cut" (its first lines), or ""."""
    if shown and meaning(case.language, case.before + shown + case.after) == wanted:
        return "whole"
    lines = [line.strip() for line in shown.split("\n") if line.strip()]
    right = [line.strip() for line in case.right.split("\n") if line.strip()]
    return "cut" if lines and len(right) > len(lines) and right[: len(lines)] == lines else ""


class Row:
    """The counts of one kind."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.times: list[float] = []


def run(cases: list[Case], rng: random.Random, *, show: str, baselines: int) -> dict[str, Row]:
    """Shape every kind of junk of every case."""
    rows: dict[str, Row] = defaultdict(Row)
    for number, given in enumerate(cases):
        case = given
        document = Document(
            f"file:///case{number}.{SUFFIX[case.language]}", case.before + case.after, case.language
        )
        wanted = meaning(case.language, case.before + case.right + case.after)
        for kind, (inside, make) in KINDS.items():
            row = rows[kind]
            case = given.in_editor() if kind in IN_EDITOR else given
            document = Document(document.uri, case.before + case.after, case.language)
            position = document.position(len(case.before))
            asked = extent(document, position, MAX_LINES)
            answer = make(case, rng)
            started = time.process_time()
            found = shape(document, position, answer, extent=asked, max_lines=MAX_LINES)
            row.times.append((time.process_time() - started) * 1000)
            row.count["all"] += 1
            judge(row.count, case, found.text, wanted, "")
            broken = found.text and not good(case.language, case.before + found.text + case.after)
            if (show == "broken" and broken) or (
                show == kind and (broken or (inside and not keeps(case, found.text, wanted)))
            ):
                print(
                    f"--- {case.name} {asked.kind}: {asked.why}\n  before {case.before[-90:]!r}\n  right  {case.right!r}"
                )
                print(
                    f"  after  {case.after[:90]!r}\n  answer {answer[:300]!r}\n  shown  {found.text!r} {found.why_dropped}"
                )
            if number < baselines:
                row.count["baseline"] += 1
                judge(row.count, case, answer, wanted, "raw ")
                judge(row.count, case, shape_before(document, position, answer, MAX_LINES), wanted, "old ")
    return rows


def judge(count: Counter[str], case: Case, shown: str, wanted: object, who: str) -> None:
    if not shown.strip():
        return
    count[f"{who}shown"] += 1
    count[f"{who}parse"] += good(case.language, case.before + shown + case.after)
    if kept := keeps(case, shown, wanted):
        count[f"{who}{kept}"] += 1


def p99(times: list[float]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.99) - 1]


def table(title: str, rows: dict[str, Row]) -> list[str]:
    """Print the rows; what missed its limit."""
    print(f"\n{title}")
    print(
        f"  {'':28}{'shown':>7}{'parse':>8}{'kept':>8}{'cut':>6}{'p50':>8}{'p99':>8}   as it came: parse, kept   former: shown, parse, kept"
    )
    missed = []
    for kind, row in rows.items():
        c = row.count
        inside = KINDS[kind][0]
        shown, kept = c["shown"], c["whole"] + c["cut"]
        parse_share = c["parse"] / shown if shown else 1.0
        kept_share = kept / c["all"]
        base = c["baseline"] or 1
        raw_parse = c["raw parse"] / (c["raw shown"] or 1)
        old_parse = c["old parse"] / (c["old shown"] or 1)
        print(
            f"  {kind:28}{shown:7}{parse_share:8.1%}{kept_share if inside else 0:8.1%}{c['cut']:6}{statistics.median(row.times):8.2f}{p99(row.times):8.2f}"
            f"   {raw_parse:14.1%}{(c['raw whole'] + c['raw cut']) / base:7.1%}   {c['old shown'] / base:9.1%}{old_parse:8.1%}{(c['old whole'] + c['old cut']) / base:7.1%}"
        )
        if c["parse"] != shown:
            missed.append(f"{title}, {kind}: {shown - c['parse']} do not parse")
        if inside and kept_share < LEAST_KEPT:
            missed.append(f"{title}, {kind}: {kept_share:.1%} kept")
    times = [spent for row in rows.values() for spent in row.times]
    total = sum((row.count for row in rows.values()), Counter[str]())
    print(
        f"  all: {total['all']} answers, {total['shown']} shown, {total['parse'] / max(1, total['shown']):.2%} parse;"
        f" p50 {statistics.median(times):.2f} ms, p99 {p99(times):.2f} ms, largest {max(times):.1f} ms"
    )
    if statistics.median(times) > MOST_P50_MS or p99(times) > MOST_P99_MS:
        missed.append(f"{title}: p50 {statistics.median(times):.2f} ms, p99 {p99(times):.2f} ms")
    return missed


def large(rng: random.Random) -> list[str]:
    """Times in a text of 10,000 lines that is already parsed."""
    text = library_text(10_000)
    shapes: list[float] = []
    extents: list[float] = []
    former: list[float] = []
    lines = text.split("\n")
    for _ in range(60):
        at = rng.randrange(100, len(lines) - 100)
        line = lines[at]
        if len(line.strip()) < 6 or line.strip()[0] in "#\"'":
            continue
        start = sum(len(other) + 1 for other in lines[:at])
        begin = start + len(line) - len(line.lstrip())
        document = Document("file:///large.py", text[:begin] + text[start + len(line) :], "python")
        parse(document)
        position = document.position(begin)
        document.line_starts  # noqa: B018 - a snapshot brings them along
        started = time.process_time()
        asked = extent(document, position, MAX_LINES)
        extents.append((time.process_time() - started) * 1000)
        answer = rng.choice(
            [line.strip(), f"```python\n{line}\n```", line.strip() + "\n" + "\n".join(lines[at + 1 : at + 4])]
        )
        started = time.process_time()
        found = shape(document, position, answer, extent=asked, max_lines=MAX_LINES)
        shapes.append((time.process_time() - started) * 1000)
        if found.text and len(former) < 12:
            started = time.process_time()
            parses_in_place(document, TextEdit(Range(position, position), found.text))
            former.append((time.process_time() - started) * 1000)
    print(
        f"\n10,000 lines, the tree already there: extent p50 {statistics.median(extents):.2f}, p99 {p99(extents):.2f} ms"
    )
    print(f"  shape p50 {statistics.median(shapes):.2f}, p99 {p99(shapes):.2f} ms, at most {MOST_LARGE_MS:g}")
    print(f"  parses_in_place alone, once: p50 {statistics.median(former):.2f}, p99 {p99(former):.2f} ms")
    return [f"10,000 lines: {p99(shapes):.1f} ms"] if p99(shapes) > MOST_LARGE_MS else []


def main() -> int:
    """Run it."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--baselines", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", default="")
    parser.add_argument("--languages", default=",".join(SUFFIX))
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    missed: list[str] = []
    languages = arguments.languages.split(",")
    if "python" in languages:
        cases = read_cases(arguments.cases) if arguments.cases else own_cases(arguments.count, rng)
        name = arguments.cases.name if arguments.cases else "the standard library"
        missed += table(
            f"Python, {name}", run(cases, rng, show=arguments.show, baselines=arguments.baselines)
        )
    for language in languages:
        if language in SOURCES:
            found = list(holes(f"cart.{SUFFIX[language]}", language, SOURCES[language], rng, arguments.count))
            missed += table(language, run(found, rng, show=arguments.show, baselines=arguments.baselines))
    if "python" in languages:
        missed += large(rng)
    print("\nMissed:\n  " + "\n  ".join(missed) if missed else "\nAll within limits.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
