"""The shape of a suggestion: what a model says, cut to what fits at the cursor, or nothing."""

from __future__ import annotations

import re

from kibitz.syntax.delta import parses_in_place
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.verify.checks import Check

_FENCE = re.compile(r"\A\s*(`{3,}|~{3,})[^\n]*\n(.*?)\n?(?:\1\s*)?\Z", re.DOTALL)
CURSOR = "<|cursor|>"
_LONGEST_OVERLAP = 400


def shape(
    document: Document, position: Position, answer: str, max_lines: int
) -> tuple[str, tuple[Check, ...]]:
    """The text to insert, and what was checked; empty where nothing fits.

    A fence around it, a repeated prefix, what already stands after the cursor, and lines over `max_lines` are taken off;
    line ends become the file's. What would add a syntax error is shortened line by line until it does not.
    """
    text = _without_fence(answer).replace(CURSOR, "").replace("\r\n", "\n").replace("\r", "\n")
    at = document.offset(position)
    before, after = document.text[:at], document.text[at:].replace("\r\n", "\n")
    text = _without_prefix(text, before)
    text = "\n".join(text.split("\n")[:max_lines]).rstrip()
    text = _without_suffix(text, after)
    if not text.strip():
        return "", ()
    dropped = 0
    while text and not parses_in_place(document, TextEdit(Range(position, position), _ends(document, text))):
        text = text.rpartition("\n")[0].rstrip()
        dropped += 1
    if not text.strip():
        return "", (Check("syntax", "failed", "the suggestion would have broken the code, and was dropped"),)
    detail = f"cut by {dropped} lines to fit" if dropped else "fits where it stands"
    return _ends(document, text), (Check("syntax", "passed", detail),)


def _ends(document: Document, text: str) -> str:
    return text.replace("\n", document.eol)


def _without_fence(answer: str) -> str:
    match = _FENCE.match(answer)
    return match.group(2) if match else answer


def _without_prefix(text: str, before: str) -> str:
    """A model that repeats the line it was to continue: only the continuation counts."""
    line = before.rpartition("\n")[2]
    if line.strip() and text.startswith(line):
        return text[len(line) :]
    stripped = line.lstrip()
    if len(stripped) > 3 and text.startswith(stripped):
        return text[len(stripped) :]
    return text


def _without_suffix(text: str, after: str) -> str:
    """The end of the text that already stands after the cursor: the rest of the line, or whole lines below it."""
    rest_of_line = after.split("\n", 1)[0].rstrip()
    for size in range(min(len(text), len(after), _LONGEST_OVERLAP), 0, -1):
        if text.endswith(after[:size]) and (size >= len(rest_of_line) or after[:size].strip()):
            whole = after[:size].strip()
            if len(whole) > 1 or (whole and whole in ")]}>\"'`;,:"):
                return text[: len(text) - size]
    if rest_of_line and text.split("\n", 1)[0].rstrip().endswith(rest_of_line):
        first = text.split("\n", 1)[0].rstrip()
        return first[: len(first) - len(rest_of_line)]
    return text
