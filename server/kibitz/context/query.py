"""What a place in a document says about what may come next: the words around it, and the types they hint at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from attrs import frozen

from kibitz.context.declared import Types, declared_types
from kibitz.syntax.facts import facts
from kibitz.text import Document, Position

WORD = re.compile(r"[^\W\d]\w*")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"')
_ANY_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'")
_CHARACTERS = frozenset({"rust", "go", "java", "c", "cpp", "csharp", "kotlin"})
"""Where a single quote holds one character, or a lifetime, and is left alone."""

_IMPORT = re.compile(
    r"\s*(?:import\b|from\s+[\w.]+\s+import\b|(?:pub(?:\([a-z]+\))?\s+)?use\s+[\w:]+|package\s|mod\s+\w+;)"
)
_CODE = re.compile(
    r"[=({\[;\]})@]|\w\.\w|[:,]$|^(?:return|import|from|use|raise|throw|case|yield|await|pub|type)\b"
)

_OWN = re.compile(r"\bself\.\w+")
"""What code asks of its own object is seldom asked of others."""

_LISTED = re.compile(r"[A-Za-z_]\w*,|[A-Z][a-z]+:")
"""A name in a list, mostly of what is imported, or a heading in a docstring."""

LONGEST_KEPT = 4000
"""Paragraphs of more characters are not remembered, so that what is stays small."""

LINES_BEFORE = 40
LINES_AFTER = 12
FADE = 8.0
"""After so many lines, a word says half as much."""

AFTER_SHARE = 0.7
HEADER_SHARE = 0.5
EDITED_SHARE = 0.3


@frozen
class Query:
    """The words of a document (`known`), how much each says at the place (`near`, at most 1), and those in order.

    `declared` is what the lines around say of the types of names.
    """

    language: str
    known: frozenset[str]
    near: Mapping[str, float]
    ordered: tuple[str, ...]
    parts: frozenset[str]
    declared: Mapping[str, Types]


def code_of(line: str, language: str) -> str:
    """A line without what is surely a string or a comment; empty where it only imports or reads like prose."""
    mark = facts(language).line_comment
    if _IMPORT.match(line):
        return ""
    bare = line
    if '"' in line or "'" in line:
        bare = (_QUOTED if language in _CHARACTERS else _ANY_QUOTED).sub('""', line)
    if mark and mark in bare:
        bare = bare.partition(mark)[0]
    text = bare.strip()
    if text.startswith(("*", "/*", '""', "'")) and not text.startswith(("**", "*=")):
        return ""
    if _LISTED.fullmatch(text):
        return ""
    return bare if _CODE.search(text) or len(text.split()) < 3 else ""


@lru_cache(4096)
def code_lines(text: str, language: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The lines of a text without strings and comments, each with its words that are no keywords."""
    return tuple(_code_line(line, language) for line in text.split("\n"))


@lru_cache(32768)
def _code_line(line: str, language: str) -> tuple[str, frozenset[str]]:
    """Of one line. Many lines of a project are alike."""
    code = code_of(line, language)
    return code, frozenset(WORD.findall(_OWN.sub(" ", code))) - facts(language).words


def words_known(text: str) -> frozenset[str]:
    """All words of a text. Its paragraphs are remembered: one keystroke changes one of them."""
    found: set[str] = set()
    for part in text.split("\n\n"):
        found |= _words_of(part) if len(part) <= LONGEST_KEPT else frozenset(WORD.findall(part))
    return frozenset(found)


@lru_cache(4096)
def _words_of(part: str) -> frozenset[str]:
    return frozenset(WORD.findall(part))


@lru_cache(16384)
def parts_of(name: str) -> tuple[str, ...]:
    """The words a name is made of, in lower case: "render_lines" and "renderLines" are both ("render", "lines")."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def query_at(
    document: Document, position: Position, headers: Iterable[str] = (), edited: Iterable[str] = ()
) -> Query:
    """What the words around a place say; `headers` are the signatures of the definitions around it, `edited`
    what was just changed elsewhere."""
    lines = document.lines
    spared = facts(document.language).words
    near: dict[str, float] = {}

    def note(text: str, weight: float) -> None:
        for word in WORD.findall(text):
            if word not in spared and weight > near.get(word, 0.0):
                near[word] = weight

    line = lines[position.line]
    note(line[: position.character], 1.0)
    note(line[position.character :], 0.9)
    for distance in range(1, LINES_BEFORE + 1):
        if position.line - distance >= 0:
            note(lines[position.line - distance], 1 / (1 + (distance - 1) / FADE))
        if distance <= LINES_AFTER and position.line + distance < len(lines):
            note(lines[position.line + distance], AFTER_SHARE / (1 + (distance - 1) / FADE))
    for header in headers:
        note(header, HEADER_SHARE)
    for text in edited:
        note(text, EDITED_SHARE)
    known = words_known(document.text)
    first = max(0, position.line - LINES_BEFORE)
    around = [*headers, *lines[first : position.line + LINES_AFTER + 1]]
    ordered = tuple(sorted(near, key=lambda word: (-near[word], word)))
    return Query(
        language=document.language,
        known=known,
        near=near,
        ordered=ordered,
        parts=frozenset(part for word in ordered[:30] for part in parts_of(word)),
        declared=declared_types(around, document.language),
    )


@lru_cache(16384)
def type_names(name: str) -> tuple[str, ...]:
    """The names of types that a variable of this name may have: "spider_loader" is a SpiderLoader or a Loader."""
    parts = [part[:1].upper() + part[1:] for part in parts_of(name)]
    found = ["".join(parts[at:]) for at in range(len(parts))]
    if parts and parts[-1].endswith("s"):
        found.append("".join(parts)[:-1])
    return tuple(found_name for found_name in found if len(found_name) > 2)
