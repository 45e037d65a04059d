"""`workspace/didChangeWorkspaceFolders`."""

from __future__ import annotations

from lsprotocol import types as lsp

from kibitz.lsp.session import Session
from kibitz.paths import from_uri

METHOD = lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS


def handle(session: Session, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Keep the list of folders, in the order they came."""
    gone = {from_uri(folder.uri) for folder in params.event.removed}
    session.folders = [f for f in session.folders if f not in gone]
    for folder in params.event.added:
        path = from_uri(folder.uri)
        if path is not None and path.is_dir() and path not in session.folders:
            session.folders.append(path)
    session.load_settings()
    session.complain()
