"""How long models take: percentiles per feature and model since the start, in memory that does not grow with the calls.

Times are kept as counts in classes whose limits grow by 4 %, so a percentile is at most 2 % beside the time it stands for.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import Any

GROWTH = 1.04
LEAST_MS, MOST_MS = 0.1, 3_600_000.0
CLASSES = math.ceil(math.log(MOST_MS / LEAST_MS, GROWTH)) + 1
MOST_KEYS = 64
"""Pairs of feature and model; beyond that the one that was longest unused is forgotten."""

PERCENTILES = (50, 95, 99)


class Histogram:
    """Counts of times in milliseconds."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.total = 0

    def add(self, ms: float) -> None:
        """Count one time; what is shorter or longer than the classes counts as the shortest or longest."""
        place = math.log(max(ms, LEAST_MS) / LEAST_MS, GROWTH)
        self._counts[min(int(place), CLASSES - 1)] += 1
        self.total += 1

    def percentile(self, percent: float) -> float | None:
        """The time that this part of all times does not exceed (nearest rank); None where there is none."""
        rank = max(1, math.ceil(self.total * percent / 100))
        seen = 0
        for place in sorted(self._counts):
            seen += self._counts[place]
            if seen >= rank:
                return float(LEAST_MS * GROWTH ** (place + 0.5))
        return None

    def to_json(self) -> dict[str, float | None]:
        """Milliseconds by percentile."""
        found = {f"p{percent}": self.percentile(percent) for percent in PERCENTILES}
        return {name: None if ms is None else round(ms, 1) for name, ms in found.items()}


class _Row:
    def __init__(self) -> None:
        self.calls = 0
        self.failed: Counter[str] = Counter()
        self.first, self.whole = Histogram(), Histogram()


class Call:
    """One call under way; `end` must be called exactly once."""

    def __init__(self, book: Latencies, feature: str, model: str, waited_ms: float) -> None:
        self._book = book
        self._feature = feature
        self.asked = model
        self._began = time.perf_counter() - waited_ms / 1000
        self._first_ms: float | None = None

    def heard(self) -> None:
        """Something of the answer has come; only the first time counts."""
        if self._first_ms is None:
            self._first_ms = (time.perf_counter() - self._began) * 1000

    def end(self, model: str, failed: str | None) -> float:
        """The call has ended: who answered, and the kind of its failure. Its milliseconds."""
        spent = (time.perf_counter() - self._began) * 1000
        self._book.ended(self, self._feature, model, self._first_ms, spent, failed)
        return spent


class Latencies:
    """All calls of one process."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], _Row] = {}
        self._open: dict[int, tuple[str, str]] = {}

    def start(self, feature: str, model: str, waited_ms: float = 0.0) -> Call:
        """A call begins; who asked has waited for so long already."""
        call = Call(self, feature, model, waited_ms)
        self._open[id(call)] = (feature, model)
        return call

    def ended(
        self,
        call: Call,
        feature: str,
        model: str,
        first_ms: float | None,
        whole_ms: float,
        failed: str | None,
    ) -> None:
        """See `Call.end`. Only calls that succeeded count for the times: a refusal is quick."""
        self._open.pop(id(call), None)
        row = self._rows.pop((feature, model), None) or _Row()
        self._rows[feature, model] = row  # the last used is last
        while len(self._rows) > MOST_KEYS:
            del self._rows[next(iter(self._rows))]
        row.calls += 1
        if failed is not None:
            row.failed[failed] += 1
            return
        row.whole.add(whole_ms)
        if first_ms is not None:
            row.first.add(first_ms)

    def to_json(self) -> list[dict[str, Any]]:
        """A row for each feature and model: calls, failures by kind, calls under way, times in milliseconds."""
        under_way = Counter(self._open.values())
        rows = []
        for feature, model in sorted({*self._rows, *under_way}):
            row = self._rows.get((feature, model)) or _Row()
            rows.append(
                {
                    "feature": feature,
                    "model": model,
                    "calls": row.calls,
                    "failed": dict(sorted(row.failed.items())),
                    "inFlight": under_way[feature, model],
                    "firstTokenMs": row.first.to_json(),
                    "totalMs": row.whole.to_json(),
                }
            )
        return rows
