"""What a failed call means: LiteLLM's exceptions, by name, as errors for people. Knows no library.

A provider's own words are read to tell failures apart and never repeated: they can hold the key or the prompt.
"""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.models.failure_rules import (
    BAD_TOOL_CALL,
    BROKEN_OFF,
    CODES,
    FILTER,
    INVALID,
    JUNK,
    MOVED,
    NETWORK,
    NO_HOST,
    OTHER,
    RATE,
    REFUSED,
    SERVER,
    STATUSES,
    TABLE,
    TIMEOUT,
    TLS,
    WORDS,
    Rule,
)


@frozen
class Failure:
    """What happened in one call, and whether the same call may succeed if it is made again."""

    error: KibitzError
    retry: bool

    def to_json(self) -> dict[str, Any]:
        """For the process that asked."""
        return {**self.error.to_json(), "retry": self.retry}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Failure:
        """As it was in the process that called."""
        return cls(KibitzError.from_json(data), bool(data.get("retry")))


def explain(error: BaseException, *, model: str, host: str) -> Failure:
    """What to tell, and whether to try again, after this exception of a call."""
    chain = list(_chain(error))
    status = _status(chain)
    rule = _rule(error, chain, status)
    told = _tell(rule, model, host, status)
    if rule.retry:
        told.retry_after_s = _retry_after(chain)
    return Failure(told, rule.retry)


def junk(model: str, host: str) -> Failure:
    """An answer that holds nothing of an answer."""
    return Failure(_tell(JUNK, model, host, None), JUNK.retry)


def bad_tool_call(model: str) -> Failure:
    """A tool call whose arguments are no JSON object."""
    return Failure(_tell(BAD_TOOL_CALL, model, "", None), BAD_TOOL_CALL.retry)


def filtered(model: str, host: str) -> Failure:
    """An answer the provider's filter ended."""
    return Failure(_tell(FILTER, model, host, None), FILTER.retry)


def timed_out(model: str, seconds: float) -> Failure:
    """Silence for that long."""
    rule = evolve(TIMEOUT, sentence=f"{{model}} said nothing for {seconds:g} s.")
    return Failure(_tell(rule, model, "", None), rule.retry)


def _tell(rule: Rule, model: str, host: str, status: int | None) -> KibitzError:
    sentence = rule.sentence.format(model=model, host=host, status=status or "unknown")
    return KibitzError(rule.kind, sentence, rule.hint)


def _rule(error: BaseException, chain: list[BaseException], status: int | None) -> Rule:
    if (found := _connection(chain)) is not None:
        return found
    for code in _codes(chain):
        if code in CODES:
            return CODES[code]
    by_name = next((TABLE[c.__name__] for c in type(error).__mro__ if c.__name__ in TABLE), OTHER)
    if (
        by_name in (INVALID, SERVER, RATE, BROKEN_OFF, NETWORK, OTHER)
        and (found := _words(chain)) is not None
    ):
        return found
    if by_name is BROKEN_OFF and _named(chain, "JSONDecodeError", "UnicodeDecodeError"):
        return JUNK
    if status is not None and 300 <= status < 400:
        return MOVED
    return (
        STATUSES.get(status, by_name)
        if status is not None and by_name in (INVALID, SERVER, OTHER)
        else by_name
    )


def _connection(chain: list[BaseException]) -> Rule | None:
    """What the operating system said of the connection: LiteLLM shows all of it as a server's error."""
    for one in chain:
        if isinstance(one, ConnectionRefusedError):
            return REFUSED
        if isinstance(one, socket.gaierror):
            return NO_HOST
        if isinstance(one, ssl.SSLError):
            return TLS
    if _named(
        chain, "ReadTimeout", "ConnectTimeout", "WriteTimeout", "PoolTimeout", "Timeout", "APITimeoutError"
    ):
        return TIMEOUT
    if _named(
        chain, "ConnectError", "RemoteProtocolError", "ServerDisconnectedError", "ClientConnectionError"
    ):
        return NETWORK
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and all it came from, nearest first, each once."""
    waiting: list[Any] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [getattr(one, "original_exception", None), one.__cause__, one.__context__]


def _named(chain: list[BaseException], *names: str) -> bool:
    return any(c.__name__ in names for one in chain for c in type(one).__mro__)


def _status(chain: list[BaseException]) -> int | None:
    """The provider's status: the innermost, for LiteLLM puts its own on top."""
    for one in reversed(chain):
        response = getattr(one, "response", None)
        status = getattr(response, "status_code", None) if response is not None else None
        if isinstance(status, int):
            return status
    status = getattr(chain[0], "status_code", None)
    return status if isinstance(status, int) else None


def _codes(chain: list[BaseException]) -> Iterator[str]:
    for one in chain:
        body = getattr(one, "body", None)
        if isinstance(body, dict):
            inner = body.get("error")
            body = inner if isinstance(inner, dict) else body
            for key in ("code", "type", "status"):
                if isinstance(body.get(key), str):
                    yield body[key].lower()
        code = getattr(one, "code", None)
        if isinstance(code, str):
            yield code.lower()


def _words(chain: list[BaseException]) -> Rule | None:
    for one in chain:
        for pattern, rule in WORDS:
            if pattern.search(str(one)):
                return rule
    return None


def _retry_after(chain: list[BaseException]) -> float | None:
    """The seconds a provider asks for, from `Retry-After` (a number or a date) or `retry-after-ms`."""
    for one in chain:
        for headers in (
            getattr(one, "litellm_response_headers", None),
            getattr(getattr(one, "response", None), "headers", None),
        ):
            if headers is None:
                continue
            if (seconds := _seconds(headers.get("retry-after-ms"), 0.001)) is not None:
                return seconds
            if (seconds := _seconds(headers.get("retry-after"), 1.0)) is not None:
                return seconds
    return None


def _seconds(value: object, unit: float) -> float | None:
    if value is None:
        return None
    try:
        return max(0.0, float(str(value)) * unit)
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(str(value))
        return max(0.0, (when - datetime.datetime.now(when.tzinfo)).total_seconds())
    except (TypeError, ValueError):
        return None
