"""Random edits against a plain-text oracle: the text never drifts, and the incremental tree says what a fresh one says.

    python tests/benchmarks/edits.py [--edits 100000] [--seed 1] [--every 50] [--always] [--keep DIR]

Real files of five languages are edited by LiveDocument in all three encodings, in notifications of one to four changes that
each speak of the text the one before left: several-byte and astral characters, combining marks, CRLF, lone CR, halves of
surrogate pairs, columns past the line, lines past the text. The oracle is one string and the standard's words. After each
notification text and lines are compared; after every few edits the tree, re-parsed from change to change, is compared with
a fresh one: errors, identifiers and definitions. Prints counts; exits 1 where anything drifted or differed.

Where a text has errors, a parser may recover in another place from an old tree than from none, so up to FRESH_WITH_ERRORS
characters, as here, such a text is parsed from nothing but itself (beyond, what checks an edit does so). What a tree that
was not would have said differently is counted with --always, which takes the tree from change to change whatever its errors.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from corpora import projects
from lsprotocol import types as lsp

from kibitz.lsp.documents import LiveDocument
from kibitz.syntax import tree as trees
from kibitz.syntax.tree import INCREMENTAL_FROM, Tree, parse, parse_fresh
from kibitz.text import Encoding

LANGUAGES = {"python": ".py", "typescript": ".ts", "go": ".go", "rust": ".rs", "java": ".java"}
ENCODINGS: list[Encoding] = ["utf-8", "utf-16", "utf-32"]
FILES_EACH = 4
SIZES = (INCREMENTAL_FROM + 4_000, 60_000)
SESSION = 200
"""Edits after which a file is taken anew: later it would be rubble, in which nothing is tested but error recovery."""
PIECES = (
    "x", "é", "漢字", "😀", "e\u0301", "👩\u200d🚀", "\ud83d", "\ude00", "\u2028", "\x0c", "\t", " ", "    ", "\n", "\r\n", "\r",
    "\n\n", "\r\r\n", "\n\r", "(", ")", "{", "}", "[", "]", '"', "'", "`", "//", "/*", "*/", "#", ":", ";", ",", ".", "=",
    "name", "return", "class Aé", "def f(a):\n    return a\n", "if", "<", ">", "\\", "0", "\ufeff",
)  # fmt: skip
HARMLESS = ("a", "_b", "Z9", "é", "漢", "x1")
LINE = re.compile(r"\r\n|\r|\n")
WORD = re.compile(r"(?<=[ (.,])[a-z][A-Za-z_]{2,}(?=[ (.,)])")
KEYWORDS = (
    "and any as assert async await boolean break byte case catch chan char class const continue crate declare def default "
    "defer del dyn elif else enum except export extends false final finally float fn for from func function goto "
    "immutable impl implements import int interface into instanceof keyof lambda let long loop map match mod module move "
    "mut namespace never new nil nonlocal not null number object package pass private protected pub public raise range "
    "readonly ref return select self short static str string struct super switch synchronized this throw throws trait "
    "transient true try type typeof undefined union unknown unsafe use var void volatile where while with yield"
)
RESERVED = frozenset(KEYWORDS.split())


class Oracle:
    """A text as one string, changed by the standard's words alone."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends()

    def _ends(self) -> None:
        self.starts = [0, *(match.end() for match in LINE.finditer(self.text))]

    @property
    def lines(self) -> list[str]:
        """The lines with their ends."""
        return [self.text[a:b] for a, b in zip(self.starts, [*self.starts[1:], len(self.text)], strict=True)]

    def position(self, offset: int, encoding: Encoding) -> lsp.Position:
        """What a client says for an offset."""
        line = bisect_right(self.starts, offset) - 1
        return lsp.Position(line, units(self.text[self.starts[line] : offset], encoding))

    def offset(self, position: lsp.Position, encoding: Encoding) -> int:
        """Where a client's position is: in the text, at the line's end at most, at a character's start."""
        if position.line >= len(self.starts):
            return len(self.text)
        start = self.starts[position.line]
        after = [*self.starts[position.line + 1 : position.line + 2], len(self.text)][0]
        end = start + len(self.text[start:after].rstrip("\r\n"))
        at, left = start, position.character
        while at < end and (size := units(self.text[at], encoding)) <= left:
            left -= size
            at += 1
        return at

    def change(self, start: lsp.Position, end: lsp.Position, text: str, encoding: Encoding) -> None:
        """Apply one change."""
        first, last = sorted((self.offset(start, encoding), self.offset(end, encoding)))
        self.text = self.text[:first] + mended(text) + self.text[last:]
        self._ends()


def units(text: str, encoding: Encoding) -> int:
    """How many units of an encoding a text takes."""
    if encoding == "utf-8":
        return len(text.encode("utf-8"))
    return len(text.encode("utf-16-le")) // 2 if encoding == "utf-16" else len(text)


def mended(text: str) -> str:
    """Halves of surrogate pairs replaced, as no file can hold them."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


class Run:
    """One run: its generator, what it counted, and what went wrong."""

    def __init__(self, seed: int, every: int) -> None:
        self.rng = random.Random(seed)
        self.every = every
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def session(self, language: str, name: str, text: str, careful: bool) -> None:
        """Edit one file SESSION times."""
        uri = f"file:///{name}-{self.counts['sessions']}"
        self.counts["sessions"] += 1
        encoding = self.rng.choice(ENCODINGS)
        live, oracle = LiveDocument(uri, language, 0, text), Oracle(text)
        parse(live.snapshot())
        done = checked = 0
        while done < SESSION:
            done += self.notify(live, oracle, encoding, careful)
            tree = parse(live.snapshot())
            if done - checked >= self.every:
                checked = done
                self.compare(live, tree)
                if self.rng.random() < 0.3:  # from rubble back to what can be parsed
                    done += self.undo(live, oracle, text, encoding)
                    self.compare(live, parse(live.snapshot()))
        self.counts["edits"] += done
        self.counts[f"edits, {language}"] += done
        self.counts[f"edits, {encoding}"] += done

    def notify(self, live: LiveDocument, oracle: Oracle, encoding: Encoding, careful: bool) -> int:
        """One didChange of several changes; how many."""
        changes: list[Any] = []
        for _ in range(self.rng.choice((1, 1, 1, 2, 3, 4))):
            start, end, text = self.edit(oracle, encoding, careful)
            changes.append(lsp.TextDocumentContentChangePartial(lsp.Range(start, end), text))
            oracle.change(start, end, text, encoding)
        if not careful and self.rng.random() < 0.01:
            changes.append(lsp.TextDocumentContentChangeWholeDocument(oracle.text + "\ud83d\r"))
            oracle.change(lsp.Position(0, 0), lsp.Position(1 << 30, 0), oracle.text + "\ud83d\r", encoding)
        self.apply(live, oracle, changes, encoding)
        return len(changes)

    def undo(self, live: LiveDocument, oracle: Oracle, before: str, encoding: Encoding) -> int:
        """Go back to an earlier text, by one change from the first place that differs to the end."""
        same = next((i for i, (a, b) in enumerate(zip(before, oracle.text, strict=False)) if a != b), -1)
        if same < 0:
            return 0
        start, end = oracle.position(same, encoding), lsp.Position(1 << 30, 0)
        same = oracle.offset(start, encoding)
        change = lsp.TextDocumentContentChangePartial(lsp.Range(start, end), before[same:])
        oracle.change(start, end, before[same:], encoding)
        self.apply(live, oracle, [change], encoding)
        return 1

    def apply(self, live: LiveDocument, oracle: Oracle, changes: list[Any], encoding: Encoding) -> None:
        live.change(changes, live.version + 1, encoding)
        self.counts["notifications"] += 1
        if live.snapshot().text != oracle.text or live.lines != oracle.lines:
            self.counts["drift"] += 1
            self.wrong.append(f"{live.uri} drifted at version {live.version}")
            live.lines[:] = oracle.lines

    def edit(
        self, oracle: Oracle, encoding: Encoding, careful: bool
    ) -> tuple[lsp.Position, lsp.Position, str]:
        """A place and a text; a careful edit mostly leaves what can be parsed."""
        rng, size = self.rng, len(oracle.text)
        at = rng.randint(0, size)
        if careful:
            words = (word for word in WORD.finditer(oracle.text, at) if word[0] not in RESERVED)
            word = next(words, None)
            place = oracle.position(word.end(), encoding) if word else lsp.Position(1 << 30, 0)
            return place, place, rng.choice(HARMLESS) if word else "\n"
        length = rng.choice((0, 0, 1, 1, 2, 5, 40))
        text = "".join(rng.choice(PIECES) for _ in range(rng.choice((0, 1, 1, 2))))
        start = oracle.position(at, encoding)
        end = oracle.position(min(size, at + length), encoding)
        match rng.randint(0, 19):
            case 0:  # past the line's end; lands there
                end = lsp.Position(end.line, end.character + 9_999)
            case 1:  # past the text
                start = end = lsp.Position(len(oracle.starts) + rng.randint(0, 3), rng.randint(0, 5))
            case 2:  # inside of a character, where there is a wide one
                start = lsp.Position(start.line, max(0, start.character - 1))
            case 3:
                start, end = end, start
            case _:
                pass
        return start, end, text

    def compare(self, live: LiveDocument, tree: Tree | None) -> None:
        """Hold the tree that was made from change to change against a fresh one."""
        fresh = parse_fresh(live.snapshot())
        if tree is None or fresh is None:
            self.counts["texts no parser is given"] += 1
            return
        self.counts["trees compared"] += 1
        self.counts["of those incremental"] += tree.incremental
        self.counts["of those without errors"] += not fresh.errors
        for what in ("errors", "identifiers", "definitions"):
            if getattr(tree, what) != getattr(fresh, what):
                self.counts["mismatches"] += 1
                self.counts[f"mismatches, {what}"] += 1
                self.wrong.append(f"{live.uri}: {what} at version {live.version}")


def files(cache: Path) -> list[tuple[str, str, str]]:
    """Language, name and text of FILES_EACH files of each language."""
    found: list[tuple[str, str, str]] = []
    for language, suffix in LANGUAGES.items():
        mine: list[tuple[str, str, str]] = []
        for project in projects((language,), cache):
            for path in sorted(project.root.rglob(f"*{suffix}")):
                text = path.read_bytes().decode("utf-8", "replace")
                if SIZES[0] <= len(text) <= SIZES[1] and not parse_fresh_errors(language, text):
                    mine.append((language, path.name, text))
            if len(mine) >= FILES_EACH:
                break
        found += mine[:FILES_EACH]
    return found


def parse_fresh_errors(language: str, text: str) -> bool:
    """Whether a file does not parse to begin with."""
    tree = parse_fresh(LiveDocument("file:///new", language, 0, text).snapshot())
    return tree is None or bool(tree.errors)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--always", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    if arguments.always:
        trees.FRESH_WITH_ERRORS = 0
    run = Run(arguments.seed, arguments.every)
    with tempfile.TemporaryDirectory() as temporary:
        sources = files(arguments.keep or Path(temporary))
    started = time.perf_counter()
    while run.counts["edits"] < arguments.edits:
        number = run.counts["sessions"]
        language, name, text = sources[number % len(sources)]
        if (number // len(sources)) % 3 == 1:
            text = text.replace("\n", "\r\n")
        run.session(language, name, text, careful=number % 2 == 0)
    run.counts["drift"] += 0
    run.counts["mismatches"] += 0
    print(f"{len(sources)} files, {time.perf_counter() - started:.0f} s")
    for name, count in sorted(run.counts.items()):
        print(f"{name:36}{count:10,}")
    print("\n".join(run.wrong[:20]))
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
