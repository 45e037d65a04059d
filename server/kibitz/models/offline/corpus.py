"""Text as a sequence of tokens that can be asked: what came next, the last times this came before?

A cache model over long contexts: code repeats itself most within its own file and project (Hellendoorn and Devanbu,
"Are deep neural networks the best choice for modeling source code?", FSE 2017).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from sys import intern

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

WALKED = 2_048
"""And how many with the same hash are looked through for them in one text."""


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
    """The tokens of a text, with an index by pairs, and its whole lines by their start. Adding is linear.

    Places are found as in zlib (RFC 1951, section 4): each leads to the one before it whose pair has the same hash. Lists
    of the places of every pair took ten times the memory.
    """

    def __init__(self, text: str = "") -> None:
        self.tokens: list[str] = ["\n"]
        size = max(256, len(text) // 4)  # a token has four characters
        self._mask = (1 << size.bit_length()) - 1
        self._pairs = array("i", [0]) * (self._mask + 1)
        self._pair_before = array("i", [0])
        self._singles: dict[str, int] = {}
        self._single_before = array("i", [0])
        self._lines: dict[str, int] = {}
        self._sorted: list[str] = []
        if text:
            self.add(text)

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, text: str) -> None:
        """Add a text after what is there; what is added later counts as nearer."""
        tokens, pairs, singles, mask = self.tokens, self._pairs, self._singles, self._mask
        before = tokens[-1]
        for line in text.split("\n"):
            for found in tokens_of("\n" + line):
                token, at = intern(found), len(tokens)
                tokens.append(token)
                bucket = hash((before, token)) & mask
                self._pair_before.append(pairs[bucket])
                pairs[bucket] = at
                self._single_before.append(singles.get(token, 0))
                singles[token] = at
                before = token
            if len(stripped := line.strip()) >= SHORTEST_LINE:
                self._lines[stripped] = self._lines.get(stripped, 0) + 1
        self._sorted = []

    def lines(self, start: str) -> Iterator[tuple[str, int]]:
        """Whole lines (stripped) that go on after `start`, and how often each was seen."""
        if not self._sorted:
            self._sorted = sorted(self._lines)
        for at in range(bisect_left(self._sorted, start), len(self._sorted)):
            line = self._sorted[at]
            if not line.startswith(start):
                return
            if len(line) > len(start):
                yield line, self._lines[line]

    def words(self, start: str) -> Iterator[tuple[str, int, int]]:
        """Names that begin with `start`, how often each stands here, and the last place."""
        for word, last in self._singles.items():
            if word.startswith(start) and word != start:
                yield word, sum(1 for _ in self._earlier(last)), last

    def after_pair(self, context: Sequence[str]) -> Iterator[int]:
        """The places where the last two tokens of a context stand, the latest first."""
        if len(context) < 2:
            return
        first, second = context[-2:]
        at = self._pairs[hash((first, second)) & self._mask]
        for _ in range(WALKED):
            if not at:
                return
            if self.tokens[at] == second and self.tokens[at - 1] == first:
                yield at
            at = self._pair_before[at]

    def after_one(self, context: Sequence[str]) -> Iterator[int]:
        """The places where the last token of a context stands, the latest first."""
        yield from self._earlier(self._singles.get(context[-1], 0) if context else 0)

    def match(self, at: int, context: Sequence[str]) -> int:
        """How many tokens of a context stand before a place, at most LONGEST_CONTEXT."""
        length = 0
        while (
            length < min(LONGEST_CONTEXT, len(context), at)
            and self.tokens[at - length] == context[-1 - length]
        ):
            length += 1
        return length

    def _earlier(self, at: int) -> Iterator[int]:
        while at:
            yield at
            at = self._single_before[at]


class Corpora:
    """Several corpora asked as one, the farthest first: asking looks at a bounded number of places, the nearest ones."""

    def __init__(self, parts: Sequence[Corpus], weight: float = 1.0) -> None:
        self._parts = parts
        self.weight = weight

    def lines(self, start: str) -> dict[str, int]:
        """Whole lines (stripped) that go on after `start`, and how often each was seen; at most LOOKED_AT."""
        found: dict[str, int] = {}
        for part in reversed(self._parts):
            for line, count in islice(part.lines(start), LOOKED_AT - len(found)):
                found[line] = found.get(line, 0) + count
        return found

    def words(self, start: str) -> list[str]:
        """Names that begin with `start`, those used most and last first."""
        count = Counter[str]()
        last: dict[str, tuple[int, int]] = {}
        for number, part in enumerate(self._parts):
            for word, times, place in part.words(start):
                count[word] += times
                last[word] = (number, place)
        return sorted(count, key=lambda word: (count[word], last[word], word), reverse=True)

    def vote(
        self, context: Sequence[str], start: str, votes: dict[str, float], longest: dict[str, int]
    ) -> None:
        """Add what came next, the last times the context came before, to the votes."""
        for part, at in self._places(context):
            following = at + 1
            if following >= len(part.tokens):
                continue
            token = part.tokens[following]
            if start and (len(token) <= len(start) or not token.startswith(start)):
                continue
            length = part.match(at, context)
            votes[token] = votes.get(token, 0.0) + self.weight * 3.0 ** min(length, 8)
            longest[token] = max(longest.get(token, 0), length)

    def _places(self, context: Sequence[str]) -> list[tuple[Corpus, int]]:
        for places in (Corpus.after_pair, Corpus.after_one):
            found: list[tuple[Corpus, int]] = []
            for part in reversed(self._parts):
                found += ((part, at) for at in islice(places(part, context), LOOKED_AT - len(found)))
                if len(found) >= LOOKED_AT:
                    break
            if found:
                return found
        return []


def likeliest(corpora: Sequence[Corpora], context: Sequence[str], start: str = "") -> Guess | None:
    """The likeliest token after a context that begins with `start` and is longer than it."""
    votes: dict[str, float] = {}
    longest: dict[str, int] = {}
    for part in corpora:
        part.vote(context, start, votes, longest)
    if not votes:
        return None
    best = max(votes, key=lambda token: (votes[token], token))
    return Guess(best, votes[best] / sum(votes.values()), longest[best])
