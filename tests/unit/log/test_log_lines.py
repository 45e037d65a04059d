"""What a line of the log says, and what it never says."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.log import fields, line_of, request, request_id


class Gathered(logging.Handler):
    """The lines, parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = line_of(record)
        assert "\n" not in line
        self.lines.append(json.loads(line))


@pytest.fixture
def log() -> logging.Logger:
    logger = logging.Logger("kibitz.test", logging.DEBUG)
    logger.addHandler(Gathered())
    return logger


def said(log: logging.Logger) -> list[dict[str, Any]]:
    (handler,) = log.handlers
    assert isinstance(handler, Gathered)
    return handler.lines


def test_a_line_says_when_where_and_what(log: logging.Logger) -> None:
    log.warning("it took %d steps", 3, extra=fields(model="p/m", kind=None, durationMs=1.23456, sizes=(1, 2)))
    (line,) = said(log)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("process") > 0
    assert line == {
        "level": "warning",
        "logger": "kibitz.test",
        "message": "it took 3 steps",
        "model": "p/m",
        "durationMs": 1.235,
        "sizes": [1, 2],
    }


def test_a_field_cannot_take_another_ones_place(log: logging.Logger) -> None:
    log.error("real", extra=fields(message="false", level="none", time=0))
    (line,) = said(log)
    assert (line["message"], line["level"]) == ("real", "error")
    assert line["time"] != 0


async def test_the_request_goes_through_tasks_and_threads(log: logging.Logger) -> None:
    async def work() -> None:
        await asyncio.to_thread(log.info, "in a thread")
        log.info("in a task")

    with request() as first:
        one = asyncio.ensure_future(work())
    with request() as second:
        two = asyncio.ensure_future(work())
    assert request_id() == ""
    await asyncio.gather(one, two)
    log.info("outside")
    assert first != second
    assert sorted(line.get("request", "") for line in said(log)) == [
        "",
        *sorted([first, first, second, second]),
    ]


SECRET = "canary-1f7c"


def test_an_exception_is_told_without_its_words(log: logging.Logger) -> None:
    def inner() -> None:
        raise OSError(2, SECRET, SECRET)

    try:
        try:
            inner()
        except OSError as error:
            raise KibitzError("internal", SECRET) from error
    except KibitzError:
        log.exception("it failed")
    (line,) = said(log)
    assert SECRET not in json.dumps(line)
    outer, cause = line["error"]
    assert outer["type"] == "kibitz.errors.KibitzError"
    assert (cause["type"], cause["errno"]) == ("builtins.FileNotFoundError", 2)
    assert cause["where"][-1].endswith(" inner")


def test_an_exception_in_a_ring_ends(log: logging.Logger) -> None:
    one, two = ValueError(), ValueError()
    one.__cause__, two.__cause__ = two, one
    log.error("it failed", exc_info=one)
    assert len(said(log)[0]["error"]) <= 5


@given(st.text(), st.dictionaries(st.text(), st.text() | st.floats() | st.binary() | st.none()))
def test_whatever_is_told_is_one_line_of_json(text: str, values: dict[str, Any]) -> None:
    record = logging.LogRecord("kibitz.test", logging.INFO, "", 0, "%s", (text,), None)
    record.fields = values
    line = line_of(record)
    assert "\n" not in line
    line.encode("utf-8")
    assert isinstance(json.loads(line), dict)


def test_a_long_message_is_cut(log: logging.Logger) -> None:
    log.info("x" * 100_000)
    assert len(said(log)[0]["message"]) < 3000
