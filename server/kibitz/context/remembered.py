"""What was found for the places asked about last: while a word is typed, the project has nothing new to say about them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from attrs import frozen

from kibitz.context.choose import Snippet

MOST = 32


@frozen
class Found:
    """Pieces of other files for a place, or why none were looked for."""

    snippets: tuple[Snippet, ...] = ()
    skipped: str = ""


class Remembered:
    """Answers by all that they depend on: whoever asks the same gets the same.

    One found in another `state` of the index is the answer for `behind_s` seconds: while a project is indexed its state
    changes several times a second, and most of that has nothing to do with the place that is asked about.
    """

    def __init__(self, behind_s: float) -> None:
        self._behind_s = behind_s
        self._found: OrderedDict[Hashable, tuple[Hashable, float, Found]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` answers, or has answered for this key."""
        now = time.monotonic()
        known = self._found.pop(key, None)
        if known is None or (known[0] != state and now > known[1] + self._behind_s):
            known = state, now, find()
        self._found[key] = known
        while len(self._found) > MOST:
            self._found.popitem(last=False)
        return known[2]
