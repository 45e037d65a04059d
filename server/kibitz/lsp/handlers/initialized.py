"""`initialized`: now the client may be asked, and slow things may start."""

from __future__ import annotations

import asyncio
import gc
import logging
from importlib import import_module

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.configure import pull_settings, start_log
from kibitz.lsp.indexing import index_folders
from kibitz.lsp.session import Session

log = logging.getLogger("kibitz.session")

METHOD = lsp.INITIALIZED
SETTINGS_FILES = ("**/.kibitz.toml", "**/pyproject.toml")
ALL_FILES = ("**/*",)
"""Watched where an index is kept: a branch switch changes many files that no editor has open."""

FIRST = ("kibitz.features.find_bugs", "kibitz.features.complete", "kibitz.store.database")
ASKING = ("kibitz.models.gateway", "kibitz.features.project_context")
"""What the first requests need, and those to a model: imported in the event loop these would hold up a key."""
SETTLED_S = 12.0
"""By then a session has made most of what it keeps."""


async def handle(session: Session, _params: lsp.InitializedParams) -> None:
    """Fetch the settings, register for changes, warm the engine that will be asked first."""
    start_log(session)
    if session.client.configuration:
        await pull_settings(session)
    session.complain()
    if said := await asyncio.to_thread(_take_back_interrupted):
        session.message(lsp.MessageType.Warning, f"kibitz: {said}")
    if session.client.watch_files:
        patterns = ALL_FILES if session.services.asks_a_model else SETTINGS_FILES
        watchers = [lsp.FileSystemWatcher(pattern) for pattern in patterns]
        registration = lsp.Registration(
            "kibitz-files",
            lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            lsp.DidChangeWatchedFilesRegistrationOptions(watchers),
        )
        try:
            await session.ask_client(lsp.CLIENT_REGISTER_CAPABILITY, lsp.RegistrationParams([registration]))
        except KibitzError:
            log.warning(
                "the editor declared watched files and refused them: settings files are read at start only"
            )
    await asyncio.to_thread(_import, (*FIRST, *ASKING) if session.services.asks_a_model else FIRST)
    try:
        await session.services.warm()
    except KibitzError as error:  # the next request tries again
        session.report(error)
        session.status("Error", error.message)
    else:
        session.status("Normal")
    _settle()
    asyncio.get_running_loop().call_later(SETTLED_S, _settle)
    await index_folders(session)


def _settle() -> None:
    """What there is by now stays: to look through all of it for garbage would hold up a key for fifty milliseconds."""
    gc.freeze()


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)


def _take_back_interrupted() -> str:
    from kibitz.features.write import take_back_interrupted

    return take_back_interrupted()
