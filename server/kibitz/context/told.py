"""A document on its way to the worker: whole at first, then only what is different from what was told before.

With each key an editor's text changes in one place, and a long one takes longer to write, send and read than its context
takes to build.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from pathlib import Path
from typing import Any

from kibitz.text import Document

MOST_TEXTS = 8
"""So many texts are kept at either end: those of the documents that were asked about last."""
WORTH_CHARACTERS = 2000
"""Shorter texts are told whole."""

Params = dict[str, Any]
_numbers = itertools.count(1)


class Told:
    """The end that tells: what the other end has of which document. One for each worker."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def shown(self, document: Document) -> Params:
        """The document as JSON: `text`, in place of what stands from `start` to `end` of the text with number `base`, if any."""
        message: Params = {
            "uri": document.uri,
            "language": document.language,
            "version": document.version,
            "path": str(document.path) if document.path else "",
            "text": document.text,
        }
        if len(document.text) < WORTH_CHARACTERS:
            return message
        last = self._last.pop(document.uri, None)
        message["number"] = number = next(_numbers)
        self._last[document.uri] = number, document.text
        while len(self._last) > MOST_TEXTS:
            self._last.popitem(last=False)
        if last is not None:
            base, before = last
            start, end, text = difference(before, document.text)
            message |= {"base": base, "start": start, "end": end, "text": text}
        return message

    def forget(self) -> None:
        """The other end lost what it was told: tell everything anew."""
        self._last.clear()


class Heard:
    """The end that is told."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, str] = OrderedDict()

    def document(self, message: Params) -> Document | None:
        """The document of a message from `Told.shown`; None where what it builds on is not known here."""
        text = message["text"]
        if "base" in message:
            before = self._texts.pop(message["base"], None)
            if before is None:
                return None
            text = before[: message["start"]] + text + before[message["end"] :]
        if "number" in message:
            self._texts[message["number"]] = text
            while len(self._texts) > MOST_TEXTS:
                self._texts.popitem(last=False)
        path = Path(message["path"]) if message["path"] else None
        return Document(message["uri"], text, message["language"], message["version"], path)


def difference(before: str, after: str) -> tuple[int, int, str]:
    """Where (`start`, `end` in code points of the first) and by what the second text differs from the first.

    Compares halves of what is left, so that a long text takes some microseconds.
    """
    start = _alike(before, after, min(len(before), len(after)))
    most = min(len(before), len(after)) - start
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        same = (
            before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]
        )
        low, high = (middle, high) if same else (low, middle - 1)
    return start, len(before) - low, after[start : len(after) - low]


def _alike(before: str, after: str, most: int) -> int:
    """How many characters both begin with."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
