"""An editor in this process: what a real one with a profile's abilities does with what the server sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import converters
from lsprotocol import types as lsp

from kibitz.lsp.client import read_client
from kibitz.lsp.documents import LiveDocument
from kibitz.lsp.session import Session
from kibitz.text import Document
from support.meanwhile import client_applies
from support.profiles import PROFILES

CONVERTER = converters.get_converter()
APPLY, SHOW, ASK = (
    lsp.WORKSPACE_APPLY_EDIT,
    lsp.WINDOW_SHOW_DOCUMENT,
    lsp.WINDOW_SHOW_MESSAGE_REQUEST,
)

FRONTS: list[Front] = []


class Front:
    """An editor with a profile's abilities: applies what fits its versions, and answers what it is told to."""

    def __init__(self, profile: str, tmp_path: Path, **workspace_edit: Any) -> None:
        declared = CONVERTER.structure(PROFILES[profile], lsp.ClientCapabilities)
        for name, value in workspace_edit.items():
            assert declared.workspace is not None
            setattr(declared.workspace.workspace_edit, name, value)
        self.session = Session(self)  # type: ignore[arg-type]
        self.session.client = read_client(lsp.InitializeParams(capabilities=declared))
        self.session.folders = [tmp_path]
        FRONTS.append(self)
        self.texts: dict[str, str] = {}
        self.asked: list[tuple[str, Any]] = []
        self.said: list[str] = []
        self.on: dict[str, Callable[[Any], Any]] = {
            APPLY: self.apply,
            SHOW: lambda _: SimpleNamespace(success=True),
        }

    def open(self, path: Path, text: str) -> Document:
        live = LiveDocument(path.as_uri(), "python", 1, text)
        self.session.documents[live.uri] = live
        self.texts[live.uri] = text
        return live.snapshot()

    def type(self, document: Document, line: int, text: str, *, tell: bool = True) -> Callable[[], None]:
        """Put a line before a line; `tell` now, or when what comes back is called."""
        live = self.session.documents[document.uri]
        at = lsp.Position(line, 0)
        change = lsp.TextDocumentContentChangePartial(lsp.Range(at, at), text)
        lines = self.texts[document.uri].splitlines(keepends=True)
        self.texts[document.uri] = "".join([*lines[:line], text, *lines[line:]])

        def say() -> None:
            live.change([change], live.version + 1, self.session.client.encoding)

        if tell:
            say()
        return say

    def apply(self, params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        """As an editor does: not at all where a version is not the one it has."""
        changed = dict(self.texts)
        for change in params.edit.document_changes or ():
            if isinstance(change, lsp.CreateFile):
                changed[change.uri] = ""
            elif isinstance(change, lsp.DeleteFile):
                del changed[change.uri]
            elif isinstance(change, lsp.TextDocumentEdit):
                uri = change.text_document.uri
                live = self.session.documents.get(uri)
                if live is not None and live.snapshot().text != self.texts[uri]:
                    return lsp.ApplyWorkspaceEditResult(applied=False)
                assert change.text_document.version == (live.version if live else None)
                edits = [(e.range, e.new_text) for e in change.edits]  # type: ignore[union-attr]
                before = changed.get(uri) or (
                    path_of(uri).read_text("utf-8") if live is None and uri not in changed else ""
                )
                changed[uri] = client_applies(before, edits, self.session.client.encoding)[0]
        for uri, plain in (params.edit.changes or {}).items():
            spans = [(e.range, e.new_text) for e in plain]
            changed[uri] = client_applies(changed[uri], spans, self.session.client.encoding)[0]
        self.texts = changed
        return lsp.ApplyWorkspaceEditResult(applied=True)

    async def send_request_async(self, method: str, params: Any) -> Any:
        self.asked.append((method, params))
        return self.on[method](params) if method in self.on else None

    def notify(self, method: str, params: Any) -> None:
        if method == lsp.WINDOW_SHOW_MESSAGE:
            self.said.append(params.message)

    def requests(self, method: str) -> list[Any]:
        return [params for name, params in self.asked if name == method]


def path_of(uri: str) -> Path:
    """The file a URI names."""
    return Path(unquote(urlsplit(uri).path))
