"""Refactorings made from the tree, at random places of real projects: does the result parse, and does its inverse undo it?

    python tests/benchmarks/tree_refactorings.py [--count 300] [--languages typescript,go,rust,java] [--seed 6] [--held-out]
        [--cache FOLDER] [--show N]

For each language and refactoring it prints how many of the places it was done at, how many were refused, and of those
done how many parse, and how many give the same bytes when undone: extract by inline, rename by renaming back, invert by
inverting again. An inverse that is refused is counted apart: it is no proof, but no harm either. The baseline is the
same text edit without a proof (a regular expression's rename, an expression pasted into a declaration above its line):
how many of its results parse. `--held-out` takes the projects that were not looked at while the rules were written.
Exits 1 where a result does not parse or an inverse gives other bytes.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpora import projects

from kibitz.errors import KibitzError
from kibitz.syntax.languages import language_of
from kibitz.syntax.rewrite.perform import Rewriting, offered, rewritten
from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position, Range

LANGUAGES = ("typescript", "go", "rust", "java")
KINDS: tuple[Rewriting, ...] = (
    "extract_variable",
    "extract_function",
    "inline",
    "rename",
    "invert_if",
    "guard_clause",
    "organize_imports",
)
NEW = "kibitzNew"
LARGEST = 200_000
GIVEN = re.compile(r"(\w+)\s*(?::=|=(?!=))")
Tally = Counter[tuple[str, str, str]]


def documents(folder: Path, language: str) -> list[Document]:
    """The texts of a project in its language."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (language_of(path.name) or "").removesuffix("react") == language:
            text = path.read_text("utf-8", "replace")
            if len(text) < LARGEST and not path.name.endswith(".d.ts"):
                found.append(Document(str(path), text, language_of(path.name) or language))
    return found


def place(tree: Tree, kind: Rewriting, dice: random.Random) -> Range | None:
    """Somewhere the refactoring could be asked for."""
    document = tree.document
    if kind == "organize_imports":
        return Range(Position(0, 0), Position(0, 0))
    if kind in ("invert_if", "guard_clause"):
        ifs = [match.start() for match in re.finditer(r"\bif\b", document.text)]
        if not ifs:
            return None
        at = document.position(dice.choice(ifs))
        return Range(at, at)
    if not tree.identifiers:
        return None
    if kind == "extract_function" and dice.random() < 0.7:
        return statements(tree, dice)
    if kind == "inline" and dice.random() < 0.8:
        given = [match.start(1) for match in GIVEN.finditer(document.text)]
        at = document.position(dice.choice(given)) if given else Position(0, 0)
        return Range(at, at)
    where = dice.choice(tree.identifiers).range
    if kind not in ("extract_variable", "extract_function"):
        return Range(where.start, where.start)
    for _ in range(dice.randint(1, 4)):
        wider = Range(
            document.position(max(0, document.offset(where.start) - 1)),
            document.position(document.offset(where.end) + 1),
        )
        where = tree.smallest_expression(wider) or where
    return where


def statements(tree: Tree, dice: random.Random) -> Range:
    """One to four lines around a random place, as whole statements."""
    start = dice.choice(tree.identifiers).range.start
    lines = Range(Position(start.line, 0), Position(start.line + dice.randint(0, 3), 400))
    found = tree.statement_ranges(lines)
    return Range(found[0].start, found[-1].end) if found else lines


def undone(document: Document, kind: Rewriting, where: Range, text: str) -> str:
    """What undoing gives: "same", "other", "refused", or "" where there is no inverse."""
    after = Document(document.uri, text, document.language)
    at = text.find(NEW)
    here = after.position(at) if at >= 0 else where.start
    try:
        match kind:
            case "extract_variable" if text.count("{") == document.text.count(
                "{"
            ):  # a block made for it stays
                back = rewritten(after, "inline", Range(here, here))
            case "rename":
                old = next(n.name for n in parse(document).identifiers if n.range.start == where.start)  # type: ignore[union-attr]
                back = rewritten(after, "rename", Range(here, here), old)
            case "invert_if":
                back = rewritten(after, "invert_if", where)
            case _:
                return ""
    except KibitzError:
        return "refused"
    return "same" if back == document.text else "other"


def naive(document: Document, kind: Rewriting, where: Range) -> str | None:
    """What a plain edit of the text makes of the place."""
    if kind == "rename":
        word = re.match(r"\w+", document.line(where.start.line)[where.start.character :])
        return re.sub(rf"\b{word.group()}\b", NEW, document.text) if word else None
    if kind != "extract_variable":
        return None
    expression = document.slice(where)
    head = {
        "go": f"{NEW} := {expression}",
        "rust": f"let {NEW} = {expression};",
        "java": f"var {NEW} = {expression};",
    }
    start = document.offset(Position(where.start.line, 0))
    line = head.get(document.language, f"const {NEW} = {expression};")
    at, end = document.offset(where.start), document.offset(where.end)
    return f"{document.text[:start]}{line}\n{document.text[start:at]}{NEW}{document.text[end:]}"


def broken(document: Document, text: str) -> bool:
    """Whether a text that comes from one that parses does not."""
    tree = parse(Document(document.uri + "#", text, document.language))
    return tree is None or bool(tree.errors)


def run(
    documents_: list[Document], language: str, count: int, dice: random.Random, show: int
) -> tuple[Tally, list[float]]:
    """The outcomes at random places, and how long making the menu took at each, in milliseconds."""
    tally: Tally = Counter()
    took: list[float] = []
    shown: Counter[str] = Counter()
    trees = [tree for tree in map(parse, documents_) if tree is not None and not tree.errors]
    for kind in KINDS:
        done = tries = 0
        while done < count and tries < 12 * count and trees:
            tries += 1
            tree = dice.choice(trees)
            where = place(tree, kind, dice)
            if where is None:
                continue
            document = tree.document
            parse(document)
            started = time.thread_time()
            offered(tree, where)
            took.append((time.thread_time() - started) * 1000)
            pasted = naive(document, kind, where)
            if pasted is not None and tries <= count:
                tally[language, kind, "naive broken" if broken(document, pasted) else "naive parses"] += 1
            name = NEW if kind in ("extract_variable", "extract_function", "rename") else None
            try:
                text = rewritten(document, kind, where, name)
            except KibitzError as error:
                stopped = error.kind == "bad_response"
                tally[language, kind, "does not parse" if stopped else "refused"] += 1
                if stopped:
                    print(
                        f"stopped: {kind} {document.uri}:{where.start.line + 1}:{where.start.character + 1}"
                    )
                continue
            done += 1
            outcome = undone(document, kind, where, text)
            tally[language, kind, "does not parse" if broken(document, text) else "parses"] += 1
            if outcome:
                tally[language, kind, f"undone {outcome}"] += 1
            if outcome == "other":
                print(
                    f"other bytes: {kind} {document.uri}:{where.start.line + 1}:{where.start.character + 1}"
                )
            if shown[kind] < show:
                shown[kind] += 1
                difference(document, text, kind)
    return tally, took


def difference(document: Document, text: str, kind: str) -> None:
    """Print what changed."""
    import difflib

    print(f"--- {kind} {document.uri}")
    lines = difflib.unified_diff(document.text.splitlines(), text.splitlines(), n=1, lineterm="")
    print("\n".join(list(lines)[2:40]))


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "kibitz-corpora")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    dice = random.Random(options.seed)
    total: Tally = Counter()
    times: list[float] = []
    for language in options.languages.split(","):
        texts = [
            document
            for project in projects((language,), options.cache)
            if project.held_out == options.held_out
            for document in documents(project.root, language)
        ]
        tally, took = run(texts, language, options.count, dice, options.show)
        total += tally
        times += took
    columns = (
        "parses",
        "does not parse",
        "refused",
        "undone same",
        "undone refused",
        "undone other",
        "naive parses",
        "naive broken",
    )
    print(f"{'':34}" + "".join(f"{column:>15}" for column in columns))
    for language, kind in sorted({key[:2] for key in total}):
        print(f"{language:12}{kind:22}" + "".join(f"{total[language, kind, c]:15}" for c in columns))
    times.sort()
    if times:
        print(
            f"menu: p50 {times[len(times) // 2]:.2f} ms, p99 {times[len(times) * 99 // 100]:.2f} ms, most {times[-1]:.2f} ms"
        )
    wrong = sum(n for (_, _, outcome), n in total.items() if outcome in ("does not parse", "undone other"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
