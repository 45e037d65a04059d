"""Which names of other files a place may need, and how likely each is: the votes of several methods, joined."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import evolve, field, frozen

from kibitz.context.members import folder_types, types
from kibitz.context.query import Query, code_lines, parts_of
from kibitz.context.shapes import Shape, shapes
from kibitz.context.votes import Votes, Weights, other, reachable, without_locals
from kibitz.index.reader import DefinitionRow, ImportRow, Reader, WindowRow
from kibitz.index.resolve import shared

EACH = 12
"""How many definitions of a name are looked at."""

_ASKED = re.compile(r"\b(\w++)(?:\(\))?[?!]?(?:\.|->|::)\s*(\w+)")


@frozen
class Candidates:
    """What was found: how likely each name is needed, the definitions of those names, and the windows that were read."""

    likely: Mapping[str, float]
    definitions: Mapping[str, Sequence[DefinitionRow]]
    windows: Sequence[WindowRow]
    reasons: Mapping[str, str] = field(factory=dict)
    shapes: Sequence[Shape] = ()


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
    types(query, path, reader, votes, bases, weights)
    folder_types(query, path, reader, votes, weights)
    reached = _imports(query, path, reader, votes, weights)
    likely = votes.result()
    kept = sorted(likely, key=lambda name: (-likely[name], name))[
        : weights.names + int(budget * weights.names_per_token)
    ]
    folder = path.rpartition("/")[0]

    def distance(row: DefinitionRow) -> tuple[bool, int, str, int]:
        return row.path not in reached, -shared(row.path, path), row.path, row.start_line

    defined = _defined(kept, path, reader, votes)
    definitions: dict[str, list[DefinitionRow]] = {}
    result = {}
    for name in kept:
        if rows := defined.get(name):
            own = parts_of(name)
            power = 1.0 + weights.alike * sum(part in query.parts for part in own) / max(1, len(own))
            paths = {row.path for row in rows}
            if any(other.rpartition("/")[0] == folder for other in paths):
                power += weights.folder
            if not reached.isdisjoint(paths):
                power += weights.reached
            definitions[name] = sorted((row for row in rows if reachable(row, path)), key=distance)
            if not definitions[name]:
                power *= weights.closed
            result[name] = 1 - (1 - likely[name]) ** power
    usable = {*reached, folder} if query.language != "python" else reached
    known = shapes(query, path, reader, result, definitions, usable, weights.known, weights.constructor)
    result.update({shape.key: shape.worth for shape in known})
    reasons = {name: why for name, (_, why) in votes.reasons.items()}
    return Candidates(result, definitions, windows, reasons, known)


def _defined(names: Sequence[str], path: str, reader: Reader, votes: Votes) -> dict[str, list[DefinitionRow]]:
    """Where the names are defined: what was found as a member or in an imported file first, a few others else."""
    found: dict[str, list[DefinitionRow]] = defaultdict(list)
    for row in votes.rows.values():
        found[row.name].append(row)
    missing = [name for name in names if name not in found]
    for row in without_locals(reader.definitions_of_each(missing, EACH)):
        if other(row.path, path):
            found[row.name].append(row)
    return found


def _windows(
    query: Query, path: str, reader: Reader, votes: Votes, weights: Weights, extra: Sequence[WindowRow]
) -> list[WindowRow]:
    """Code that has the words near the place: what else stands in it, and above all what is asked of the same things."""
    apart = {path, *(row.path for row in extra)}
    found = reader.search(query.ordered[: weights.words], weights.rows, apart=apart)
    rows = [row for row in found if other(row.path, path)]
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
