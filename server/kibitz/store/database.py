"""The store's front door: opens the database, hands out its rooms, and goes on in memory where it must."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError
from kibitz.store import files, projects
from kibitz.store.conversations import Conversations
from kibitz.store.egress import Egress
from kibitz.store.findings import Findings
from kibitz.store.ledger import Ledger
from kibitz.store.projects import ProjectRow
from kibitz.store.retained import Retained
from kibitz.store.rows import new_id
from kibitz.store.usage import Usage

if TYPE_CHECKING:
    from kibitz.store.engine import Engine

TIMEOUT_S = 5.0
"""How long a write waits for another server's."""


class Store:
    """What kibitz remembers. Made by `open`; `close` must be awaited before the event loop ends.

    `conversations`, `usage`, `ledger`, `egress`, `findings` and `retained` are its rooms. Everything that records what happened returns
    even when the database cannot be written; everything that reads, and what a person asked to be changed,
    raises KibitzError. Cancelling a caller never leaves a write half done.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.session = new_id()
        self.conversations = Conversations(engine)
        self.usage = Usage(engine, self.session)
        self.ledger = Ledger(engine, self.usage)
        self.egress = Egress(engine)
        self.findings = Findings(engine)
        self.retained = Retained(engine)

    @classmethod
    async def open(
        cls, url: str, *, notify: Callable[[KibitzError], None], timeout_s: float = TIMEOUT_S
    ) -> Store:
        """The store at `sqlite:///absolute/path`, at a plain path, or in `:memory:`.

        Raises `unsupported` for another kind of database and `invalid` for what names no file. A database that is
        locked for `timeout_s`, damaged, read-only, newer than this code or out of space is told to `notify` once,
        and the store goes on in memory; a damaged file is set aside and replaced where that is possible.
        """
        path = files.locate(url)
        engine = await asyncio.to_thread(_load)
        return cls(await engine.start(path, notify, timeout_s))

    @property
    def path(self) -> Path | None:
        """The database's file; None where memory was asked for."""
        return self._engine.path

    @property
    def persistent(self) -> bool:
        """Whether what is recorded now outlives the process."""
        return self._engine.persistent

    @property
    def problem(self) -> KibitzError | None:
        """What went wrong with the file, while it matters."""
        return self._engine.problem

    async def projects(self) -> list[ProjectRow]:
        """Every project with a conversation or a model call, the most recently used first."""
        return await self._engine.read(projects.read)

    async def close(self) -> None:
        """Ends the writes under way and closes the file. Safe to call twice."""
        await self._engine.close()


def _load() -> type[Engine]:
    # SQLite's binding takes 50 ms to import: not before it is needed, and not on the event loop
    from kibitz.store.engine import Engine

    return Engine
