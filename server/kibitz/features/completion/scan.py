"""Which brackets and strings a piece of code opens and closes, read line after line with nothing but its language's marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from kibitz.syntax.facts import facts

PAIRS = {"(": ")", "[": "]", "{": "}"}
OPENERS = {closer: opener for opener, closer in PAIRS.items()}
LINE_COMMENT = "\n"
"""What `Scanner.inside` says in a comment that ends with its line."""
_CHARACTER = re.compile(r"'(?:\\[^\n]{1,10}?|[^\\'\n])'")
_HAVE_CHARACTERS = frozenset({"rust", "c", "cpp", "go", "java", "csharp", "kotlin"})
_REGEXES = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "ruby"})
_REGEX = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\[\n])+/[a-z]*")
_BEFORE_REGEX = re.compile(r"(?:^|[=(,:\[!&|?{};]|\breturn|=>)\s*\Z")
_LONG_STRINGS = {
    "rust": {'"'},
    "ruby": {'"', "'"},
    "php": {'"', "'"},
    "shellscript": {'"', "'"},
}
_RAW = {("go", "`"), ("shellscript", "'")}


@cache
def _marks(language: str) -> re.Pattern[str]:
    known = facts(language)
    marks = [*known.block_comment[:1], *known.quotes, *([known.line_comment] if known.line_comment else [])]
    if language == "php":
        marks.append("#")
    slash = ["/"] if language in _REGEXES else []
    return re.compile("|".join(map(re.escape, [*marks, *PAIRS, *OPENERS, *slash])))


@cache
def _ends(language: str, mark: str) -> re.Pattern[str]:
    """What ends a string, and what must be passed over on the way."""
    long = len(mark) > 1 or mark == "`" or mark in _LONG_STRINGS.get(language, ())
    escape = "" if (language, mark) in _RAW else r"\\(?:\r\n|.)|"
    return re.compile(escape + re.escape(mark) + ("" if long else r"|(?=\n)"), re.DOTALL)


class Scanner:
    """What is open after the text read so far: `stack` the brackets, `inside` the string's or comment's end ("" in code).

    `opened` and `inside` say what was open before. `outer` are the offsets of closing brackets that close what was open
    before, `surplus` of those that close nothing, `left` the offset at which a string or comment open before ended.
    """

    def __init__(self, language: str, opened: Sequence[str] = (), inside: str = "") -> None:
        self.language = language
        self.stack = list(opened)
        self.base = len(self.stack)
        self.inside = inside
        self.outer: list[int] = []
        self.surplus: list[int] = []
        self.closers: list[str] = []
        self.left: int | None = None
        self._was_inside = bool(inside)
        self._at = 0

    @property
    def own(self) -> int:
        """How many brackets are open that the text itself opened."""
        return len(self.stack) - self.base

    def feed(self, text: str) -> None:
        """Read on; `text` should end at a line's end or at the end of all, because marks have several characters."""
        at = 0
        marks = _marks(self.language)
        while True:
            if self.inside:
                at = self._leave(text, at)
                if at < 0:
                    break
            match = marks.search(text, at)
            if match is None:
                break
            at = self._enter(text, match)
        self._at += len(text)

    def _leave(self, text: str, at: int) -> int:
        """The offset behind the string or comment that is open; negative where it does not end."""
        mark = self.inside
        if mark == LINE_COMMENT or mark in facts(self.language).block_comment[1:]:
            found = text.find(mark, at)
            if found < 0:
                return -1
            at = found + len(mark)
        else:
            ends = _ends(self.language, mark)
            while True:
                match = ends.search(text, at)
                if match is None:
                    return -1
                at = match.end()
                if not match.group().startswith("\\"):
                    break
        self.inside = ""
        if self._was_inside:
            self._was_inside = False
            self.left = self._at + at
        return at

    def _enter(self, text: str, match: re.Match[str]) -> int:
        mark, at = match.group(), match.start()
        known = facts(self.language)
        if mark in PAIRS:
            self.stack.append(mark)
        elif mark in OPENERS:
            self._close(mark, self._at + at)
        elif known.block_comment and mark == known.block_comment[0]:
            self.inside = known.block_comment[1]
        elif mark in (known.line_comment, "#"):
            if self.language == "shellscript" and at and not text[at - 1].isspace():
                return match.end()
            self.inside = LINE_COMMENT
        elif mark == "/":
            regex = _REGEX.match(text, at)
            before = text[text.rfind("\n", 0, at) + 1 : at]
            return regex.end() if regex and _BEFORE_REGEX.search(before) else match.end()
        elif mark == "'" and self.language in _HAVE_CHARACTERS:
            character = _CHARACTER.match(text, at)
            return character.end() if character else match.end()
        else:
            self.inside = mark
        return match.end()

    def _close(self, closer: str, at: int) -> None:
        if not self.stack or self.stack[-1] != OPENERS[closer]:
            self.surplus.append(at)
            self.closers.append(closer)
            return
        self.stack.pop()
        if len(self.stack) < self.base:
            self.base = len(self.stack)
            self.outer.append(at)


def lacking(stack: Sequence[str], closers: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which open brackets the closers that follow do not close, and which closers close none of them."""
    left, missing, extra = list(stack), [], []
    for closer in closers:
        while left and left[-1] != OPENERS[closer] and OPENERS[closer] in left:
            missing.append(left.pop())
        if left and left[-1] == OPENERS[closer]:
            left.pop()
        else:
            extra.append(closer)
    return left + missing[::-1], extra
