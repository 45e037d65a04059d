"""What context is measured on: lines of real projects that need names from other files, and what a context shows of them."""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from corpora import Project

from kibitz.syntax.facts import facts
from kibitz.syntax.languages import language_of
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Position

WORD = re.compile(r"[^\W\d]\w*")
FAMILIES = {"typescript": ("typescript", "typescriptreact")}
LAYOUT = re.compile(r"([(\[]) | ?,? ([)\]])")
CALLABLE = ("function", "method", "macro")
PACKAGE = re.compile(r"\s*package\s+[\w.]+\s*;?\s*")
"""A line that says which package a file is in. It needs no name of another file, whatever else may be named like it."""


class Task(NamedTuple):
    """A file cut at a line, and the names that line needs. `typed` is where its first needed name starts."""

    path: str
    line: int
    text: str
    indent: int
    typed: int
    needed: frozenset[str]


class Shown(NamedTuple):
    """A piece of a context: lines of a file, whole or cut at their end, where a cut is marked."""

    path: str
    text: str


def texts_of(project: Project) -> dict[str, str]:
    """The texts of a project's language by path."""
    wanted = FAMILIES.get(project.language, (project.language,))
    found: dict[str, str] = {}
    for path in sorted(project.root.rglob("*")):
        name = path.relative_to(project.root).as_posix()
        if (
            path.is_symlink()
            or not path.is_file()
            or name.endswith((".d.ts", ".d.mts"))
            or language_of(name) not in wanted
        ):
            continue
        text = path.read_text("utf-8", "replace")
        if len(text) < 400_000 and "\r" not in text:
            found[name] = text
    return found


def tasks_of(texts: dict[str, str], count: int, seed: int) -> list[Task]:
    """`count` lines of a project chosen at random, at most three of a file, imports and package clauses left out."""
    parsed = {p: parse_fresh(Document(p, t, language_of(p))) for p, t in texts.items()}
    owners: dict[str, set[str]] = {}
    for path, tree in parsed.items():
        if tree is None:
            continue
        callables = {d.qualified_name for d in tree.definitions if d.kind in CALLABLE}
        for d in tree.definitions:
            if d.container not in callables:
                owners.setdefault(d.name, set()).add(path)
    found: list[Task] = []
    order = sorted(parsed)
    random.Random(seed).shuffle(order)
    for path in order:
        tree = parsed[path]
        if tree is None:
            continue
        words = Counter(WORD.findall(texts[path]))
        imports = {n for i in tree.imports for n in range(i.range.start.line, i.range.end.line + 1)}
        by_line: dict[int, dict[str, tuple[int, int]]] = {}
        for r in tree.references:
            if r.range.start.line not in imports:
                by_line.setdefault(r.range.start.line, {}).setdefault(r.name, (r.range.start.character, 0))
        lines = texts[path].split("\n")
        own: list[Task] = []
        for number, uses in sorted(by_line.items()):
            here = Counter(WORD.findall(lines[number]))
            needed = {
                n: at
                for n, (at, _) in uses.items()
                if words[n] == here[n]
                and n not in facts(language_of(path)).words
                and owners.get(n, set()) - {path}
                and WORD.fullmatch(n)
            }
            if needed and not PACKAGE.fullmatch(lines[number]):
                indent = len(lines[number]) - len(lines[number].lstrip())
                own.append(Task(path, number, texts[path], indent, min(needed.values()), frozenset(needed)))
        random.Random(f"{seed}{path}").shuffle(own)
        found += own[:3]
    random.Random(seed).shuffle(found)
    return found[:count]


def cut(task: Task, *, typed: bool) -> tuple[Document, Position]:
    """The file as an editor has it before the line is written: its indentation, or what stands before the first needed name."""
    lines = task.text.split("\n")
    kept = lines[task.line][: task.typed if typed else task.indent]
    document = Document(
        task.path,
        "\n".join([*lines[: task.line], kept, *lines[task.line + 1 :]]),
        language_of(task.path),
        None,
        Path(task.path),
    )
    return document, Position(task.line, len(kept))


def flat(text: str) -> str:
    """A text without the white space and the last commas that only lay it out."""
    return LAYOUT.sub(r"\1\2", " ".join(text.split()))


class Judge:
    """What a context shows of a project's code. Against gaming, a line counts only where it is

    - a line of the file it is said to be from, and then with the identifiers that are code there, not those in comments
      or strings, or
    - the signature of one of that file's definitions, on one line;

    both may be cut at their end, and white space does not matter. A list of names that nobody wrote counts for nothing.
    """

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._read: dict[str, tuple[dict[str, set[str]], list[str]]] = {}

    def _code(self, path: str) -> tuple[dict[str, set[str]], list[str]]:
        if path not in self._read:
            text = self._texts.get(path, "")
            tree = parse_fresh(Document(path, text, language_of(path)))
            lines = [flat(line) for line in text.split("\n")]
            names: dict[str, set[str]] = {line: set() for line in lines if line}
            for name in tree.identifiers if tree else ():
                names.setdefault(lines[name.range.start.line], set()).add(name.name)
            signatures = sorted({flat(d.signature) for d in tree.definitions} if tree else ())
            self._read[path] = names, signatures
        return self._read[path]

    def names(self, path: str, line: str) -> set[str] | None:
        """The code identifiers a shown line has; None where it is no line of the file."""
        lines, signatures = self._code(path)
        shown = flat(line)
        if shown in lines:
            return lines[shown]
        start = shown.removesuffix("…").rstrip()
        at = bisect_left(signatures, start)
        if at < len(signatures) and signatures[at].startswith(start):
            return set(WORD.findall(start))
        if start != shown:
            whole = next((text for text in lines if text.startswith(start)), None)
            if whole is not None:
                return lines[whole].intersection(WORD.findall(start))
        return None

    def score(self, shown: list[Shown], needed: frozenset[str]) -> tuple[float, int, int, int]:
        """Recall of the needed names; the lines that hold one; the lines that count; those that do not."""
        seen: set[str] = set()
        useful = code = other = 0
        for piece in shown:
            for line in piece.text.split("\n"):
                if not line.strip(" …"):
                    continue
                names = self.names(piece.path, line)
                if names is None:
                    other += 1
                    continue
                code += 1
                found = needed & names
                seen |= found
                useful += bool(found)
        return len(seen) / len(needed), useful, code, other
