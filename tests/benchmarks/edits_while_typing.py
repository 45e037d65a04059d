"""Edits offered after the user went on typing: are they where they belong, or refused?

    python tests/benchmarks/edits_while_typing.py                    2,000 runs
    python tests/benchmarks/edits_while_typing.py --runs 10000

In every run an edit (one hunk, an insertion, two hunks, or two in one piece that was asked about) is made for a part of a
real file or for lines many of which are equal. Until it is offered, the user types above, below, inside and at both edges of
its lines, deletes them, pastes copies of them, moves, doubles and cuts lines, undoes, and changes line ends; with astral
characters, in all three encodings. The changes go through the server's own documents and the result through a client that
counts for itself. An oracle that follows intervals of a plain string says where the lines are. Limits: none misplaced, and
below 1 % refused that were not touched, where the editor says what was typed; editors that send the whole text are printed
apart. Baselines: the edit at its old position, and refusing whatever moved. Then every edit is undone as editors do it:
the bytes must be those from before, in every encoding, with every line end, byte order mark and last line.
"""

from __future__ import annotations

import argparse
import codecs
import random
import sys
import sysconfig
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kibitz.text import Document, decode, encoding_of
from kibitz.verify.edit import file_edit
from support.meanwhile import ENCODINGS, ENDS, begin, blindly, inverted, verdict
from support.meanwhile_deeds import interfere

EQUAL = ("a", "b", "", "    return 1", "}", "😀 = 2")
MARKS = {
    "utf-8": b"",
    "utf-8 with mark": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
}


def library() -> list[Path]:
    """Python's own modules: real code that is on every machine."""
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


def lines_for(rng: random.Random, files: list[Path]) -> list[str]:
    """A part of a real file, or lines of which many are equal."""
    if rng.random() < 0.5:
        return [rng.choice(EQUAL) for _ in range(rng.randint(3, 25))]
    lines = rng.choice(files).read_text("utf-8", "replace").split("\n")
    size = rng.randint(10, 200)
    start = rng.randrange(max(1, len(lines) - size))
    return lines[start : start + size]


def typing(runs: int, seed: int, files: list[Path]) -> int:
    """Print what becomes of edits; how many limits are broken."""
    counts: dict[str, Counter[str]] = {
        "kibitz": Counter(),
        "whole text": Counter(),
        "old position": Counter(),
    }
    moved = 0
    spent: list[float] = []
    for number in range(runs):
        rng = random.Random(f"{seed}-{number}")
        whole = rng.random() < 0.15
        it = begin(rng, lines_for(rng, files), rng.choice(ENDS), rng.choice(ENCODINGS), whole)
        for _ in range(rng.randint(1, 8)):
            interfere(it)
        began = time.perf_counter()
        said = verdict(it)
        spent.append((time.perf_counter() - began) * 1000)
        counts["whole text" if whole else "kibitz"][said] += 1
        counts["old position"][blindly(it)] += 1
        moved += it.state.untouched and it.state.text != it.made.document.text
    words = ("right", "refused", "needless", "misplaced")
    print(f"{runs} runs; refused: its lines were touched, needless: they were not")
    for name, found in counts.items():
        print(f"{name:>14}  " + "  ".join(f"{word} {found[word]:>6}" for word in words))
    print(
        f"{'refuse':>14}  right {runs - moved:>6}  needless {moved:>6}   (the text moved, its lines did not)"
    )
    needless = counts["kibitz"]["needless"] / max(1, sum(counts["kibitz"].values()))
    print(
        f"needlessly refused {needless:.2%}; median {sorted(spent)[len(spent) // 2]:.2f} ms with the oracle"
    )
    misplaced = counts["kibitz"]["misplaced"] + counts["whole text"]["misplaced"]
    return (misplaced > 0) + (needless >= 0.01)


def undoing(runs: int, seed: int, files: list[Path]) -> int:
    """Print how many edits an editor can undo to the byte; how many it cannot."""
    same = 0
    for number in range(runs):
        rng = random.Random(f"{seed}-undo-{number}")
        ends = rng.choices(ENDS, k=rng.choice((1, 1, 3)))  # one line end, or mixed ones
        mark = rng.choice(list(MARKS))
        text = "".join(line + rng.choice(ends) for line in lines_for(rng, files))
        text = text if rng.random() < 0.5 else text.rstrip("\r\n")
        codec = "utf-8" if mark.startswith("utf-8") else mark
        data = MARKS[mark] + text.encode(codec, "replace")
        before = Document("file:///a.py", decode(data, "a.py"), "python", 1)
        edit = file_edit(before, rewritten(rng, before))
        back = inverted(before, edit, rng.choice(ENCODINGS))
        same += back.encode(encoding_of(data)) == data
    print(f"undo gives back identical bytes: {same} of {runs}")
    return runs - same


def rewritten(rng: random.Random, document: Document) -> str:
    """Another text: lines changed, removed, added, with other line ends, in one to four places."""
    lines = list(document.lines)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(lines)) if lines else 0
        new = [
            rng.choice(EQUAL) + rng.choice((document.eol, "\n", "\r\n", "\r"))
            for _ in range(rng.randint(0, 3))
        ]
        kept = [lines[at][: rng.randint(0, len(lines[at]))] + "é𝒳"] if lines and rng.random() < 0.5 else []
        lines[at : at + rng.randint(0, 3)] = [*kept, *new]
    return "".join(lines)


def main() -> int:
    """Print both figures; 1 where a limit is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    files = library()
    broken = typing(options.runs, options.seed, files)
    broken += undoing(options.runs, options.seed, files)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
