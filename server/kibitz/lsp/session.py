"""The only mutable state of the editor's side: open documents, settings, what the client can do, open services."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.client import Client
from kibitz.lsp.documents import LiveDocument, Spliced
from kibitz.lsp.offers import Offers
from kibitz.paths import from_uri, inside, project_root
from kibitz.settings import Problem, Settings, load
from kibitz.text import Document, fits

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from kibitz.features.completion.scheduler import Scheduler
    from kibitz.features.find_bugs import Finding
    from kibitz.features.next_edit.session import NextEdits
    from kibitz.features.project_context import ProjectContext
    from kibitz.features.result import Shapes
    from kibitz.features.services import Services
    from kibitz.features.workbench import Workbench
    from kibitz.lsp.protocol import Protocol
    from kibitz.store.database import Store

log = logging.getLogger("kibitz.session")

ROOT_S = 2.0
"""Finding out which folder a file lies in reads every link on its path."""
MOST_ROOTS = 200


class Session:
    """One editor's session. Handlers change it only between awaits, and hand out snapshots."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.client: Client = None  # type: ignore[assignment]  # set by `initialize`, which is the first request
        self.folders: list[Path] = []
        self.documents: dict[str, LiveDocument] = {}
        self.editor_settings: dict[str, Any] = {}
        self.settings = Settings()
        self.problems: list[Problem] = []
        self.claims: dict[str, tuple[str, tuple[Finding, ...]]] = {}
        self.virtual: dict[str, str] = {}
        self.shown: TemporaryDirectory[str] | None = None
        self.shown_work: dict[int | str, asyncio.Task[Any]] = {}
        self.counters: Counter[str] = Counter()
        self.shown_status = "Normal"
        self.offers = Offers(self._store, self._lines)
        self.pending: dict[str, asyncio.Task[Any]] = {}
        self.pulled: dict[str, tuple[Document, asyncio.Task[Any]]] = {}
        self._services: Services | None = None
        self._scheduler: Scheduler | None = None
        self._typed = False
        self._next_edits: NextEdits | None = None
        self._benches: dict[Path | None, Workbench] = {}
        self._roots: dict[tuple[Path | None, tuple[Path, ...]], tuple[Path | None, float]] = {}
        self._said: set[str] = set()

    # --- settings

    def load_settings(self) -> None:
        """Read all sources again. Settings of several folders' projects are each project's own (see `bench`)."""
        self.settings, self.problems = load(
            editor=self.editor_settings, root=self.folders[0] if self.folders else None
        )
        self._benches.clear()
        self.forget_suggestions()
        if self._services is not None:
            self._services.use(self.settings)

    def complain(self) -> None:
        """Tell the user once what is wrong with the settings."""
        fresh = [p for p in self.problems if str(p) not in self._said]
        self._said.update(map(str, fresh))
        if fresh:
            self.message(lsp.MessageType.Warning, "kibitz settings: " + " ".join(str(p) for p in fresh))

    # --- services

    @property
    def services(self) -> Services:
        """Opened at the first need, which comes after `initialize` was answered."""
        if self._services is None:
            from kibitz.features.services import Services
            from kibitz.lsp.asking import confirm_unpriced

            self._services = Services(self.settings, self.report, partial(confirm_unpriced, self))
        return self._services

    def bench(self, document: Document | None = None) -> Workbench:
        """The workbench of the project a document belongs to, as it was at most a moment ago: each key asks for it."""
        path, folders = document.path if document is not None else None, tuple(self.folders)
        now = time.monotonic()
        known = self._roots.get((path, folders))
        if known is None or now > known[1]:
            if len(self._roots) > MOST_ROOTS:
                self._roots.clear()
            known = self._roots[path, folders] = self.root_of(path), now + ROOT_S
        return self.bench_at(known[0])

    def bench_at(self, root: Path | None) -> Workbench:
        """The workbench of a project."""
        from kibitz.features.workbench import Workbench

        if root not in self._benches:
            settings = self.settings
            if root is not None and (not self.folders or root != self.folders[0]):
                settings, problems = load(editor=self.editor_settings, root=root)
                self.problems += [p for p in problems if p not in self.problems]
                self.complain()
            self._benches[root] = Workbench(self.services, settings, root, self.open_documents)
        return self._benches[root]

    def root_of(self, path: Path | None) -> Path | None:
        """The workspace folder a file lies in, else the nearest project folder above it."""
        if path is None:
            return self.folders[0] if self.folders else None
        for folder in sorted(self.folders, key=lambda f: -len(f.parts)):
            if inside(path, folder):
                return folder
        return project_root(path) if path.parent.is_dir() else None

    def open_projects(self) -> tuple[ProjectContext, ...]:
        """The projects whose index is in use; none before something was asked of one."""
        return tuple(self._services.projects.values()) if self._services is not None else ()

    @property
    def scheduler(self) -> Scheduler:
        """When a model is asked for a completion; made for the first one."""
        if self._scheduler is None:
            from kibitz.features.completion.scheduler import Scheduler

            self._scheduler = Scheduler(self.counters)
        return self._scheduler

    @property
    def next_edits(self) -> NextEdits:
        """The edit histories of the open documents, and what follows from them; made with the first change."""
        if self._next_edits is None:
            from kibitz.features.next_edit.session import NextEdits

            self._next_edits = NextEdits()
        return self._next_edits

    def changed(self, live: LiveDocument, changes: Iterable[Spliced]) -> None:
        """An open document has another text: these lines were replaced, one change after the other."""
        if not self._typed:
            self._typed = True
            self.protocol.in_background(self._make_ready(), "loading what asks a model")
        self.next_edits.edited(live.uri, changes)
        if self._scheduler is not None:
            self._scheduler.changed(live.uri, live.lines)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        if self._scheduler is not None:
            self._scheduler.closed(uri)
        if self._next_edits is not None:
            self._next_edits.closed(uri)

    def forget_suggestions(self) -> None:
        """Other settings or another model: nothing that was suggested before counts."""
        if self._scheduler is not None:
            self._scheduler.forget()
        if self._next_edits is not None:
            self._next_edits.forget()

    async def close(self) -> None:
        """End what was opened."""
        if self.shown is not None:
            self.shown.cleanup()
        await self.offers.close()
        if self._scheduler is not None:
            await self._scheduler.close()
        if self._services is not None:
            await self._services.close()
            self._services = None

    async def _make_ready(self) -> None:
        with contextlib.suppress(KibitzError):  # said where the first request meets it
            await self.services.make_ready()

    async def _store(self) -> Store:
        return await self.services.store()

    # --- documents

    def snapshot(self, uri: str) -> Document | None:
        """An open document as it is now."""
        live = self.documents.get(uri)
        return live.snapshot() if live is not None else None

    def document(self, uri: str) -> Document:
        """An open document, else the file on disk. Raises `not_found` or `invalid`."""
        document = self.snapshot(uri)
        if document is None:
            from kibitz.features.workbench import document_at

            document = document_at(uri)
        if not fits(document):
            from kibitz.text import too_large

            raise too_large(document.path.name if document.path else "The document", len(document.text))
        return document

    def _lines(self, uri: str) -> list[str] | None:
        live = self.documents.get(uri)
        return live.lines if live is not None else None

    def open_documents(self) -> tuple[Document, ...]:
        """Snapshots of all open documents, the last opened first."""
        return tuple(live.snapshot() for live in reversed(self.documents.values()))

    # --- talking to the user

    @property
    def shapes(self) -> Shapes:
        """How positions are written for this client."""
        from kibitz.features.result import Shapes

        return Shapes(self.client.encoding)

    def message(self, kind: lsp.MessageType, text: str) -> None:
        """A sentence in the editor."""
        self.protocol.notify(lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(kind, text))

    def report(self, error: KibitzError) -> None:
        """Say once what went wrong outside of any request."""
        text = f"{error.message} {error.hint}".strip()
        if text not in self._said:
            self._said.add(text)
            self.message(lsp.MessageType.Warning, f"kibitz: {text}")

    async def ask_client(self, method: str, params: Any) -> Any:
        """A request to the editor. Raises `bad_response` where it answers with an error."""
        from pygls.exceptions import JsonRpcException

        try:
            return await self.protocol.send_request_async(method, params)
        except JsonRpcException as error:
            raise KibitzError(
                "bad_response", f"The editor refused {method}.", "See the editor's log."
            ) from error

    def status(self, kind: str, message: str = "", *, busy: bool = False) -> None:
        """The state for status bars, by the name other plugins know (CONTRACT §2)."""
        self.shown_status = kind
        self.protocol.notify("didChangeStatus", {"busy": busy, "kind": kind, "message": message})


def folders_of(params: lsp.InitializeParams) -> list[Path]:
    """The workspace folders a client names, in its order; none is fine."""
    uris: Iterable[str] = [f.uri for f in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    paths = [from_uri(uri) for uri in uris]
    if not paths and params.root_path:
        paths = [Path(params.root_path)]
    return [p for p in paths if p is not None and p.is_dir()]
