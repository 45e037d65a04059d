"""One call for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from kibitz.errors import KibitzError
from kibitz.models.protocol import Event, Spent, Usage


class _Flight:
    """A call under way: what has come, and who listens. What it took is told to one of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.listeners: list[asyncio.Queue[Event | BaseException | None]] = []
        self.task: asyncio.Task[None] | None = None

    def join(self) -> asyncio.Queue[Event | BaseException | None]:
        queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        for event in self.events:
            queue.put_nowait(_free(event))
        self.listeners.append(queue)
        return queue

    def tell(self, event: Event) -> None:
        for number, queue in enumerate(self.listeners):
            queue.put_nowait(event if number == 0 else _free(event))
        self.events.append(event)

    def end(self, how: BaseException | None) -> None:
        for queue in self.listeners:
            queue.put_nowait(how)


class Flights:
    """The calls under way, by key. A listener that leaves costs the others nothing; the last one ends the call."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight] = {}

    async def stream(
        self, key: str, start: Callable[[], AsyncGenerator[Event, None]]
    ) -> AsyncGenerator[Event, None]:
        """The events of the call of this key, from its first one on, which `start` makes where there is none."""
        flight = self._flights.get(key)
        if flight is None:
            events, flight = start(), _Flight()
            flight.task = asyncio.ensure_future(self._run(key, flight, events))
            self._flights[key] = flight
        queue = flight.join()
        try:
            while (event := await queue.get()) is not None:
                if isinstance(event, BaseException):
                    raise _own(event)
                yield event
        finally:
            flight.listeners.remove(queue)
            if not flight.listeners and flight.task is not None and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await flight.task

    async def _run(self, key: str, flight: _Flight, events: AsyncGenerator[Event, None]) -> None:
        how: BaseException | None = None
        try:
            async with aclosing(events):
                async for event in events:
                    flight.tell(event)
        except asyncio.CancelledError:
            how = KibitzError("cancelled", "The call was cancelled.")
            raise
        except Exception as error:  # noqa: BLE001 - handed on to whoever listens, where it is raised again
            how = error
        finally:
            self._forget(key, flight)
            flight.end(how)

    def _forget(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


def _free(event: Event) -> Event:
    """The event for those who do not pay: the tokens of one call are counted once."""
    return Spent(Usage()) if isinstance(event, Spent) else event


def _own(error: BaseException) -> BaseException:
    """An error that several are told of, as each one's own."""
    if not isinstance(error, KibitzError):
        return error
    own = type(error).__new__(type(error))
    own.args = error.args
    vars(own).update(vars(error))
    return own
