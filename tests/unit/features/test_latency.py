"""Percentiles that are near the truth, in memory that does not grow."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.latency import CLASSES, MOST_KEYS, Histogram, Latencies


@given(st.lists(st.floats(0.1, 3_600_000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_near_the_time_it_stands_for(times: list[float], percent: int) -> None:
    histogram = Histogram()
    for ms in times:
        histogram.add(ms)
    truth = sorted(times)[max(1, math.ceil(len(times) * percent / 100)) - 1]
    found = histogram.percentile(percent)
    assert found is not None
    assert found == pytest.approx(truth, rel=0.021)


def test_no_time_has_no_percentile() -> None:
    assert Histogram().to_json() == {"p50": None, "p95": None, "p99": None}


def test_memory_does_not_grow_with_the_calls() -> None:
    histogram = Histogram()
    for number in range(20_000):
        histogram.add(number * 1e6)
    histogram.add(0)
    assert len(histogram._counts) <= CLASSES


def test_a_row_for_each_feature_and_model() -> None:
    book = Latencies()
    one = book.start("chat", "p/a", waited_ms=500)
    one.heard()
    one.heard()
    two = book.start("chat", "p/a")
    three = book.start("explain", "p/b")
    assert [(row["feature"], row["inFlight"]) for row in book.to_json()] == [("chat", 2), ("explain", 1)]
    assert one.end("p/a", None) >= 500
    two.end("p/a", "auth")
    three.end("p/c", None)
    chat, explain = book.to_json()
    assert (chat["calls"], chat["failed"], chat["inFlight"]) == (2, {"auth": 1}, 0)
    assert chat["totalMs"]["p99"] >= 490
    assert chat["firstTokenMs"]["p50"] >= 490, "who waited before the call was made, waited"
    assert (explain["model"], explain["calls"]) == ("p/c", 1), "who answered counts, not who was asked"
    assert explain["firstTokenMs"]["p50"] is None


def test_the_longest_unused_is_forgotten() -> None:
    book = Latencies()
    for number in range(MOST_KEYS + 10):
        book.start("chat", f"p/{number}").end(f"p/{number}", None)
        book.start("chat", "p/0").end("p/0", None)
    names = {row["model"] for row in book.to_json()}
    assert len(names) == MOST_KEYS
    assert "p/0" in names
    assert "p/1" not in names
