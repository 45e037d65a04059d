"""The arguments of a call as written, and the call with one of them gone, moved, renamed or added."""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.text import Document, Position, Range, TextEdit

_LONGEST = 2_000
_KEYWORD = re.compile(r"([^\W\d]\w*)\s*=(?!=)")
_CHARACTER = re.compile(r"'(?:[^'\\]|\\.[^']*)'")
_STARS = frozenset({"python", "ruby", "kotlin"})
"""Where a star spreads a list over the parameters, and does not follow a pointer."""
_OPENS, _CLOSES = "([{", ")]}"


@frozen
class Argument:
    """One argument: its offsets in the document without the space around it; `keyword` where it names its parameter;
    `spreads` where it stands for any number of arguments."""

    text: str
    start: int
    end: int
    keyword: str = ""
    spreads: bool = False


@frozen
class Call:
    """A call's arguments and the offsets inside of its brackets."""

    document: Document
    start: int
    end: int
    arguments: tuple[Argument, ...]

    @property
    def positional(self) -> tuple[Argument, ...]:
        """The arguments without a name."""
        return tuple(a for a in self.arguments if not a.keyword)

    @property
    def plain(self) -> bool:
        """Whether it can be told which parameter each argument is for."""
        return not any(a.spreads for a in self.arguments)

    def named(self, keyword: str) -> Argument | None:
        """The argument for a parameter by its name."""
        return next((a for a in self.arguments if a.keyword == keyword), None)

    def without(self, gone: Argument) -> TextEdit:
        """An argument taken out, with one of the commas beside it."""
        at = self.arguments.index(gone)
        if at + 1 < len(self.arguments):
            return self._edit(gone.start, self.arguments[at + 1].start, "")
        if at:
            return self._edit(self.arguments[at - 1].end, gone.end, "")
        return self._edit(self.start, self.end, "")

    def with_keyword(self, argument: Argument, name: str) -> TextEdit:
        """A keyword argument under another name."""
        return self._edit(argument.start, argument.start + len(argument.keyword), name)

    def reordered(self, order: list[int]) -> TextEdit:
        """The arguments in another order, the space and commas between them as they are."""
        first, last = self.arguments[0].start, self.arguments[-1].end
        text, at = "", first
        for old, index in zip(self.arguments, order, strict=True):
            text += self.document.text[at : old.start] + self.arguments[index].text
            at = old.end
        return self._edit(first, last, text)

    def added(self, index: int, text: str) -> TextEdit:
        """An argument put in at an index."""
        if index < len(self.arguments):
            at = self.arguments[index].start
            return self._edit(at, at, text + ", ")
        if self.arguments:
            at = self.arguments[-1].end
            return self._edit(at, at, ", " + text)
        return self._edit(self.start, self.end, text)

    def _edit(self, start: int, end: int, text: str) -> TextEdit:
        return TextEdit(Range(self.document.position(start), self.document.position(end)), text)


def call_at(document: Document, name_end: Position) -> Call | None:
    """The call whose name ends at a position; None where no brackets follow, or they do not close soon."""
    text = document.text
    start = document.offset(name_end)
    if text[start : start + 1] != "(":
        return None
    depth, at, begin = 0, start + 1, start + 1
    found: list[Argument] = []
    while at < min(len(text), start + _LONGEST):
        char = text[at]
        if char in '"`' or (char == "'" and (document.language != "rust" or _CHARACTER.match(text, at))):
            at = _string_end(text, at)
            continue
        if (char == "#" and document.language == "python") or text.startswith(("//", "/*"), at):
            return None  # a comment among the arguments: it may belong to one of them
        if char in _OPENS:
            depth += 1
        elif char in _CLOSES and depth:
            depth -= 1
        elif char in _CLOSES:
            if char != ")":
                return None
            _note(found, text, begin, at, document.language)
            return Call(document, start + 1, at, tuple(found))
        elif char == "," and not depth:
            _note(found, text, begin, at, document.language)
            begin = at + 1
        at += 1
    return None


def _note(found: list[Argument], text: str, start: int, end: int, language: str) -> None:
    written = text[start:end]
    if not written.strip():
        return  # behind a last comma
    start += len(written) - len(written.lstrip())
    written = written.strip()
    keyword = _KEYWORD.match(written) if language == "python" else None
    spreads = written.startswith("...") or written.endswith("...")
    spreads = spreads or (written.startswith("*") and language in _STARS)
    found.append(Argument(written, start, start + len(written), keyword.group(1) if keyword else "", spreads))


def _string_end(text: str, at: int) -> int:
    quote = text[at]
    if text.startswith(quote * 3, at):
        end = text.find(quote * 3, at + 3)
        return end + 3 if end >= 0 else len(text)
    at += 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return at + 1
