"""Models without a known price: the user is asked once, and from then on only their tokens are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from kibitz.errors import KibitzError
from kibitz.models import keys
from kibitz.models.catalog import ModelInfo, split_address
from kibitz.settings import Settings

Confirm = Callable[[str], Awaitable[bool | None]]
"""Asks the user whether the named model may be used although its price is not known; None: nobody can be asked."""

ANY = "*"
"""In `budget.allow_unpriced`: every model."""


class Memory(Protocol):
    """What was answered before. See `store.ledger.Ledger`."""

    async def may_be_unpriced(self, name: str) -> bool:
        """Whether the user has said yes."""
        ...

    async def allow_unpriced(self, name: str) -> None:
        """The user said yes."""
        ...


class Consent:
    """One process's questions. A yes is kept in `memory`, a no until the process ends."""

    def __init__(
        self, confirm: Confirm | None = None, memory: Callable[[], Awaitable[Memory]] | None = None
    ) -> None:
        self._confirm = confirm
        self._memory = memory
        self._answers: dict[str, bool] = {}
        self._asking: dict[str, asyncio.Task[bool | None]] = {}

    async def check(self, info: ModelInfo, address: str | None, settings: Settings) -> None:
        """Returns where the model may be asked: its price is known, or it runs on this machine or a private network,
        or the user said yes, now or before. Else raises `budget`.

        `address` is the one the user gave for it, if any.
        """
        if info.prices is not None or _is_near(info, address):
            return
        name, allowed = info.name, settings.budget.allow_unpriced
        if {name, split_address(name)[0], ANY} & set(allowed):
            return
        answer: bool | None = self._answers.get(name)
        if answer is None:
            # several calls share one question, and one that gives up does not take it back
            if name not in self._asking:
                self._asking[name] = asyncio.ensure_future(self._ask(name))
                self._asking[name].add_done_callback(lambda task: self._answered(name, task))
            answer = await asyncio.shield(self._asking[name])
        if not answer:
            said = (
                "you have not allowed it" if answer is False else "nobody could be asked whether that is fine"
            )
            raise KibitzError(
                "budget",
                f"No price is known for {name}, so no budget can hold its cost, and {said}.",
                f'Add "{name}" to `budget.allow_unpriced` to use it with its tokens counted alone.',
            )

    async def _ask(self, name: str) -> bool | None:
        memory = await self._memory() if self._memory is not None else None
        if memory is not None and await memory.may_be_unpriced(name):
            return True
        answer = await self._confirm(name) if self._confirm is not None else None
        if answer and memory is not None:
            await memory.allow_unpriced(name)
        return answer

    def _answered(self, name: str, task: asyncio.Task[bool | None]) -> None:
        del self._asking[name]
        if not task.cancelled() and task.exception() is None and (answer := task.result()) is not None:
            self._answers[name] = answer

    async def close(self) -> None:
        """Takes back the questions that nobody has answered."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


def _is_near(info: ModelInfo, address: str | None) -> bool:
    if address is not None:
        return keys.is_near(address)
    # where a provider's own address is not known, its name stands for it
    return info.host not in ("", info.provider) and keys.is_near(info.host)
