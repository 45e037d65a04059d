"""The one door to language models: every call is checked against the budget, reported and sent here, by one function."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import random
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.models import wire
from kibitz.models.catalog import ModelInfo, full_name, target
from kibitz.models.failures import Failure, timed_out
from kibitz.models.protocol import Answering, Event, Feature, Request, Spent, Text
from kibitz.models.select import OFFLINE
from kibitz.models.spending import Spending
from kibitz.settings import Settings, environment, has_variable
from kibitz.workers.worker import Worker

FALLS_BACK = frozenset({"auth", "network", "rate_limit", "quota", "timeout", "not_found"})
"""Failures that another model may not have."""

RETRIES = 2
LONGEST_WAIT_S = 10.0
"""A provider that asks for a longer pause gets none: the user is told instead."""

WARM_TIMEOUT_S = 120.0


@frozen
class Egress:
    """One attempt to send: when (ISO 8601, UTC), where, for whom, how much, how many secrets left out, the exact text."""

    time: str
    host: str
    model: str
    feature: Feature
    bytes: int
    tokens: int
    redactions: int
    text: str


class _FailedError(Exception):
    """A failure on its way to whoever decides about another attempt."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


class Gateway:
    """All language models behind one worker process, which starts with `warm` or the first call.

    `on_egress` is told of each attempt before anything is sent; `spent_today` gives what the day has cost so far in
    US dollars, this gateway's calls included.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_egress: Callable[[Egress], Awaitable[None]] | None = None,
        spent_today: Callable[[], Awaitable[float]] | None = None,
        first_pause_s: float = 0.5,
    ) -> None:
        self._settings = settings
        self._first_pause_s = first_pause_s
        self._on_egress = on_egress
        self._spending = Spending(spent_today)
        self._worker = Worker(
            "kibitz.models.litellm_worker", name="model", env=environment(), cwd=_elsewhere()
        )
        self._warming: asyncio.Task[None] | None = None
        self._warm_pid: int | None = None
        self._infos: dict[str, ModelInfo] = {}

    def use(self, settings: Settings) -> None:
        """New settings from the next call on."""
        self._settings = settings

    def model(self, name: str) -> GatewayModel:
        """The model of this name (`provider/model`, or a bare name where `api_base` is set). Raises `invalid`."""
        return GatewayModel(self, full_name(name, self._settings))

    async def warm(self) -> None:
        """Start the worker and load what the first call needs. Raises `internal` where it does not start."""
        if self._warming is None or (self._warming.done() and self._worker.pid != self._warm_pid):
            self._warming = asyncio.ensure_future(self._warm())
            self._warming.add_done_callback(lambda task: task.cancelled() or task.exception())
        # shared: one caller that gives up must not stop the loading for the others
        await asyncio.shield(self._warming)

    async def describe(self, names: Iterable[str]) -> list[ModelInfo]:
        """Provider, address, window and price of each, and whether it could be asked now. Asks no model."""
        return [await self._info(name) for name in names]

    async def count_tokens(self, name: str, text: str) -> int:
        """The tokens of a text as this model counts them; nothing is sent."""
        await self.warm()
        params = {"model": full_name(name, self._settings), "text": text}
        return int(await self._worker.call("count_tokens", params))

    async def close(self) -> None:
        """End the worker and whatever it is doing."""
        if self._warming is not None:
            self._warming.cancel()
            with contextlib.suppress(asyncio.CancelledError, KibitzError):
                await self._warming
            self._warming = None
        await self._worker.close()

    async def stream(self, name: str, request: Request) -> AsyncGenerator[Event, None]:
        """The answer of the named model or, where it fails before its first word, of the next of `fallbacks`.

        Starts with `Answering`. Raises KibitzError: the first model's where nobody answers.
        """
        others = [n for n in self._settings.fallbacks if n not in (OFFLINE, name)]
        first: KibitzError | None = None
        for candidate in (name, *others):
            answering = False
            try:
                full = full_name(candidate, self._settings)
                async with aclosing(self._attempts(full, request)) as events:
                    async for event in events:
                        if not answering:
                            answering = True
                            yield Answering(full)
                        yield event
                return
            except KibitzError as error:
                if answering:
                    raise
                first = first or error
                if error.kind not in FALLS_BACK:
                    break
        assert first is not None
        raise first

    async def _attempts(self, name: str, request: Request) -> AsyncGenerator[Event, None]:
        """One model's answer: tried again, after a pause, while nothing has come and it may help."""
        for attempt in range(RETRIES + 1):
            spoke = False
            try:
                async with aclosing(self._send(name, request)) as events:
                    async for event in events:
                        spoke = True
                        yield event
                return
            except _FailedError as failed:
                error = failed.failure.error
                pause = self._pause(attempt, error.retry_after_s)
                if spoke or not failed.failure.retry or attempt == RETRIES or pause > LONGEST_WAIT_S:
                    raise error from None
            await asyncio.sleep(pause)

    async def _send(self, name: str, request: Request) -> AsyncGenerator[Event, None]:
        """The one function that sends: nothing leaves before the key, the budget and the egress log have had their say."""
        goal = target(name, self._settings, has_variable)
        await self.warm()
        info = await self._info(name)
        content = wire.body(goal, request)
        text = json.dumps(content, ensure_ascii=False)
        tokens = wire.most_tokens(text, request)
        worst = info.cost(tokens, request.max_output_tokens)
        async with self._spending.reserve(worst, self._settings) as call:
            if self._on_egress is not None:
                now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
                size = len(text.encode("utf-8", "surrogatepass"))
                await self._on_egress(
                    Egress(now, info.host, name, request.feature, size, tokens, request.redactions, text)
                )
            call.sent(info.cost(tokens, 0))
            params = wire.params(goal, info.host, content, request)
            async with aclosing(self._worker.stream("stream", params)) as values:
                async for value in _in_time(values, name, request.timeout_s):
                    if "failed" in value:
                        call.refused()
                        raise _FailedError(Failure.from_json(value["failed"]))
                    event = wire.event(value)
                    match event:
                        case Text(delta):
                            call.heard(info.cost(0, len(delta) / wire.BYTES_PER_TOKEN))
                        case Spent(usage):
                            call.settle(usage.cost_usd)
                    yield event

    async def _info(self, name: str) -> ModelInfo:
        """What is known of a model, with the address it would be asked at now."""
        reason, host = "", None
        try:
            full = full_name(name, self._settings)
            host = target(full, self._settings, has_variable).host
        except KibitzError as error:
            if error.kind != "auth":
                return ModelInfo(name, "", available=False, reason=error.message)
            reason = error.message
        if full not in self._infos:
            await self.warm()
            (found,) = await self._worker.call("describe", [full])
            self._infos[full] = ModelInfo(**found)
        info = self._infos[full]
        if not info.host:
            reason = f"LiteLLM knows no provider `{info.provider}`."
        return evolve(info, name=name, host=host or info.host, available=not reason, reason=reason)

    def _pause(self, attempt: int, asked_s: float | None) -> float:
        """Seconds before the next attempt: what the provider asks for, else twice as long each time, spread out."""
        if asked_s is not None:
            return asked_s
        return self._first_pause_s * (1 << attempt) * (0.5 + random.random())  # noqa: S311 - no secret

    async def _warm(self) -> None:
        try:
            async with asyncio.timeout(WARM_TIMEOUT_S):
                await self._worker.call("warm", None)
        except TimeoutError:
            raise KibitzError(
                "timeout", "The model process did not get ready in time.", "Try again; see `kibitz doctor`."
            ) from None
        self._warm_pid = self._worker.pid


class GatewayModel:
    """One model, asked through the gateway. See `protocol.Model`."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        self._gateway = gateway
        self._name = name

    @property
    def name(self) -> str:
        """`<provider>/<model>`; after an answer by a fallback, that one's."""
        return self._name

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """See `Gateway.stream`."""
        async with aclosing(self._gateway.stream(self._name, request)) as events:
            async for event in events:
                if isinstance(event, Answering):
                    self._name = event.engine
                yield event


async def _in_time(
    values: AsyncGenerator[Any, None], model: str, seconds: float
) -> AsyncGenerator[Any, None]:
    """The values, each within its time; a dead worker is a failure like another."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                value = await anext(values)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise _FailedError(timed_out(model, seconds)) from None
        except KibitzError as error:
            if error.kind != "internal":
                raise
            raise KibitzError(
                "internal",
                "The process that talks to models ended in the middle of a call.",
                "Ask again: it starts anew. See the log if this stays.",
            ) from None
        yield value


def _elsewhere() -> Path:
    """A folder for the worker that is no project: libraries read files of the folder they are started in."""
    home = Path.home()
    return home if home.is_dir() else Path(sys.prefix)
