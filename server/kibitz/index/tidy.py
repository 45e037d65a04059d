"""Garbage is looked for between two answers and not within one: what is kept to answer fast takes long to look through."""

from __future__ import annotations

import functools
import gc
import threading
from collections.abc import Callable
from typing import TypeVar

PAUSE_S = 0.03
"""So long after an answer, nobody seems to be waiting for the next one."""
MOST_NEW = 500_000
"""So many new objects are looked through at once where there is no pause."""
ALL_EACH = 500
"""After so many pauses, what was set aside is looked through once more: a tenth of a second."""

P = TypeVar("P")
T = TypeVar("T")


class Tidy:
    """Runs the collector of this process, once it has begun, in the pauses."""

    def __init__(self) -> None:
        self._answered = threading.Event()
        self._sweeps = 0
        self._begun = threading.Lock()

    def begin(self) -> None:
        """From now on; a second time nothing happens. What there is by now stays and is not looked at again."""
        if self._begun.acquire(blocking=False):
            gc.set_threshold(MOST_NEW, 50, 100)
            self.sweep()
            threading.Thread(target=self._run, name="tidy", daemon=True).start()

    def answering(self, function: Callable[[P], T]) -> Callable[[P], T]:
        """A function behind whose answers there may be a pause."""

        @functools.wraps(function)
        def answered(params: P) -> T:
            try:
                return function(params)
            finally:
                self._answered.set()

        return answered

    def sweep(self) -> None:
        """Collect what is new since the last time, and set aside what is left."""
        self._sweeps += 1
        if self._sweeps % ALL_EACH == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()

    def _run(self) -> None:
        while True:
            self._answered.wait()
            self._answered.clear()
            while self._answered.wait(PAUSE_S):
                self._answered.clear()
            self.sweep()


TIDY = Tidy()
"""That of this process."""
