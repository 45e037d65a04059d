"""What type a name has, as far as the text says: by its declaration, what is assigned to it, or its signature."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

_BEFORE = re.compile(
    r"\b([A-Z]\w*(?:\.[A-Z]\w*)*(?:<[^;=(){}\n]*>)?)(?:\[\]|\.\.\.|[*&])*\s+[*&]*(\w+)\s*(?=[=;,):({]|$)",
    re.M,
)
_AFTER = re.compile(r"\b(\w+)\??\s*:\s*([^=,;(){}\n:]*(?:::[^=,;(){}\n:]+)*)")
_ASSIGNED = re.compile(
    r"\b(\w+)\s*:?=\s*(?:new\s+|await\s+|&)*((?:\w+\s*(?:\.|::)\s*)*[A-Z]\w*)(?=\s*[({.<]|::)"
)
_GO = re.compile(r"\b(\w+)\s+(?:\.\.\.|\[\]|\*)*(?:\w+\.)?([A-Za-z]\w+)(?=[,){\n]|$)", re.M)
_TYPE = re.compile(r"(?<![\"'])\b[A-Z]\w*")
_NESTED = re.compile(r"\([^()]*\)")

_TYPE_FIRST = frozenset({"java", "c", "cpp", "csharp", "php"})

Types = tuple[str, ...]


@lru_cache(4096)
def _declared(line: str, language: str) -> tuple[tuple[str, str], ...]:
    """The names a line declares, each with a type it has or is made of."""
    found: list[tuple[str, str]] = []
    if language in _TYPE_FIRST:
        found += [(name, one) for types, name in _BEFORE.findall(line) for one in _TYPE.findall(types)]
    elif language == "go":
        found += [(name, one) for name, one in _GO.findall(line) if name not in ("func", "type", "return")]
    else:
        found += [(name, one) for name, types in _AFTER.findall(line) for one in _TYPE.findall(types)]
    found += [(name, one) for name, types in _ASSIGNED.findall(line) for one in _TYPE.findall(types)]
    return tuple(dict.fromkeys(found))


def is_comment(line: str) -> bool:
    """Whether a line is surely nothing but a comment."""
    return line.lstrip().startswith(("//", "#", "/*", "*", '"""'))


def declared_types(lines: list[str], language: str) -> Mapping[str, Types]:
    """The types of the names that lines declare, those of the last declaration first."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for line in reversed(lines):
        for name, one in _declared(line, language):
            found[name].setdefault(one)
    return {name: tuple(types) for name, types in found.items()}


@lru_cache(8192)
def result_types(signature: str, name: str) -> Types:
    """The types a signature names outside of its parameters: what a variable is, or a call gives."""
    head, found, rest = signature.partition(name)
    if not found:
        return ()
    while (shorter := _NESTED.sub("", rest)) != rest and rest.lstrip().startswith(("(", "<")):
        rest = shorter
    return tuple(dict.fromkeys(one for one in _TYPE.findall(head + " " + rest) if one != name))
