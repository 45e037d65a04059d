"""The place a suggestion goes to: the line it is on, what is open there, and how lines are indented around it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from kibitz.features.completion.scan import OPENERS, Scanner, lacking
from kibitz.syntax.facts import facts
from kibitz.syntax.region import Region, region
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position

_NEAR = 300
_SUFFIX_LINES = 200
_NEAR_LINES = 100
_CLOSING = re.compile(r"[\s)\]}\"'`;,:>]*\Z")
_OPENS = re.compile(
    r"(?:[{(\[]|=>|->)\s*\Z|^\s*(?:else|do|then|begin)\s*\Z|\b(?:do|then)\s*(?:\|[^|]*\|)?\s*\Z"
)
_END_HEADER = re.compile(
    r"^\s*(?:(?:local\s+)?function\b|def\b|class\b|module\b|if\b|unless\b|while\b|until\b|for\b|begin\b|case\b|else\b|elsif\b|rescue\b|ensure\b)"
)
_HEADER = re.compile(
    r"^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b"
)


class Spot:
    """A place in a document with its surroundings; what costs something is computed when first asked for."""

    def __init__(self, document: Document, position: Position, around: Region | None = None) -> None:
        self.document = document
        self.language = document.language
        self.position = document.clamp(position)
        line = document.line(self.position.line)
        self.current = line[: self.position.character]
        self.rest = line[self.position.character :]
        self._around = around

    @property
    def blank(self) -> bool:
        """Whether nothing but white space stands before the place on its line."""
        return not self.current.strip()

    @property
    def above(self) -> bool:
        """Whether the place is where a line begins that has text: what comes must end with a line end of its own."""
        return self.blank and bool(self.rest.strip()) and not _CLOSING.match(self.rest)

    @property
    def closed_by_rest(self) -> bool:
        """Whether nothing but closing brackets, quotes and separators stands after the place on its line."""
        return _CLOSING.match(self.rest) is not None

    @cached_property
    def region(self) -> Region:
        """The part of the document that is looked at."""
        return self._around or region(self.document, self.position, parse(self.document))

    @cached_property
    def _scanned(self) -> Scanner:
        scanner = Scanner(self.language)
        first = max(self.region.first, self.position.line - _NEAR)
        for line in self.document.lines[first : self.position.line]:
            scanner.feed(line.replace("\r", "\n") if line.endswith("\r") else line)
        scanner.feed(self.current)
        return scanner

    @property
    def opened(self) -> list[str]:
        """The brackets that are open at the place, outermost first."""
        return self._scanned.stack

    @property
    def inside(self) -> str:
        """What ends the string or comment the place is in; "" in code."""
        return self._scanned.inside

    @cached_property
    def closers(self) -> list[str]:
        """The closing brackets after the place that close what was open at it, in order."""
        scanner = Scanner(self.language, (), self.inside)
        scanner.feed(self.rest + "\n")
        last = min(self.region.last, self.position.line + _SUFFIX_LINES)
        for line in self.document.lines[self.position.line + 1 : last]:
            scanner.feed(line)
        return scanner.closers

    @cached_property
    def missing(self) -> int:
        """How many of the brackets open at the place nothing after it closes."""
        return len(lacking(self.opened, self.closers)[0])

    @cached_property
    def above_lines(self) -> list[str]:
        """The lines before the place's, the nearest last, without their ends."""
        first = max(0, self.position.line - _NEAR)
        return [line.rstrip("\r\n") for line in self.document.lines[first : self.position.line]]

    @cached_property
    def below_lines(self) -> list[str]:
        """The lines after the place's, without their ends."""
        first = self.position.line + 1
        return [line.rstrip("\r\n") for line in self.document.lines[first : first + _NEAR]]

    @cached_property
    def previous(self) -> str:
        """The nearest line above that has text."""
        return next((line for line in reversed(self.above_lines) if line.strip()), "")

    @cached_property
    def next(self) -> str:
        """The nearest line below that has text; the place's own where it is at the start of one."""
        if self.above:
            return self.current + self.rest
        return next((line for line in self.below_lines if line.strip()), "")

    @cached_property
    def unit(self) -> str:
        """One level of indentation around here: a tab, or so many spaces."""
        near = _unit([*self.above_lines[-_NEAR_LINES:], *self.below_lines[:_NEAR_LINES]])
        return near or _unit([*self.above_lines, *self.below_lines]) or facts(self.language).indent

    @cached_property
    def step(self) -> int:
        """How many columns one level is."""
        return 4 if self.unit == "\t" else len(self.unit)

    def column(self, line: str) -> int:
        """How far a line is indented, in columns; a tab goes to the next level."""
        column = 0
        for char in line:
            if char == "\t":
                column = (column // self.step + 1) * self.step
            elif char == " ":
                column += 1
            else:
                break
        return column

    def white(self, column: int) -> str:
        """The white space that indents to a column, as the file does."""
        if self.unit == "\t":
            return "\t" * (column // self.step) + " " * (column % self.step)
        return " " * column

    def opens(self, line: str) -> bool:
        """Whether what follows a line belongs inside of it: a header, or an open bracket at its end."""
        text = line.rstrip()
        kind = facts(self.language).blocks
        if kind == "indent":
            code = text.split("  #")[0].split(" #")[0].rstrip()
            return (code.endswith(":") and bool(_HEADER.match(code))) or code.endswith(("(", "[", "{"))
        if kind == "end":
            return bool(_OPENS.search(text)) or (
                bool(_END_HEADER.match(text)) and not re.search(r"\bend\b", text)
            )
        return bool(_OPENS.search(text)) or bool(re.match(r"\s*(?:case\b.*|default\s*):\Z", text))

    @cached_property
    def wants_body(self) -> bool:
        """Whether the line before (or the place's own) opens a block that has nothing in it."""
        header = self.previous if self.blank else self.current
        if self.inside or not self.opens(header):
            return False
        if header.rstrip().endswith(("(", "[")):
            return False
        return not self.next.strip() or self.column(self.next) <= self.column(header)

    @cached_property
    def target(self) -> int:
        """The column at which a line that begins at this place should stand."""
        if not self.blank:
            return self.column(self.current)
        here = self.column(self.current)
        previous = self.column(self.previous)
        if self.opens(self.previous):
            below = self.column(self.next) if self.next.strip() else 0
            wanted = below if below > previous else previous + self.step
            return max(here, wanted) if here <= previous else here
        if here:
            return here
        following = self.column(self.next) if self.next.strip() else 0
        if self.next.strip() and self.next.lstrip()[0] in OPENERS:
            following += self.step
        gap = not self.above and any(not line.strip() for line in self.above_lines[-2:])
        if facts(self.language).blocks == "indent" and gap and not following:
            return 0
        if (
            re.match(r"\s*(?:return|raise|break|continue|pass)\b", self.previous)
            and self.language == "python"
        ):
            return following
        return previous if not following or not self.above else following


def _unit(lines: list[str]) -> str:
    """The indentation that most of these lines are deeper by than the one before; "" where none is deeper."""
    lines = [line for line in lines if line.strip()]
    tabs = sum(line.startswith("\t") for line in lines)
    steps: Counter[int] = Counter()
    before = 0
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if indent > before and indent - before in (2, 3, 4, 8):
            steps[indent - before] += 1
        before = indent
    if tabs > sum(line.startswith(" ") for line in lines):
        return "\t"
    return " " * steps.most_common(1)[0][0] if steps else ""
