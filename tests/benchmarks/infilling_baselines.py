"""What a suggestion was shaped with before: fence, repeated line, overlap, line limit, then parsed and shortened."""

from __future__ import annotations

import re

from kibitz.syntax.delta import parses_in_place
from kibitz.text import Document, Position, Range, TextEdit

FENCE = re.compile(r"\A\s*(`{3,}|~{3,})[^\n]*\n(.*?)\n?(?:\1\s*)?\Z", re.DOTALL)


def shape_before(document: Document, position: Position, answer: str, max_lines: int) -> str:
    """The text the former shape would have shown."""
    match = FENCE.match(answer)
    text = (match.group(2) if match else answer).replace("\r\n", "\n").replace("\r", "\n")
    at = document.offset(position)
    before, after = document.text[:at], document.text[at:].replace("\r\n", "\n")
    line = before.rpartition("\n")[2]
    if line.strip() and text.startswith(line):
        text = text[len(line) :]
    elif len(line.lstrip()) > 3 and text.startswith(line.lstrip()):
        text = text[len(line.lstrip()) :]
    text = "\n".join(text.split("\n")[:max_lines]).rstrip()
    text = without_suffix_before(text, after)
    while text and not parses_in_place(document, TextEdit(Range(position, position), text)):
        text = text.rpartition("\n")[0].rstrip()
    return text if text.strip() else ""


def without_suffix_before(text: str, after: str) -> str:
    """The text without the characters at its end that stand after the cursor."""
    rest = after.split("\n", 1)[0].rstrip()
    for size in range(min(len(text), len(after), 400), 0, -1):
        if text.endswith(after[:size]) and (size >= len(rest) or after[:size].strip()):
            whole = after[:size].strip()
            if len(whole) > 1 or (whole and whole in ")]}>\"'`;,:"):
                return text[: len(text) - size]
    first = text.split("\n", 1)[0].rstrip()
    return first[: len(first) - len(rest)] if rest and first.endswith(rest) else text
