"""From what an engine says to what can be inserted: as much as possible is done while it still speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from attrs import evolve, frozen

from kibitz.errors import let_go
from kibitz.features.completion.extent import Extent
from kibitz.features.completion.names import unknown_names
from kibitz.features.completion.shape import Ground, ground, ground_amid_errors, shape
from kibitz.features.completion.streak import Hearing, said_on
from kibitz.models.protocol import Answer, Usage
from kibitz.models.tasks import CompleteTask
from kibitz.verify.checks import Check

LEISURE_S = 0.02
"""A model that answers as soon as this leaves no time to look at a place for longer."""


@frozen
class Answered:
    """What an engine said for a place, in the shape it can be inserted in: an empty text where nothing can be.

    `unknown` counts the names in it that neither the file nor what the engine was shown has; `more` is what the engine
    said after it.
    """

    answer: Answer
    text: str
    checks: tuple[Check, ...]
    unknown: int = 0
    more: str = ""


class Shaping:
    """One answer on its way. `known` says whether the engine was shown a name; with `on_enough`, which is told as soon as
    enough was said, it is heard on: for a line where that is `awaited` already, else for some."""

    def __init__(
        self,
        task: CompleteTask,
        where: Extent,
        line_length: int | None,
        known: Callable[[str], bool],
        *,
        engine: str,
        on_enough: Callable[[Answered], None] | None,
        awaited: Callable[[], bool] | None = None,
    ) -> None:
        self.hearing = Hearing(where, self._suggested if on_enough is not None else None, awaited)
        self._task = task
        self._where = where
        self._line_length = line_length
        self._known = known
        self._engine = engine
        self._on_enough = on_enough
        self._ground: asyncio.Future[Ground] | None = None
        self._amid_errors: asyncio.Future[Ground] | None = None
        self._whole: asyncio.Future[Answered] | None = None

    def look(self) -> None:
        """There is nothing to do but wait for the engine: look at the place."""
        if self._ground is None:
            looked = asyncio.to_thread(ground, self._task.document, self._task.position, tried=True)
            self._ground = asyncio.ensure_future(looked)
            self._amid_errors = asyncio.ensure_future(self._longer(self._ground))

    async def _longer(self, looking: asyncio.Future[Ground]) -> Ground:
        await asyncio.sleep(LEISURE_S)
        return await asyncio.to_thread(ground_amid_errors, await looking)

    def said(self, text: str) -> None:
        """The whole answer is there, and only the accounts are left."""
        if self.hearing.first is None:
            self._whole = asyncio.ensure_future(self._suggested(text))

    async def finished(self, answer: Answer) -> Answered:
        """What can be inserted, now that all is over."""
        if self.hearing.first is None:
            whole = self._whole
            return await self._shaped(answer) if whole is None else evolve(await whole, answer=answer)
        found = evolve(await self.hearing.first, answer=answer)
        document = self._task.document
        to_its_end = answer.reason == "stop" and not self.hearing.over
        more = said_on(answer.text, found.text, document.language, document.text, whole=to_its_end)
        return evolve(found, more=more)

    def end(self) -> None:
        """Nobody waits for it any more."""
        self.hearing.end()
        for late in (self._ground, self._amid_errors, self._whole):
            if late is not None:
                late.add_done_callback(let_go)
                late.cancel()

    async def _suggested(self, text: str) -> Answered:
        found = await self._shaped(Answer(self._engine, text, Usage()))
        if self._on_enough is not None:
            self._on_enough(found)
        return found

    async def _shaped(self, answer: Answer) -> Answered:
        seen = await self._ground if self._ground is not None else None
        longer = self._amid_errors
        if longer is not None and longer.done() and not longer.cancelled():
            seen = longer.result()
        task = self._task

        def finished() -> Answered:
            found = shape(
                task.document,
                task.position,
                answer.text,
                extent=self._where,
                max_lines=task.max_lines,
                line_length=self._line_length,
                on=seen,
                guess=task.sure,
            )
            unknown = unknown_names(task.document, found.text, self._known)
            return Answered(answer, found.text, found.checks, unknown)

        return await asyncio.to_thread(finished)
