"""Which names of other files a place may need, and how likely each is: the votes of several methods, joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from attrs import evolve, field, frozen

from kibitz.context.query import Query, code_lines, parts_of, type_names
from kibitz.index.crawl import is_secret
from kibitz.index.reader import DefinitionRow, ImportRow, Reader, WindowRow

TYPES = ("class", "interface", "struct", "enum", "type")
CALLABLE = ("function", "method", "macro")
EACH = 12
"""How many definitions of a name are looked at."""

STRONG = 0.2
BASE_SHARE = 0.6
_ASKED = re.compile(r"\b(\w++)(?:\(\))?[?!]?(?:\.|->|::)\s*(\w+)")


def other(path: str, own: str) -> bool:
    """Whether a file is another one than `own` and may be shown."""
    return path != own and not _secret(path)


@lru_cache(4096)
def _secret(path: str) -> bool:
    return is_secret(path.rpartition("/")[2])


@frozen
class Weights:
    """How much each method is trusted. Measured on real projects, see tests/benchmarks/context.py."""

    windows: float = 0.5
    windows_power: float = 3.0
    receiver: float = 0.4
    words: int = 10
    rows: int = 64
    names: int = 100
    names_per_token: float = 0.1
    types: int = 12
    imports: int = 3
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
    query: Query,
    path: str,
    reader: Reader,
    bases: Mapping[str, float],
    weights: Weights,
    budget: int,
    extra: Sequence[WindowRow] = (),
) -> Candidates:
    """What the place may need from other files than `path`, with `extra` windows that are newer than the index."""
    votes = Votes(query)
    windows = _windows(query, path, reader, votes, weights, extra)
    _types(query, path, reader, votes, bases, weights)
    reached = _imports(query, path, reader, votes, weights)
    likely = votes.result()
    kept = sorted(likely, key=lambda name: (-likely[name], name))[
        : weights.names + int(budget * weights.names_per_token)
    ]
    definitions = _defined(kept, path, reader, votes)
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


def _defined(names: Sequence[str], path: str, reader: Reader, votes: Votes) -> dict[str, list[DefinitionRow]]:
    """Where the names are defined: what was found as a member or in an imported file first, a few others else."""
    found: dict[str, list[DefinitionRow]] = defaultdict(list)
    for row in votes.rows.values():
        found[row.name].append(row)
    missing = [name for name in names if name not in found]
    for row in _without_locals(reader.definitions_of_each(missing, EACH)):
        if other(row.path, path):
            found[row.name].append(row)
    return found


def _without_locals(rows: Iterable[DefinitionRow]) -> list[DefinitionRow]:
    return [row for row in rows if not (row.kind == "variable" and _is_local(row.container))]


def _is_local(container: str | None) -> bool:
    """Whether a variable is inside of a function, as far as the name around it says."""
    return container is not None and container.rpartition(".")[2][:1].islower()


def _windows(
    query: Query, path: str, reader: Reader, votes: Votes, weights: Weights, extra: Sequence[WindowRow]
) -> list[WindowRow]:
    """Code that has the words near the place: what else stands in it, and above all what is asked of the same things."""
    found = reader.search(query.ordered[: weights.words], weights.rows + 10)
    newer = {row.path for row in extra}
    rows = [row for row in found if other(row.path, path) and row.path not in newer][: weights.rows]
    best = max((row.score for row in rows), default=1.0) or 1.0
    rows += [evolve(row, score=row.score * best) for row in extra if other(row.path, path)]
    against: dict[str, float] = defaultdict(lambda: 1.0)
    times: Counter[str] = Counter()
    asked: Counter[tuple[str, str]] = Counter()
    near = frozenset(query.near)
    for row in rows:
        lines = code_lines(row.text, query.language)
        share = row.score / best
        weight = weights.windows * share**weights.windows_power
        for word in frozenset().union(*(words for _, words in lines)) - query.known:
            against[word] *= 1 - weight
        for line, words in lines:
            if not words.isdisjoint(near):
                pairs = _asked(line)
                asked.update(pairs)
                times.update({receiver for receiver, _ in pairs})
    for word, value in against.items():
        votes.add(word, 1 - value, "code like this")
    for (receiver, name), count in sorted(asked.items()):
        if receiver in query.near:
            trust = query.near[receiver] * weights.receiver
            votes.add(name, trust * count / (times[receiver] + 2), f"asked of `{receiver}` elsewhere")
    return rows


@lru_cache(8192)
def _asked(line: str) -> frozenset[tuple[str, str]]:
    """What a line asks of what: ("reader", "lines") in "reader.lines()"."""
    return frozenset(_ASKED.findall(line))


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
    ranked = sorted(strength, key=lambda name: (-strength[name], name))[: weights.types * 3]
    found = [row for row in reader.definitions_named(ranked, limit=240) if row.kind in TYPES]
    found.sort(key=lambda row: (-strength[row.name], row.path, row.start_line))
    chosen = dict.fromkeys(row.name for row in found)
    for name in list(chosen)[: weights.types]:
        _members(name, strength[name], path, reader, votes, weights)
    inherited: dict[str, float] = {}
    for row in found:
        for base in row.bases[:3]:
            if base not in chosen and strength[row.name] >= STRONG:
                inherited[base] = max(inherited.get(base, 0.0), strength[row.name] * BASE_SHARE)
    for name in sorted(inherited, key=lambda name: (-inherited[name], name))[: weights.types // 2]:
        _members(name, inherited[name], path, reader, votes, weights)


def _members(name: str, strength: float, path: str, reader: Reader, votes: Votes, weights: Weights) -> None:
    members = _without_locals(row for row in reader.members_of(name, 120) if other(row.path, path))
    likelihood = strength * weights.members / (len(members) + weights.members_plus)
    votes.add_rows(members, min(0.6, likelihood), f"member of `{name}`")


def _imports(query: Query, path: str, reader: Reader, votes: Votes, weights: Weights) -> set[str]:
    """What the imported files define at their top, those first whose names are used nearby. Answers all imported files."""
    rows = reader.imports_of(path)

    def near(row: ImportRow) -> float:
        bound = (row.alias,) if row.alias else row.names or (re.split(r"[./:]+", row.module)[-1],)
        return max((query.near.get(name, 0.0) for name in bound), default=0.0)

    ranked = sorted(range(len(rows)), key=lambda at: (-near(rows[at]), at))
    targets = dict.fromkeys(target for at in ranked for target in rows[at].targets if other(target, path))
    for target in list(targets)[: weights.imports]:
        tops = [row for row in reader.definitions_in(target) if row.container is None]
        votes.add_rows(tops, min(0.2, weights.imported / (len(tops) + 10)), "defined in an imported file")
    return set(targets)
