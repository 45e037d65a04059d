"""The words of code: identifiers as they are, the parts they are made of, and the windows they are searched in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kibitz.syntax.languages import facts

WINDOW_LINES = 16
"""The longest window. One ends early at the last blank line after SHORTEST lines: windows do not overlap, so where they
end should be where people ended something."""
SHORTEST = 6

_WORD = re.compile(r"[^\W\d]\w*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_MOST_PARTS = 200_000


class _Parts(dict[str, str]):
    """The parts of each word met so far: code says the same few words over and over."""

    def __missing__(self, word: str) -> str:
        found = parts_of(word)
        value = " ".join(found) + " " if found else ""
        if len(self) >= _MOST_PARTS:
            self.clear()
        self[word] = value
        return value


_parts = _Parts()


def parts_of(word: str) -> list[str]:
    """The parts of a compound word, lower case: "getHTTPUser" and "get_http_user" are get, http, user; [] for a plain one."""
    if word.isascii() and word.islower() and "_" not in word and word.isalpha():
        return []
    found = _PART.findall(word)
    return [part.lower() for part in found] if len(found) > 1 else []


def words_of(text: str) -> list[str]:
    """The identifiers (and other words) of a text, in order, as often as they occur."""
    return _WORD.findall(text)


def window_end(lines: list[str], start: int) -> int:
    """The line after the last one of the window that starts at a line."""
    end = min(len(lines), start + WINDOW_LINES)
    if end == len(lines):
        return end
    return next((i for i in range(end, start + SHORTEST, -1) if not lines[i - 1].strip()), end)


def spans(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The windows of a text's lines: first line, and the line after the last one. Windows of blank lines are left out."""
    at, count = 0, len(lines)
    while at < count:
        end = window_end(lines, at)
        if any(line.strip() for line in lines[at:end]):
            yield at, end
        at = end


def windows(text: str) -> Iterator[tuple[int, str, str]]:
    """The windows of a text: first line, the text as it is, and the parts of its compound words. Depends on nothing else."""
    lines = text.split("\n")
    get = _parts.__getitem__
    for start, end in spans(lines):
        piece = "\n".join(lines[start:end])
        yield start, piece, "".join(map(get, _WORD.findall(piece)))


def code_words(text: str, language: str) -> Iterator[tuple[str, int]]:
    """The identifiers outside of comments and strings, with the offset each starts at, in order.

    Of strings that hold code in braces (templates, Python's f-strings) that code is read.
    """
    for match in _scanner(language).finditer(text):
        if match["word"] is not None:
            yield match["word"], match.start()
        elif match["template"] is not None:
            for hole in _HOLE.finditer(match["template"]):
                for word in _WORD.finditer(hole.group()):
                    yield word.group(), match.start() + hole.start() + word.start()


_HOLE = re.compile(r"\{[^{}]*\}")
_scanners: dict[str, re.Pattern[str]] = {}


def _scanner(language: str) -> re.Pattern[str]:
    """Comments, strings and words in one pattern: whichever starts first is taken whole."""
    if language in _scanners:
        return _scanners[language]
    known = facts(language)
    ticks = "`" in known.quotes and language != "go"
    # in Rust a lifetime looks like an open string
    quotes = [q for q in known.quotes if not (q == "`" and ticks) and not (q == "'" and language == "rust")]
    skipped = [_string(quote) for quote in quotes]
    templates = [_string("`")] if ticks else []
    if language == "python":
        templates.append(rf"\b(?:[fFtT][rR]?|[rR][fFtT])(?:{'|'.join(skipped)})")
    if known.block_comment:
        opening, closing = (re.escape(mark) for mark in known.block_comment)
        skipped.insert(0, rf"{opening}(?s:.*?)(?:{closing}|\Z)")
    if known.line_comment:
        skipped.append(rf"{re.escape(known.line_comment)}[^\n]*")
    template = rf"(?P<template>{'|'.join(templates) or '(?!)'})"
    pattern = re.compile(rf"{template}|{'|'.join([*skipped, ''])}(?P<word>[^\W\d]\w*)")
    _scanners[language] = pattern
    return pattern


def _string(quote: str) -> str:
    """A string in these quotes; one in single ones that is still open ends nothing but itself."""
    if len(quote) == 3:
        return rf"{quote}(?s:.*?)(?:{quote}|\Z)"
    ends = "" if quote == "`" else r"\n"
    return rf"{quote}(?:[^{quote}\\{ends}]|\\(?s:.))*{quote}"
