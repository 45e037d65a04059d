"""Names an explanation mentions: each resolves to a place in the code, or is said not to."""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.syntax.facts import facts
from kibitz.syntax.tree import Tree
from kibitz.text import Document, Range

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_NAME = re.compile(r"[^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*(?=\(|$)")


@frozen
class Reference:
    """A name and where it is defined, or first used, in the document."""

    name: str
    range: Range


def mentioned(markdown: str) -> list[str]:
    """The names in `backticks` outside of fenced blocks, once each, in order."""
    prose = re.sub(r"(?ms)^(`{3,}|~{3,}).*?^\1[`~]*\s*$", "", markdown)
    names: dict[str, None] = {}
    for code in _CODE.findall(prose):
        if match := _NAME.match(code.strip()):
            names[match.group()] = None
    return list(names)


def resolve(
    markdown: str, document: Document, tree: Tree | None
) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """The names that stand in the document, and those that neither stand there nor belong to the language."""
    where: dict[str, Range] = {}
    if tree is not None:
        for name, spot in tree.identifiers:
            where.setdefault(name, spot)
        for definition in tree.definitions:
            where[definition.name] = definition.name_range
    known = facts(document.language).words if tree is not None else frozenset()
    found: list[Reference] = []
    missing: list[str] = []
    for name in mentioned(markdown):
        parts = re.split(r"\.|::", name)
        place = where.get(name) or where.get(parts[-1]) or _in_text(document, parts[-1], tree)
        if place is not None and all(p in where or p in known or _in_text(document, p, None) for p in parts):
            found.append(Reference(name, place))
        elif not all(p in known for p in parts):
            missing.append(name)
    return tuple(found), tuple(missing)


def _in_text(document: Document, name: str, tree: Tree | None) -> Range | None:
    """Where the word stands in the text at all: in a string or comment, or in a language without a grammar."""
    if (match := re.search(rf"\b{re.escape(name)}\b", document.text)) is None:
        return None
    return Range(document.position(match.start()), document.position(match.end()))
