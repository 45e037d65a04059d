"""What all projects of one process share: the store, the worker processes, the models. Everything opens when first needed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kibitz.errors import KibitzError
from kibitz.features import reading_worker
from kibitz.features.latency import Latencies
from kibitz.models.select import Choice
from kibitz.settings import Settings, environment, user_places

if TYPE_CHECKING:
    from kibitz.features.project_context import ProjectContext
    from kibitz.models.consent import Confirm
    from kibitz.models.gateway import Egress, Gateway
    from kibitz.models.key_store import StoredKeys
    from kibitz.models.offline.engine import OfflineEngine
    from kibitz.sandbox.run import Sandbox
    from kibitz.store.database import Store
    from kibitz.store.ledger import Ledger
    from kibitz.workers.worker import Worker

Notify = Callable[[KibitzError], None]


class Services:
    """Opened lazily, closed once."""

    def __init__(self, settings: Settings, notify: Notify, confirm_unpriced: Confirm | None = None) -> None:
        self.settings = settings
        self.confirm_unpriced = confirm_unpriced
        self.choice = Choice(settings)
        self.latencies = Latencies()
        self._notify = notify
        self._store: Store | None = None
        self._unusable: KibitzError | None = None
        self._opening = asyncio.Lock()
        self._workers: dict[str, Worker] = {}
        self._gateway: Gateway | None = None
        self._forgetting: asyncio.Task[None] | None = None
        self._keys: StoredKeys | None = None
        self._sandbox: Sandbox | None = None
        self._offline: OfflineEngine | None = None
        self._projects: dict[Path, ProjectContext] = {}

    def use(self, settings: Settings) -> None:
        """New settings from now on; what is open stays open where it still fits."""
        self.settings = settings
        self.choice.use(settings)
        if self._gateway is not None:
            self._gateway.use(settings)
        if self._offline is not None:
            self._offline.use(settings)

    async def store(self) -> Store:
        """The database; a broken one has been reported once and is kept in memory instead."""
        async with self._opening:
            if self._store is None:
                from kibitz.store.database import Store

                url = self.settings.database_url or f"sqlite:///{user_places().database.as_posix()}"
                try:
                    self._store = await Store.open(url, notify=self._notify)
                except KibitzError as error:  # a setting that names no database costs history alone
                    self._unusable = error
                    self._notify(error)
                    self._store = await Store.open(":memory:", notify=self._notify)
            return self._store

    @property
    def database_problem(self) -> KibitzError | None:
        """Why what happens is kept in memory only, where it is."""
        return self._unusable or (self._store.problem if self._store is not None else None)

    def worker(self, module: str, name: str) -> Worker:
        """The process that serves a module; started at its first call. Raises `untrusted`."""
        self.require_trust()
        if module in (reading_worker.INDEX, reading_worker.RULES):
            module, name = reading_worker.MODULE, "reading"
        if name not in self._workers:
            from kibitz.workers.worker import Worker

            self._workers[name] = Worker(module, name=name, env=environment())
        return self._workers[name]

    async def warm(self) -> None:
        """Start what the configured engines will need, so that the first answer does not wait for it."""
        if self.settings.trusted and self.asks_a_model:
            await self.store()  # no first answer waits for the ledger to be opened
            await self.gateway.warm_for(self.choice.models())

    async def make_ready(self) -> None:
        """Somebody has begun to type: load what a call needs. Who only reads never pays for it."""
        if self.settings.trusted and self.asks_a_model:
            await self.gateway.make_ready(self.choice.models())

    def project(self, root: Path, exclude: tuple[str, ...]) -> ProjectContext:
        """A project's index and contexts. Raises `untrusted`."""
        if root not in self._projects:
            from kibitz.context.client import MODULE
            from kibitz.features.project_context import ProjectContext

            worker = self.worker(MODULE, "index")
            self._projects[root] = ProjectContext(worker, root, exclude, user_places().index)
        return self._projects[root]

    @property
    def projects(self) -> Mapping[Path, ProjectContext]:
        """The projects whose index is in use."""
        return self._projects

    @property
    def asks_a_model(self) -> bool:
        """Whether a language model is configured for anything."""
        return bool(self.choice.models())

    def require_trust(self) -> None:
        """Raises `untrusted` in a workspace the user does not trust: there no process is started, no model called."""
        if not self.settings.trusted:
            raise KibitzError(
                "untrusted",
                "This workspace is not trusted, so kibitz starts no process and calls no model in it.",
                "Trust the workspace in your editor to use this.",
            )

    @property
    def keys(self) -> StoredKeys:
        """The keys in the system keyring."""
        if self._keys is None:
            from kibitz.models.key_store import user_keys

            self._keys = user_keys()
        return self._keys

    @property
    def gateway(self) -> Gateway:
        """The one door to language models."""
        self.require_trust()
        if self._gateway is None:
            from kibitz.models.gateway import Gateway

            self._gateway = Gateway(
                self.settings,
                on_egress=self._record_egress,
                ledger=self._ledger,
                confirm_unpriced=self.confirm_unpriced,
                stored=self.keys,
                last_resort=lambda: self.offline,
            )
        return self._gateway

    async def _record_egress(self, sent: Egress) -> None:
        store = await self.store()
        await store.egress.record(
            sent.time,
            sent.host,
            sent.model,
            sent.feature,
            sent.bytes,
            sent.tokens,
            sent.redactions,
            sent.text,
        )

    async def _ledger(self) -> Ledger:
        store = await self.store()
        if self._forgetting is None:
            self._forgetting = asyncio.ensure_future(self._forget(store))
        return store.ledger

    async def _forget(self, store: Store) -> None:
        """Calls are kept as long as conversations."""
        from kibitz.store.rows import today

        with contextlib.suppress(KibitzError):  # what cannot be deleted now can the next time
            day = today() - timedelta(days=self.settings.history.retention_days)
            await store.usage.forget_before(day)
            await store.retained.forget_before(day)

    @property
    def offline(self) -> OfflineEngine:
        """The built-in engine."""
        if self._offline is None:
            from kibitz.models.offline.engine import OfflineEngine

            self._offline = OfflineEngine(self.settings, self.worker, lambda: self.sandbox)
        return self._offline

    @property
    def sandbox(self) -> Sandbox | None:
        """Where unread code runs; None where the user switched it off or does not trust the workspace."""
        if not self.settings.sandbox.enabled or not self.settings.trusted:
            return None
        if self._sandbox is None:
            from kibitz.sandbox.run import Sandbox

            self._sandbox = Sandbox()
        return self._sandbox

    async def close(self) -> None:
        """End the processes and close the database."""
        for project in list(self._projects.values()):
            await project.close()
        if self._gateway is not None:
            await self._gateway.close()
        if self._offline is not None:
            await self._offline.close()
        for worker in list(self._workers.values()):  # work that ends meanwhile may still start one
            await worker.close()
        if self._forgetting is not None:
            await self._forgetting
        if self._store is not None:
            await self._store.close()
