"""Answers that were just given, by everything that was sent for them. In memory: no answer is written down for this."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Any

from kibitz.models.protocol import Done, Event, Noted, Request, Spent, Text, ToolCall, Usage

_OF_THE_SENDER = frozenset({"api_key", "timeout_s"})
"""Parameters that change nothing about the answer."""


def key_of(params: dict[str, Any]) -> str:
    """A digest of everything that is sent, and where to: `params` are those of `wire.params`. It tells nothing of them."""
    asked = {name: value for name, value in params.items() if name not in _OF_THE_SENDER}
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def repeatable(request: Request) -> bool:
    """Whether the same request is to have the same answer."""
    return request.temperature == 0


class AnswerCache:
    """The last answers used, least recently used ones dropped first. `resize` with 0 entries switches it off."""

    def __init__(self, entries: int = 0, size: int = 0) -> None:
        self._answers: OrderedDict[str, tuple[tuple[Event, ...], int]] = OrderedDict()
        self._bytes = 0
        self.resize(entries, size)

    def resize(self, entries: int, size: int) -> None:
        """Keep at most this many answers, and bytes of them, from now on."""
        self._entries, self._size = entries, size
        self._shrink()

    def get(self, key: str) -> tuple[Event, ...] | None:
        """The whole answer as events, at no cost: its tokens were counted when it came."""
        if key not in self._answers:
            return None
        self._answers.move_to_end(key)
        return self._answers[key][0]

    def put(self, key: str, events: list[Event]) -> None:
        """Keep a whole answer. One that was cut off, or asks for a tool, is not one."""
        if not events or events[-1] != Done("stop") or any(isinstance(e, ToolCall) for e in events):
            return
        text = "".join(e.delta for e in events if isinstance(e, Text))
        size = len(key) + len(text.encode("utf-8", "surrogatepass"))
        if not text or size > self._size:
            return
        self._drop(key)
        notes = [e for e in events if isinstance(e, Noted)]
        self._answers[key] = ((*notes, Text(text), Spent(Usage()), Done("stop")), size)
        self._bytes += size
        self._shrink()

    def _drop(self, key: str) -> None:
        if key in self._answers:
            self._bytes -= self._answers.pop(key)[1]

    def _shrink(self) -> None:
        while self._answers and (len(self._answers) > self._entries or self._bytes > self._size):
            self._drop(next(iter(self._answers)))
