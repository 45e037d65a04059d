"""The table of failures: complete over LiteLLM's exceptions, and right where only words or statuses tell."""

from __future__ import annotations

import email.utils
import json
import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KINDS
from kibitz.models.failure_rules import CODES, STATUSES, TABLE, WORDS
from kibitz.models.failures import Failure, explain, timed_out

LIST = """
import json, os
os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_MODE="PRODUCTION")
import litellm.exceptions as e
print(json.dumps([n for n, c in vars(e).items()
      if isinstance(c, type) and issubclass(c, BaseException) and c.__module__.startswith("litellm")]))
"""


def raised(name: str, status: int | None = None, text: str = "", **values: Any) -> Exception:
    """An exception as LiteLLM raises it, of a class of that name."""
    error: Exception = type(name, (Exception,), {})(text)
    for key, value in {"status_code": status, **values}.items():
        setattr(error, key, value)
    return error


def kind(error: Exception) -> str:
    return explain(error, model="p/m", host="h").error.kind


def test_every_exception_of_litellm_is_in_the_table() -> None:
    out = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True, timeout=90)
    names = json.loads(out.stdout.splitlines()[-1])
    assert len(names) > 20
    assert set(names) - set(TABLE) == set()


def test_every_rule_can_be_told() -> None:
    rules = [*TABLE.values(), *CODES.values(), *STATUSES.values(), *(rule for _, rule in WORDS)]
    for rule in rules:
        assert rule.kind in KINDS
        sentence = rule.sentence.format(model="p/m", host="h", status=500)
        assert sentence.endswith(".")
        assert rule.hint.endswith((".", "?"))


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
        (raised("MidStreamFallbackError", 500, original_exception=raised("ReadTimeout")), "timeout"),
        (raised("MidStreamFallbackError", 500, original_exception=raised("JSONDecodeError")), "bad_response"),
        (raised("MidStreamFallbackError", 500, original_exception=raised("ReadError")), "network"),
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
