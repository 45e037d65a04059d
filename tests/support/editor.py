"""A raw language client: it sends what it is told, keeps every message, and knows how often each request was answered."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kibitz.workers.frames import FrameParser, encode

SERVER = [sys.executable, "-P", "-m", "kibitz", "serve", "--stdio"]
PATIENCE_S = 30.0


class Editor:
    """An async context manager around one server process."""

    def __init__(
        self,
        capabilities: dict[str, Any] | None = None,
        *,
        root: Path | None = None,
        server: list[str] = SERVER,
    ) -> None:
        self.capabilities = capabilities or {}
        self.root = root
        self.server = server
        self.messages: list[dict[str, Any]] = []
        self.answers: dict[Any, list[dict[str, Any]]] = {}
        self.times: dict[Any, float] = {}
        self.settings: Any = None
        self.on: dict[str, Callable[[Any], Any]] = {
            "workspace/configuration": lambda params: [self.settings for _ in params["items"]],
            "workspace/applyEdit": lambda params: {"applied": True},
            "window/showDocument": lambda params: {"success": True},
        }
        self.process: asyncio.subprocess.Process = None  # type: ignore[assignment]
        self._next = 0
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        self._versions: dict[str, int] = {}

    async def __aenter__(self) -> Editor:
        self.process = await asyncio.create_subprocess_exec(
            *self.server,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._reading = asyncio.ensure_future(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self._reading is not None:
            await self._reading
        self.process._transport.close()  # type: ignore[attr-defined]

    async def _read(self) -> None:
        parser = FrameParser()
        assert self.process.stdout is not None
        while data := await self.process.stdout.read(65536):
            for message in parser.feed(data):
                assert isinstance(message, dict), (
                    f"the server wrote something that is no message: {message!r}"
                )
                self._receive(message)
            async with self._changed:
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    def _receive(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        if "method" in message and "id" in message:
            handler = self.on.get(message["method"], lambda _: None)
            self.raw(
                encode({"jsonrpc": "2.0", "id": message["id"], "result": handler(message.get("params"))})
            )
        elif "method" not in message:
            self.answers.setdefault(message.get("id"), []).append(message)
            self.times.setdefault(message.get("id"), time.monotonic())

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.raw(encode({"jsonrpc": "2.0", **message}))

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send({"method": method, "params": params if params is not None else {}})

    def start(self, method: str, params: Any = None) -> int:
        """Send a request; its id."""
        self._next += 1
        self.send({"id": self._next, "method": method, "params": params})
        return self._next

    async def until(
        self, condition: Callable[[], Any], what: str = "", patience_s: float = PATIENCE_S
    ) -> Any:
        """Wait until a condition gives something true; the last messages are told when it does not."""
        try:
            async with asyncio.timeout(patience_s), self._changed:
                while not (value := condition()):
                    await self._changed.wait()
                return value
        except TimeoutError:
            tail = "\n".join(json.dumps(m)[:300] for m in self.messages[-5:])
            raise AssertionError(f"waited in vain {what}; the last messages:\n{tail}") from None

    async def answer(self, number: int) -> dict[str, Any]:
        """The whole answer message of a request."""
        await self.until(lambda: self.answers.get(number), f"for the answer to {number}")
        return self.answers[number][0]

    async def request(self, method: str, params: Any = None) -> Any:
        """The result of a request; fails with the error where there is one."""
        answer = await self.answer(self.start(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    async def error(self, method: str, params: Any = None) -> dict[str, Any]:
        """The error of a request that must fail."""
        answer = await self.answer(self.start(method, params))
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    async def initialize(self, options: Any = None) -> dict[str, Any]:
        """Shake hands."""
        result: dict[str, Any] = await self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": self.root.as_uri() if self.root else None,
                "capabilities": self.capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized")
        return result

    def open(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document, version 1."""
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, *changes: dict[str, Any]) -> int:
        """Change a document; the new version."""
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})
        return self._versions[uri]

    async def command(self, name: str, argument: Any = None) -> Any:
        """Run a command with its one argument."""
        arguments = [argument] if argument is not None else []
        return await self.request("workspace/executeCommand", {"command": name, "arguments": arguments})

    async def notification(self, method: str, condition: Callable[[Any], Any] = lambda _: True) -> Any:
        """The parameters of the first notification (or request from the server) of a method that meets a condition."""

        def found() -> Any:
            return next(
                (m for m in self.messages if m.get("method") == method and condition(m.get("params"))), None
            )

        message = await self.until(found, f"for {method}")
        return message["params"]

    async def leave(self) -> int:
        """Shut down properly; the exit code."""
        await self.request("shutdown")
        self.notify("exit")
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)

    def assert_each_answered_once(self) -> None:
        """Every request that was sent has exactly one answer."""
        missing = [n for n in range(1, self._next + 1) if len(self.answers.get(n, [])) != 1]
        assert not missing, {n: self.answers.get(n) for n in missing}
