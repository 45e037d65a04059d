"""The one door to language models: every call is checked against the budget, reported and sent here, by one function."""

from __future__ import annotations

import asyncio
import datetime
import json
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol

from attrs import evolve, frozen

from kibitz.errors import KibitzError, unsupported
from kibitz.models import described, direct, keys, pricing, token_estimate, wire
from kibitz.models.catalog import KEYS, ModelInfo, Target, full_name, split_address, target
from kibitz.models.consent import Confirm, Consent, Memory
from kibitz.models.direct import Direct
from kibitz.models.failures import Failure, no_provider
from kibitz.models.fit import fitted
from kibitz.models.forms import Forms, fills_in
from kibitz.models.gateway_model import GatewayModel
from kibitz.models.key_store import NoKeys, Stored
from kibitz.models.model_worker import ModelWorker
from kibitz.models.patience import FailedError, in_time
from kibitz.models.policy import FALLS_BACK, LAST_RESORT, Policy
from kibitz.models.protocol import (
    Answering,
    Event,
    Feature,
    Model,
    Noted,
    Request,
    Spent,
    Text,
    ToolCall,
    Usage,
)
from kibitz.models.select import OFFLINE
from kibitz.models.spending import Bill, Ledger, Spending
from kibitz.settings import Settings, has_variable

RETRIES = 2
LONGEST_WAIT_S = 10.0
"""A provider that asks for a longer pause gets none: the user is told instead."""


class Book(Ledger, Memory, Protocol):
    """What all processes share. See `store.ledger.Ledger`."""


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


@frozen
class _Prepared:
    """A request as it will be sent to one model, each time it is tried."""

    goal: Target
    info: ModelInfo
    request: Request
    notes: tuple[str, ...]
    content: dict[str, Any]
    directly: bool


class Gateway:
    """All language models: OpenAI-compatible servers of the user's own are asked directly, all others by a worker process
    with LiteLLM, which starts with `warm` or the first call that needs it.

    `on_egress` is told of each attempt before anything is sent; `ledger` opens the book that all processes
    reserve in and settle with; `confirm_unpriced` asks the user about a model without a known price.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_egress: Callable[[Egress], Awaitable[None]] | None = None,
        ledger: Callable[[], Awaitable[Book]] | None = None,
        confirm_unpriced: Confirm | None = None,
        stored: Stored | None = None,
        last_resort: Callable[[], Model] | None = None,
        first_pause_s: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._keys = stored or NoKeys()
        self._last_resort = last_resort
        self._sleep = sleep
        self._policy = Policy(settings, clock, sleep)
        self._forms = Forms()
        self._first_pause_s = first_pause_s
        self._on_egress = on_egress
        self._spending = Spending(ledger)
        self._consent = Consent(confirm_unpriced, ledger)
        self._worker = ModelWorker()
        self._direct = Direct()
        self._infos: dict[str, ModelInfo] = {}

    def use(self, settings: Settings) -> None:
        """New settings from the next call on."""
        self._settings = settings
        self._policy.use(settings)
        self._forms.forget()

    def model(self, name: str) -> GatewayModel:
        """The model of this name (`provider/model`, or a bare name where `api_base` is set). Raises `invalid`."""
        return GatewayModel(self.stream, full_name(name, self._settings))

    def fills_in(self, name: str) -> bool:
        """Whether this model, or one that may answer in its place, could be asked to fill in the middle."""
        return any(fills_in(candidate) for candidate in self._policy.order(name) if candidate != OFFLINE)

    async def warm_for(self, names: Iterable[str]) -> None:
        """Start what takes seconds before the first call of these models. Raises `internal` where that does not start."""
        for name in names:
            if not await self._asks_directly(name):
                await self.warm()

    async def make_ready(self, names: Iterable[str]) -> None:
        """Load the rest, now that a call is near: what takes a moment, and 9 MB. Raises as `warm_for` does."""
        for name in names:
            if await self._asks_directly(name):
                await self._direct.warm()
            else:
                await self.warm()

    async def _asks_directly(self, name: str) -> bool:
        try:
            goal = target(name, self._settings, has_variable, self._keys.names())
        except KibitzError:
            return False
        return await self._direct.asks(goal)

    async def warm(self) -> None:
        """Start the worker and load what its first call needs. Raises `internal` where it does not start."""
        await self._worker.warm()

    async def describe(self, names: Iterable[str]) -> list[ModelInfo]:
        """Provider, address, window and price of each, and whether it could be asked now. Asks no model."""
        return [await self._info(name) for name in names]

    async def names(self, name: str) -> list[str] | None:
        """The models of the named one's server, as far as it says, else of its provider. Sends the key, and no text."""
        goal = (await self._prepare(full_name(name, self._settings), Request("chat", ()))).goal
        params = {"provider": goal.provider, "api_base": goal.api_base, "api_key": goal.key}
        found: list[str] | None = await self._worker.call(
            "names", {**params, "variables": KEYS.get(goal.provider, ())}
        )
        return found

    async def count_tokens(self, name: str, text: str) -> int:
        """The tokens of a text as this model counts them; nothing is sent."""
        await self.warm()
        params = {"model": split_address(full_name(name, self._settings))[0], "text": text}
        return int(await self._worker.call("count_tokens", params))

    async def close(self) -> None:
        """End the worker and whatever it is doing."""
        await self._consent.close()
        await self._direct.close()
        await self._worker.end()

    async def stream(self, name: str, request: Request) -> AsyncGenerator[Event, None]:
        """The answer of the named model or, where it fails before its first word, of the next of `fallbacks`.

        Starts with `Answering`. Raises KibitzError: the first model's where nobody answers.
        """
        first: KibitzError | None = None
        last: KibitzError | None = None
        for candidate in self._policy.order(name):
            if last is not None and last.kind not in (LAST_RESORT if candidate == OFFLINE else FALLS_BACK):
                continue
            answering = False
            try:
                async with aclosing(self._forms.stream(candidate, request, self._answer)) as events:
                    async for event in events:
                        if not answering:
                            answering = True
                            yield Answering(split_address(candidate)[0])
                        yield event
                return
            except KibitzError as error:
                if answering:
                    raise
                if candidate != OFFLINE:
                    first, last = first or error, error
        assert first is not None
        raise first

    async def _answer(self, name: str, request: Request) -> AsyncGenerator[Event, None]:
        """One candidate's answer: the built-in engine's, one that is kept or under way, or that of a new call."""
        if name == OFFLINE:
            events = _asked(self._last_resort, request)
        else:
            prepared = await self._prepare(name, request)
            params = wire.params(prepared.goal, prepared.info.host, prepared.content, prepared.request)
            events = self._policy.stream(request, params, lambda: self._attempts(name, prepared))
        async with aclosing(events):
            async for event in events:
                yield event

    async def _attempts(self, lane: str, prepared: _Prepared) -> AsyncGenerator[Event, None]:
        """One model's answer: tried again, after a pause, while nothing has come and it may help."""
        for attempt in range(RETRIES + 1):
            notes: list[Event] = []  # not told before it is known that this model answers
            spoke = False
            try:
                async with (
                    self._policy.turn(lane, prepared.request),
                    aclosing(self._send(prepared)) as events,
                ):
                    async for event in events:
                        if isinstance(event, Noted):
                            notes.append(event)
                            continue
                        while notes:
                            yield notes.pop(0)
                        spoke = True
                        yield event
                self._policy.answered(lane)
                return
            except FailedError as failed:
                error = failed.failure.error
                pause = self._pause(attempt, error.retry_after_s)
                if spoke or not failed.failure.retry or attempt == RETRIES or pause > LONGEST_WAIT_S:
                    self._policy.failed(lane, error)
                    raise error from None
            await self._sleep(pause)

    async def _prepare(self, name: str, request: Request) -> _Prepared:
        """All that is known before a request is sent. Raises `auth` where there is no key that may go there,
        and `budget` where no price is known and the user has not said that this is fine."""
        goal = target(name, self._settings, has_variable, self._keys.names())
        directly = await self._direct.asks(goal)
        if not directly:
            await self.warm()
        info = await self._info(name)
        if not info.host:
            raise no_provider(goal.name, KEYS)
        self._check_bound(goal, info)
        if goal.entry is not None:
            goal = evolve(goal, key=await self._keys.secret(goal.entry))
        # here, where no turn is taken: the user may think about it for as long as they like
        await self._consent.check(info, goal.api_base, self._settings)
        fitting = await fitted(goal, info, request, partial(self._count, goal.name, directly=directly))
        content = wire.body(goal, fitting.request)
        if directly and not direct.takes(goal, content):
            directly = False
            await self.warm()
        return _Prepared(goal, info, fitting.request, tuple(fitting.notes), content, directly)

    async def _count(self, name: str, text: str, *, directly: bool) -> int:
        """The tokens of a text; estimated for a model nobody lists: nobody knows its tokenizer either."""
        if directly:
            return await asyncio.to_thread(token_estimate.tokens, text)
        return await self.count_tokens(name, text)

    def _check_bound(self, goal: Target, info: ModelInfo) -> None:
        """Raises `auth` where a variable moves a provider's address to a host that may not have its key."""
        if goal.api_base is None and goal.key is None:
            keys.check_variables_host(goal.provider, info.host, self._settings.key_hosts)

    async def _send(self, prepared: _Prepared) -> AsyncGenerator[Event, None]:
        """The one function that sends: nothing leaves before the key, the budget and the egress log have had their say."""
        goal, info, request, content = prepared.goal, prepared.info, prepared.request, prepared.content
        name, notes = goal.name, list(prepared.notes)
        text = json.dumps(content, ensure_ascii=False)
        tokens, size = wire.most_tokens(text, request), len(text.encode("utf-8", "surrogatepass"))
        images = [url for message in request.messages for url in message.images]
        bill = Bill(
            name,
            request.feature,
            size,
            pricing.ceiling(text, images, wire.TOKENS_PER_IMAGE),
            request.max_output_tokens,
            info.prices,
            request.account,
            request.timeout_s,
            partial(self._measure, goal, content),
        )
        async with self._spending.call(bill, self._settings) as call:
            if self._on_egress is not None:
                now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
                await self._on_egress(
                    Egress(now, info.host, name, request.feature, size, tokens, request.redactions, text)
                )
            call.sent()
            params = wire.params(goal, info.host, content, request)
            async with aclosing(self._values(prepared, params)) as values:
                async for value in in_time(values, name, request.timeout_s):
                    if "failed" in value:
                        if "usage" in value:
                            call.settle(Usage(**value["usage"]))
                        failure = Failure.from_json(value["failed"])
                        call.refused(failure.error.kind)
                        raise FailedError(failure)
                    while notes:
                        yield Noted(notes.pop(0))
                    event = wire.event(value)
                    match event:
                        case Text(delta):
                            call.heard(delta)
                        case ToolCall():
                            call.heard(event.name + json.dumps(event.arguments))
                        case Spent(usage):
                            call.settle(usage)
                    yield event

    def _values(self, prepared: _Prepared, params: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        if prepared.directly:
            return self._direct.stream(params)
        return self._worker.stream("stream", params)

    async def _measure(self, goal: Target, content: dict[str, Any]) -> int:
        """An upper bound of the tokens the request takes to read, by counting them."""
        params = {"model": goal.name, "body": content}
        return pricing.most(goal.provider, int(await self._worker.call("count_tokens", params)))

    async def _info(self, name: str) -> ModelInfo:
        """What is known of a model, with the address it would be asked at now."""
        reason, goal = "", None
        try:
            full = full_name(name, self._settings)
            goal = target(full, self._settings, has_variable, self._keys.names())
        except KibitzError as error:
            if error.kind != "auth":
                return ModelInfo(name, "", available=False, reason=error.message)
            reason = error.message
        bare = split_address(full)[0]
        if goal is not None and await self._direct.asks(goal):
            info = described.unlisted(bare)
        else:
            info = await self._listed(bare)
        if not info.host:
            reason = f"LiteLLM knows no provider `{info.provider}`."
        elif goal is not None:
            try:
                self._check_bound(goal, info)
            except KibitzError as error:
                reason = error.message
        host, available = goal.host if goal is not None else None, not reason
        if available and (rests := self._policy.resting_s(full)):
            reason = f"it just failed; for {rests:.0f} s more others are asked first"
        return evolve(info, name=name, host=host or info.host, available=available, reason=reason)

    async def _listed(self, bare: str) -> ModelInfo:
        """What LiteLLM says of a model."""
        if bare not in self._infos:
            await self.warm()
            (found,) = await self._worker.call("describe", [bare])
            self._infos[bare] = ModelInfo(**found)
        return self._infos[bare]

    def _pause(self, attempt: int, asked_s: float | None) -> float:
        """Seconds before the next attempt: what the provider asks for, else twice as long each time, spread out."""
        if asked_s is not None:
            return asked_s
        return self._first_pause_s * (1 << attempt) * (0.5 + random.random())  # noqa: S311 - no secret


async def _asked(model: Callable[[], Model] | None, request: Request) -> AsyncGenerator[Event, None]:
    """The built-in engine's answer; it works from the request's task. Raises `unsupported`."""
    if model is None or request.task is None:
        raise unsupported("The built-in engine cannot answer this.", "Set `model`.")
    async for event in model().stream(request):
        yield event
