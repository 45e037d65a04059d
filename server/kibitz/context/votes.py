"""What the methods that guess names share: whose definitions count, how much each method is trusted, and their votes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from attrs import frozen

from kibitz.context.query import Query
from kibitz.index.crawl import is_secret
from kibitz.index.reader import DefinitionRow

_TEST_PATH = re.compile(
    r"(^|/)(tests?|specs?|testdata|__tests__)/|(^|/)(test_[^/]*|tests?\.[a-z]+)$|(_test|[._]spec|\.test|Tests?)\.[a-z]+$"
)


def other(path: str, own: str) -> bool:
    """Whether a file is another one than `own` and may be shown."""
    return path != own and not _secret(path)


@lru_cache(4096)
def _secret(path: str) -> bool:
    return is_secret(path.rpartition("/")[2])


@lru_cache(4096)
def is_test(path: str) -> bool:
    """Whether a file is there to test others, as its path says."""
    return _TEST_PATH.search(path) is not None


@lru_cache(16384)
def _closed(path: str, name: str, signature: str) -> bool:
    """Whether a definition says that no other file (in Go: no other folder's) can use it."""
    if path.endswith(".go"):
        return name[:1].islower()
    if path.endswith(".py"):
        return name.startswith("_") and not name.endswith("__")
    return "private" in signature and "private" in signature.partition(name)[0].split()


def reachable(row: DefinitionRow, path: str) -> bool:
    """Whether another file than the one it is in can use a definition, as far as it says: tests are for tests alone."""
    if is_test(row.path) and not is_test(path):
        return False
    if not _closed(row.path, row.name, row.signature):
        return True
    return row.path.endswith(".go") and row.path.rpartition("/")[0] == path.rpartition("/")[0]


def without_locals(rows: Iterable[DefinitionRow]) -> list[DefinitionRow]:
    """Definitions without the variables of functions, which no other file can name."""
    return [row for row in rows if not (row.kind == "variable" and _is_local(row.container))]


def _is_local(container: str | None) -> bool:
    """Whether a variable is inside of a function, as far as the name around it says."""
    return container is not None and container.rpartition(".")[2][:1].islower()


@frozen
class Weights:
    """How much each method is trusted. Measured on real projects, see tests/benchmarks/context.py."""

    windows: float = 0.5
    windows_power: float = 3.0
    receiver: float = 0.4
    words: int = 8
    rows: int = 40
    names: int = 80
    names_per_token: float = 0.05
    types: int = 12
    imports: int = 3
    members: float = 11.0
    named_type: float = 1.0
    guessed_type: float = 0.5
    declared: float = 0.8
    result: float = 0.5
    results: int = 16
    own_base: float = 1.0
    imported: float = 1.0
    folder: float = 0.3
    reached: float = 0.5
    members_plus: float = 6.0
    alike: float = 1.5
    closed: float = 0.2
    known: float = 0.1
    constructor: float = 0.3
    package: float = 0.02
    package_alike: float = 0.2


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
