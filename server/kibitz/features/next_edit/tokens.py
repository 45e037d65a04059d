"""Lines as words and signs, and what became of one line as a change of those."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from attrs import frozen

_TOKEN = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[^\W\d]\w*|\d[\w.]*|[^\w\s]")
_WORDS = re.compile(r"\w+|[^\w\s]")
WORD = re.compile(r"[^\W\d]\w*\Z")


_KEYWORD_LIST = """and as assert async await break case catch class const continue def default defer delete do elif else enum except
export extends fn finally for foreach from func function global go goto if impl implements import in instanceof
interface is lambda let loop match mod mut namespace new nonlocal not of or override package pass private protected
public raise ref return select static struct switch throw throws trait try type typedef typeof unsafe use using val
var void volatile when where while with yield"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
"""Words that make a line another kind of line, in one language or another. Names of built-in types do not."""


class Token(NamedTuple):
    """A word, number, short string or sign, and its columns."""

    text: str
    start: int
    end: int


def tokens(line: str) -> list[Token]:
    """What a line consists of, without the space between."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(line)]


def shape(parts: list[Token]) -> tuple[str, ...]:
    """What kind each token is: two lines of one shape differ in names and values alone."""
    return tuple(_kind(token.text) for token in parts)


def _kind(text: str) -> str:
    if text[0] in "\"'" and len(text) > 1:
        return "string"
    if text[0].isdigit():
        return "number"
    return "name" if WORD.match(text) and text not in _KEYWORDS else text


@frozen
class Change:
    """What was done to a line: of the `old` tokens those from `start` to `end` became the `new` line's from `start` to
    `new_end`."""

    old_line: str
    new_line: str
    old: tuple[Token, ...]
    new: tuple[Token, ...]
    start: int
    end: int
    new_end: int

    @property
    def removed(self) -> tuple[str, ...]:
        """The tokens that went."""
        return tuple(token.text for token in self.old[self.start : self.end])

    @property
    def added(self) -> tuple[str, ...]:
        """The tokens that came."""
        return tuple(token.text for token in self.new[self.start : self.new_end])


def change(old_line: str, new_line: str) -> Change | None:
    """The one run of tokens in which two lines differ; None where they differ in their space alone."""
    old, new = tokens(old_line), tokens(new_line)
    before, after = [t.text for t in old], [t.text for t in new]
    most = min(len(old), len(new))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    tail = next((at for at in range(most - head) if before[-1 - at] != after[-1 - at]), most - head)
    if head == len(old) == len(new):
        return None
    return Change(old_line, new_line, tuple(old), tuple(new), head, len(old) - tail, len(new) - tail)


class Renamed(NamedTuple):
    """A word that became another, and the column of the new one."""

    old: str
    new: str
    column: int


def _words(line: str) -> list[Token]:
    """The tokens with those inside of strings: there may be code in one."""
    return [Token(m.group(), m.start(), m.end()) for m in _WORDS.finditer(line)]


def renamed(old_line: str, new_line: str) -> list[Renamed]:
    """The words of a line that became other words, one for one."""
    old, new = _words(old_line), _words(new_line)
    matcher = difflib.SequenceMatcher(None, [t.text for t in old], [t.text for t in new], autojunk=False)
    found: list[Renamed] = []
    for what, a, a_end, b, b_end in matcher.get_opcodes():
        if what == "replace" and a_end - a == b_end - b:
            found += [
                Renamed(one.text, other.text, other.start)
                for one, other in zip(old[a:a_end], new[b:b_end], strict=True)
                if one.text != other.text and WORD.match(one.text) and WORD.match(other.text)
            ]
    return found
