"""One worker that has every provider's key, asked at a scripted endpoint: what was sent, and what was made of the answer."""

from __future__ import annotations

import json
import os
from typing import Any, Protocol

from attrs import frozen

from kibitz.models import wire
from kibitz.models.catalog import KEYS, Target
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, ToolCall, Usage
from kibitz.workers.worker import Worker
from support.endpoint import Answer, Received, tokens
from support.endpoint_families import Families

PICTURE = "data:image/png;base64,iVBORw0KGgo="
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "read",
        "description": "Read a file.",
        "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    },
}
CALL = ToolCall("abcDEF123", "read", {"path": "a.py"})
CHAT = Request(
    "chat",
    (
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", "Hello"),
        Message("user", "Read a.py"),
        Message("assistant", "", tool_calls=(CALL,)),
        Message("tool", "x = 1", tool_call_id=CALL.id),
    ),
    max_output_tokens=100,
    tools=(TOOL,),
)
LOOK = Request("judge", (Message("user", "What is it?", images=(PICTURE,)),), max_output_tokens=50)
FILL = Request(
    "complete",
    (
        Message("system", "Complete."),
        Message(
            "user",
            "File: a.py\n\nFrom b.py:\nB = 1\n\ndef f(<|cursor|>):\n",
            optional="From b.py:\nB = 1\n\n",
        ),
    ),
    prefix="def f(",
    suffix="):\n",
    context="# From b.py:\n# B = 1\n#\n# a.py\n",
    max_output_tokens=64,
)

_OF_THE_TRANSPORT = {"host", "content-length", "accept", "accept-encoding", "connection", "user-agent"}


def all_keys(home: str) -> dict[str, str]:
    """An environment with a key for every provider, from which one can tell whose it is."""
    names = {
        variables[0]: f"key-of-{provider}" for provider, variables in KEYS.items() if "text-" not in provider
    }
    return {**names, "PATH": os.environ["PATH"], "HOME": home}


@frozen
class Exchange:
    """A request as it came, and the events that the worker made of the answer, or how it failed."""

    received: Received
    events: tuple[Event, ...]
    failed: dict[str, Any] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those that say something."""
        return {
            name: value
            for name, value in self.received.headers.items()
            if name not in _OF_THE_TRANSPORT and not name.startswith("x-stainless")
        }

    @property
    def text(self) -> str:
        """What was said."""
        return "".join(e.delta for e in self.events if isinstance(e, Text))

    @property
    def calls(self) -> list[ToolCall]:
        """The tools to run."""
        return [e for e in self.events if isinstance(e, ToolCall)]

    @property
    def usage(self) -> Usage:
        """What it took."""
        (spent,) = (e.usage for e in self.events if isinstance(e, Spent))
        return spent

    @property
    def reason(self) -> str:
        """How it ended."""
        assert isinstance(self.events[-1], Done)
        return self.events[-1].reason

    def is_exactly(self, body: dict[str, Any]) -> None:
        """The body, byte for byte: with the same names in the same order, as one of the two clients writes it."""
        compact = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        assert self.received.body in (compact, json.dumps(body).encode())


async def exchange(
    worker: Worker,
    endpoint: Families,
    name: str,
    path: str,
    request: Request,
    answer: Answer | None = None,
    key: str | None = None,
) -> Exchange:
    """Ask the model of this name at the endpoint, under a path, and give it an answer. One request may come of it."""
    goal = Target(name, name.partition("/")[0], endpoint.root + path, key)
    endpoint.enqueue(answer or Answer(text="one two three", usage=tokens(1000, 10, 400)))
    before = len(endpoint.requests)
    params = wire.params(goal, "here", wire.body(goal, request), request)
    values = [value async for value in worker.stream("stream", params)]
    (received,) = endpoint.requests[before:]
    failed = [value["failed"] for value in values if "failed" in value]
    return Exchange(received, tuple(wire.event(v) for v in values if "failed" not in v), *failed)


class Ask(Protocol):
    """`exchange` with a worker and an endpoint."""

    async def __call__(
        self, name: str, path: str, request: Request, answer: Answer | None = None, key: str | None = None
    ) -> Exchange: ...
