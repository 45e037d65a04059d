"""The table of failures: complete over LiteLLM's exceptions, and right where only words or statuses tell."""

from __future__ import annotations

import email.utils
import json
import re
import socket
import ssl
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KINDS
from kibitz.models import direct, failure_rules
from kibitz.models.failure_rules import Rule
from kibitz.models.failure_table import CODES, STATUSES, TABLE, TRANSPORT, WORDS
from kibitz.models.failures import Failure, explain, no_provider, timed_out

LIST = """
import json, os
os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_MODE="PRODUCTION")
import aiohttp, httpx, litellm.exceptions, openai
found = {}
for library in (litellm.exceptions, openai, httpx, aiohttp):
    for name in dir(library):
        one = getattr(library, name)
        if isinstance(one, type) and issubclass(one, Exception) and not issubclass(one, Warning):
            if one.__module__.startswith(library.__name__.partition(".")[0]):
                found[one.__module__ + "." + name] = [c.__name__ for c in one.__mro__]
print(json.dumps(found))
"""

NEVER_OF_A_CALL = frozenset(
    {
        "aiohttp._websocket.models.WebSocketError",
        "aiohttp.client_exceptions.WSMessageTypeError",
        "aiohttp.streams.EofStream",
        "openai.InvalidWebhookSignatureError",
        "openai.WebSocketConnectionClosedError",
        "openai.WebSocketQueueFullError",
    }
)
"""What belongs to web sockets, web hooks and the library's global client: none of it is used."""


def raised(name: str, status: int | None = None, text: str = "", **values: Any) -> Exception:
    """An exception as LiteLLM raises it, of a class of that name (`library.Name` for one of another library)."""
    library, _, bare = name.rpartition(".")
    error: Exception = type(bare, (Exception,), {"__module__": library or "litellm.exceptions"})(text)
    for key, value in {"status_code": status, **values}.items():
        setattr(error, key, value)
    return error


def kind(error: Exception) -> str:
    return explain(error, model="p/m", host="h").error.kind


@pytest.fixture(scope="module")
def exceptions() -> dict[str, list[str]]:
    """The names of every exception a call can end with, each with the names of what it is made from."""
    out = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True, timeout=90)
    found: dict[str, list[str]] = json.loads(out.stdout.splitlines()[-1])
    assert set(found) >= NEVER_OF_A_CALL
    return {name: mro for name, mro in found.items() if name not in NEVER_OF_A_CALL}


def test_every_exception_of_litellm_has_a_row_of_its_own(exceptions: dict[str, list[str]]) -> None:
    names = {name.rpartition(".")[2] for name in exceptions if name.startswith("litellm.")}
    assert len(names) >= 30
    assert names - set(TABLE) == set()


@pytest.mark.parametrize(("library", "least"), [("openai", 12), ("httpx", 25), ("aiohttp", 20)])
def test_every_exception_beneath_it_has_a_row(
    exceptions: dict[str, list[str]], library: str, least: int
) -> None:
    found = {name: mro for name, mro in exceptions.items() if name.startswith(library + ".")}
    assert len(found) >= least
    rows = set(TABLE if library == "openai" else TRANSPORT)
    assert [name for name, mro in found.items() if not rows & set(mro)] == []


def test_no_row_is_of_an_exception_that_is_not_there(exceptions: dict[str, list[str]]) -> None:
    known = {name for mro in exceptions.values() for name in mro}
    assert set(TABLE) - known == {
        "JSONDecodeError",
        *(e.__name__ for e in (direct.ProviderError, direct.OddAnswerError)),
    }
    assert set(TRANSPORT) - known == {"BadHttpMessage", "PayloadEncodingError"}, "these are aiohttp's own"


def rules() -> list[Rule]:
    tables = (TABLE, TRANSPORT, CODES, STATUSES)
    listed = [rule for table in tables for rule in table.values()] + [rule for _, rule in WORDS]
    return listed + [rule for rule in vars(failure_rules).values() if isinstance(rule, Rule)]


def test_every_rule_can_be_told() -> None:
    for rule in rules():
        assert rule.kind in KINDS
        sentence = rule.sentence.format(model="p/m", host="h", status=500)
        assert sentence.endswith(".")
        assert rule.hint.endswith((".", "?"))
        assert not re.search(r"[{}]", sentence + rule.hint)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (raised("AuthenticationError", 401), "auth"),
        (raised("BadRequestError", 403), "auth"),
        (raised("APIError", 402), "quota"),
        (raised("APIError", 529), "network"),
        (raised("RateLimitError", 429), "rate_limit"),
        (raised("RateLimitError", 429, body={"code": "insufficient_quota"}), "quota"),
        (raised("RateLimitError", 429, body={"error": {"type": "insufficient_quota"}}), "quota"),
        (raised("BadRequestError", 400, "Your credit balance is too low"), "quota"),
        (raised("BadRequestError", 400, "prompt is too long: 9 tokens > 8"), "context_length"),
        (raised("BadRequestError", 413), "context_length"),
        (raised("InternalServerError", 500, "Missing credentials. Please pass an `api_key`"), "auth"),
        (raised("APIConnectionError", 500, "Missing Gemini API key. Set it"), "auth"),
        (raised("BadRequestError", 400, "LLM Provider NOT provided. Pass in"), "invalid"),
        (raised("InternalServerError", 307), "bad_response"),
        (
            raised("MidStreamFallbackError", 500, original_exception=raised("httpx.TimeoutException")),
            "timeout",
        ),
        (raised("MidStreamFallbackError", 500, original_exception=raised("JSONDecodeError")), "bad_response"),
        (raised("MidStreamFallbackError", 500, original_exception=raised("httpx.ReadError")), "network"),
        (raised("SomethingNobodyHasSeen"), "internal"),
        (raised("SomethingNobodyHasSeen", 404), "not_found"),
    ],
)
def test_what_tells_failures_apart(error: Exception, expected: str) -> None:
    assert kind(error) == expected


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "Nothing answers at h."),
        (socket.gaierror(-2, "unknown"), "The address h cannot be found."),
        (OSError(113, "No route to host"), "h cannot be reached from here."),
        (OSError(101, "Network is unreachable"), "h cannot be reached from here."),
        (ssl.SSLCertVerificationError("x"), "The certificate of h was not accepted, so nothing was sent."),
        (ssl.SSLError("x"), "No secure connection to h could be made, so nothing was sent."),
        (
            UnicodeEncodeError("ascii", "\u2026", 0, 1, "x"),
            "The key for p/m holds characters that no key has.",
        ),
        (
            ValueError("Forbidden control character detected in headers."),
            "The key for p/m holds characters that no key has.",
        ),
    ],
)
def test_what_the_system_said_is_found_in_the_depth(cause: OSError, words: str) -> None:
    outer, middle = raised("InternalServerError", 500), raised("OpenAIError")
    middle.__cause__ = cause
    outer.__context__ = middle
    cause.__context__ = outer  # rings happen
    assert explain(outer, model="p/m", host="h").error.message == words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_the_pause_a_provider_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    error = raised("RateLimitError", 429, litellm_response_headers=headers)
    assert explain(error, model="p/m", host="h").error.retry_after_s == seconds


def test_a_pause_may_be_a_date() -> None:
    when = email.utils.formatdate(time.time() + 100, usegmt=True)
    error = raised("RateLimitError", 429, litellm_response_headers={"retry-after": when})
    found = explain(error, model="p/m", host="h").error.retry_after_s
    assert found is not None
    assert 90 < found <= 100


@given(
    st.sampled_from(sorted(TABLE)), st.sampled_from([None, 200, 301, 400, 401, 404, 429, 500, 599]), st.text()
)
def test_no_word_of_the_provider_is_told(name: str, status: int | None, text: str) -> None:
    marked = f"{text}\N{SNOWMAN}{text}"
    error = raised(
        name,
        status,
        marked,
        body={"message": marked, "code": marked},
        original_exception=raised("E", None, marked),
    )
    failure = explain(error, model="p/m", host="h")
    assert "\N{SNOWMAN}" not in json.dumps(failure.to_json(), ensure_ascii=False)
    again = Failure.from_json(failure.to_json())
    assert (again.error.to_json(), again.retry) == (failure.error.to_json(), failure.retry)


def test_silence_is_told_with_its_length() -> None:
    assert timed_out("p/m", 1.5).error.message == "p/m said nothing for 1.5 s."


def test_a_provider_that_is_nearly_one() -> None:
    assert "Did you mean `openai`?" in no_provider("opnai/gpt-5", ["openai", "mistral"]).hint
    assert "Did you mean" not in no_provider("x/gpt-5", ["openai", "mistral"]).hint
