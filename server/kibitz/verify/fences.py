"""Fenced code blocks of Markdown, as CommonMark 4.5 tells them apart, with the text inside kept byte for byte."""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.syntax.languages import normalise
from kibitz.text import split_lines

_OPEN = re.compile(r"(?P<indent>[ ]*)(?P<run>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_ITEM = re.compile(r"([ ]*(?:[-+*]|\d{1,9}[.)])[ ]+)")


@frozen
class Fence:
    """One block: the lines `first` to `end` (exclusive) of the text, markers included.

    `code` is what stands inside without the line break before the closing marker; `info` is the rest of the
    opening line; `complete` is False where the text ended before the block did.
    """

    first: int
    end: int
    info: str
    code: str
    complete: bool

    @property
    def language(self) -> str:
        """The first word of the info string in lower case, up to a colon or brace; empty where none is given."""
        return re.split(r"[\s:{,]", self.info, maxsplit=1)[0].lower()


def canonical(language: str) -> str:
    """One name for the names a language goes by: `py` and `python3` are `python`, `jsx` is `javascript`."""
    return normalise(language).removesuffix("react") if language else ""


def bare(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def open_fence(line: str, allowed_indent: int = 3) -> re.Match[str] | None:
    """The opening marker on a line (groups indent, run, info), if it is one."""
    match = _OPEN.fullmatch(bare(line))
    return match if match is not None and len(match["indent"]) <= allowed_indent else None


def closes(line: str, run: str, indent: int) -> bool:
    """Whether a line is the closing marker of the block that `run`, indented by `indent`, opened."""
    text = bare(line)
    body = text.strip(" \t")
    leading = len(text) - len(text.lstrip(" "))
    return len(body) >= len(run) and body == run[0] * len(body) and leading <= indent + 3


def fence_at(lines: list[str], at: int, allowed_indent: int = 3) -> Fence | None:
    """The block that opens on line `at`, or None."""
    opened = open_fence(lines[at], allowed_indent)
    if opened is None:
        return None
    indent, run = len(opened["indent"]), opened["run"]
    body: list[str] = []
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if closes(line, run, indent):
            eol = lines[at][len(bare(lines[at])) :]
            return Fence(at, number + 1, opened["info"].strip(), _inside(body, eol), True)
        body.append(_dedented(line, indent))
    return Fence(at, len(lines), opened["info"].strip(), "".join(body), False)


def fences(text: str) -> tuple[Fence, ...]:
    """The code blocks of a text in order; one that is never closed reaches to the end."""
    lines = split_lines(text)
    found: list[Fence] = []
    at = 0
    content = 0
    while at < len(lines):
        content = list_indent(lines[at], content)
        block = fence_at(lines, at, content + 3)
        if block is None:
            at += 1
        else:
            found.append(block)
            at = block.end
    return tuple(found)


def list_indent(line: str, before: int) -> int:
    """How far the content of the list item that a line belongs to is indented; 0 outside lists."""
    if not line.strip():
        return before
    item = _ITEM.match(line)
    if item is not None and len(item[1]) - len(item[1].lstrip(" ")) <= before + 3:
        return len(item[1])
    leading = len(line) - len(line.lstrip(" "))
    return before if leading >= before else 0


def _dedented(line: str, indent: int) -> str:
    leading = len(line) - len(line.lstrip(" "))
    return line[min(indent, leading) :]


def _inside(body: list[str], eol: str) -> str:
    """The body without the one line break that was added before the closing marker."""
    code = "".join(body)
    # a text that itself ends in CR, closed with LF, must keep its CR
    end = eol if eol and code.endswith(eol) else "\n"
    return code.removesuffix(end) if code.endswith(end) else code.removesuffix("\r")
