"""What became of a suggestion that was taken: is it still there after a while, or was it undone or written anew?

Looked for at the times that Copilot's client uses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from difflib import SequenceMatcher

from attrs import frozen

TIMES_S = (15, 30, 120, 300, 600)
LIKE = 0.7
"""The ratio (difflib's) from which on a changed text counts as the same; at half, any two lines of a function may match."""

NEAR_LINES = 60
"""So far from where it was put a changed suggestion is looked for; an unchanged one is found anywhere."""

MOST_WATCHED = 200


@frozen
class Taken:
    """A suggestion that is in the text now: whose it was, where it begins (0-based line), and what it said."""

    uri: str
    line: int
    text: str
    engine: str
    language: str


class Fates:
    """Looks at each of TIMES_S. `lines` gives a document's text, None once it is closed; `record` keeps what was seen."""

    def __init__(
        self,
        lines: Callable[[str], Sequence[str] | None],
        record: Callable[[str, str, int, bool], Awaitable[None]],
        times_s: Sequence[float] = TIMES_S,
    ) -> None:
        self._lines = lines
        self._record = record
        self._times = times_s
        self._watching: set[asyncio.Task[None]] = set()

    def watch(self, taken: Taken) -> None:
        """Begin to watch a suggestion that was taken just now; beyond so many none is added."""
        if len(self._watching) < MOST_WATCHED:
            task = asyncio.ensure_future(self._watch(taken))
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)

    async def close(self) -> None:
        """Stop watching; what was not seen is not counted."""
        for task in self._watching:
            task.cancel()
        if self._watching:
            await asyncio.wait(self._watching)

    async def _watch(self, taken: Taken) -> None:
        waited = 0.0
        for after in self._times:
            await asyncio.sleep(after - waited)
            waited = after
            lines = self._lines(taken.uri)
            if lines is None:
                return
            there = await asyncio.to_thread(is_there, list(lines), taken.line, taken.text)
            await self._record(taken.engine, taken.language, int(after), there)


def is_there(lines: Sequence[str], line: int, text: str) -> bool:
    """Whether a text stands in a document, or near the line where it was put one that is like it."""
    wanted = [part.strip() for part in text.splitlines() if part.strip()]
    stripped = [part.strip() for part in lines]
    if not wanted:
        return True
    first = wanted[0]
    for at, found in enumerate(stripped):
        if found.endswith(first) or first in found:
            here = [part for part in stripped[at : at + 2 * len(wanted)] if part]
            if all(a in b for a, b in zip(wanted, here, strict=False)) and len(here) >= len(wanted):
                return True
    joined = "\n".join(wanted)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(joined)
    for at in range(max(0, line - NEAR_LINES), min(len(stripped), line + NEAR_LINES)):
        matcher.set_seq1("\n".join(stripped[at : at + len(wanted)])[: 2 * len(joined)])
        if matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE and matcher.ratio() >= LIKE:
            return True
    return False
