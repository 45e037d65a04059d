"""`initialized`: now the client may be asked, and slow things may start."""

from __future__ import annotations

import logging

from lsprotocol import types as lsp

from kibitz.errors import KibitzError
from kibitz.lsp.configure import pull_settings, start_log
from kibitz.lsp.session import Session

log = logging.getLogger("kibitz.session")

METHOD = lsp.INITIALIZED
WATCHED = ("**/.kibitz.toml", "**/pyproject.toml", "**/.gitignore")


async def handle(session: Session, _params: lsp.InitializedParams) -> None:
    """Fetch the settings, register for changes, warm the engine that will be asked first."""
    start_log(session)
    if session.client.configuration:
        await pull_settings(session)
    session.complain()
    if session.client.watch_files:
        watchers = [lsp.FileSystemWatcher(pattern) for pattern in WATCHED]
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
    await session.services.warm()
    session.status("Normal")
