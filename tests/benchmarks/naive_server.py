"""The simplest completion server there can be: a call for each key, the last one cancelled. The baseline of `keystrokes.py`.

    python tests/benchmarks/naive_server.py BASE_URL

It shows a model as much of the text around the cursor as kibitz does, and says what the model said.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx

from kibitz.workers.frames import FrameParser, encode

SHOWN = 6000


class Naive:
    """One editor's server; positions in code points."""

    def __init__(self, base: str, out: asyncio.StreamWriter) -> None:
        self._client = httpx.AsyncClient(base_url=base)
        self._out = out
        self._texts: dict[str, list[str]] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    def take(self, message: dict[str, Any]) -> None:
        """One message of the editor."""
        method, params, number = message.get("method"), message.get("params") or {}, message.get("id")
        if method == "textDocument/didOpen":
            document = params["textDocument"]
            self._texts[document["uri"]] = document["text"].split("\n")
        elif method == "textDocument/didChange":
            for change in params["contentChanges"]:
                self._splice(self._texts[params["textDocument"]["uri"]], change)
        elif method == "textDocument/inlineCompletion":
            for earlier, task in self._running.items():
                task.cancel()
                self._say(earlier, {"items": []})
            self._running.clear()
            self._running[number] = asyncio.ensure_future(self._complete(number, params))
        elif number is not None:
            self._say(number, {"capabilities": {"positionEncoding": "utf-32"}})

    def _splice(self, lines: list[str], change: dict[str, Any]) -> None:
        start, end = change["range"]["start"], change["range"]["end"]
        head = lines[start["line"]][: start["character"]]
        tail = lines[end["line"]][end["character"] :]
        lines[start["line"] : end["line"] + 1] = (head + change["text"] + tail).split("\n")

    async def _complete(self, number: int, params: dict[str, Any]) -> None:
        lines = self._texts[params["textDocument"]["uri"]]
        at = params["position"]
        before = "\n".join([*lines[: at["line"]], lines[at["line"]][: at["character"]]])[-SHOWN:]
        after = "\n".join([lines[at["line"]][at["character"] :], *lines[at["line"] + 1 :]])[:SHOWN]
        said = ""
        turn = {"role": "user", "content": f"{before}<|cursor|>{after}"}
        body = {"model": "m", "stream": True, "messages": [turn]}
        async with self._client.stream("POST", "/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    for choice in json.loads(line[6:])["choices"]:
                        said += choice["delta"].get("content") or ""
        item = {"insertText": said, "range": {"start": at, "end": at}}
        self._say(number, {"items": [item] if said else []})
        self._running.pop(number, None)

    def _say(self, number: Any, result: Any) -> None:
        self._out.write(encode({"jsonrpc": "2.0", "id": number, "result": result}))


async def main() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    server = Naive(sys.argv[1], asyncio.StreamWriter(transport, protocol, None, loop))
    parser = FrameParser()
    while data := await reader.read(65536):
        for message in parser.feed(data):
            server.take(message)


if __name__ == "__main__":
    asyncio.run(main())
