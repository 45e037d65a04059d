"""OpenAI-compatible servers of the user's own, asked without LiteLLM: it has nothing to translate there, no price and no key,
and costs seconds, two hundred megabytes and nine milliseconds of each answer. aiohttp, which it asks with, is asked alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from http import HTTPStatus
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from attrs import asdict

from kibitz import __version__
from kibitz.log import fields
from kibitz.models import dialects, failures, keys, price_list, pricing
from kibitz.models.catalog import KEYS, Target
from kibitz.models.event_stream import EventStream
from kibitz.models.heard import Heard
from kibitz.models.protocol import Usage
from kibitz.models.token_estimate import request_tokens, tokens
from kibitz.settings import proxy_of, variable

if TYPE_CHECKING:
    import ssl

    import aiohttp

log = logging.getLogger("kibitz.models")

COMPATIBLE = ("openai", "text-completion-openai", "hosted_vllm", "lm_studio", "llamafile")
MOST_REFUSAL = 64 * 1024
DONE = "[DONE]"
DRAIN_S = 1.0
"""So long a server may take to end a stream that said it is done, for its connection to be used again."""

MOST_AT_ONCE = 16_000
"""So many characters are measured within two milliseconds; more of them in a thread."""


class ProviderError(Exception):
    """What a server said instead of an answer: with a status, or in the stream of one. Its words are read and never told."""

    def __init__(self, text: str, status: int | None = None, headers: Any = None) -> None:
        super().__init__(text)
        self.body: Any = _json(text) or text
        self.response = None if status is None else SimpleNamespace(status_code=status, headers=headers)


class OddAnswerError(Exception):
    """What came is no answer in OpenAI's form."""


def asks(goal: Target) -> bool:
    """Whether a model is asked here: an OpenAI-compatible server of the user's own serves it, and the price list does
    not know it, nor is there anything about it that LiteLLM says in other words. May read a file."""
    base = goal.api_base
    if base is None or goal.provider not in COMPATIBLE or keys.is_own(goal.provider, base):
        return False
    how = dialects.dialect(goal.name, base)
    if how.chat != goal.provider or how.reasoning is not None or not how.sampling or how.strip:
        return False
    if (proxy := proxy_of(base)) is not None and not proxy.startswith("http://"):
        return False
    costs = price_list.installed()
    try:
        return costs is not None and not any(costs.get(n) for n in (goal.name, goal.name.partition("/")[2]))
    except (OSError, ValueError):
        return False


def takes(goal: Target, content: dict[str, Any]) -> bool:
    """Whether a request of this content is asked here too: a model for texts is given a conversation by LiteLLM."""
    return goal.provider != "text-completion-openai" or "prompt" in content


class Direct:
    """Streams answers like the worker of LiteLLM does, in this process. Use it in one event loop."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str | None], bool] = {}
        self._proxies: dict[str, str | None] = {}
        self._loading: asyncio.Task[aiohttp.ClientSession] | None = None
        self._tls: Any = None
        self._draining: set[asyncio.Task[None]] = set()

    async def asks(self, goal: Target) -> bool:
        """See `asks`."""
        place = goal.name, goal.api_base
        if place not in self._asked:
            self._asked[place] = await asyncio.to_thread(asks, goal)
        return self._asked[place]

    async def warm(self) -> None:
        """Load what the first call needs."""
        await self._open()

    async def close(self) -> None:
        """Hang up."""
        for task in self._draining:
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)
        loading, self._loading = self._loading, None
        if loading is not None:
            await (await loading).close()

    async def stream(self, params: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """One call; the values are those of `litellm_worker.stream`. `params` are those of `wire.params`. Closing the
        generator hangs up."""
        session = await self._open()
        from aiohttp import ClientError
        from aiohttp.http_exceptions import HttpProcessingError

        try:
            async with aclosing(self._values(session, params)) as values:
                async for value in values:
                    yield value
        except (
            ClientError,
            HttpProcessingError,
            ProviderError,
            OddAnswerError,
            OSError,
            ValueError,
        ) as error:
            failed = failures.explain(error, model=params["model"], host=params["host"])
            # of an exception the log has classes and places alone
            said = fields(
                model=params["model"], host=params["host"], kind=failed.error.kind, retry=failed.retry
            )
            log.warning("an attempt failed", exc_info=error, extra=said)
            yield {"failed": failed.to_json()}

    async def _values(
        self, session: aiohttp.ClientSession, params: dict[str, Any]
    ) -> AsyncGenerator[dict[str, Any], None]:
        from aiohttp import ClientTimeout

        url, body, headers = _request(params)
        if url not in self._proxies:
            self._proxies[url] = await asyncio.to_thread(proxy_of, url)
        if self._tls is None and url.startswith("https:"):
            self._tls = await asyncio.to_thread(_certificates)
        patience = ClientTimeout(total=None, sock_connect=params["timeout_s"], sock_read=params["timeout_s"])
        answer = await session.post(
            url,
            data=body,
            headers=headers,
            allow_redirects=False,  # it would carry prompt and key to a host nobody chose
            proxy=self._proxies[url],
            ssl=self._tls or True,
            timeout=patience,
        )
        whole = False
        try:
            if answer.status != HTTPStatus.OK:
                text = (await _limited(answer)).decode("utf-8", "replace")
                raise ProviderError(text, answer.status, answer.headers)
            reading = _Reading(params)
            while not reading.done and (part := await answer.content.readany()):
                for value in reading.take(part):
                    yield value
            whole = reading.finish()
            if not whole:
                yield reading.heard.unfinished()
                return
            large = len(body) + len(reading.heard.said) > MOST_AT_ONCE
            for value in reading.heard.closing(
                await asyncio.to_thread(reading.spent) if large else reading.spent()
            ):
                yield value
        finally:
            self._hang_up(answer, whole=whole)

    def _hang_up(self, answer: aiohttp.ClientResponse, *, whole: bool) -> None:
        """A server goes on working for a stream that is merely not read; one that is done may be asked again."""
        if whole and not answer.content.at_eof():
            task = asyncio.ensure_future(_drained(answer))
            self._draining.add(task)
            task.add_done_callback(self._draining.discard)
        else:
            answer.close()

    async def _open(self) -> aiohttp.ClientSession:
        if self._loading is None:
            self._loading = asyncio.ensure_future(_session())
        return await asyncio.shield(self._loading)


class _Reading:
    """The values of an answer as its bytes come."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.heard = Heard(params)
        self._params = params
        self._events = EventStream()
        self._told = pricing.Told()
        self.done = False

    def take(self, part: bytes) -> Iterator[dict[str, Any]]:
        """What these bytes say; texts as one where nobody watches them being written."""
        texts: list[str] = []
        failure: Exception | None = None
        try:
            for data in self._events.feed(part):
                texts.extend(self._event(data))
        except (ProviderError, OddAnswerError, ValueError) as error:
            failure = error  # what came before it was said all the same
        if texts and self._params["together"]:
            yield self.heard.text("".join(texts))
        else:
            yield from map(self.heard.text, texts)
        if failure is not None:
            raise failure

    def finish(self) -> bool:
        """No more bytes come. Whether the server said that its answer is whole."""
        if not self.done and self._events.end().strip() == DONE:
            self.done = True
        return self.done or self.heard.reason is not None

    def _event(self, data: str) -> Iterator[str]:
        if data.strip() == DONE:
            self.done = True
            return
        try:
            said = json.loads(data)
        except RecursionError:
            raise OddAnswerError("an event that is too deep") from None
        if not isinstance(said, dict):
            raise OddAnswerError("an event that is no object")
        if said.get("error"):
            raise ProviderError(json.dumps({"error": said["error"]}))
        self._told = _told(said.get("usage")) or self._told
        choices = said.get("choices")
        for choice in choices[:1] if isinstance(choices, list) else ():
            yield from self._choice(choice)

    def _choice(self, choice: Any) -> Iterator[str]:
        if not isinstance(choice, dict):
            raise OddAnswerError("a choice that is no object")
        self.heard.reason = choice.get("finish_reason") or self.heard.reason
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else choice
        piece = delta.get("content") or delta.get("text")
        if isinstance(piece, str) and piece:
            yield piece
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            what = call.get("function") if isinstance(call, dict) else None
            if isinstance(what, dict):
                texts = (call.get("id"), what.get("name"), what.get("arguments"))
                if not all(isinstance(text, str | None) for text in texts):
                    raise OddAnswerError("a tool call of another form")
                index = call.get("index")
                self.heard.part(index if isinstance(index, int) else 0, *texts)

    def spent(self) -> dict[str, Any]:
        """What the call took, as the fields of `protocol.Usage`; what the server does not tell is estimated."""
        told, said = self._told, self.heard.said
        read = told.read or request_tokens(self._params["body"])
        output = told.output or (max(1, tokens(said)) if said else 0)
        return asdict(Usage(read, told.cached, output, None, not told.enough(said)))


def _request(params: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
    """Address, body and headers. https://platform.openai.com/docs/api-reference/chat/create and …/completions/create."""
    route, content = params["route"], params["body"]
    base, infill = params["api_base"].rstrip("/"), route["infill"]
    if infill is not None:
        base = dialects.place(base, tuple(infill["strip"]), infill["path"])
    if "messages" in content:
        turns = [{k: v for k, v in turn.items() if v is not None} for turn in content["messages"]]
        content = {**content, "messages": turns}
    body: dict[str, Any] = {
        "model": route["model"].partition("/")[2],
        **content,
        "max_tokens": params["max_tokens"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if params["temperature"] is not None:
        body["temperature"] = params["temperature"]
    if params["stop"]:
        body["stop"] = params["stop"]
    key = params["api_key"] or variable(*KEYS.get(params["provider"], ())) or "none"
    key.encode("ascii")
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
        "User-Agent": f"kibitz/{__version__}",
    }
    path = "completions" if "prompt" in content else "chat/completions"
    return f"{base}/{path}", json.dumps(body).encode(), headers


def _told(usage: Any) -> pricing.Told | None:
    """What a server counted, where it is in the usual form."""
    if not isinstance(usage, dict):
        return None
    return pricing.told_by(
        SimpleNamespace(
            prompt_tokens=_number(usage, "prompt_tokens"),
            completion_tokens=_number(usage, "completion_tokens"),
            total_tokens=_number(usage, "total_tokens"),
            prompt_tokens_details=_details(usage, "prompt_tokens_details", "cached_tokens"),
            completion_tokens_details=_details(usage, "completion_tokens_details", "reasoning_tokens"),
        )
    )


def _details(usage: dict[str, Any], name: str, field: str) -> SimpleNamespace:
    inner = usage.get(name)
    return SimpleNamespace(**{field: _number(inner, field) if isinstance(inner, dict) else 0})


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return max(0, value) if isinstance(value, int) else 0


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    read = b""
    while len(read) < MOST_REFUSAL and (part := await answer.content.readany()):
        read += part
    return read[:MOST_REFUSAL]


async def _drained(answer: aiohttp.ClientResponse) -> None:
    from aiohttp import ClientError

    try:
        with contextlib.suppress(OSError, ClientError):
            async with asyncio.timeout(DRAIN_S):
                while await answer.content.readany():
                    pass
    finally:
        answer.close()


async def _session() -> aiohttp.ClientSession:
    await asyncio.to_thread(import_module, "aiohttp")
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector

    # `trust_env` would read passwords for hosts from a file too; see `proxy_of`
    return ClientSession(cookie_jar=DummyCookieJar(), trust_env=False, connector=TCPConnector(limit=0))


def _certificates() -> ssl.SSLContext:
    """The system's, and those that come with Python's packages: some systems have none where OpenSSL looks."""
    import ssl

    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
