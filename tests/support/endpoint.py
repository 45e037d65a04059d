"""A scripted, OpenAI-compatible model endpoint over real HTTP on loopback, for tests, benchmarks and by hand.

By hand: `python tests/support/endpoint.py --port 8123 --script answers.json`. The script is a list of answers
(objects with the fields of `Answer`), or {"answers": [...], "default": {...}, "models": [...]}.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

if __name__ == "__main__":  # run as a file, this folder is on the path instead of the one above it
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.endpoint_http import Connection, Received
from support.endpoint_openai import Answer, tokens
from support.endpoint_server import Endpoint, Rule

__all__ = ["Answer", "Connection", "Endpoint", "Received", "Rule", "ThreadedEndpoint", "tokens"]

T = TypeVar("T")


class ThreadedEndpoint:
    """An Endpoint in a thread of its own, for synchronous code; a context manager, safe to use from any thread.

    `requests` and `connections` are copies of the moment they are asked for. Rules and conditions run in the
    endpoint's thread; conditions are given the Endpoint itself.
    """

    def __init__(self, port: int = 0) -> None:
        self._endpoint = Endpoint(port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL for clients; it stays the same over stop and start."""
        return self._endpoint.url

    @property
    def requests(self) -> list[Received]:
        """Everything received so far."""
        return self._run(lambda: list(self._endpoint.requests))

    @property
    def connections(self) -> list[Connection]:
        """Every connection so far, as it is now."""
        return self._run(lambda: [replace(one) for one in self._endpoint.connections])

    @property
    def queued(self) -> int:
        """How many enqueued answers nobody has asked for yet."""
        return self._run(lambda: self._endpoint.queued)

    @property
    def models_answer(self) -> Answer:
        """What GET /v1/models answers."""
        return self._run(lambda: self._endpoint.models_answer)

    @models_answer.setter
    def models_answer(self, answer: Answer) -> None:
        self._run(lambda: setattr(self._endpoint, "models_answer", answer))

    def enqueue(self, *answers: Answer) -> None:
        """Adds answers to the queue; each answers one model call, first in first out."""
        self._run(lambda: self._endpoint.enqueue(*answers))

    def reply_with(self, rule: Rule) -> None:
        """Answers model calls that find the queue empty."""
        self._run(lambda: self._endpoint.reply_with(rule))

    def wait_for(self, condition: Callable[[Endpoint], bool], timeout: float | None = 5) -> None:
        """Blocks until the condition holds. Raises TimeoutError."""
        self._await(self._endpoint.wait_for(condition, timeout))

    def start(self) -> None:
        """Listens, in a thread started for it. Raises OSError where the port is taken."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoint", daemon=True)
        self._thread.start()
        try:
            self._await(self._endpoint.start())
        except OSError:
            self._end_thread()
            raise

    def stop(self) -> None:
        """Closes everything and ends the thread. Raises what a rule raised. Twice is harmless."""
        if self._loop is None:
            return
        try:
            self._await(self._endpoint.stop())
        finally:
            self._end_thread()

    def __enter__(self) -> ThreadedEndpoint:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, action: Callable[[], T]) -> T:
        async def act() -> T:
            return action()

        return action() if self._loop is None else self._await(act())

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None, "the endpoint was not started"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end_thread(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None


def load_script(endpoint: Endpoint, script: Any) -> None:
    """Scripts an endpoint from parsed JSON (see the top of this module). Raises ValueError for another shape."""
    if isinstance(script, list):
        script = {"answers": script}
    if not isinstance(script, dict) or not set(script) <= {"answers", "default", "models"}:
        raise ValueError("a script is a list of answers, or an object with answers, default and models")
    endpoint.enqueue(*(Answer.from_json(one) for one in script.get("answers", [])))
    if "default" in script:
        default = Answer.from_json(script["default"])
        endpoint.reply_with(lambda _: default)
    if "models" in script:
        endpoint.models_answer = Answer(models=tuple(script["models"]))


async def _serve_by_hand(port: int, script: Path | None) -> None:
    endpoint = Endpoint(port)
    if script is not None:
        load_script(endpoint, json.loads(script.read_text(encoding="utf-8")))
    async with endpoint:
        print(endpoint.url, flush=True)
        while True:
            await endpoint.wait_for(lambda now: bool(now.requests), timeout=None)
            one = endpoint.requests.pop(0)
            print(f"{one.method} {one.path} ({len(one.body)} bytes)", file=sys.stderr, flush=True)


def main() -> None:
    """Serves until interrupted. Prints the URL, then a line per request on stderr."""
    parser = argparse.ArgumentParser(description="A scripted OpenAI-compatible model endpoint on loopback.")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--script", type=Path, help="a JSON file of answers")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_by_hand(arguments.port, arguments.script))


if __name__ == "__main__":
    main()
