"""Refactoring cases that language servers test themselves with, put to the built-in engine.

    python tests/benchmarks/refactor_cases.py --cases FILE [--language rust] [--kind rename] [--show different|refused|exact]

FILE has one JSON object a line (plain or gzipped): `lang`, `kind`, `before`, `after`, `position`, `expect` ("text": `after`
is the whole new text; "diff": a unified diff; "error": it must be refused), and the selection's end, as `end` or in `params`
(`new_name`, `until_line` and `until_column`). Kinds that the engine has no refactoring for are counted as "other".

Per language and kind it prints how many results are exact (after trimming), equal but for white space, other code that
parses, refused, and how many do not parse, which is the worst. Where a refusal was expected, a refusal is exact. The
baseline is an engine that leaves every text as it is. Exits 1 where a result does not parse.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.offline.refactor import refactor
from kibitz.models.tasks import Project, RefactorKind, RefactorTask
from kibitz.syntax.languages import language_of
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range
from kibitz.workers.worker import Worker

KINDS: dict[str, RefactorKind] = {
    "extract_variable": "extract_variable",
    "extract_function": "extract_function",
    "inline": "inline",
    "inline_local_variable": "inline",
    "rename": "rename",
    "invert_if": "invert_if",
    "convert_to_guarded_return": "guard_clause",
    "remove_unused_imports": "organize_imports",
    "Extract Symbol / constant_scope_0": "extract_variable",
    "Extract Symbol / function_scope_0": "extract_function",
    "Extract Symbol / function_scope_1": "extract_function",
    "Inline variable / Inline variable": "inline",
}
OUTCOMES = ("exact", "white space", "different", "refused", "does not parse")


def rows(file: Path) -> list[dict[str, Any]]:
    """The cases of a file."""
    data = file.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return [json.loads(line) for line in text.decode("utf-8").splitlines() if line.strip()]


def patched(before: str, diff: str) -> str:
    """A text after the hunks of a unified diff of one file."""
    old, new = before.splitlines(keepends=True), []
    at = 0
    for line in diff.splitlines(keepends=True):
        if (head := re.match(r"@@ -(\d+)(?:,(\d+))? ", line)) is not None:
            start = int(head.group(1)) - (0 if head.group(2) == "0" else 1)
            new += old[at:start]
            at = start
        elif line.startswith(("---", "+++")):
            continue
        elif line.startswith("+"):
            new.append(line[1:])
        elif line.startswith("-"):
            at += 1
        elif line.startswith(" "):
            new.append(old[at] if at < len(old) else line[1:])
            at += 1
    return "".join([*new, *old[at:]])


def selection(row: dict[str, Any]) -> Range:
    """The range of a case: a cursor where no end is given. A line without a column is selected to its end."""
    start = Position(row["position"]["line"], row["position"]["character"])
    if row.get("end"):
        return Range(start, Position(row["end"]["line"], row["end"]["character"]))
    params = row.get("params") or {}
    if "until_column" not in params and "until_line" not in params:
        return Range(start, start)
    line = params["until_line"] - 1 if params.get("until_line") else start.line
    column = params.get("until_column", len(row["before"].split("\n")[line]))
    return Range(start, Position(line, column))


async def outcome(row: dict[str, Any], worker: Worker, root: Path) -> tuple[str, str]:
    """How a case ends, and what the engine gave or said."""
    path = root / Path(row["file"]).name
    path.write_text(row["before"], "utf-8")
    language = language_of(path.name)
    document = Document(path.as_uri(), row["before"], language, None, path)
    name = (row.get("params") or {}).get("new_name")
    task = RefactorTask(document, selection(row), Project(root), kind=KINDS[row["kind"]], new_name=name)
    try:
        changes = await refactor(task, worker)
    except KibitzError as error:
        return ("exact" if row["expect"] == "error" else "refused"), error.message
    finally:
        path.unlink()
    text = changes.get(path, row["before"])
    tree, before = parse(Document(path.as_uri() + "#", text, language)), parse(document)
    if tree is not None and tree.errors and before is not None and not before.errors:
        return "does not parse", text
    if row["expect"] == "error":
        return "different", text
    wanted = patched(row["before"], row["after"]) if row["expect"] == "diff" else row["after"]
    if text.strip() == wanted.strip():
        return "exact", text
    return ("white space" if "".join(text.split()) == "".join(wanted.split()) else "different"), text


async def run(options: argparse.Namespace) -> int:
    """Put every case, and print."""
    worker = Worker("kibitz.models.offline.python_worker", name="Python")
    tally: Counter[tuple[str, str, str]] = Counter()
    same = 0
    cases = rows(options.cases)
    with tempfile.TemporaryDirectory() as folder:
        for row in cases:
            language, kind = row["lang"], KINDS.get(row["kind"])
            if (options.language and language != options.language) or (options.kind and kind != options.kind):
                continue
            if kind is None:
                tally[language, "other", "other"] += 1
                continue
            same += row["expect"] == "text" and row["after"].strip() == row["before"].strip()
            result, text = await outcome(row, worker, Path(folder))
            tally[language, kind, result] += 1
            if result == options.show:
                print(
                    f"=== {row['id']}: {result}\n{row['before']}--- wanted\n{row['after']}--- got\n{text}\n"
                )
    await worker.close()
    print(f"{'':32}" + "".join(f"{name:>16}" for name in OUTCOMES))
    for language, sort in sorted({key[:2] for key in tally if key[1] != "other"}):
        print(f"{language:12}{sort:20}" + "".join(f"{tally[language, sort, name]:16}" for name in OUTCOMES))
    others = {language: n for (language, sort, _), n in tally.items() if sort == "other"}
    print(f"of kinds the engine has not: {others}; exact where nothing is changed: {same}")
    return 1 if any(n for key, n in tally.items() if key[2] == "does not parse") else 0


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--language")
    parser.add_argument("--kind")
    parser.add_argument("--show", choices=OUTCOMES)
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
