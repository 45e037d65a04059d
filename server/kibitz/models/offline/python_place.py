"""Which identifier stands at an offset."""

from __future__ import annotations

import ast
import re

from kibitz.errors import KibitzError
from kibitz.models.offline.python_scopes import Identifier
from kibitz.models.offline.python_source import Source

_WORD = re.compile(r"\w+")


def word_at(source: Source, start: int, end: int) -> tuple[int, str]:
    """The identifier a cursor touches or a selection holds, else the name its line defines. Raises `invalid`."""
    line = source.text.rfind("\n", 0, start) + 1
    for match in _WORD.finditer(source.text, line):
        if match.start() > start:
            break
        if match.start() <= start <= match.end() and match.end() >= end and match.group().isidentifier():
            return match.start(), match.group()
    stop = source.text.find("\n", start)
    text = source.text[line : len(source.text) if stop < 0 else stop]
    defined = re.match(r"\s*(?:(?:async\s+)?def|class)\s+(\w+)|\s*(\w+)\s*(?::[^=]*)?=(?!=)", text)
    if defined is None:
        raise KibitzError("invalid", "There is no name at this place.", "Put the cursor on a name.")
    number = 1 if defined.group(1) else 2
    return line + defined.start(number), defined.group(number)


def identifier_at(source: Source, offset: int, word: str) -> Identifier:
    """What stands at the start of a word. Raises `invalid` in comments and strings."""
    for identifier in source.names.identifiers:
        if identifier.name == word and offset in places_of(source, identifier):
            return identifier
    raise KibitzError("invalid", f"`{word}` is not a name of the code here.", "Put the cursor on a name.")


def places_of(source: Source, identifier: Identifier) -> list[int]:
    """Where an identifier may stand; more than one only where a statement lists names."""
    node, name = identifier.node, identifier.name
    start, end = source.region(node) if hasattr(node, "lineno") else (0, 0)
    text = source.text[start:end]
    match node:
        case ast.Name() | ast.arg() | ast.keyword():
            return [start]
        case ast.Attribute():
            return [end - len(name)]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            found = re.match(r"(?:async\s+)?(?:def|class)\s+(?=\w)", text)
            return [start + found.end()] if found else []
        case ast.ExceptHandler():
            found = re.search(rf"\bas\s+(?={name}\s*:)", text)
            return [start + found.end()] if found else []
    return [start + found.start() for found in re.finditer(rf"\b{re.escape(name)}\b", text)]
