"""The log: JSON lines in one bounded file, with the id of the request they belong to; see `start`."""

from kibitz.log.handler import Handler, current, flush, level, relay, start, stop
from kibitz.log.lines import fields, line_of, new_request, record_of, request, request_id

__all__ = [
    "Handler",
    "current",
    "fields",
    "flush",
    "level",
    "line_of",
    "new_request",
    "record_of",
    "relay",
    "request",
    "request_id",
    "start",
    "stop",
]
