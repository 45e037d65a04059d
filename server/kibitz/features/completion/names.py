"""How many names of a suggestion nobody has ever heard of: the fewer, the better it ranks."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable

from kibitz.features.completion.scan import Scanner
from kibitz.syntax.facts import facts
from kibitz.text import Document

_NAME = re.compile(r"[^\W\d]\w*")
_BINDS = re.compile(
    r"\b(?:def|class|function|func|fn|let|const|var|val|mut|import|as|for|struct|enum|type|interface|trait|local|use)\s+"
    r"(?:mut\s+)?\(?([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)|([^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*(?::?=(?!=)|:\s*[^\W\d]|\bin\b)"
    r"|[(,]\s*([^\W\d]\w*)\s*(?=[:=,)][^)]*\)\s*(?:\{|=>|->|:))|\blambda\s+([\w, ]+):|\|([\w, &]+)\|"
)
_PYTHON = frozenset(dir(builtins))
_SHORT = 1


def unknown_names(document: Document, text: str, known: Callable[[str], bool]) -> int:
    """How many different names a suggestion uses that stand nowhere in the file, are not bound in the suggestion, are no
    word of the language, and of which `known` (the names of the other files' part, say) says no.

    Words in strings and comments do not count.
    """
    code = _code(text, document.language)
    bound = {
        name
        for match in _BINDS.finditer(code)
        for group in match.groups()
        if group
        for name in _NAME.findall(group)
    }
    words = facts(document.language).words | (_PYTHON if document.language == "python" else frozenset())
    unknown = 0
    for name in dict.fromkeys(_NAME.findall(code)):
        if len(name) <= _SHORT or name in words or name in bound or known(name):
            continue
        unknown += not _stands(document.text, name)
    return unknown


def _stands(text: str, name: str) -> bool:
    """Whether a file has a name as a whole word; the search for the plain text costs least."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            return True
        at = text.find(name, end)
    return False


def _code(text: str, language: str) -> str:
    """The text without what stands in strings and comments."""
    scanner = Scanner(language)
    kept: list[str] = []
    for line in text.split("\n"):
        kept.append(_outside(line, language) if not scanner.inside else "")
        scanner.feed(line + "\n")
    return "\n".join(kept)


def _outside(line: str, language: str) -> str:
    """A line without its strings and its comment."""
    known = facts(language)
    quotes = "|".join(
        rf"{re.escape(q)}(?:\\.|(?!{re.escape(q)}).)*(?:{re.escape(q)}|\Z)" for q in known.quotes
    )
    if language == "rust":
        quotes = r'"(?:\\.|[^"])*(?:"|\Z)'
    mark = re.escape(known.line_comment) if known.line_comment else r"(?!)"
    return re.sub(
        rf"{quotes}|{mark}.*",
        lambda m: '""' if not m.group().startswith(known.line_comment or "\0") else "",
        line,
    )
