"""The texts of open documents, in front of what is stored: they are searched as they are, saved or not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kibitz.index.analyze import Analyzed, RawImport, analyzed, unix_lines
from kibitz.index.reader import DefinitionRow
from kibitz.index.words import window_end, windows, words_of
from kibitz.store.index_reads import PART_WEIGHT, WHOLE_WEIGHT, Hit

_K1, _B, _LEAST = 1.2, 0.75, 1e-6
"""BM25's constants as SQLite has them, so that its scores and these can stand in one list."""


class Counted(NamedTuple):
    """A window's words, lower case, and how much each counts; how many words there are; which stand there whole."""

    weights: dict[str, float]
    size: int
    whole: frozenset[str]


class OpenText:
    """One open document and its windows; those of the text before that did not change are not counted again.

    It is parsed when somebody asks for what only a parser knows: people type faster than anybody asks.
    """

    def __init__(self, path: str, language: str, text: str, before: OpenText | None = None) -> None:
        self.path = path
        self.language = language
        self.text = unix_lines(text)
        known = before.pieces if before is not None else {}
        self.pieces: dict[str, Counted] = {}
        self.windows: list[tuple[int, Counted]] = []
        for start, piece, parts in windows(self.text):
            counted = self.pieces[piece] = known.get(piece) or _counted(piece, parts)
            self.windows.append((start, counted))

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.text.count("\n") + 1

    @property
    def definitions(self) -> tuple[DefinitionRow, ...]:
        """What the text defines."""
        return self._analyzed.definitions

    @property
    def imports(self) -> tuple[RawImport, ...]:
        """What the text imports."""
        return self._analyzed.imports

    @cached_property
    def _analyzed(self) -> Analyzed:
        return analyzed(self.path, self.language, self.text, Counter(), kept=True)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def window(self, path: str, start: int) -> tuple[int, str]:
        """See `LinesKept.window`; `path` is its own."""
        del path
        end = window_end(self._lines, start)
        return end, "\n".join(self._lines[start:end])

    def holds(self, word: str) -> bool:
        """Whether a lower-case word stands somewhere as a whole."""
        return any(word in counted.whole for _, counted in self.windows)


def _counted(piece: str, parts: str) -> Counted:
    weights: dict[str, float] = {}
    words, pieces = piece.lower(), parts.split()
    whole = words_of(words)
    for word in whole:
        weights[word] = weights.get(word, 0.0) + WHOLE_WEIGHT
    for part in pieces:
        weights[part] = weights.get(part, 0.0) + PART_WEIGHT
    return Counted(weights, len(whole) + len(pieces), frozenset(whole))


class Overlay:
    """The open documents by their paths."""

    def __init__(self) -> None:
        self._texts: dict[str, OpenText] = {}
        self._new: set[str] = set()
        self.paths_version = 0

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._texts))

    def get(self, path: str) -> OpenText | None:
        """An open document."""
        return self._texts.get(path)

    def put(self, path: str, language: str, text: str, *, new: bool) -> None:
        """Show this text instead of the stored one; `new` says that there is none."""
        if new and path not in self._new:
            self._new.add(path)
            self.paths_version += 1
        self._texts[path] = OpenText(path, language, text, self._texts.get(path))

    def drop(self, path: str) -> bool:
        """Show the stored text again. Answers whether there was another."""
        if path in self._new:
            self._new.remove(path)
            self.paths_version += 1
        return self._texts.pop(path, None) is not None

    def all(self) -> list[OpenText]:
        """The open documents, by path."""
        return [self._texts[path] for path in self]

    def with_word(self, word: str) -> list[str]:
        """The documents that hold a word as a whole, by path; upper and lower case are the same here."""
        return [path for path in self if self._texts[path].holds(word.lower())]

    def search(
        self, terms: Sequence[str], frequencies: Mapping[str, int], count: int, language: str | None
    ) -> list[Hit]:
        """BM25 over the open documents, with how frequent the words are among the `count` windows that are stored."""
        texts = [text for path in self if (text := self._texts[path]).windows]
        if not texts:
            return []
        sizes = [counted.size for text in texts for _, counted in text.windows]
        mean = max(1.0, sum(sizes) / len(sizes))
        total = count + sum(len(text.windows) for text in texts)
        scores: dict[tuple[str, int], float] = {}
        for term in terms:
            holding = [(t, at, c) for t in texts for at, c in t.windows if term in c.weights]
            seen = frequencies.get(term, 0) + len(holding)
            rarity = max(_LEAST, math.log((total - seen + 0.5) / (seen + 0.5))) if seen < total else _LEAST
            for text, start, counted in holding:
                if language in (None, text.language):
                    weight, length = counted.weights[term], 1 - _B + _B * counted.size / mean
                    key = (text.path, start)
                    score = rarity * weight * (_K1 + 1) / (weight + _K1 * length)
                    scores[key] = scores.get(key, 0.0) + score
        return [Hit(path, start, score) for (path, start), score in scores.items()]
