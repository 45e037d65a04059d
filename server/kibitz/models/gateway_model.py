"""One model of many, as whoever asks it sees it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from kibitz.models.catalog import split_address
from kibitz.models.protocol import Answering, Event, Request


class GatewayModel:
    """One model, asked through the gateway, whose `stream` it gets. See `protocol.Model`."""

    def __init__(self, stream: Callable[[str, Request], AsyncGenerator[Event, None]], name: str) -> None:
        self._stream = stream
        self._asked = name
        self._name = split_address(name)[0]

    @property
    def name(self) -> str:
        """`<provider>/<model>`; after an answer by a fallback, that one's."""
        return self._name

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """See `Gateway.stream`."""
        async with aclosing(self._stream(self._asked, request)) as events:
            async for event in events:
                if isinstance(event, Answering):
                    self._name = event.engine
                yield event
