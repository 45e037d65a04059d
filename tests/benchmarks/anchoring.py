"""Whether damaged search/replace blocks get into their place, with the text they were meant to give, or are refused.

    python tests/benchmarks/anchoring.py [--cases 1000] [--seed 1] [--held-out] [--languages python,go] [--show KIND] [--cache FOLDER]

Blocks of real projects are changed as refactorings change code, then their search text (for some kinds the new text too) is
damaged as models do it; what must come of it is the file's text with the undamaged change. Printed per kind: right,
refused, and wrong, where another text came out and nothing was said; beside it an exact search, and the window with
difflib's best ratio of at least 0.8. `stale`: a line of the file has changed since; where the answer changes that line
too, a refusal is right. `elided` leaves code out, `ambiguous` blocks stand in several places: only a refusal is right. Blocks
whose code stands in several places when one looks past indentation, blank lines, comments and quotes (`twins`) must not
go wrong, but may be refused. Times: one block put into a file of 5,000 lines, processor time.
Exits 1 where fewer than 97 % of what can be told are right, one is wrong, one of what must be refused is not, or p95 is over 10 ms.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from anchoring_damage import (
    LOOSE,
    TWO_SIDED,
    WRITTEN,
    Case,
    Change,
    change,
    elide,
    indent,
    is_code,
    stale_line,
)
from corpora import projects

from kibitz.errors import KibitzError
from kibitz.text import Document
from kibitz.verify.anchor import apply_block
from kibitz.verify.answer import FileBlock

SUFFIX = {"python": "py", "typescript": "ts", "go": "go", "rust": "rs", "java": "java"}
LEAST_RIGHT, MOST_MS, LINES = 0.97, 10.0, 5000
FILES, BASELINE_EVERY = 12, 40
MUST_REFUSE = ("elided", "ambiguous")


def bare(lines: list[str], language: str) -> list[str]:
    """What a block says when one looks past how it is written."""
    return ["".join(x.split()).replace("'", '"') for x in lines if is_code(x, language)]


def places(have: list[str], wanted: list[str]) -> int:
    """How often lines stand one after the other."""
    size = len(wanted)
    return sum(1 for at in range(len(have) - size + 1) if have[at : at + size] == wanted)


def sources(
    languages: tuple[str, ...], cache: Path, held_out: bool, rng: random.Random
) -> list[tuple[str, str, list[str]]]:
    """(language, name, lines) of files of real projects."""
    found: list[tuple[str, str, list[str]]] = []
    for project in projects(languages, cache):
        if project.held_out is not held_out:
            continue
        paths = [
            path
            for path in sorted(project.root.rglob(f"*.{SUFFIX[project.language]}"))
            if 2_000 < path.stat().st_size < 200_000
        ]
        for path in rng.sample(paths, min(len(paths), FILES)):
            text = path.read_text("utf-8", "replace").replace("\r\n", "\n")
            if "\r" not in text and text.endswith("\n"):
                found.append((project.language, f"{project.name}/{path.name}", text.split("\n")[:-1]))
    return found


def block(lines: list[str], language: str, rng: random.Random) -> tuple[int, int] | None:
    """Where a block of 3 to 14 lines stands, which begins and ends with code."""
    size = rng.randrange(3, 15)
    if len(lines) < size + 2:
        return None
    first = rng.randrange(len(lines) - size)
    some = lines[first : first + size]
    if not (is_code(some[0], language) and is_code(some[-1], language)) or len(bare(some, language)) < 3:
        return None
    return first, first + size


def common_indent(lines: list[str]) -> int:
    return min(len(indent(line)) for line in lines if line.strip())


def joined(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def cases(
    sources_: list[tuple[str, str, list[str]]], kind: str, count: int, rng: random.Random
) -> Iterator[tuple[str, str, Case]]:
    """(language, name, case) of one kind."""
    made = 0
    tries = 0
    said: dict[str, list[str]] = {}
    while made < count and tries < count * 400:
        tries += 1
        language, name, lines = rng.choice(sources_)
        where = block(lines, language, rng)
        if where is None:
            continue
        wanted = lines[where[0] : where[1]]
        if name not in said:
            said[name] = bare(lines, language)
        twins = places(said[name], bare(wanted, language)) > 1
        exact = places(lines, wanted)
        if (kind == "ambiguous") != (exact > 1) or (kind == "twins") != (twins and exact == 1):
            continue
        case = made_case(lines, where, change(wanted, language, rng), language, kind, rng)
        if case is not None and case.search != case.replace:
            made += 1
            yield language, f"{name}:{where[0] + 1}", case


def made_case(
    lines: list[str], where: tuple[int, int], wish: Change, language: str, kind: str, rng: random.Random
) -> Case | None:
    text, expected = joined(lines), joined([*lines[: where[0]], *wish.new, *lines[where[1] :]])
    if kind == "stale":
        return stale_case(lines, where, wish, language, rng)
    if kind == "elided":
        left = elide(wish.old, language, rng)
        return Case(text, joined(left), joined(wish.new), None) if left is not None else None
    if kind == "none":
        return Case(text, joined(wish.old), joined(wish.new), expected)
    if kind == "ambiguous":
        some = WRITTEN["dedent"](wish.old, language, rng) if rng.randrange(2) else None
        return Case(text, joined(some or wish.old), joined(wish.new), None)
    name = rng.choice(("dedent", "blank lost", "comments", "tabs")) if kind == "twins" else kind
    damaged = WRITTEN[name](wish.old, language, random.Random(rng.random()))
    if damaged is None or damaged == wish.old:
        return None
    if name == "first bare" and wish.new[0] != wish.old[0] and wish.new[0].strip() == wish.old[0].strip():
        return None  # which of two lines that say the same is gone cannot be known
    new = wish.new
    loose = False
    if name in TWO_SIDED and rng.randrange(2) and not (name == "first bare" and wish.new[0] != wish.old[0]):
        seed = rng.random()
        one = WRITTEN[name](wish.old, language, random.Random(seed))
        two = WRITTEN[name](wish.new, language, random.Random(seed))
        if one is None or two is None or one == wish.old:
            return None
        if "typo" in name:
            # the same slip: every line that is the same stays the same
            if any(wish.old.count(x) > 1 or wish.new.count(x) > 1 for x in wish.old):
                return None
            two = [one[wish.old.index(x)] if x in wish.old else x for x in wish.new]
        code = [n for n, line in enumerate(wish.old) if is_code(line, language)]
        if "comments" in name and any({a, b} <= wish.touched for a, b in pairwise(code)):
            # which of two changed lines a comment between them belongs to cannot be known
            return None
        if "dedent" in name and common_indent(wish.old) != common_indent(wish.new):
            return None
        damaged, new, loose = one, two, name in LOOSE
    slipped = "typo" in name and any(
        a != b for n, (a, b) in enumerate(zip(wish.old, damaged, strict=False)) if n in wish.touched
    )
    return Case(
        text,
        joined(damaged),
        joined(new),
        expected,
        may_refuse=slipped or kind == "twins",
        loose=loose or name == "blank more",
    )


def stale_case(
    lines: list[str], where: tuple[int, int], wish: Change, language: str, rng: random.Random
) -> Case | None:
    """The file has one line of the block otherwise than the answer has it."""
    code = [n for n, line in enumerate(wish.old) if is_code(line, language)]
    number = rng.choice(code)
    newer = stale_line(wish.old[number], language, rng)
    now = [*lines[: where[0] + number], newer, *lines[where[0] + number + 1 :]]
    if newer == wish.old[number]:
        return None
    touched = number in wish.touched
    merged = list(wish.new)
    if not touched:
        same = [n for n, line in enumerate(wish.new) if line == wish.old[number]]
        at = (
            same[wish.old[:number].count(wish.old[number])]
            if len(same) > wish.old[:number].count(wish.old[number])
            else None
        )
        if at is None or wish.old.count(wish.old[number]) > 1:
            return None
        merged[at] = newer
    elif wish.new.count(wish.old[number]) == wish.old.count(wish.old[number]) == 1:
        # a line was added below it
        merged[wish.new.index(wish.old[number])] = newer
    else:
        merged = []
    expected = joined([*now[: where[0]], *merged, *now[where[1] :]]) if merged else None
    return Case(joined(now), joined(wish.old), joined(wish.new), expected, may_refuse=touched)


def ours(case: Case, language: str) -> str | None:
    try:
        return apply_block(
            Document("file:///case", case.text, language),
            FileBlock(None, ((case.search, case.replace),)),
            None,
        ).text
    except KibitzError as error:
        assert error.kind == "bad_response"
        assert error.message
        return None


def exact_search(case: Case) -> str | None:
    """The first place where the text stands exactly, at the start of a line."""
    at = f"\n{case.text}".find(f"\n{case.search}")
    return None if at < 0 else case.text[:at] + case.replace + case.text[at + len(case.search) :]


def best_window(case: Case) -> str | None:
    """The window that difflib finds most alike, if at least 0.8."""
    found = exact_search(case)
    if found is not None:
        return found
    lines = case.text.split("\n")[:-1]
    size = case.search.count("\n")
    best, where = 0.8, None
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(case.search)
    for length in range(max(1, size * 9 // 10), size * 11 // 10 + 2):
        for at in range(len(lines) - length + 1):
            matcher.set_seq1(joined(lines[at : at + length]))
            if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
                best, where = matcher.ratio(), (at, at + length)
    if where is None:
        return None
    return joined(lines[: where[0]]) + case.replace + joined(lines[where[1] :])


def verdict(case: Case, after: str | None) -> str:
    if after is None:
        return "refused"
    if case.expected is not None and (
        after == case.expected
        or (case.loose and [x for x in after.split("\n") if x] == [x for x in case.expected.split("\n") if x])
    ):
        return "right"
    if case.may_refuse and case.expected is None and case.search != after:
        return "merged"
    return "wrong"


def show(name: str, case: Case, after: str | None, said: str) -> None:
    print(f"--- {name}: {said}\n<<<<<<< SEARCH\n{case.search}=======\n{case.replace}>>>>>>> REPLACE")
    if after is not None:
        old, new = case.text.split("\n"), after.split("\n")
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for tag, a, a_end, b, b_end in matcher.get_opcodes():
            if tag != "equal":
                print("\n".join([f"{a + 1}: -{x}" for x in old[a:a_end]] + [f"+{x}" for x in new[b:b_end]]))


def timed(sources_: list[tuple[str, str, list[str]]], count: int, rng: random.Random) -> list[float]:
    """Milliseconds of processor time for a block in a file of 5,000 lines, of all kinds."""
    spent: list[float] = []
    by_language: dict[str, list[str]] = defaultdict(list)
    for language, _, lines in sources_:
        by_language[language] += lines
    big = [
        (language, "big", (lines * 20)[:LINES] if len(lines) < LINES else lines[:LINES])
        for language, lines in by_language.items()
    ]
    for kind in (*WRITTEN, "stale", "elided", "ambiguous"):
        for language, _, case in cases(big, kind, max(2, count // 16), rng):
            start = time.thread_time()
            ours(case, language)
            spent.append((time.thread_time() - start) * 1000)
    return sorted(spent)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1000, help="over all kinds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="the projects not tuned on")
    parser.add_argument("--languages", default=",".join(SUFFIX))
    parser.add_argument("--show", default="", help="a kind, `wrong` or `refused`: print such cases")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    args = parser.parse_args()
    args.cache.mkdir(exist_ok=True)
    rng = random.Random(args.seed)
    found = sources(tuple(args.languages.split(",")), args.cache, args.held_out, rng)
    kinds = ["none", *WRITTEN, "stale", "elided", "ambiguous", "twins"]
    counts: dict[str, Counter[str]] = {}
    print(
        f"{len(found)} files\n{'kind':16} {'cases':>6} {'right':>7} {'refused':>8} {'wrong':>6}   exact: right wrong   difflib: right wrong"
    )
    for kind in kinds:
        count: Counter[str] = Counter()
        for number, (language, name, case) in enumerate(cases(found, kind, args.cases // len(kinds), rng)):
            after = ours(case, language)
            said = verdict(case, after)
            if said == "merged":
                count["merged"] += 1
                said = "right"
            if said == "refused" and (case.expected is None or case.may_refuse):
                count["rightly"] += 1
            count["all"] += 1
            count[said] += 1
            count[f"exact {verdict(case, exact_search(case))}"] += 1
            if number % BASELINE_EVERY == 0:
                count["sampled"] += 1
                count[f"difflib {verdict(case, best_window(case))}"] += 1
            if args.show in (kind, said) or (args.show and said == "wrong"):
                show(f"{kind} {name}", case, after, said)
        counts[kind] = count
        everything, sampled = count["all"] or 1, count["sampled"] or 1
        print(
            f"{kind:16} {count['all']:6} {count['right'] / everything:7.1%} {count['refused']:8} {count['wrong']:6}"
            f"   {count['exact right'] / everything:12.1%} {count['exact wrong'] / everything:5.1%}"
            f"   {count['difflib right'] / sampled:14.1%} {count['difflib wrong'] / sampled:5.1%}"
            + (f"   ({count['rightly']} rightly refused)" if count["rightly"] else ""),
            flush=True,
        )
    told = [count for kind, count in counts.items() if kind not in (*MUST_REFUSE, "twins", "none")]
    right = sum(count["right"] + count["rightly"] for count in told)
    every = sum(count["all"] for count in told)
    wrong = sum(count["wrong"] for count in counts.values())
    kept = sum(count["all"] - count["refused"] for kind, count in counts.items() if kind in MUST_REFUSE)
    spent = timed(found, min(args.cases, 800), rng)
    p50, p95 = spent[len(spent) // 2], spent[len(spent) * 95 // 100]
    print(
        f"\nright {right / every:.2%} of {every} (limit 97 %), wrong {wrong} of {sum(c['all'] for c in counts.values())} (0), "
        f"not refused though they must be {kept} (0); {LINES} lines: p50 {p50:.1f}, p95 {p95:.1f} ms (10)"
    )
    return int(right < LEAST_RIGHT * every or wrong > 0 or kept > 0 or p95 > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
