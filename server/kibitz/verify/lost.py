"""Whether a change doubles code, or drops what it was not asked about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kibitz.syntax.model import CALLABLE, TYPES, Definition
from kibitz.text import Document, Range
from kibitz.verify.checks import Check, listed
from kibitz.verify.definitions import definitions
from kibitz.verify.lines import Block, blocks

_AGAIN = re.compile(r"overload|setter|getter|deleter|register|singledispatch|property|conditional|\bif\b")
"""Decorators of functions that are defined more than once on purpose."""
_OVERLOADING = frozenset({"java", "cpp", "csharp", "kotlin", "typescript", "typescriptreact", "c", "ruby"})
_PASTED = 3
_SAYS_SOMETHING = re.compile(r"\w.*\w.*\w.*\w")
_LIGHT = re.compile(r"\s*(?:$|#|//|/?\*|import\b|from\b|use\b|package\b|@|[{}()\[\];,]*$)")


def check_lost(before: Document, after: Document, *, asked: Range | None = None) -> Check:
    """A definition that stands there twice now, a block pasted a second time, or code gone from outside of `asked`.

    `asked` is the part of the old text that was to be changed; without it nothing is said of the code around.
    """
    if not before.text.strip():
        return Check("lost", "skipped", "the file is new")
    changed = [block for block in blocks(before.lines, after.lines) if not block.same]
    wrong = [f"defined twice: {listed(names)}" for names in (_doubled(before, after),) if names]
    pasted = _pasted(after, changed)
    if pasted is not None:
        wrong.append(f"the lines from line {pasted + 1} on are there twice")
    if asked is not None:
        gone = _gone(before, changed, asked)
        if gone is not None:
            wrong.append(f"line {gone + 1} was not asked about and is gone")
    return Check("lost", "failed", "; ".join(wrong)) if wrong else Check("lost", "passed")


def _doubled(before: Document, after: Document) -> list[str]:
    """The functions and types that are defined more often than they were."""
    old, new = definitions(before), definitions(after)
    if old is None or new is None:
        return []
    was, now = (
        Counter(map(_key, _plain(old, before.language))),
        Counter(map(_key, _plain(new, after.language))),
    )
    more = [key for key, n in now.items() if n > 1 and n > was[key]]
    renamed = Counter(n for key, n in was.items() if n > 1 and key not in now)
    found: set[str] = set()
    for key in more:
        # a function that was there twice is so still under another name
        renamed[now[key]] -= 1
        if renamed[now[key]] < 0 or was[key]:
            found.add(key[0])
    return sorted(found)


def _key(definition: Definition) -> tuple[str, tuple[str, ...]]:
    return definition.qualified_name, tuple(p.annotation for p in definition.parameters)


def _plain(found: Sequence[Definition], language: str) -> list[Definition]:
    """The definitions that one place can have only one of."""
    functions = [d for d in found if d.kind in CALLABLE]
    kept: list[Definition] = []
    for definition in found:
        if definition.kind not in CALLABLE | TYPES or any(map(_AGAIN.search, definition.decorators)):
            continue
        if language in _OVERLOADING and definition.body is None:
            continue
        inside = any(
            f is not definition
            and f.range.start <= definition.range.start
            and definition.range.end <= f.range.end
            for f in functions
        )
        if not inside:
            kept.append(definition)
    return kept


def _pasted(after: Document, changed: Sequence[Block]) -> int | None:
    """Where new lines repeat those right before or after them, which a block put in without taking the old one out does."""
    new = _stripped(after.lines)
    for block in changed:
        size = block.b_end - block.b
        for length in range(_PASTED, size + 1):
            head, tail = new[block.b : block.b + length], new[block.b_end - length : block.b_end]
            above = new[block.b - length : block.b] if block.b >= length else None
            if head == above and _matters(head):
                return block.b
            if tail == new[block.b_end : block.b_end + length] and _matters(tail):
                return block.b_end - length
    return None


def _stripped(lines: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in lines]


def _matters(lines: Sequence[str]) -> bool:
    """Whether lines say enough to be the same by mistake only."""
    return sum(1 for line in lines if _SAYS_SOMETHING.search(line) and not _LIGHT.match(line)) >= _PASTED


def _gone(before: Document, changed: Sequence[Block], asked: Range) -> int | None:
    """The first line of code that was taken out, with nothing in its place, beyond what was asked about."""
    first, last = asked.start.line, asked.end.line
    old = definitions(before) or ()
    around = [
        d for d in old if d.range.start.line <= last and d.range.end.line >= first and d.kind in CALLABLE
    ]
    if around:
        first = min(first, min(d.range.start.line for d in around))
        last = max(last, max(d.range.end.line for d in around))
    for block in changed:
        if block.b_end > block.b or first <= block.a <= last + 1 or first <= block.a_end - 1 <= last + 1:
            continue
        for number in range(block.a, block.a_end):
            if not _LIGHT.match(before.lines[number]):
                return number
    return None
