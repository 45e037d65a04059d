"""The tour's editor: a real LSP client over standard input and output, with what a good editor declares."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kibitz.settings import environment
from kibitz.workers import process
from kibitz.workers.rpc import Peer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-32"]},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
    "textDocument": {
        "synchronization": {},
        "inlineCompletion": {},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
        },
        "diagnostic": {},
    },
}


class TourClient:
    """One open document in a server of our own."""

    def __init__(self, peer: Peer, uri: str, language: str, text: str) -> None:
        self.peer = peer
        self.uri = uri
        self.language = language
        self.text = text
        self.version = 1
        self.wrote: list[str] = []
        self.server: dict[str, Any] = {}

    async def open(self, root: Path, options: dict[str, Any]) -> None:
        """Shake hands and open the document."""
        self.peer.answer("workspace/configuration", lambda params: [None for _ in params["items"]])
        for method in ("client/registerCapability", "window/workDoneProgress/create"):
            self.peer.answer(method, lambda _: None)
        self.peer.answer("$/progress", self._progress)
        self.server = await self.peer.request(
            "initialize",
            {
                "processId": None,
                "clientInfo": {"name": "kibitz tour"},
                "rootUri": root.as_uri(),
                "capabilities": CAPABILITIES,
                "initializationOptions": options,
            },
        )
        self.peer.notify("initialized", {})
        document = {"uri": self.uri, "languageId": self.language, "version": self.version, "text": self.text}
        self.peer.notify("textDocument/didOpen", {"textDocument": document})

    def show(self, text: str) -> None:
        """Have the document say something else for a while."""
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.peer.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]}
        )

    async def complete(self, line: int, character: int) -> str | None:
        """The ghost text at a place."""
        params = {
            "textDocument": {"uri": self.uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 1},
        }
        answer = await self.peer.request("textDocument/inlineCompletion", params)
        return answer["items"][0]["insertText"] if answer["items"] else None

    async def command(self, name: str, **given: Any) -> dict[str, Any]:
        """Run one of the server's commands on the document."""
        arguments = [{"uri": self.uri, **given}]
        answer: dict[str, Any] = await self.peer.request(
            "workspace/executeCommand", {"command": name, "arguments": arguments}
        )
        return answer

    async def actions(self, first: int, last: int, last_character: int, kind: str) -> list[dict[str, Any]]:
        """The code actions of a kind for whole lines."""
        where = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": last_character}}
        params = {
            "textDocument": {"uri": self.uri},
            "range": where,
            "context": {"diagnostics": [], "only": [kind]},
        }
        answer: list[dict[str, Any]] = await self.peer.request("textDocument/codeAction", params)
        return answer

    async def resolve(self, action: dict[str, Any]) -> dict[str, Any]:
        """The action with its edit."""
        answer: dict[str, Any] = await self.peer.request("codeAction/resolve", action)
        return answer

    def _progress(self, params: Any) -> None:
        if isinstance(params.get("value"), dict) and params["value"].get("kind") == "text":
            self.wrote.append(params["value"]["delta"])


@asynccontextmanager
async def tour_server(
    uri: str, language: str, text: str, root: Path, options: dict[str, Any]
) -> AsyncIterator[TourClient]:
    """A server started as an editor would, the document open in it, and shut down properly at the end."""
    server = await process.start(
        [sys.executable, "-P", "-m", "kibitz", "serve", "--stdio"], cwd=root, env=environment()
    )
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("the server has no pipes")
    peer = Peer(server.stdin)
    reading = asyncio.ensure_future(peer.run(server.stdout))
    client = TourClient(peer, uri, language, text)
    try:
        await client.open(root, options)
        yield client
        await peer.request("shutdown", None)
        peer.notify("exit", None)
        async with asyncio.timeout(10):
            await server.wait()
    finally:
        await process.kill(server)
        reading.cancel()
