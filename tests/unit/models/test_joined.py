"""Pieces of a streamed answer on their way out of the worker."""

from __future__ import annotations

import asyncio
from typing import Any

from kibitz.models.joined import Joined


async def test_what_comes_together_goes_together_and_in_order() -> None:
    told: list[Any] = []
    joined = Joined(told.append, wait=True)
    for piece in ("a", "b", "c"):
        joined({"text": piece})
    assert told == []
    await asyncio.sleep(0)
    assert told == [{"text": "abc"}]
    joined({"text": "d"})
    joined({"usage": 1})
    joined({"text": "e"})
    joined.flush()
    joined.flush()
    await asyncio.sleep(0)
    assert told[1:] == [{"text": "d"}, {"usage": 1}, {"text": "e"}]


async def test_who_is_watched_while_writing_does_not_wait() -> None:
    told: list[Any] = []
    joined = Joined(told.append, wait=False)
    for piece in ("a", "b"):
        joined({"text": piece})
    assert told == [{"text": "a"}, {"text": "b"}]
