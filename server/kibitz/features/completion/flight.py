"""One completion asked of a language model: it lives on while what is typed continues it, and ends when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from kibitz.errors import let_go
from kibitz.features.completion.answers import Hit, Kept
from kibitz.features.completion.place import Place, typed_to

MOST_TYPED = 48
"""So much may be typed before a model's first word; more than this, and it was asked about another thought."""

HEDGES = ("```", "~~~", "<")
"""How answers begin that are not the text itself: what is typed tells nothing about them before they are whole."""


class Flight:
    """A call to a model for the text at `place`.

    `due` is when it is sent, `typed` what may have been typed at its origin since. Where it was begun as if a shown suggestion were accepted, `lead` is that suggestion and `origin` where it was shown;
    else the place itself is the origin. `run` makes the call, feeds `heard`, says when there is something to suggest, and
    gives the answer that is kept once the model says no more.
    """

    def __init__(self, place: Place, model: str, *, origin: Place | None = None, lead: str = "") -> None:
        self.place = place
        self.model = model
        self.origin = origin or place
        self.lead = lead
        self.text = ""
        self.sent = False
        self.due = 0.0
        self.typed: tuple[str, ...] = ("",)
        self.waiters = 0
        self.ready: asyncio.Future[None] | None = None
        self.task: asyncio.Task[Kept] | None = None

    def start(self, run: Callable[[Flight], Awaitable[Kept]]) -> None:
        """Make the call in the background."""

        async def call() -> Kept:
            return await run(self)

        def ended(task: asyncio.Task[Kept]) -> None:
            self.suggested()
            let_go(task)
            if not task.cancelled():
                task.exception()  # seen, whoever still waits

        self.ready = asyncio.get_running_loop().create_future()
        self.task = asyncio.ensure_future(call())
        self.task.add_done_callback(ended)

    def suggested(self) -> None:
        """What was asked for has been said and kept, or never will be."""
        if self.ready is not None and not self.ready.done():
            self.ready.set_result(None)

    @property
    def ahead(self) -> bool:
        """Whether nobody has asked for it yet."""
        return bool(self.lead)

    def follows(self, hit: Hit) -> bool:
        """Whether it says more of an answer that is being typed, or what comes after it."""
        if self.ahead:
            return self.sent and self.lead.endswith(hit.text)
        return hit.kept.model == self.model and hit.kept.place == self.place.near()

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.task is None or self.task.done()

    def heard(self, delta: str) -> None:
        """Some more of the answer."""
        self.text += delta

    @property
    def left(self) -> bool:
        """Whether what was typed is none of what it says."""
        return not any(map(self.carries, self.typed))

    def carries(self, typed: str) -> bool:
        """Whether the answer may still be the one to give after this was typed at its origin."""
        known = self.lead + self.text
        if len(typed) <= len(known):
            return known.startswith(typed) or (self._hedged and typed.startswith(self.lead))
        if not typed.startswith(self.lead) or len(typed) - len(self.lead) > MOST_TYPED:
            return False
        return not self.text or typed.startswith(known) or self._hedged

    def serves(self, place: Place, lines: Sequence[str]) -> bool:
        """Whether it is worth waiting for at this place of the document with these lines.

        One that has not been sent yet serves its own place alone: for a later one more can be told.
        """
        if self.over or (not self.sent and place != self.place):
            return False
        typed = typed_to(self.origin, place, lines)
        return typed is not None and typed.startswith(self.lead) and self.carries(typed)

    @property
    def _hedged(self) -> bool:
        return self.text.lstrip().startswith(HEDGES)

    def cancel(self) -> None:
        """Hang up."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
