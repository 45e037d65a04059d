"""What goes on in one document while someone types in it."""

from __future__ import annotations

import asyncio

from attrs import frozen

from kibitz.features.completion.answers import Hit
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place
from kibitz.features.completion.rhythm import Rhythm
from kibitz.text import Document, Position

WITH_A_KEY_S = 0.1

TRUST, MOST_TRUST = 4, 8
"""What is looked at is prepared for only where suggestions are taken: one that is lets so many be typed past."""


@frozen
class Looked:
    """The suggestion that is on the screen."""

    document: Document
    position: Position
    hit: Hit


class Typing:
    """What goes on in one document."""

    def __init__(self) -> None:
        self.rhythm = Rhythm()
        self.flight: Flight | None = None
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.place: Place | None = None
        self.answered = True
        self.ahead: asyncio.TimerHandle | None = None
        self.changed_at: float | None = None
        self.shown: Hit | None = None
        self.shown_at: Place | None = None

    def just_changed(self, now: float) -> bool:
        """Whether a request comes with a key, whatever the editor calls it: some call each of them invoked by hand."""
        return self.changed_at is not None and now - self.changed_at < WITH_A_KEY_S

    def next(self, place: Place, now: float) -> None:
        """A request for a place: those that still wait for another one have their answer, which is none."""
        if self.ahead is not None:
            self.ahead.cancel()
            self.ahead = None
        if self.place == place:
            return
        self.rhythm.key(now, waiting=not self.answered)
        self.place, self.answered = place, False
        self.turn.set_result(None)
        self.turn = asyncio.get_running_loop().create_future()

    def judge(self, place: Place, hit: Hit | None) -> int:
        """What the key says of the suggestion that was on the screen before it: how much more, or less, to trust."""
        if self.shown is None or place == self.shown_at:
            return 0
        if place.prefix.endswith(self.shown.text):
            self.rhythm.followed()
            self.shown = None
            return TRUST
        if hit is not None and hit.kept is self.shown.kept:
            self.rhythm.followed()
            return 0
        self.rhythm.refused()
        self.shown = None
        return -1

    def hang_up(self) -> None:
        """Nobody can use the call under way any more."""
        if self.flight is not None:
            self.flight.cancel()
            self.flight = None

    def end(self) -> None:
        """Nothing goes on any more."""
        if self.ahead is not None:
            self.ahead.cancel()
            self.ahead = None
        self.hang_up()
