"""How alike two lines are: the same line with a slip or a change, or another one."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

_LIKE = 0.6
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_TOKENS = re.compile(r"\w+|[^\w\s]")
_NAMES = re.compile(
    r"(?:def|class|func(?:\s*\([^)]*\))?|fn|function|struct|enum|interface|trait|type|impl|module|namespace|fun|sub|record)\s+(\w+)"
)


@lru_cache(4096)
def likeness(one: str, two: str) -> float:
    """How alike two lines are, 0 to 1; 0 where they are not enough so to be the same line."""
    if one == two:
        return 1.0
    # the matcher's own bounds, without what it prepares for more than them
    least = _LIKE / 2 * (len(one) + len(two))
    if min(len(one), len(two)) < least or sum(min(one.count(c), two.count(c)) for c in set(one)) < least:
        return 0.0
    ratio = SequenceMatcher(None, one, two, autojunk=False).ratio()
    return ratio if ratio >= _LIKE else 0.0


def renamed(one: str, two: str) -> bool:
    """Whether two lines define things of different names, or only one of them defines any."""
    return _name(one) != _name(two)


def defines_other(one: str, two: str) -> bool:
    """Whether two lines define things of different names."""
    return bool(_name(one)) and bool(_name(two)) and renamed(one, two)


def _name(line: str) -> str:
    match = _NAMES.search(line)
    return match[1] if match else ""


def is_typo(one: str, two: str) -> bool:
    """Whether two lines differ in one word only, and there by a slip: one letter too few, too many, wrong, or two swapped."""
    mine, theirs = _TOKENS.findall(one), _TOKENS.findall(two)
    if len(mine) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(different) == 1 and slipped(*different[0])


def slipped(one: str, two: str) -> bool:
    """Whether two words differ by a slip within a part of four letters or more."""
    mine, theirs = _PARTS.findall(one), _PARTS.findall(two)
    if len(mine) != len(theirs):
        return False
    different = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(different) == 1 and max(map(len, different[0])) > 3 and _one_apart(*different[0])


def _one_apart(one: str, two: str) -> bool:
    if not (one.isalpha() and two.isalpha()):
        return False
    short, long = sorted((one, two), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((n for n in range(len(short)) if short[n] != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )
