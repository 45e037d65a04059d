"""`workspace/didChangeWatchedFiles`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.indexing import files_changed
from kibitz.lsp.session import Session
from kibitz.paths import from_uri

METHOD = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
SETTINGS_FILES = (".kibitz.toml", "pyproject.toml")


async def handle(session: Session, params: lsp.DidChangeWatchedFilesParams) -> None:
    """A project's own settings are read again when they change; an index that is kept follows the files."""
    paths = [path for change in params.changes if (path := from_uri(change.uri)) is not None]
    if {path.name for path in paths}.intersection(SETTINGS_FILES):
        session.load_settings()
        session.complain()
    await files_changed(session, paths)
