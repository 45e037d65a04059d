"""While an answer streams in: whether enough was said."""

from __future__ import annotations

import re

from kibitz.features.completion.chatter import FENCE, is_prose
from kibitz.features.completion.extent import Extent
from kibitz.features.completion.repeats import LONGEST_LINE, cycle
from kibitz.features.completion.scan import Scanner
from kibitz.syntax.facts import facts

_SLACK = 4
"""Lines beyond the limit that are read on: what repeats the suffix or is taken off does not count."""
_LONGEST_LEAD = 4_000
_SPACES = re.compile(r"[ \t]*")
_OPENS = re.compile(
    r"(?:[-+*/%=&|<>^,.:({\[\\]|\b(?:do|then|else|try|begin|and|or|in|return))\s*\Z|^\s*(?:if|for|while|switch|case|else|try|do)\b"
)
"""How lines end, or begin, that the next one may be inside of."""
_GOES_ON = re.compile(r"\s*[.?&|+*/<>=,:-]")
_CLOSES = re.compile(r"\s*[)\]}]|\s*(?:end|fi|done|esac|until)\b")


class Stop:
    """Fed with the pieces of an answer as they come; each piece costs what it is long, and whole lines are looked at once."""

    def __init__(self, extent: Extent) -> None:
        self._extent = extent
        self._scanner = Scanner(extent.language, extent.opened, extent.inside)
        self._line = ""
        self._read = 0
        self._lines: list[str] = []
        self._fence = ""
        self._blank_before = False
        self._body: int | None = None
        self._enough: int | None = None
        self._ends = facts(extent.language).blocks

    def feed(self, delta: str) -> int | None:
        """How many characters of all that was fed are enough; None while more is wanted."""
        if self._enough is not None:
            return self._enough
        pieces = delta.split("\n")
        for number, piece in enumerate(pieces):
            self._line += piece
            if number < len(pieces) - 1:
                line, self._line = self._line, ""
                start = self._read
                self._read += len(line) + 1
                if (keep := self._whole(line.rstrip("\r"))) is not None:
                    self._enough = start if keep == 0 else start + len(line)
                    return self._enough
            elif len(self._line) > LONGEST_LINE:
                self._enough = self._read + len(self._line)
                return self._enough
        return None

    def _whole(self, line: str) -> int | None:
        """One more line: None to read on, 0 to stop before it, 1 to stop behind it."""
        fence = FENCE.match(line)
        if fence is not None and not self._scanner.inside:
            if self._fence or self._lines:
                return 0
            self._fence = fence.group(1)
            return None
        if self._leads(line):
            return None
        self._scanner.feed(line + "\n")
        blank = not line.strip()
        if not self._lines and blank:
            return None
        stops = self._stops(line, blank)
        self._blank_before = blank
        if stops is None and not blank:
            self._lines.append(line)
            if cycle(self._lines) is not None or len(self._lines) >= self._extent.max_lines + _SLACK:
                return 1
        return stops

    def _leads(self, line: str) -> bool:
        """Whether a line only leads up to the answer: a sentence, or what stands before the cursor."""
        if self._lines or self._read > _LONGEST_LEAD:
            return False
        text = line.strip()
        before = self._extent.before.strip()
        if text in self._extent.echo or (before and text == before):
            return True
        return not self._extent.inside and is_prose(line, self._extent.language)

    def _stops(self, line: str, blank: bool) -> int | None:
        if blank or self._depth_before() > 0 or self._scanner.inside:
            return None
        indent = _SPACES.match(line)
        column = len(indent.group().expandtabs(4)) if indent else 0
        if self._scanner.surplus or self._scanner.outer:
            return 1
        if self._extent.kind == "line":
            return self._line_stops(line, column)
        first = not self._lines
        if not first and column < self._extent.floor and (self._blank_before or self._indents(line, column)):
            return 1 if _CLOSES.match(line) else 0
        return None

    def _depth_before(self) -> int:
        return self._scanner.own

    def _indents(self, line: str, column: int) -> bool:
        """Whether the answer is indented as the file is: one without any indentation is moved later.

        So is a line that stands in some way, with nothing before it in the answer that it could be inside of.
        """
        rest = self._lines[1:]
        if any(len(line) - len(line.lstrip()) >= self._extent.floor > 0 for line in rest):
            return True
        at_the_cursor = not self._extent.before.strip() and not self._lines[0][:1].isspace()
        inside = _GOES_ON.match(line) is not None or any(map(_OPENS.search, self._lines))
        return column > 0 and at_the_cursor and not inside

    def _line_stops(self, line: str, column: int) -> int | None:
        """A header where blocks end by indentation, or by a word, wants its body, unless that stands below; the line after
        that is too much."""
        if self._body is not None:
            return 0 if column <= self._body else None
        header = self._ends == "indent" and line.rstrip().endswith(":")
        if header or (self._ends == "end" and re.search(r"\b(?:do|then)\s*(?:\|.*\|)?\s*\Z", line)):
            if self._extent.has_body and not self._lines:
                return 1
            before = self._extent.before if not self._lines else ""
            self._body = len(before) - len(before.lstrip()) if before.strip() else column
            return None
        return 1
