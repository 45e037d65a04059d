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
from typing import Any

from kibitz.errors import let_go
from kibitz.features.complete import Completion, Suggestion, answered, wanted
from kibitz.features.completion.answers import Answers, Hit, Kept
from kibitz.features.completion.calls import Calls
from kibitz.features.completion.document import MOST_TRUST, TRUST, Looked, Typing
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place, typed_in
from kibitz.features.completion.rhythm import Rhythm
from kibitz.features.completion.shaping import Answered
from kibitz.features.result import Envelope, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Usage
from kibitz.models.select import OFFLINE
from kibitz.text import Document, Position, Range

LINGER_S = 0.03
"""A call whose request the editor took back waits so long for the next key's: editors cancel before they ask again."""

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
        self._calls = Calls(counters, clock, self._answers)
        self._trust = TRUST

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
        quick = None if invoked or both else self._answers.find(place, OFFLINE)
        if quick is not None and (not quick.text or (hit is not None and not typing.keeps_to(quick, hit))):
            quick = None
        self._trust = max(0, min(MOST_TRUST, self._trust + typing.judge(place, quick or hit)))
        typing.back(place, model, document.lines)
        flight = typing.flight
        if quick is None and hit is not None:
            self._counters["completion reused"] += 1
            if flight is not None and not flight.follows(hit):
                typing.park()
            return self._show(bench, typing, document, position, hit, watch, both=both)
        if model == OFFLINE:
            said = await answered(bench, document, position)
            return self._show(bench, typing, document, position, self._offline(place, said), watch)
        if flight is not None and not (
            flight.model == model
            and (flight.serves(place, document.lines) or (quick is not None and flight.follows(quick)))
        ):
            typing.park()
        if typing.flight is None:
            looked = Looked(document, position, place, quick if self._trust else None)
            wait_s = self._pause_s(bench, typing, place, invoked=invoked, quick=quick is not None)
            self._calls.ask(bench, typing, model, looked, wait_s)
        if quick is not None:  # it is being typed; the model's word comes with a later key
            return self._show(bench, typing, document, position, quick, watch)
        return await self._await(bench, typing, document, position, model, watch, invoked=invoked, both=both)

    def _pause_s(
        self, bench: Workbench, typing: Typing, place: Place, *, invoked: bool, quick: bool = False
    ) -> float:
        """How long to wait for the next key before a model is asked."""
        if invoked and not typing.just_changed(self._clock()):
            return 0.0
        last = place.before[-1:]
        in_a_word = not quick and (last.isalnum() or last == "_")
        return typing.rhythm.wait(bench.settings.completion.debounce_ms / 1000, in_a_word=in_a_word)

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
        hit: Hit | None = None
        try:
            waiting: set[asyncio.Future[Any]] = {turn}
            slow = not invoked and self._calls.latency_s.get(model, 0.0) > SLOW_S
            if slow or both:
                offline = bench.services.offline
                quick = asyncio.ensure_future(answered(bench, document, position, model=offline, sure=True))
                waiting.add(quick)
            for stage in (flight.ready, flight.task):
                assert stage is not None
                while not stage.done():
                    done, _ = await asyncio.wait({*waiting, stage}, return_when=asyncio.FIRST_COMPLETED)
                    if turn.done():
                        self._counters["completion overtaken"] += 1
                        return _nothing(document, model, watch)
                    if quick in done:
                        waiting.discard(quick)
                        sure = self._keep_offline(place, quick)
                        if sure is not None and slow and not stage.done():
                            self._counters["completion quick"] += 1
                            looked = Looked(document, position, place, sure)
                            self._turn_ahead(bench, typing, model, looked, both=both)
                            return self._show(bench, typing, document, position, sure, watch)
                if (hit := self._answers.find(place, model)) is not None:
                    break
        except asyncio.CancelledError:
            if flight.waiters == 1:
                asyncio.get_running_loop().call_later(LINGER_S, self._linger, typing, flight)
            raise
        finally:
            flight.waiters -= 1
            if quick is not None:
                quick.add_done_callback(let_go)
                quick.cancel()
        typing.answered_at = self._clock()
        gone = flight.task.cancelled()
        fresh = (
            flight.task.result() if not gone and flight.task.done() else None
        )  # its error is the request's
        if (
            hit is None and typing.flight is flight and flight.place != place
        ):  # it was for what is typed otherwise
            typing.flight = None
            wait_s = self._pause_s(bench, typing, place, invoked=invoked)
            self._calls.ask(bench, typing, model, Looked(document, position, place), wait_s)
            return await self._await(
                bench, typing, document, position, model, watch, invoked=invoked, both=both
            )
        if hit is None:
            return _nothing(document, model, watch)
        return self._show(bench, typing, document, position, hit, watch, fresh=fresh, both=both)

    def changed(self, uri: str, lines: Sequence[str]) -> None:
        """The text of a document is another: a call that cannot be continued by it any more is ended."""
        typing = self._typing.get(uri)
        if typing is None:
            return
        typing.changed_at = self._clock()
        if typing.ahead is not None:
            typing.ahead.cancel()
            typing.ahead = None
        if typing.flight is not None and self._left(typing.flight, lines):
            typing.hang_up()
        if typing.parked is not None and self._left(typing.parked, lines):
            typing.clear()

    def _left(self, flight: Flight, lines: Sequence[str]) -> bool:
        """Whether a call under way says something else than what the text has become."""
        flight.typed = typed_in(flight.origin, lines)
        if flight.over or not flight.left:
            return False
        self._counters["completion diverged"] += 1
        return True

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
        tasks = [task for typing in self._typing.values() for task in typing.tasks]
        self.forget()
        if tasks:
            await asyncio.wait(tasks)

    # --- documents

    def _linger(self, typing: Typing, flight: Flight) -> None:
        if flight.waiters == 0 and typing.flight is flight:
            typing.hang_up()

    def _of(self, uri: str) -> Typing:
        typing = self._typing.pop(uri, None)
        if typing is None:
            last = next(reversed(self._typing.values()), None)
            typing = Typing(Rhythm(self._calls.spending, last.rhythm.gap_s if last is not None else None))
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
        model = bench.model("complete").name
        if model != OFFLINE and typing.place is not None:
            looked = Looked(document, position, typing.place, hit)
            if kept.more and typing.continued is not kept:
                typing.continued = kept
                typing.work(self._calls.go_on(bench, looked))
            if self._trust:
                self._calls.prepare(bench, typing, model, looked)
        return Completion(envelope, document, items)

    def _turn_ahead(
        self, bench: Workbench, typing: Typing, model: str, looked: Looked, *, both: bool
    ) -> None:
        """Ask for what comes after a suggestion instead of for another one beside it, where nothing was sent yet."""
        flight = typing.flight
        if not both and flight is not None and not flight.sent and self._trust:
            typing.hang_up()
            self._calls.ask(bench, typing, model, looked, flight.due - self._clock())

    def _keep_offline(self, place: Place, saying: asyncio.Task[Answered]) -> Hit | None:
        """What the built-in engine has said, for this key and the next ones; None where that is nothing."""
        if saying.exception() is not None or not saying.result().text:
            return None
        return self._offline(place, saying.result())

    def _offline(self, place: Place, said: Answered) -> Hit:
        kept = Kept(place.near(), OFFLINE, OFFLINE, said.text, said.checks, unknown=said.unknown)
        self._answers.keep(kept)
        return Hit(kept, kept.text)

    def _second(self, place: Place, hit: Hit) -> Hit | None:
        """What the built-in engine says beside a model, where neither begins with the other."""
        other = self._answers.find(place, OFFLINE) if hit.kept.model != OFFLINE else None
        if other is None or other.text.startswith(hit.text) or hit.text.startswith(other.text):
            return other if other is not None and not hit.text else None
        return other


def _unknown(hit: Hit) -> int:
    return hit.kept.unknown


def _moved(position: Position, characters: int) -> Position:
    return Position(position.line, position.character + characters)


def _nothing(document: Document, engine: str, watch: Stopwatch) -> Completion:
    return Completion(Envelope(engine, watch.ms), document, ())
