"""The suggestions an editor was given, and what it or the text says became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen
from lsprotocol import types as lsp

if TYPE_CHECKING:
    from kibitz.features.completion.fate import Fates
    from kibitz.store.database import Store

KEPT = 50
"""How many suggestions are remembered for the editor's word that one of them was shown or accepted."""

ACCEPTED = "kibitz.accepted"
"""The command an editor runs after a suggestion was accepted whole."""


@frozen
class Offer:
    """A suggestion that was given for a place (0-based line) of a document."""

    text: str
    engine: str
    language: str
    uri: str
    line: int


class Offers:
    """Counted in the store, by engine and language; `lines` gives a document's text while it is open."""

    def __init__(
        self,
        store: Callable[[], Awaitable[Store]],
        lines: Callable[[str], Sequence[str] | None],
    ) -> None:
        self._store = store
        self._lines = lines
        self._offers: dict[str, Offer] = {}
        self._count = 0
        self._told_of_showing = False
        self._fates: Fates | None = None

    def offer(self, offer: Offer) -> lsp.Command:
        """Remember a suggestion; the command the editor runs when it is accepted, whose title says whose it is."""
        number = f"s{self._count}"
        self._count += 1
        self._offers[number] = offer
        while len(self._offers) > KEPT:
            del self._offers[next(iter(self._offers))]
        return lsp.Command(f"Accepted: {offer.engine}", ACCEPTED, arguments=[number])

    def named(self, params: Any) -> Offer | None:
        """The suggestion a client speaks of: by its command's argument, as Copilot's clients do."""
        item = params.get("item") if isinstance(params, dict) else None
        command = item.get("command") if isinstance(item, dict) else None
        arguments = command.get("arguments") if isinstance(command, dict) else None
        return self._offers.get(str(arguments[0])) if isinstance(arguments, list) and arguments else None

    async def shown(self, offer: Offer) -> None:
        """The editor says that it showed one."""
        self._told_of_showing = True
        await self._count_shown(offer)

    async def _count_shown(self, offer: Offer) -> None:
        store = await self._store()
        await store.usage.record_shown(offer.engine, offer.language, len(offer.text))

    async def taken(self, number: str) -> None:
        """One was accepted whole: counted, and looked for again after a while."""
        offer = self._offers.get(number)
        if offer is None:
            return
        self._watch(offer, offer.text)
        if not self._told_of_showing:  # most editors do not tell: what was taken was at least seen
            await self._count_shown(offer)
        store = await self._store()
        await store.usage.record_accepted(offer.engine, offer.language, len(offer.text))

    async def taken_partly(self, offer: Offer, length: int) -> None:
        """A word or a line of one was accepted: so many characters."""
        self._watch(offer, offer.text[:length])
        store = await self._store()
        await store.usage.record_accepted(offer.engine, offer.language, length, partial=True)

    def _watch(self, offer: Offer, text: str) -> None:
        from kibitz.features.completion.fate import Fates, Taken

        async def record(engine: str, language: str, after_s: int, there: bool) -> None:
            store = await self._store()
            await store.retained.record(engine, language, after_s, there)

        if self._fates is None:
            self._fates = Fates(self._lines, record)
        self._fates.watch(Taken(offer.uri, offer.line, text, offer.engine, offer.language))

    async def close(self) -> None:
        """Stop looking."""
        if self._fates is not None:
            await self._fates.close()
