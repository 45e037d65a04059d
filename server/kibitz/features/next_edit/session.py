"""The next edits of one editor session: histories of the open documents, what was offered, and what was refused."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import define

from kibitz.features.next_edit.candidate import NextEdit
from kibitz.features.next_edit.history import History, Recent
from kibitz.text import Document, Position

if TYPE_CHECKING:  # made with the first key, and imported then
    from kibitz.features.workbench import Workbench

REFUSED_AFTER = 2
"""Times a suggestion is typed past before it is not made again."""
MOST_KEYS = 200

Key = tuple[str, str, str]


@define
class _Offered:
    """A suggestion that was given, and how many hunks its document had then."""

    suggestion: NextEdit
    count: int
    shown: bool = False


class NextEdits:
    """Told of every change of every open document, and asked for what comes next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._histories: dict[str, History] = {}
        self._offered: dict[str, _Offered] = {}
        self._passed: OrderedDict[Key, int] = OrderedDict()
        self._by_model: dict[str, tuple[int | None, NextEdit | None]] = {}
        self._told_of_showing = False

    def edited(self, uri: str, changes: Iterable[tuple[int, Sequence[str], Sequence[str]]]) -> None:
        """Whole lines of a document were replaced: from which on, which ones, by which, each after the one before."""
        history = self._histories.get(uri)
        if history is None:
            history = self._histories[uri] = History(self._clock)
        for first, old, new in changes:
            history.edited(first, old, new)
            self._judge(uri, old, new, history)

    def closed(self, uri: str) -> None:
        """A document was closed, or opened anew: what was done to it before says nothing any more."""
        self._histories.pop(uri, None)
        self._offered.pop(uri, None)
        self._by_model.pop(uri, None)

    def forget(self) -> None:
        """Other settings or another model: what the model said does not count."""
        self._by_model.clear()

    def recent(self, uri: str) -> Recent:
        """What was changed in a document lately."""
        history = self._histories.get(uri)
        return history.recent() if history is not None else Recent()

    def shown(self, uri: str) -> None:
        """The editor says that it shows what it was last given of a document: from now on only that can be refused."""
        self._told_of_showing = True
        for offered in self._offered.values():
            if offered.suggestion.document.uri == uri:
                offered.shown = True

    async def suggest(
        self, bench: Workbench, document: Document, position: Position, *, elsewhere: bool = False
    ) -> NextEdit | None:
        """What should be changed next in a document, or `elsewhere`, in another open one. None is a good answer.

        Raises the model's errors where one was asked.
        """
        settings = bench.settings.completion
        recent = self.recent(document.uri)
        if (
            not recent.hunks
            or not settings.enabled
            or (settings.languages and document.language not in settings.languages)
        ):
            return None
        refused = frozenset(key for key, times in self._passed.items() if times >= REFUSED_AFTER)
        others = tuple(d for d in bench.open_documents() if d.uri != document.uri) if elsewhere else ()
        from kibitz.features.next_edit.predict import predict

        found = await asyncio.to_thread(predict, document, position, recent, others, refused)
        if found is None:
            found = await self._asked(bench, document, position, recent)
            if found is not None and (found.key in refused or found.after in recent.undone):
                found = None
        if found is not None:
            self._offered[document.uri] = _Offered(found, recent.count)
        return found

    async def _asked(
        self, bench: Workbench, document: Document, position: Position, recent: Recent
    ) -> NextEdit | None:
        """The model's, once for a version of a document."""
        version, known = self._by_model.get(document.uri, (None, None))
        if version is not None and version == document.version:
            return known
        from kibitz.features.next_edit.asked import asked

        found = await asked(bench, document, position, recent, now=self._clock())
        self._by_model[document.uri] = (document.version, found)
        return found

    def _judge(self, uri: str, old: Sequence[str], new: Sequence[str], history: History) -> None:
        """Whether a change takes what was offered, or goes past it: typing on at one place counts once."""
        offered = self._offered.get(uri)
        if offered is None:
            return
        _, before, after = offered.suggestion.key
        if [line.strip() for line in new] == [after] or (
            any(line.strip() == before for line in old) and any(line.strip() == after for line in new)
        ):
            del self._offered[uri]
        elif history.recent().count > offered.count:
            del self._offered[uri]
            if offered.shown or not self._told_of_showing:
                key = offered.suggestion.key
                self._passed[key] = self._passed.pop(key, 0) + 1
                while len(self._passed) > MOST_KEYS:
                    self._passed.popitem(last=False)
