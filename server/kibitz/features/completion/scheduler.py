"""When a model is asked for a completion, and when what it said before is the answer.

A key that continues a suggestion is answered from memory; one that continues a call under way waits for that call; only
then is a model asked, after a pause that follows the typing rhythm, one call a document at a time. While a suggestion is
looked at, the one after it is prepared. (Copilot's typing-as-suggested and reuse of requests, Cody's recycling of calls,
Tabby's cache of typed-through text: here over one rule of what continues what, `place.typed_to` and `answers.Answers`.)
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

from kibitz.features.complete import Answered, Completion, Suggestion, answered, wanted
from kibitz.features.completion.answers import Answers, Hit, Kept
from kibitz.features.completion.document import MOST_TRUST, Looked, Typing
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place, typed_in
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Usage
from kibitz.models.select import OFFLINE
from kibitz.text import Document, Position, Range, TextEdit

LINGER_S = 0.03
"""A call whose request the editor took back waits so long for the next key's: editors cancel before they ask again."""

DWELL_S = 0.12
"""A suggestion that has been looked at for so long may be accepted: then the next one is prepared."""

HEAD_START_S = 0.05
"""The context is built so long before the pause ends."""

SLOW_S = 0.15
"""From a model that takes longer than this the built-in engine's suggestion is not held back."""

DOCUMENTS = 50


class Scheduler:
    """The completions of one editor. All its methods are called in the event loop.

    `counters` tells what became of the requests: answered from what was kept (reused), by a call, by the built-in engine
    before the model (quick), or not at all because the next key came (overtaken); and calls begun, ended because the text
    went another way (diverged), or made ahead of the next request.
    """

    def __init__(self, counters: Counter[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counters = counters
        self._answers = Answers()
        self._typing: dict[str, Typing] = {}
        self._latency: dict[str, float] = {}
        self._trust = 0

    async def suggest(
        self,
        bench: Workbench,
        document: Document,
        position: Position,
        *,
        invoked: bool = False,
        both: bool = False,
    ) -> Completion:
        """What could be inserted at a position, or nothing. Raises the engine's errors.

        A request that a later one for another place overtakes is answered with nothing at once. With `both`, what the
        built-in engine is sure of stands beside a model's word, where it is another; the one with fewer unknown names is first.
        """
        watch = Stopwatch()
        position = document.clamp(position)
        model = bench.model("complete").name
        if not await wanted(bench, document, position):
            return _nothing(document, model, watch)
        place = Place.at(document, position)
        typing = self._of(document.uri)
        typing.next(place, self._clock())
        self._counters["completion requests"] += 1
        hit = self._answers.find(place, model)
        quick = None if hit is not None or invoked else self._answers.find(place, OFFLINE)
        self._trust = max(0, min(MOST_TRUST, self._trust + typing.judge(place, hit or quick)))
        if hit is not None:
            self._counters["completion reused"] += 1
            if typing.flight is not None and not _follows(typing.flight, hit):
                typing.hang_up()
            return self._show(bench, typing, document, position, hit, watch, both=both)
        if model == OFFLINE:
            said = await answered(bench, document, position)
            return self._show(bench, typing, document, position, self._keep_offline(place, said), watch)
        flight = typing.flight
        if flight is not None and (flight.model != model or not flight.serves(place, document.lines)):
            typing.hang_up()
        if typing.flight is None:
            wait = bench.settings.completion.debounce_ms / 1000
            if not invoked or typing.just_changed(self._clock()):
                last = place.before[-1:]
                wait = typing.rhythm.wait(wait, in_a_word=last.isalnum() or last == "_")
            else:
                wait = 0.0
            self._ask(bench, typing, Flight(place, model), document, position, wait)
        if quick is not None and quick.text:  # it is being typed; the model's word comes with a later key
            return self._show(bench, typing, document, position, quick, watch)
        return await self._await(bench, typing, document, position, model, watch, invoked=invoked, both=both)

    async def _await(
        self,
        bench: Workbench,
        typing: Typing,
        document: Document,
        position: Position,
        model: str,
        watch: Stopwatch,
        *,
        invoked: bool,
        both: bool,
    ) -> Completion:
        """The answer of the call under way, unless a later request comes first."""
        flight, turn, place = typing.flight, typing.turn, typing.place
        assert flight is not None and flight.task is not None and place is not None
        flight.waiters += 1
        quick: asyncio.Task[Answered] | None = None
        try:
            waiting: set[asyncio.Future[object]] = {flight.task, turn}  # type: ignore[arg-type]
            slow = not invoked and self._latency.get(model, 0.0) > SLOW_S
            if slow or both:
                offline = bench.services.offline
                quick = asyncio.ensure_future(answered(bench, document, position, model=offline, sure=True))
                waiting.add(quick)  # type: ignore[arg-type]
            while True:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if turn.done():
                    self._counters["completion overtaken"] += 1
                    return _nothing(document, model, watch)
                if flight.task.done():
                    break
                if quick in done and quick.exception() is None and (said := quick.result()).text:
                    sure = self._keep_offline(place, said)
                    if slow:
                        self._counters["completion quick"] += 1
                        return self._show(bench, typing, document, position, sure, watch)
        except asyncio.CancelledError:
            if flight.waiters == 1:
                asyncio.get_running_loop().call_later(LINGER_S, self._linger, typing, flight)
            raise
        finally:
            flight.waiters -= 1
            if quick is not None:
                quick.cancel()
        if flight.task.cancelled():
            return _nothing(document, model, watch)
        flight.task.result()  # its error is the request's
        typing.answered = True
        hit = self._answers.find(place, model)
        if hit is None:
            return _nothing(document, model, watch)
        return self._show(
            bench, typing, document, position, hit, watch, fresh=flight.task.result(), both=both
        )

    def changed(self, uri: str, lines: Sequence[str]) -> None:
        """The text of a document is another: a call that cannot be continued by it any more is ended."""
        typing = self._typing.get(uri)
        if typing is None:
            return
        typing.changed_at = self._clock()
        if typing.ahead is not None:
            typing.ahead.cancel()
            typing.ahead = None
        flight = typing.flight
        if flight is None or flight.over:
            return
        if not any(flight.carries(typed) for typed in typed_in(flight.origin, lines)):
            self._counters["completion diverged"] += 1
            typing.hang_up()

    def closed(self, uri: str) -> None:
        """A document was closed."""
        self._answers.forget(uri)
        if (typing := self._typing.pop(uri, None)) is not None:
            typing.end()

    def forget(self) -> None:
        """Settings or models are others now: no answer of before counts, and no call goes on."""
        self._answers.forget()
        for typing in self._typing.values():
            typing.end()

    async def close(self) -> None:
        """End every call."""
        flights = [t.flight.task for t in self._typing.values() if t.flight is not None and t.flight.task]
        self.forget()
        if flights:
            await asyncio.wait(flights)

    # --- calls

    def _ask(
        self,
        bench: Workbench,
        typing: Typing,
        flight: Flight,
        document: Document,
        position: Position,
        wait_s: float,
    ) -> None:
        """Call for a flight's answer after a pause, and keep it."""

        async def run(flight: Flight) -> Kept:
            await asyncio.sleep(max(0.0, wait_s - HEAD_START_S))
            asked_at = self._clock()
            first: list[float] = []

            async def sending() -> None:
                await asyncio.sleep(max(0.0, wait_s - HEAD_START_S - (self._clock() - asked_at)))
                flight.sent = True
                self._counters["completion calls"] += 1
                first.append(self._clock())

            def heard(delta: str) -> None:
                if not flight.text and first:
                    self._learn(flight.model, self._clock() - first[0])
                flight.heard(delta)

            said = await answered(bench, document, position, before_sending=sending, on_text=heard)
            answer, checks = said.answer, said.checks
            kept = Kept(
                flight.place, flight.model, answer.engine, said.text, checks, answer.usage, said.unknown
            )
            self._answers.keep(kept)
            return kept

        typing.flight = flight
        flight.start(run)

    def _learn(self, model: str, seconds: float) -> None:
        known = self._latency.get(model)
        self._latency[model] = seconds if known is None else known + 0.3 * (seconds - known)

    def _linger(self, typing: Typing, flight: Flight) -> None:
        if flight.waiters == 0 and typing.flight is flight:
            typing.hang_up()

    def _of(self, uri: str) -> Typing:
        typing = self._typing.pop(uri, None) or Typing()
        self._typing[uri] = typing
        while len(self._typing) > DOCUMENTS:
            self._typing.pop(next(iter(self._typing))).end()
        return typing

    # --- answers

    def _show(
        self,
        bench: Workbench,
        typing: Typing,
        document: Document,
        position: Position,
        hit: Hit,
        watch: Stopwatch,
        *,
        fresh: Kept | None = None,
        both: bool = False,
    ) -> Completion:
        kept = hit.kept
        usage = kept.usage if fresh is kept else Usage()  # it is paid for once
        envelope = Envelope(kept.engine, watch.ms, usage, kept.checks)
        second = self._second(typing.place, hit) if both and typing.place is not None else None
        hits = sorted((one for one in (hit, second) if one is not None and one.text), key=_unknown)
        if not hits:
            return Completion(envelope, document, ())
        hit, kept = hits[0], hits[0].kept
        typing.shown, typing.shown_at = hit, typing.place
        items = tuple(
            Suggestion(one.text, Range(position, _moved(position, one.over)), one.kept.engine) for one in hits
        )
        if self._trust and kept.model != OFFLINE and (typing.flight is None or typing.flight.over):
            looked = Looked(document, position, hit)
            typing.ahead = asyncio.get_running_loop().call_later(DWELL_S, self._ahead, bench, typing, looked)
        return Completion(envelope, document, items)

    def _keep_offline(self, place: Place, said: Answered) -> Hit:
        """What the built-in engine said, for this key and the next ones."""
        kept = Kept(place, OFFLINE, OFFLINE, said.text, said.checks, unknown=said.unknown)
        self._answers.keep(kept)
        return Hit(kept, kept.text)

    def _second(self, place: Place, hit: Hit) -> Hit | None:
        """What the built-in engine says beside a model, where neither begins with the other."""
        other = self._answers.find(place, OFFLINE) if hit.kept.model != OFFLINE else None
        if other is None or other.text.startswith(hit.text) or hit.text.startswith(other.text):
            return other if other is not None and not hit.text else None
        return other

    def _ahead(self, bench: Workbench, typing: Typing, looked: Looked) -> None:
        """Ask for what would come after the suggestion on the screen."""
        typing.ahead = None
        hit, document, position = looked.hit, looked.document, looked.position
        if bench.model("complete").name != hit.kept.model:
            return
        where = Range(position, Position(position.line, position.character + hit.over))
        after = document.replaced([TextEdit(where, hit.text)])
        at = after.position(document.offset(position) + len(hit.text))
        place = Place.at(after, at)
        if self._answers.find(place, hit.kept.model) is not None:
            return
        self._counters["completion ahead"] += 1
        origin = Place.at(document, position)
        flight = Flight(place, hit.kept.model, origin=origin, lead=hit.text)
        self._ask(bench, typing, flight, after, at, 0.0)


def _unknown(hit: Hit) -> int:
    return hit.kept.unknown


def _moved(position: Position, characters: int) -> Position:
    return Position(position.line, position.character + characters)


def _follows(flight: Flight, hit: Hit) -> bool:
    """Whether a call prepares what comes after this suggestion."""
    return flight.ahead and flight.lead.endswith(hit.text)


def _nothing(document: Document, engine: str, watch: Stopwatch) -> Completion:
    return Completion(Envelope(engine, watch.ms), document, ())
