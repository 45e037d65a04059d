"""Text as a sequence of tokens that can be asked: what came next, the last times this came before?

A cache model over long contexts: code repeats itself most within its own file and project (Hellendoorn and Devanbu,
"Are deep neural networks the best choice for modeling source code?", FSE 2017).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from attrs import frozen

_TOKEN = re.compile(
    r"""
    \n[ \t]*                                   # a line's start, with its indentation
  | [^\W\d]\w*                                 # a name
  | \d[\w.]*                                   # a number
  | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'   # a short string
  | [ \t]+
  | [-+*/%&|^<>=!:]{1,3}=? | [^\w\s]           # operators and punctuation
    """,
    re.VERBOSE,
)

LONGEST_CONTEXT = 12
SHORTEST_LINE = 8
LOOKED_AT = 256
"""How many earlier places are compared, the latest ones first."""


@frozen
class Guess:
    """A next token, how sure (0 to 1), and how many tokens before it matched."""

    token: str
    confidence: float
    context: int


def tokens_of(text: str) -> list[str]:
    """The tokens of a text, in order; blanks between them are tokens too, so that joining gives the text back."""
    return _TOKEN.findall(text)


class Corpus:
    """Token sequences with an index by pairs, and whole lines by their start.

    Adding is linear; asking looks at a bounded number of places.
    """

    def __init__(self) -> None:
        self._tokens: list[str] = ["\n"]
        self._pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._singles: dict[str, list[int]] = defaultdict(list)
        self._lines: dict[str, int] = {}
        self._sorted: list[str] = []

    def __len__(self) -> int:
        return len(self._tokens)

    def add(self, text: str) -> None:
        """Add a text after what is there; what is added later counts as nearer."""
        tokens = self._tokens
        before = tokens[-1]
        for token in tokens_of("\n" + text):
            tokens.append(token)
            at = len(tokens) - 1
            self._pairs[before, token].append(at)
            self._singles[token].append(at)
            before = token
        for line in text.split("\n"):
            if len(stripped := line.strip()) >= SHORTEST_LINE:
                self._lines[stripped] = self._lines.get(stripped, 0) + 1
        self._sorted = []

    def lines(self, start: str) -> list[tuple[str, int]]:
        """Whole lines (stripped) that go on after `start`, and how often each was seen; at most LOOKED_AT."""
        if not self._sorted:
            self._sorted = sorted(self._lines)
        found: list[tuple[str, int]] = []
        at = bisect_left(self._sorted, start)
        while at < len(self._sorted) and self._sorted[at].startswith(start) and len(found) < LOOKED_AT:
            if len(self._sorted[at]) > len(start):
                found.append((self._sorted[at], self._lines[self._sorted[at]]))
            at += 1
        return found

    def vote(
        self,
        context: Sequence[str],
        start: str,
        votes: dict[str, float],
        longest: dict[str, int],
        weight: float,
    ) -> None:
        """Add what came next, the last times the context came before, to the votes."""
        for at in self._places(context):
            following = at + 1
            if following >= len(self._tokens):
                continue
            token = self._tokens[following]
            if start and (len(token) <= len(start) or not token.startswith(start)):
                continue
            length = self._match(at, context)
            votes[token] = votes.get(token, 0.0) + weight * 3.0 ** min(length, 8)
            longest[token] = max(longest.get(token, 0), length)

    def words(self, start: str) -> list[str]:
        """Names that begin with `start`, those used last and most first."""
        found = [
            (len(places), places[-1], word)
            for word, places in self._singles.items()
            if word.startswith(start) and word != start
        ]
        return [word for _, _, word in sorted(found, reverse=True)]

    def _places(self, context: Sequence[str]) -> Sequence[int]:
        if len(context) >= 2 and (places := self._pairs.get((context[-2], context[-1]))):
            return places[-LOOKED_AT:]
        return self._singles.get(context[-1], [])[-LOOKED_AT:] if context else []

    def _match(self, at: int, context: Sequence[str]) -> int:
        length = 0
        while (
            length < min(LONGEST_CONTEXT, len(context), at)
            and self._tokens[at - length] == context[-1 - length]
        ):
            length += 1
        return length


def likeliest(
    corpora: Sequence[tuple[Corpus, float]], context: Sequence[str], start: str = ""
) -> Guess | None:
    """The likeliest token after a context that begins with `start` and is longer than it; each corpus has a weight."""
    votes: dict[str, float] = {}
    longest: dict[str, int] = {}
    for corpus, weight in corpora:
        corpus.vote(context, start, votes, longest, weight)
    if not votes:
        return None
    best = max(votes, key=lambda token: (votes[token], token))
    return Guess(best, votes[best] / sum(votes.values()), longest[best])
