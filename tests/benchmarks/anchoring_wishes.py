"""What a model wants of the lines it copied: changes as refactorings make them, each of known outcome."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

COMMENT = {"python": "#", "typescript": "//", "go": "//", "rust": "//", "java": "//"}
_WORD = re.compile(r"[A-Za-z_]{4,}")


class Change(NamedTuple):
    """A block's lines as they were and as they are wanted.

    `touched` are the lines that were changed or have a new line beside them; `renamed` those of them in which only a word
    is another one, with that word.
    """

    old: list[str]
    new: list[str]
    touched: frozenset[int]
    renamed: Mapping[int, str] = {}


class Stale(NamedTuple):
    """How a line of the file has changed since the model read it: `replaced` says that nothing of it is left."""

    newer: Callable[[str], str]
    replaced: bool = False


def is_code(line: str, language: str) -> bool:
    """Whether a line is neither blank nor a comment."""
    bare = line.strip()
    if language == "python":
        return bool(bare) and not bare.startswith("#")
    if bare.startswith("/*") and "*/" in bare:
        return bool(bare.partition("*/")[2])
    return bool(bare) and not bare.startswith(("//", "/*", "* ", "*/", "**")) and bare != "*"


def indent(line: str) -> str:
    """The whitespace a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def change(lines: list[str], language: str, rng: random.Random) -> Change:
    """A change as refactorings are: one or two of a name in a line, a line more, a line less, another line; or a bigger one."""
    code = [number for number, line in enumerate(lines) if is_code(line, language)]
    if rng.randrange(3) == 0:
        bigger = rng.choice((_several, _nested, _whole, _swapped, _above))(lines, code, language, rng)
        if bigger is not None:
            return bigger
    picked = sorted(rng.sample(code, min(len(code), rng.choice((1, 1, 1, 2)))))
    new = list(lines)
    renamed: dict[int, str] = {}
    for number in reversed(picked):
        line = lines[number]
        words = _WORD.findall(line)
        kind = rng.choice(("rename", "rename", "insert", "delete", "rewrite"))
        if kind == "rename" and words:
            renamed[number] = rng.choice(words)
            new[number] = line.replace(renamed[number], "renamed_here", 1)
        elif kind == "insert":
            new.insert(number + 1, f"{indent(line)}added_line_{rng.randrange(1000)}(here)")
        elif kind == "delete" and len(code) > 2:
            del new[number]
        else:
            new[number] = f"{indent(line)}rewritten_{rng.randrange(1000)} = wanted({number})"
    return Change(lines, new, frozenset(picked), renamed)


def _step(lines: list[str], language: str) -> str:
    """One level of indentation."""
    if any(line.startswith("\t") for line in lines) or (
        language == "go" and not any(line.startswith(" ") for line in lines)
    ):
        return "\t"
    depths = sorted({len(indent(line)) for line in lines if is_code(line, language)})
    steps = [b - a for a, b in pairwise(depths)]
    return " " * (2 if 2 in (steps or [2 if language == "typescript" else 4]) else 4)


def _opened(head: str, language: str) -> tuple[str, list[str]]:
    """The first line of a nested block and what closes it."""
    return (f"{head}:", []) if language == "python" else (f"{head} {{", ["}"])


def _several(lines: list[str], code: list[int], language: str, rng: random.Random) -> Change | None:
    """Some lines more, nested, with a blank one between them."""
    number = rng.choice(code)
    lead, step = indent(lines[number]), _step(lines, language)
    head, tail = _opened(f"if fresh_{rng.randrange(100)}", language)
    made = [
        f"{lead}added_{rng.randrange(1000)}(here)",
        "",
        f"{lead}{head}",
        f"{lead}{step}inner_{rng.randrange(1000)}(there)",
        *[lead + line for line in tail],
    ]
    return Change(lines, [*lines[: number + 1], *made, *lines[number + 1 :]], frozenset({number}))


def _nested(lines: list[str], code: list[int], language: str, rng: random.Random) -> Change | None:
    """Some of the lines one level deeper, below a new one."""
    first = rng.choice(code)
    last = rng.choice([n for n in code if n >= first])
    run = lines[first : last + 1]
    lead = indent(lines[first])
    if any(line.strip() and not line.startswith(lead) for line in run) or run[-1].rstrip().endswith(
        ("{", ":", "(")
    ):
        return None
    if run[0].strip()[0] in ")}]" or any(len(indent(x)) > len(lead) for x in lines[last + 1 : last + 2]):
        return None
    step = _step(lines, language)
    head, tail = _opened(f"if nested_{rng.randrange(100)}", language)
    made = [
        lead + head,
        *[step + line if line.strip() else line for line in run],
        *[lead + line for line in tail],
    ]
    return Change(lines, [*lines[:first], *made, *lines[last + 1 :]], frozenset(range(first, last + 1)))


def _whole(lines: list[str], code: list[int], language: str, rng: random.Random) -> Change | None:
    """Other lines for all."""
    lead = indent(lines[code[0]])
    made = [f"{lead}whole_{rng.randrange(1000)} = other({n})" for n in range(rng.randrange(1, 5))]
    return Change(lines, made, frozenset(range(len(lines))))


def _swapped(lines: list[str], code: list[int], language: str, rng: random.Random) -> Change | None:
    """Two lines that follow each other, the other way round."""
    spots = [
        n
        for n in code[:-1]
        if n + 1 in code and lines[n] != lines[n + 1] and indent(lines[n]) == indent(lines[n + 1])
    ]
    if not spots:
        return None
    n = rng.choice(spots)
    return Change(lines, [*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]], frozenset({n, n + 1}))


def _above(lines: list[str], code: list[int], language: str, rng: random.Random) -> Change | None:
    """A remark above a line, or a line above all."""
    if rng.randrange(2):
        n = rng.choice(code)
        remark = f"{indent(lines[n])}{COMMENT[language]} remark {rng.randrange(1000)}"
        return Change(lines, [*lines[:n], remark, *lines[n:]], frozenset({n}))
    first = code[0]
    made = f"{indent(lines[first])}added_above_{rng.randrange(1000)}(here)"
    return Change(lines, [*lines[:first], made, *lines[first:]], frozenset({first}))


def stale(line: str, language: str, rng: random.Random) -> Stale:
    """How somebody has changed a line since."""
    words = _WORD.findall(line)
    kind, number = rng.randrange(4), rng.randrange(1000)
    if kind == 0 and words:
        word = rng.choice(words)
        return Stale(lambda x: x.replace(word, f"newer_{number}", 1))
    if kind == 1 and ")" in line:
        return Stale(lambda x: f"{x[: x.rindex(')')]}, newer={number}{x[x.rindex(')') :]}")
    if kind == 2:
        return Stale(lambda x: f"{x}  {COMMENT[language]} newer")
    return Stale(lambda x: f"{indent(x)}newer_{number} = something_else({number})", replaced=True)
