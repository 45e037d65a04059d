"""The texts of open documents, in front of what is stored: they are searched as they are, saved or not."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kibitz.index.analyze import Analyzed
from kibitz.index.words import windows, words_of
from kibitz.store.index_reads import PART_WEIGHT, WHOLE_WEIGHT, Hit

_K1, _B, _LEAST = 1.2, 0.75, 1e-6
"""BM25's constants as SQLite has them, so that its scores and these can stand in one list."""


class OpenText:
    """One open document, and in which of its windows each word stands how often."""

    def __init__(self, analyzed: Analyzed) -> None:
        self.analyzed = analyzed
        self.sizes: dict[int, int] = {}
        self._weights: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.whole: set[str] = set()
        for start, piece, parts in windows(analyzed.text):
            words = words_of(piece)
            pieces = parts.split()
            self.sizes[start] = len(words) + len(pieces)
            for word in words:
                low = word.lower()
                self.whole.add(low)
                self._weights[low][start] += WHOLE_WEIGHT
            for part in pieces:
                self._weights[part][start] += PART_WEIGHT

    def weights(self, term: str) -> Mapping[int, float]:
        """How much a lower-case word counts in each window that holds it."""
        return self._weights.get(term, {})


class Overlay:
    """The open documents by their paths."""

    def __init__(self) -> None:
        self._texts: dict[str, OpenText] = {}
        self.paths_version = 0

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._texts))

    def get(self, path: str) -> Analyzed | None:
        """What is known of an open document."""
        found = self._texts.get(path)
        return found.analyzed if found is not None else None

    def put(self, analyzed: Analyzed) -> None:
        """Show this text instead of the stored one."""
        self.paths_version += analyzed.path not in self._texts
        self._texts[analyzed.path] = OpenText(analyzed)

    def drop(self, path: str) -> bool:
        """Show the stored text again. Answers whether there was another."""
        found = self._texts.pop(path, None) is not None
        self.paths_version += found
        return found

    def all(self) -> list[Analyzed]:
        """The open documents, by path."""
        return [self._texts[path].analyzed for path in self]

    def with_word(self, word: str) -> list[str]:
        """The documents that hold a word as a whole, by path; upper and lower case are the same here."""
        return [path for path in self if word.lower() in self._texts[path].whole]

    def search(
        self, terms: Sequence[str], frequencies: Mapping[str, int], count: int, language: str | None
    ) -> list[Hit]:
        """BM25 over the open documents, with how frequent the words are among the `count` windows that are stored."""
        texts = [self._texts[path] for path in self]
        sizes = [size for text in texts for size in text.sizes.values()]
        if not sizes:
            return []
        mean = max(1.0, sum(sizes) / len(sizes))
        total = count + len(sizes)
        scores: defaultdict[tuple[str, int], float] = defaultdict(float)
        for term in terms:
            holding = frequencies.get(term, 0) + sum(len(text.weights(term)) for text in texts)
            rarity = max(
                _LEAST, math.log((total - holding + 0.5) / (holding + 0.5)) if holding < total else 0.0
            )
            for text in texts:
                if language is not None and text.analyzed.language != language:
                    continue
                for start, weight in text.weights(term).items():
                    length = _K1 * (1 - _B + _B * text.sizes[start] / mean)
                    scores[text.analyzed.path, start] += rarity * weight * (_K1 + 1) / (weight + length)
        return [Hit(path, start, score) for (path, start), score in scores.items()]
