"""What a failed call means: LiteLLM's exceptions, by name, as errors for people. Knows no library.

A provider's own words are read to tell failures apart and never repeated: they can hold the key or the prompt.
"""

from __future__ import annotations

import datetime
import difflib
import errno
import socket
import ssl
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from attrs import evolve, frozen

from kibitz.errors import KibitzError
from kibitz.models.failure_rules import (
    BAD_TOOL_CALL,
    BROKEN_OFF,
    CERTIFICATE,
    EMPTY,
    FILTER,
    HALF,
    INVALID,
    JUNK,
    KEY_TEXT,
    MOVED,
    NETWORK,
    NO_HOST,
    NO_PATH,
    NO_ROUTE,
    NO_TLS,
    NOT_FOUND,
    OTHER,
    PROVIDER,
    RATE,
    REFUSED,
    SERVER,
    THOUGHT,
    TIMEOUT,
    TLS,
    Rule,
    Where,
)
from kibitz.models.failure_table import CODES, STATUSES, TABLE, TRANSPORT, WORDS

UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
GENERIC = (INVALID, SERVER, RATE, BROKEN_OFF, NETWORK, OTHER)
"""What the name of an exception says where it says little."""


class CallError(KibitzError):
    """The failure of one call. `where` says what has to be mended: the key, the endpoint or the choice of the model."""

    where: Where = "model"


@frozen
class Failure:
    """What happened in one call, and whether the same call may succeed if it is made again."""

    error: KibitzError
    retry: bool

    def to_json(self) -> dict[str, Any]:
        """For the process that asked."""
        return {**self.error.to_json(), "retry": self.retry, "where": getattr(self.error, "where", None)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Failure:
        """As it was in the process that called."""
        if data.get("where") is None:
            return cls(KibitzError.from_json(data), bool(data.get("retry")))
        error = CallError.from_json(data)
        assert isinstance(error, CallError)
        error.where = data["where"]
        return cls(error, bool(data.get("retry")))


def explain(error: BaseException, *, model: str, host: str) -> Failure:
    """What to tell, and whether to try again, after this exception of a call."""
    chain = list(_chain(error))
    status = _status(chain)
    rule = _rule(error, chain, status)
    told = _tell(rule, model, host, status)
    if rule.retry:
        told.retry_after_s = _retry_after(chain)
    return Failure(told, rule.retry)


def unfinished(model: str, host: str, *, began: bool) -> Failure:
    """An answer that ended without its end: in the middle of a text, or before there was anything of an answer."""
    rule = HALF if began else JUNK
    return Failure(_tell(rule, model, host, None), rule.retry)


def empty(model: str, *, cut: bool) -> Failure:
    """A whole answer without a word; `cut`: at the limit of the output, all of which went into thinking."""
    rule = THOUGHT if cut else EMPTY
    return Failure(_tell(rule, model, "", None), rule.retry)


def no_provider(model: str, known: Iterable[str]) -> KibitzError:
    """A name whose first part is no provider's; one of `known` that is spelled like it is offered."""
    provider = model.partition("/")[0]
    near = difflib.get_close_matches(provider, sorted(known), 1)
    hint = f"Did you mean `{near[0]}`? {PROVIDER.hint}" if near else PROVIDER.hint
    return KibitzError(PROVIDER.kind, PROVIDER.sentence.format(model=model), hint)


def not_taken(model: str, host: str) -> Failure:
    """A request the provider calls not valid (422), of which LiteLLM says nothing."""
    return Failure(_tell(INVALID, model, host, 422), INVALID.retry)


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
    error = CallError(rule.kind, sentence, rule.hint)
    error.where = rule.where
    return error


def _rule(error: BaseException, chain: list[BaseException], status: int | None) -> Rule:
    if (found := _connection(chain)) is not None:
        return found
    for code in _codes(chain):
        if code in CODES:
            return CODES[code]
    by_name = next((TABLE[c.__name__] for c in type(error).__mro__ if c.__name__ in TABLE), OTHER)
    if by_name in GENERIC and (found := _words(chain)) is not None:
        return found
    answered = _answered(chain)
    if answered is not None and 300 <= answered < 400:
        return MOVED
    if answered is not None and answered >= 400 and by_name in (*GENERIC, TIMEOUT, NOT_FOUND):
        return _of_status(answered, chain, by_name)
    if by_name in GENERIC and _named(chain, "JSONDecodeError", "UnicodeDecodeError"):
        return JUNK
    if status is not None and by_name in (INVALID, SERVER, OTHER):
        return STATUSES.get(status, MOVED if 300 <= status < 400 else by_name)
    return by_name


def _of_status(status: int, chain: list[BaseException], by_name: Rule) -> Rule:
    """What an answer with this status means, where nothing said more than the status."""
    found = STATUSES.get(status, SERVER if status >= 500 else by_name)
    if found is NOT_FOUND and not any("model" in text.lower() for text in _bodies(chain)):
        return NO_PATH
    return found


def _connection(chain: list[BaseException]) -> Rule | None:
    """What the operating system said of the connection: LiteLLM shows all of it as a server's error."""
    for one in chain:
        if isinstance(one, ConnectionRefusedError):
            return REFUSED
        if isinstance(one, socket.gaierror):
            return NO_HOST
        if _named([one], "SSLCertVerificationError", "ClientConnectorCertificateError"):
            return CERTIFICATE
        if isinstance(one, ssl.SSLError):
            plain = any(getattr(o, "reason", None) in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST") for o in chain)
            return NO_TLS if plain else TLS
        if isinstance(one, OSError) and one.errno in UNREACHABLE:
            return NO_ROUTE
        if isinstance(one, ValueError) and (
            isinstance(one, UnicodeEncodeError) or "header" in str(one).lower()
        ):
            return KEY_TEXT  # of all headers it alone is not ours
    found = [rule for one in chain if (rule := _transport(one)) is not None]
    # the library of the library may say only that there was no connection
    return min(found, key=lambda rule: (rule is not TIMEOUT, rule is NETWORK), default=None)


def _transport(error: BaseException) -> Rule | None:
    if _library(error) not in ("httpx", "httpcore", "aiohttp"):
        return None
    rule = next((TRANSPORT[c.__name__] for c in type(error).__mro__ if c.__name__ in TRANSPORT), None)
    return None if rule in (SERVER, OTHER) else rule


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


def _answered(chain: list[BaseException]) -> int | None:
    """The status of what the provider answered, as its client tells it: LiteLLM makes answers of its own."""
    for one in reversed(chain):
        if _library(one) in ("httpx", "openai", "kibitz"):
            status = getattr(getattr(one, "response", None), "status_code", None)
            if isinstance(status, int):
                return status
    return None


def _status(chain: list[BaseException]) -> int | None:
    """The provider's status, else what LiteLLM takes for one."""
    status = _answered(chain)
    for one in reversed(chain) if status is None else ():
        status = getattr(getattr(one, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
    status = getattr(chain[0], "status_code", None) if status is None else status
    return status if isinstance(status, int) else None


def _library(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _bodies(chain: list[BaseException]) -> Iterator[str]:
    """What the provider answered, as far as its client kept it; read here, and never told."""
    for one in chain:
        body = getattr(one, "body", None)
        if body is not None:
            yield str(body)
        if getattr(one, "response", None) is not None:
            yield str(getattr(one, "message", ""))


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
