"""Server-sent events as model servers write them: https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

LONGEST = 16_000_000
"""Characters of one event; nothing that answers a question is longer."""


class EventStream:
    """The data of each event of a stream of bytes that comes in parts, however it is cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, part: bytes) -> Iterator[str]:
        """The data of the events that end in this part. Raises ValueError for one that is too long."""
        text = self._rest + self._decoder.decode(part)
        if len(text) + self._size > LONGEST:
            raise ValueError("an event without an end")
        held = "\r" if text.endswith("\r") else ""  # half of a line end, perhaps
        lines = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop() + held
        for line in lines:
            if not line:
                if self._data:
                    yield "\n".join(self._data)
                self._data, self._size = [], 0
            elif line.startswith("data:"):
                self._data.append(line[5:].removeprefix(" "))
                self._size += len(line)

    def end(self) -> str:
        """The data of an event that the stream ended in without the empty line after it; "" where there is none."""
        list(self.feed(b"\n"))
        return "\n".join(self._data)
