"""Waiting for a model: not longer than the user would, and not for a process that has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.failures import Failure, timed_out


class FailedError(Exception):
    """A failure on its way to whoever decides about another attempt."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


async def in_time(values: AsyncGenerator[Any, None], model: str, seconds: float) -> AsyncGenerator[Any, None]:
    """The values, each within its time; a dead worker is a failure like another."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                value = await anext(values)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise FailedError(timed_out(model, seconds)) from None
        except KibitzError as error:
            if error.kind != "internal":
                raise
            raise KibitzError(
                "internal",
                "The process that talks to models ended in the middle of a call.",
                "Ask again: it starts anew. See the log if this stays.",
            ) from None
        yield value
