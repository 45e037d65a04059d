"""What a model says on after it has said what was asked for: the next suggestion, at the price of a few words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from kibitz.errors import let_go
from kibitz.features.completion.chatter import FENCE, clean
from kibitz.features.completion.extent import Extent
from kibitz.features.completion.stop import Stop

MORE_LINES = 4
"""So many lines are heard beyond the suggestion: a call of its own for them would send the whole prompt again."""

MOST_CHARACTERS = 600


class Streak:
    """Fed with the pieces of an answer as they come: when enough was said to suggest, and when to hang up.

    With `more`, a model that was asked for one line is heard on for a few.
    """

    def __init__(self, extent: Extent, *, more: bool) -> None:
        self._stop = Stop(extent)
        self._more = more and extent.kind == "line" and not extent.inside
        self._after: list[str] = []
        self._line = ""
        self.enough: int | None = None
        """How many characters of all that was fed are what was asked for; None while more of it is wanted."""

    def feed(self, piece: str) -> bool:
        """One more piece; whether nobody wants the next one."""
        if self.enough is None:
            self.enough = self._stop.feed(piece)
            return self.enough is not None and not self._more
        *whole, rest = (self._line + piece).split("\n")
        self._line = rest
        self._after += whole
        characters = sum(map(len, self._after)) + len(rest)
        odd = any(FENCE.match(line) for line in whole)
        return odd or len(self._after) > MORE_LINES or characters > MOST_CHARACTERS

    @property
    def said_more(self) -> bool:
        """Whether a line was said beyond what was asked for."""
        return any(line.strip() for line in self._after)


T = TypeVar("T")


class Hearing(Generic[T]):
    """An answer as it comes: `begin` gets what was asked for as soon as it has been said, and `first` is what it makes of it.

    Without `begin` nothing is heard beyond that, and where it is `awaited` already no more than a line. `over` says that the
    model was to say no more.
    """

    def __init__(
        self,
        extent: Extent,
        begin: Callable[[str], Coroutine[Any, Any, T]] | None,
        awaited: Callable[[], bool] | None = None,
    ) -> None:
        self.first: asyncio.Task[T] | None = None
        self.over = False
        self._streak = Streak(extent, more=begin is not None)
        self._begin = begin
        self._awaited = awaited
        self._said: list[str] = []

    def feed(self, piece: str) -> bool:
        """One more piece; whether nobody wants the next one."""
        self._said.append(piece)
        self.over = self._streak.feed(piece)
        if self.first is not None and self._awaited is not None and self._streak.said_more:
            self.over = self.over or self._awaited()
        if (
            self._begin is not None
            and self._streak.enough is not None
            and not self.over
            and self.first is None
        ):
            self.first = asyncio.ensure_future(self._begin("".join(self._said)[: self._streak.enough]))
        return self.over

    def end(self) -> None:
        """Nobody waits for it any more."""
        self._awaited = None
        self._begin = (
            None  # whose it is has this: together they would keep the text until garbage is looked for
        )
        if self.first is not None:
            self.first.add_done_callback(let_go)
            self.first.cancel()


def said_on(answer: str, suggested: str, language: str, known: str, *, whole: bool) -> str:
    """What an answer says after the text that was suggested of it; "" where that is not how it begins.

    `whole`: it was heard to its end, else its last line may lack something. `known` is the file's text.
    """
    text, suggested = clean(answer, language, known), suggested.replace("\r\n", "\n")
    if not suggested or not text.startswith(suggested):
        return ""
    more = text[len(suggested) :]
    if not whole:
        more = more[: more.rfind("\n") + 1]
    return more if more.strip() else ""
