"""Names to expect from types: the members of what is around the place, and the types that the folder has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from kibitz.context.declared import result_types
from kibitz.context.query import Query, parts_of, type_names
from kibitz.context.shapes import TYPES
from kibitz.context.votes import Votes, Weights, other, reachable, without_locals
from kibitz.index.reader import DefinitionRow, Reader

NAMED_AFTER_TYPE = frozenset({"java", "kotlin", "csharp"})
"""Languages whose files are named after the type in them, which all files of the folder see."""

MOST_BESIDE = 400
STRONG = 0.2
BASE_SHARE = 0.6


def types(
    query: Query, path: str, reader: Reader, votes: Votes, bases: Mapping[str, float], weights: Weights
) -> None:
    """Vote for the members of the types that the names around the place have or may have, and of their bases."""
    strength: dict[str, float] = {}
    for base, share in bases.items():
        strength[base] = weights.own_base * share
    for word, near in query.near.items():
        if word[:1].isupper():
            strength[word] = max(strength.get(word, 0.0), near * weights.named_type)
        else:
            for guess in type_names(word):
                strength[guess] = max(strength.get(guess, 0.0), near * weights.guessed_type)
    for word, name, share in _typed(query, path, reader, weights):
        strength[name] = max(strength.get(name, 0.0), query.near[word] * share)
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


def _typed(query: Query, path: str, reader: Reader, weights: Weights) -> Iterator[tuple[str, str, float]]:
    """Words near the place, a type each has, and how far that is trusted: as declared here, or as few others define it."""
    for word, types in query.declared.items():
        if word in query.near:
            for name in types:
                yield word, name, weights.declared
    for row in reader.definitions_in(path):
        if row.name in query.near:
            for name in result_types(row.signature, row.name):
                yield row.name, name, weights.declared
    words = [word for word in query.ordered if word not in query.declared and not word[:1].isupper()]
    rows: dict[str, list[DefinitionRow]] = defaultdict(list)
    for row in reader.definitions_of_each(words[: weights.results], 4):
        if row.path != path:
            rows[row.name].append(row)
    for word, found in rows.items():
        if len(found) < 4:
            for name in dict.fromkeys(n for row in found for n in result_types(row.signature, word)):
                yield word, name, weights.result


def folder_types(query: Query, path: str, reader: Reader, votes: Votes, weights: Weights) -> None:
    """Where a file is named after its type and sees its folder's without an import: those types, those of alike names first."""
    if query.language not in NAMED_AFTER_TYPE:
        return
    own = {*parts_of(_stem(path)), *query.parts}
    for sibling in reader.beside(path, query.language)[:MOST_BESIDE]:
        name = _stem(sibling)
        parts = parts_of(name)
        alike = sum(part in own for part in parts) / max(1, len(parts))
        votes.add(name, weights.package + weights.package_alike * alike**2, "in the same folder")


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _members(name: str, strength: float, path: str, reader: Reader, votes: Votes, weights: Weights) -> None:
    rows = (row for row in reader.members_of(name, 200) if other(row.path, path) and reachable(row, path))
    members = without_locals(rows)[:120]
    likelihood = strength * weights.members / (len(members) + weights.members_plus)
    votes.add_rows(members, min(0.6, likelihood), f"member of `{name}`")
