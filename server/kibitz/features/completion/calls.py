"""Calls of a model for completions: made after a pause, kept for the keys that follow, and prepared for what comes next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from attrs import evolve

from kibitz.features.complete import answered, continued
from kibitz.features.completion.answers import Answers, Hit, Kept
from kibitz.features.completion.document import Looked, Typing
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place
from kibitz.features.completion.rhythm import Spending
from kibitz.features.completion.shaping import Answered
from kibitz.features.workbench import Workbench
from kibitz.models.select import OFFLINE

HEAD_START_S = 0.05
"""The context is built so long before the pause ends."""

AGAIN_S = 0.03
"""So often it is looked whether a call under way has ended, and what comes after the suggestion can be asked for."""


class Calls:
    """The calls of one editor; what they say goes to `answers`. Used in the event loop alone.

    `latency_s` has the time each model took to its first word, lately.
    """

    def __init__(self, counters: Counter[str], clock: Callable[[], float], answers: Answers) -> None:
        self.latency_s: dict[str, float] = {}
        self.spending = Spending()
        self._counters = counters
        self._clock = clock
        self._answers = answers

    def ask(self, bench: Workbench, typing: Typing, model: str, looked: Looked, wait_s: float) -> None:
        """Call for an answer after a pause, and keep it; for the place behind the suggestion, where there is one.

        What is known already is not asked for.
        """
        hit, place = looked.hit, looked.behind
        if hit is not None and self._answers.find(place, model) is not None:
            return
        flight = Flight(place, model, origin=looked.place, lead=hit.text if hit is not None else "")
        flight.due = self._clock() + wait_s

        async def sending() -> None:
            await asyncio.sleep(max(0.0, flight.due - self._clock()))
            typing.clear()
            flight.sent, flight.due = True, self._clock()
            self.spending.call()
            self._counters["completion calls"] += 1
            self._counters["completion ahead"] += flight.ahead

        def heard(delta: str) -> None:
            if not flight.text:
                self._learn(model, self._clock() - flight.due)
            flight.heard(delta)
            if flight.left:
                self._counters["completion diverged"] += 1
                flight.cancel()

        def enough(said: Answered) -> None:
            self._keep(looked, place, model, said)
            flight.suggested()

        def awaited() -> bool:
            return flight.waiters > 0 and flight.ready is not None and flight.ready.done()

        async def run(flight: Flight) -> Kept:
            await asyncio.sleep(max(0.0, wait_s - HEAD_START_S))
            at = await asyncio.to_thread(looked.taken) if flight.ahead else (looked.document, looked.position)
            said = await answered(
                bench, *at, before_sending=sending, on_text=heard, on_enough=enough, awaited=awaited
            )
            kept = self._keep(looked, place, model, said)
            await self.go_on(bench, Looked(*at, place, Hit(kept, kept.text)))
            return kept

        typing.flight = flight
        flight.start(run)

    async def go_on(self, bench: Workbench, looked: Looked) -> None:
        """Make what was said after a suggestion the one for the place behind it."""
        if looked.hit is None or not looked.hit.kept.more:
            return
        kept, place = looked.hit.kept, looked.behind
        if self._answers.find(place, kept.model) is not None:
            return
        said = await continued(bench, looked.taken, kept.more)
        if self._answers.find(place, kept.model) is None:
            self._counters["completion continued"] += 1
            self._answers.keep(evolve(_kept(place, kept.model, said), engine=kept.engine))

    def prepare(self, bench: Workbench, typing: Typing, model: str, looked: Looked) -> None:
        """Ask for what comes after a suggestion once it has been looked at for a while, unless much was spent already."""

        def now() -> None:
            typing.ahead = None
            if bench.model("complete").name != model:
                return
            if typing.flight is not None and not typing.flight.over:
                typing.ahead = asyncio.get_running_loop().call_later(AGAIN_S, now)
            elif self.spending.share < 1:
                self.ask(bench, typing, model, looked, 0.0)

        typing.ahead = asyncio.get_running_loop().call_later(typing.rhythm.dwell_s, now)

    def _keep(self, looked: Looked, place: Place, model: str, said: Answered) -> Kept:
        hit = looked.hit
        if hit is not None and hit.kept.model == OFFLINE and said.text and "\n" not in hit.text + said.text:
            whole = evolve(
                said, text=hit.text + said.text, more=""
            )  # the model goes on where the other engine ends
            self._answers.keep(_kept(looked.place, model, whole))
        kept = _kept(place, model, said)
        self._answers.keep(kept)
        return kept

    def _learn(self, model: str, seconds: float) -> None:
        known = self.latency_s.get(model)
        self.latency_s[model] = seconds if known is None else known + 0.3 * (seconds - known)


def _kept(place: Place, model: str, said: Answered) -> Kept:
    answer = said.answer
    return Kept(
        place.near(), model, answer.engine, said.text, said.checks, answer.usage, said.unknown, said.more
    )
