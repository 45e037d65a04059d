"""Content-Length framed JSON, as in the LSP base protocol, read so that no broken message stops the stream.

A raw header cannot occur inside valid JSON (line breaks are escaped in strings), so a header found where a body
should be proves that the body is broken: reading goes on from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from attrs import frozen

MAX_FRAME = 256 * 1024 * 1024
"""A longer announced body, in bytes, is taken for a broken header."""

_HEADER = re.compile(
    rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n", re.IGNORECASE
)
_FIELD = b"content-length"
_LONGEST_HEADER = 4096


@frozen
class Malformed:
    """Bytes that were no message: `header` (no usable length) or `body` (not JSON)."""

    part: str


def encode(message: Any) -> bytes:
    """One framed message. Raises TypeError where the message is not JSON."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class FrameParser:
    """Bytes in, messages out, in order; broken ones come out as `Malformed`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._body: int | None = None
        self._scanned = 0

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that are complete after these bytes: decoded JSON values and `Malformed`."""
        self._buffer += data
        while True:
            if self._body is None:
                found = _HEADER.search(self._buffer)
                if found is None:
                    yield from self._drop_junk()
                    return
                junk = bytes(self._buffer[: found.start()]).strip()
                length = int(found.group(1))
                del self._buffer[: found.end()]
                if junk:
                    yield Malformed("header")
                if length > MAX_FRAME:
                    yield Malformed("header")
                    continue
                self._body, self._scanned = length, 0
            intruder = _HEADER.search(self._buffer, max(0, self._scanned - _LONGEST_HEADER), self._limit())
            if intruder is not None:
                del self._buffer[: intruder.start()]
                self._body = None
                yield Malformed("body")
                continue
            self._scanned = self._limit()
            if len(self._buffer) < self._body:
                return
            body = bytes(self._buffer[: self._body])
            del self._buffer[: self._body]
            self._body = None
            yield _decode(body)

    def _limit(self) -> int:
        return min(len(self._buffer), self._body or 0)

    def _drop_junk(self) -> Iterator[Malformed]:
        """Forget what can no longer become a header, keeping what still could."""
        at = self._buffer.lower().rfind(_FIELD)
        keep = len(self._buffer) - at if at >= 0 else min(len(self._buffer), len(_FIELD) - 1)
        if at >= 0 and keep <= _LONGEST_HEADER and not self._is_refused(at):
            return
        if at >= 0:
            del self._buffer[: at + len(_FIELD)]
            yield Malformed("header")
        elif len(self._buffer) > _LONGEST_HEADER:
            del self._buffer[:-keep]
            yield Malformed("header")

    def _is_refused(self, at: int) -> bool:
        """Whether the header at `at` ended without a usable length."""
        rest = self._buffer[at:]
        return b"\r\n\r\n" in rest or b"\n\n" in rest


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return Malformed("body")
