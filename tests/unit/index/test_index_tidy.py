"""Garbage is collected in the pauses between answers."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from kibitz.index.tidy import ALL_EACH, Tidy


class Knot:
    """What only the collector can free."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def tidy() -> Iterator[Tidy]:
    """Leaves the collector as it was."""
    before = gc.get_threshold()
    yield Tidy()
    gc.set_threshold(*before)
    gc.unfreeze()


def knot() -> tuple[weakref.ref[Knot], threading.Event]:
    gone = threading.Event()
    return weakref.ref(Knot(), lambda _: gone.set()), gone


def test_a_pause_after_an_answer_is_used(tidy: Tidy) -> None:
    before = threading.active_count()
    tidy.begin()
    tidy.begin()
    assert threading.active_count() == before + 1
    reference, gone = knot()
    assert tidy.answering(hex)(10) == "0xa"
    assert gone.wait(20) and reference() is None


def test_a_failure_is_an_answer_too(tidy: Tidy) -> None:
    def fail(value: int) -> int:
        raise ValueError(value)

    tidy.begin()
    reference, gone = knot()
    with pytest.raises(ValueError, match="7"):
        tidy.answering(fail)(7)
    assert gone.wait(20) and reference() is None


def test_what_is_set_aside_is_looked_through_again_at_last(tidy: Tidy) -> None:
    kept = Knot()
    reference = weakref.ref(kept)
    tidy.sweep()
    del kept
    tidy.sweep()
    assert reference() is not None
    tidy._sweeps = ALL_EACH - 1
    tidy.sweep()
    assert reference() is None
