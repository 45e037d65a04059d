"""The form a completion is asked in: a server that cannot fill in the middle after all is asked in a chat instead."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.catalog import split_address
from kibitz.models.dialects import dialect
from kibitz.models.protocol import Event, Request

NO_CHAT = "text-completion-"
"""How the names of providers begin that complete texts and nothing else."""

Ask = Callable[[str, Request], AsyncGenerator[Event, None]]


class Forms:
    """Remembers which models are served without an address for infill, until `forget`."""

    def __init__(self) -> None:
        self._chat_only: set[str] = set()

    def forget(self) -> None:
        """The settings changed, and with them perhaps the server."""
        self._chat_only.clear()

    async def stream(self, name: str, request: Request, ask: Ask) -> AsyncGenerator[Event, None]:
        """The answer to `ask(name, request)`; where the server has no such address, to the same in messages."""
        spoke = False
        try:
            async with aclosing(
                ask(name, _in_messages(request) if name in self._chat_only else request)
            ) as events:
                async for event in events:
                    spoke = True
                    yield event
            return
        except KibitzError as error:
            if spoke or error.kind != "not_found" or name in self._chat_only or not _fills_in(name, request):
                raise
        async with aclosing(ask(name, _in_messages(request))) as events:
            async for event in events:
                self._chat_only.add(name)  # not before: a model that is not there at all is another matter
                yield event


def _in_messages(request: Request) -> Request:
    return evolve(request, prefix=None, suffix=None)


def fills_in(name: str) -> bool:
    """Whether a model may be asked to fill in the middle, at this address or another one."""
    return dialect(_full(name), "somewhere").infill is not None


def _fills_in(name: str, request: Request) -> bool:
    if request.prefix is None or not request.messages or _full(name).startswith(NO_CHAT):
        return False
    return fills_in(name)


def _full(name: str) -> str:
    bare = split_address(name)[0]
    return bare if "/" in bare else f"openai/{bare}"
