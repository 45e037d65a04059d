"""Marks of answers, prompts and diffs that must never be written into a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kibitz.text import Document, split_lines

_BLOCK = re.compile(
    r"<{5,9} ?(?:SEARCH|ORIGINAL|HEAD|UPDATED)\b.*|>{5,9} ?(?:REPLACE|UPDATED)\b.*"
    r"|\*\*\* (?:Begin|End) Patch|\*\*\* (?:Update|Add|Delete) File:.*|\*\*\* End of File"
    r"|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*|diff --git a/.*"
    r"|</?(?:old_text|new_text|old_string|new_string|old_str|new_str)(?:\s[^<>]*)?>"
)
_TOKEN = re.compile(
    r"<\|[a-z][a-z_ ]*\|>|<｜[^｜]*｜>|\[/?INST\]|</?(?:think|tool_call|function_calls|antml:\w+)>"
)
_TEXT = re.compile(r"</text>")
_DIVIDER = re.compile(r"={7}|-{7} SEARCH|\+{7} REPLACE")
_FENCE = re.compile(r"(?:`{3,}|~{3,})[\w+-]*")
_PROSE = {"markdown", "restructuredtext", "plaintext", "latex", "asciidoc", "mdx", "quarto", "typst", "org"}
_DIFF = {"diff", "patch"}


def stray(document: Document, new_text: str) -> int | None:
    """The 0-based line of a new text that is a mark of the answer's form, or None. What the document has is its own."""
    if document.language in _DIFF:
        return None
    lines = [line.strip() for line in split_lines(new_text)]
    suspects = sorted(set(_suspects(lines, document.language)))
    if not suspects:
        return None
    known = {line.strip() for line in document.lines}
    return next((number for number in suspects if not _known(lines[number], known, document.text)), None)


def _known(line: str, known: set[str], text: str) -> bool:
    token = _TOKEN.search(line)
    return line in known or (token is not None and token[0] in text)


def _suspects(lines: list[str], language: str) -> Iterator[int]:
    filled = [number for number, line in enumerate(lines) if line]
    tags = any("<text" in line for line in lines)
    code = language not in _PROSE
    for number in filled:
        line = lines[number]
        if (
            _BLOCK.fullmatch(line)
            or _TOKEN.search(line)
            or (_TEXT.fullmatch(line) and not tags)
            or (code and _DIVIDER.fullmatch(line))
        ):
            yield number
    if code and filled:
        # inside of a text a fence may stand in documentation, around it it is the answer's
        yield from (number for number in (filled[0], filled[-1]) if _FENCE.fullmatch(lines[number]))
