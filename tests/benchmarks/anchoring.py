"""Whether damaged search/replace blocks get into their place, with the text they were meant to give, or are refused.

    python tests/benchmarks/anchoring.py [--cases 1000] [--seed 1] [--held-out] [--languages python,go] [--kinds gap,near]
        [--show KIND] [--cache FOLDER]

Blocks of real projects are changed as refactorings change code, then their search text (for some kinds the new text too) is
damaged as models do it; what must come of it is the file's text with the undamaged change. Printed per kind: right,
refused, and wrong, where another text came out and nothing was said; beside it an exact search, and the window with
difflib's best ratio of at least 0.8. Of eight files one ends its lines with CRLF, of eight one has no end of its last line; of
ten blocks three come with a selection around them, two with one elsewhere. `stale`: a line of the file has changed since; where
the answer changes that line too, both changes or a refusal are right. `near`: nearly the same lines stand below or above.
`gap`: lines in the middle are left out without a word, which may be refused and is not counted among what can be told.
`elided` leaves code out with a word, `ambiguous` blocks stand in several places, `gone` ones nowhere any more: only a refusal is
right. Blocks whose code stands in several places when one looks past indentation, blank lines, comments and quotes
(`twins`) must not go wrong, but may be refused. `--held-out`: projects that were looked at neither while anchoring was made nor
while this was; once what went wrong in one was looked at, it is none of them any more. Times: one block put into a file of 5,000 lines, processor time; the slowest of
all blocks with their kinds, and how much memory the process has had at its peak after the first kind and at the end.
Exits 1 where fewer than 97 % of what can be told are right, one is wrong, one of what must be refused is not, or p95 is over 10 ms.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from anchoring_cases import KINDS, MUST_REFUSE, Case, cases, joined
from anchoring_corpora import SUFFIX, sources

from kibitz.errors import KibitzError
from kibitz.text import Document, span
from kibitz.verify.anchor import apply_block
from kibitz.verify.answer import FileBlock

LEAST_RIGHT, MOST_MS, LINES = 0.97, 10.0, 5000
BASELINE_EVERY = 40


def ours(case: Case, language: str) -> str | None:
    text = case.text[:-1] if case.endless else case.text
    if case.crlf:
        text = text.replace("\n", "\r\n")
    near = None if case.near is None else span(case.near[0], 0, case.near[1] + 1, 0)
    try:
        after = apply_block(
            Document("file:///case", text, language),
            FileBlock(None, ((case.search, case.replace),)),
            near,
        ).text
    except KibitzError as error:
        assert error.kind == "bad_response"
        assert error.message
        return None
    if case.crlf:
        assert after.count("\n") == after.count("\r\n")
        after = after.replace("\r\n", "\n")
    return after + "\n" if case.endless else after


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
    return "wrong"


def show(name: str, case: Case, after: str | None, said: str) -> None:
    print(f"--- {name}: {said}\n<<<<<<< SEARCH\n{case.search}=======\n{case.replace}>>>>>>> REPLACE")
    if after is not None:
        old, new = case.text.split("\n"), after.split("\n")
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for tag, a, a_end, b, b_end in matcher.get_opcodes():
            if tag != "equal":
                print("\n".join([f"{a + 1}: -{x}" for x in old[a:a_end]] + [f"+{x}" for x in new[b:b_end]]))


class Spent(NamedTuple):
    """Milliseconds of processor time for one case."""

    ms: float
    kind: str
    language: str
    lines: int


def measured(case: Case, language: str, kind: str) -> tuple[str | None, Spent]:
    start = time.thread_time()
    after = ours(case, language)
    return after, Spent((time.thread_time() - start) * 1000, kind, language, case.text.count("\n"))


def peak() -> int:
    """The most megabytes the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(sources_: list[tuple[str, str, list[str]]], count: int, rng: random.Random) -> list[Spent]:
    """What blocks of all kinds take in a file of 5,000 lines, the fastest first."""
    spent: list[Spent] = []
    by_language: dict[str, list[str]] = defaultdict(list)
    for language, _, lines in sources_:
        by_language[language] += lines
    big = [
        (language, "big", (lines * 20)[:LINES] if len(lines) < LINES else lines[:LINES])
        for language, lines in by_language.items()
    ]
    for kind in KINDS[1:-1]:
        for language, _, case in cases(big, kind, max(2, count // len(KINDS)), rng):
            spent.append(measured(case, language, kind)[1])
    return sorted(spent)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1000, help="over all kinds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="the projects not tuned on")
    parser.add_argument("--languages", default=",".join(SUFFIX))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--show", default="", help="a kind, `wrong` or `refused`: print such cases")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    args = parser.parse_args()
    args.cache.mkdir(exist_ok=True)
    rng = random.Random(args.seed)
    found = sources(tuple(args.languages.split(",")), args.cache, args.held_out, rng)
    kinds = args.kinds.split(",")
    counts: dict[str, Counter[str]] = {}
    slowest: list[Spent] = []
    peaks: list[int] = []
    print(
        f"{len(found)} files\n{'kind':16} {'cases':>6} {'right':>7} {'refused':>8} {'wrong':>6}   exact: right wrong   difflib: right wrong"
    )
    for kind in kinds:
        count: Counter[str] = Counter()
        for number, (language, name, case) in enumerate(cases(found, kind, args.cases // len(kinds), rng)):
            after, took = measured(case, language, kind)
            slowest = sorted([*slowest, took], reverse=True)[:5]
            said = verdict(case, after)
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
        peaks.append(peak())
        everything, sampled = count["all"] or 1, count["sampled"] or 1
        print(
            f"{kind:16} {count['all']:6} {count['right'] / everything:7.1%} {count['refused']:8} {count['wrong']:6}"
            f"   {count['exact right'] / everything:12.1%} {count['exact wrong'] / everything:5.1%}"
            f"   {count['difflib right'] / sampled:14.1%} {count['difflib wrong'] / sampled:5.1%}"
            + (f"   ({count['rightly']} rightly refused)" if count["rightly"] else ""),
            flush=True,
        )
    told = [count for kind, count in counts.items() if kind not in (*MUST_REFUSE, "gap", "twins", "none")]
    right = sum(count["right"] + count["rightly"] for count in told)
    every = sum(count["all"] for count in told)
    wrong = sum(count["wrong"] for count in counts.values())
    kept = sum(count["all"] - count["refused"] for kind, count in counts.items() if kind in MUST_REFUSE)
    spent = timed(found, min(args.cases, 800), rng)
    p50, p95 = spent[len(spent) // 2].ms, spent[len(spent) * 95 // 100].ms
    for took in sorted([*slowest, *spent], reverse=True)[:5]:
        print(f"{took.ms:6.1f} ms: {took.kind}, {took.language}, {took.lines} lines")
    print(f"memory: {peaks[0]} MB after the first kind, {peaks[-1]} MB after the last")
    print(
        f"\nright {right / every:.2%} of {every} (limit 97 %), wrong {wrong} of {sum(c['all'] for c in counts.values())} (0), "
        f"not refused though they must be {kept} (0); {LINES} lines: p50 {p50:.1f}, p95 {p95:.1f} ms (10)"
    )
    return int(right < LEAST_RIGHT * every or wrong > 0 or kept > 0 or p95 > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
