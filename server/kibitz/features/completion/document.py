"""What goes on in one document while someone types in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from attrs import frozen

from kibitz.features.completion.answers import Hit, Kept
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place
from kibitz.features.completion.rhythm import Rhythm
from kibitz.text import Document, Position, Range, TextEdit

WITH_A_KEY_S = 0.1

AT_ONCE_S = 0.02
"""No hand types so soon after an answer has come; a program that waits for each answer does, and need not wait longer."""

TRUST, MOST_TRUST = 4, 8
"""What is looked at is prepared for only where suggestions are taken: one that is lets so many be typed past, and at the
beginning as many may be."""


@frozen
class Looked:
    """A place in a document, and the suggestion that is on the screen there."""

    document: Document
    position: Position
    place: Place
    hit: Hit | None = None

    @property
    def behind(self) -> Place:
        """Where the cursor would stand if it were taken."""
        if self.hit is None:
            return self.place
        return Place.at(*self.taken()) if self.hit.over else self.place.behind(self.hit.text)

    def taken(self) -> tuple[Document, Position]:
        """The text as it would be, and the cursor. Takes time for the whole document."""
        hit, position = self.hit, self.position
        if hit is None:
            return self.document, position
        where = Range(position, Position(position.line, position.character + hit.over))
        after = self.document.replaced([TextEdit(where, hit.text)])
        return after, after.position(self.document.offset(position) + len(hit.text))


class Typing:
    """What goes on in one document."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self.flight: Flight | None = None
        self.parked: Flight | None = None
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.place: Place | None = None
        self.answered_at: float | None = None
        self.ahead: asyncio.TimerHandle | None = None
        self.changed_at: float | None = None
        self.shown: Hit | None = None
        self.shown_at: Place | None = None
        self.continued: Kept | None = None
        self._work: set[asyncio.Task[None]] = set()

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
        waited = self.answered_at is not None and now - self.answered_at < AT_ONCE_S
        self.rhythm.key(now, waited=waited)
        self.place, self.answered_at = place, None
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

    def work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside; at the end it is stopped."""
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def keeps_to(self, quick: Hit, hit: Hit) -> bool:
        """Whether the built-in engine's suggestion is being typed, and a model's word that came since says something else."""
        shown = self.shown
        typed_on = shown is not None and shown.kept is quick.kept and self.shown_at != self.place
        return typed_on and not hit.text.startswith(quick.text)

    @property
    def tasks(self) -> list[asyncio.Task[Any]]:
        """All that goes on."""
        flights = [one.task for one in (self.flight, self.parked) if one is not None and one.task is not None]
        return [*flights, *self._work]

    def hang_up(self) -> None:
        """Nobody can use the call under way any more."""
        if self.flight is not None:
            self.flight.cancel()
            self.flight = None

    def park(self) -> None:
        """The cursor is elsewhere: until a call is made for there, the one under way may still be wanted."""
        if self.flight is not None and self.flight.sent and not self.flight.over:
            self.clear()
            self.parked, self.flight = self.flight, None
        else:
            self.hang_up()

    def clear(self) -> None:
        """Hang up the call that was put aside."""
        if self.parked is not None:
            self.parked.cancel()
            self.parked = None

    def back(self, place: Place, model: str, lines: Sequence[str]) -> None:
        """Take up the call that was put aside, where the cursor is back at what it is for."""
        parked = self.parked
        if parked is not None and parked.model == model and parked.serves(place, lines):
            self.hang_up()
            self.flight, self.parked = parked, None

    def end(self) -> None:
        """Nothing goes on any more."""
        if self.ahead is not None:
            self.ahead.cancel()
            self.ahead = None
        self.hang_up()
        self.clear()
        for task in self._work:
            task.cancel()
