"""What one line of the log says: when, where, in which request, and what happened; never a key, a prompt or a text.

An exception's own words can hold any of those, so of an exception only its class and the places it went through are told.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

LONGEST = 2000
"""Characters of a message or a field; what is longer is cut."""

FRAMES = 12
CAUSES = 5

_request: ContextVar[str] = ContextVar("request", default="")
_session = os.urandom(3).hex()
_numbers = itertools.count(1)


def new_request() -> str:
    """An id that no other request of this machine's logs is likely to have."""
    return f"{_session}-{next(_numbers)}"


def request_id() -> str:
    """The id of the request this code runs for; empty outside of any."""
    return _request.get()


@contextmanager
def request(name: str | None = None) -> Iterator[str]:
    """Everything logged meanwhile, by tasks and threads started meanwhile too, belongs to this request."""
    name = name if name is not None else new_request()
    token = _request.set(name)
    try:
        yield name
    finally:
        _request.reset(token)


def fields(**values: Any) -> dict[str, Any]:
    """What a line says beside its message, for `extra=`. Plain values only; None is left out."""
    return {"fields": values}


def line_of(record: logging.LogRecord) -> str:
    """The record as one JSON object on one line, without the line's end."""
    return json.dumps(record_of(record), ensure_ascii=False, separators=(",", ":"))


def record_of(record: logging.LogRecord) -> dict[str, Any]:
    """The record as plain data: `time` (ISO 8601, UTC), `level`, `logger`, `process`, `request`, `message`, then its
    fields and, for an exception, `error`."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    said: dict[str, Any] = {
        "time": f"{stamp}.{int(record.created * 1000) % 1000:03d}Z",
        "level": record.levelname.lower(),
        "logger": record.name,
        "process": record.process,
    }
    if request := _request.get():
        said["request"] = request
    said["message"] = _plain(record.getMessage())
    for name, value in getattr(record, "fields", {}).items():
        if value is not None:
            said.setdefault(name, _plain(value))
    if record.exc_info and record.exc_info[1] is not None:
        said["error"] = _error(record.exc_info[1])
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return round(value, 3) if isinstance(value, float) else value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:20]]
    text = str(value)
    # a lone surrogate of a file's name cannot be written as UTF-8
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _error(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what it came from, nearest first."""
    chain: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(chain) < CAUSES:
        said: dict[str, Any] = {"type": f"{type(one).__module__}.{type(one).__qualname__}"}
        if isinstance(one, OSError) and one.errno is not None:
            said["errno"] = one.errno
        said["where"] = _places(one.__traceback__)
        chain.append(said)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def _places(trace: TracebackType | None) -> list[str]:
    """`module:line function` of the last frames, the innermost last."""
    places: list[str] = []
    while trace is not None:
        frame = trace.tb_frame
        places.append(f"{frame.f_globals.get('__name__', '?')}:{trace.tb_lineno} {frame.f_code.co_name}")
        trace = trace.tb_next
    return places[-FRAMES:]
