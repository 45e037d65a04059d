"""Which names of other files a place may need, and how likely each is: the votes of several methods, joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from kibitz.context.query import Query, code_lines, parts_of, type_names
from kibitz.index.reader import DefinitionRow, Reader, WindowRow

TYPES = ("class", "interface", "struct", "enum", "type")
CALLABLE = ("function", "method", "macro")
_ASKED = re.compile(r"(\w+)(?:\(\))?[?!]?(?:\.|->|::)\s*(\w+)")


@frozen
class Weights:
    """How much each method is trusted. Measured on real projects, see tests/benchmarks/context.py."""

    windows: float = 0.5
    windows_power: float = 3.0
    receiver: float = 0.4
    words: int = 14
    rows: int = 100
    names: int = 300
    members: float = 8.0
    named_type: float = 1.0
    guessed_type: float = 0.5
    own_base: float = 1.0
    imported: float = 1.0
    folder: float = 0.3
    reached: float = 0.5
    members_plus: float = 6.0
    alike: float = 1.5


@frozen
class Candidates:
    """What was found: how likely each name is needed, the definitions of those names, and the windows that were read."""

    likely: Mapping[str, float]
    definitions: Mapping[str, Sequence[DefinitionRow]]
    windows: Sequence[WindowRow]
    reasons: Mapping[str, str] = field(factory=dict)


class Votes:
    """Likelihoods joined as if the methods knew nothing of one another."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._against: dict[str, float] = {}
        self.rows: dict[tuple[str, int, str], DefinitionRow] = {}
        self.reasons: dict[str, tuple[float, str]] = {}

    def add(self, name: str, likelihood: float, why: str = "") -> None:
        """One method's opinion of a name."""
        if name in self._query.known or likelihood <= 0:
            return
        likelihood = min(likelihood, 0.95)
        self._against[name] = self._against.get(name, 1.0) * (1 - likelihood)
        if why and likelihood > self.reasons.get(name, (0.0, ""))[0]:
            self.reasons[name] = (likelihood, why)

    def add_rows(self, rows: Sequence[DefinitionRow], likelihood: float, why: str) -> None:
        """The same opinion of some definitions."""
        for row in rows:
            if row.name not in self._query.known:
                self.rows[row.path, row.start_line, row.name] = row
                self.add(row.name, likelihood * (0.4 if row.name.startswith("_") else 1.0), why)

    def result(self) -> dict[str, float]:
        """The names and how likely each is."""
        return {name: 1 - against for name, against in self._against.items()}


def candidates(
    query: Query, path: str, reader: Reader, bases: Mapping[str, float], weights: Weights
) -> Candidates:
    """What the place may need from other files than `path`."""
    votes = Votes(query)
    windows = _windows(query, path, reader, votes, weights)
    _types(query, path, reader, votes, bases, weights)
    reached = _imports(path, reader, votes, weights)
    likely = votes.result()
    kept = sorted(likely, key=lambda name: (-likely[name], name))[: weights.names]
    definitions: dict[str, list[DefinitionRow]] = defaultdict(list)
    rows = [row for row in reader.definitions_named(kept, limit=3000) if row.path != path]
    for row in _without_locals(rows):
        definitions[row.name].append(row)
    folder = path.rpartition("/")[0]
    result = {}
    for name in kept:
        if name in definitions:
            own = parts_of(name)
            power = 1.0 + weights.alike * sum(part in query.parts for part in own) / max(1, len(own))
            paths = {row.path for row in definitions[name]}
            if any(other.rpartition("/")[0] == folder for other in paths):
                power += weights.folder
            if not reached.isdisjoint(paths):
                power += weights.reached
            result[name] = 1 - (1 - likely[name]) ** power
    return Candidates(result, definitions, windows, {n: why for n, (_, why) in votes.reasons.items()})


def _without_locals(rows: Iterable[DefinitionRow]) -> list[DefinitionRow]:
    return [
        row
        for row in rows
        if not (row.kind == "variable" and row.container and row.container.rpartition(".")[2][:1].islower())
    ]


def _windows(query: Query, path: str, reader: Reader, votes: Votes, weights: Weights) -> list[WindowRow]:
    """Code that has the words near the place: what else stands in it, and above all what is asked of the same things."""
    found = reader.search(query.ordered[: weights.words], weights.rows + 20)
    rows = [row for row in found if row.path != path][: weights.rows]
    best = max((row.score for row in rows), default=1.0) or 1.0
    against: dict[str, float] = defaultdict(lambda: 1.0)
    times: Counter[str] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    for row in rows:
        lines = code_lines(row.text, query.language)
        share = row.score / best
        weight = weights.windows * share**weights.windows_power
        for word in frozenset().union(*(words for _, words in lines)):
            against[word] *= 1 - weight
        for line, words in lines:
            if words & query.near.keys():
                pairs = set(_ASKED.findall(line))
                asked.update(pairs)
                times.update({receiver for receiver, _ in pairs})
    for word, value in against.items():
        votes.add(word, 1 - value, "code like this")
    for (receiver, name), count in asked.items():
        if receiver in query.near:
            trust = query.near[receiver] * weights.receiver
            votes.add(name, trust * count / (times[receiver] + 2), f"asked of `{receiver}` elsewhere")
    return rows


def _types(
    query: Query, path: str, reader: Reader, votes: Votes, bases: Mapping[str, float], weights: Weights
) -> None:
    strength: dict[str, float] = {}
    for base, share in bases.items():
        strength[base] = weights.own_base * share
    for word, near in query.near.items():
        if word[:1].isupper():
            strength[word] = max(strength.get(word, 0.0), near * weights.named_type)
        else:
            for guess in type_names(word):
                strength[guess] = max(strength.get(guess, 0.0), near * weights.guessed_type)
    ranked = sorted(strength, key=lambda n: (-strength[n], n))[:60]
    found = [r for r in reader.definitions_named(ranked, limit=400) if r.kind in TYPES]
    seen: set[str] = set()
    for row in sorted(found, key=lambda r: (-strength[r.name], r.path, r.start_line)):
        _members(row.name, strength[row.name], path, reader, votes, weights, seen)
        if len(seen) >= 24:
            break


def _members(
    name: str, strength: float, path: str, reader: Reader, votes: Votes, weights: Weights, seen: set[str]
) -> None:
    if name in seen or strength < 0.1:
        return
    seen.add(name)
    members = _without_locals(row for row in reader.members_of(name, 200))
    votes.add_rows(
        [row for row in members if row.path != path],
        min(0.6, strength * weights.members / (len(members) + weights.members_plus)),
        f"member of `{name}`",
    )
    if len(seen) < 24:
        for row in reader.definitions_named([name], 4):
            for base in row.bases[:3]:
                _members(base, strength * 0.6, path, reader, votes, weights, seen)


def _imports(path: str, reader: Reader, votes: Votes, weights: Weights) -> set[str]:
    seen: set[str] = set()
    for row in reader.imports_of(path):
        for target in row.targets[:6]:
            if target in seen or target == path or len(seen) > 40:
                continue
            seen.add(target)
            tops = [d for d in reader.definitions_in(target) if d.container is None]
            votes.add_rows(tops, min(0.2, weights.imported / (len(tops) + 10)), "defined in an imported file")
    return seen
