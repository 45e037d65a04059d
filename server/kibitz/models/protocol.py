"""The one way to ask: a request goes in, a stream of events comes out, and it can be cancelled at any point."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal, Protocol

from attrs import define, evolve, field, frozen

from kibitz.models.tasks import Task

Feature = Literal[
    "complete", "explain", "refactor", "find_bugs", "fix", "generate_tests", "chat", "analyze", "judge"
]


@frozen
class Usage:
    """Tokens and money of one or more calls. `cost_usd` is None where no price is known.

    `estimated` says that the provider reported no tokens and they were counted here.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
            self.estimated or other.estimated,
        )

    def to_json(self) -> dict[str, Any]:
        """The envelope's shape."""
        return {
            "inputTokens": self.input_tokens,
            "cachedTokens": self.cached_tokens,
            "outputTokens": self.output_tokens,
            "costUsd": self.cost_usd,
            "estimated": self.estimated,
        }


@frozen
class Text:
    """A piece of the answer, in order."""

    delta: str


@frozen
class ToolCall:
    """A tool the model wants run, complete."""

    id: str
    name: str
    arguments: dict[str, Any]


@frozen
class Spent:
    """What the call took; comes at most once, before `Done`."""

    usage: Usage


@frozen
class Done:
    """The end: `stop`, `length` (cut at the output limit) or `tool_calls`."""

    reason: str = "stop"


@frozen
class Answering:
    """Who answers: comes first, and only from models that may hand the request on to another one."""

    engine: str


@frozen
class Noted:
    """Something the user should know of how the request was sent, as a sentence; comes before the answer."""

    text: str


Event = Answering | Noted | Text | ToolCall | Spent | Done


@frozen
class Message:
    """One turn. `images` are data URLs; `tool_calls` and `tool_call_id` carry a tool round trip.

    `optional` is a part of `text` that changes little and may be left out where a model's window has no room for it.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    images: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    optional: str = ""


@define(eq=False)
class Account:
    """On whose account a request goes: the project and the conversation whose usage it is.

    `recorded` counts the calls made for it that the usage has a row of, `usage` is what they took, and `enough` says that
    the answer was not read to its end because nobody wanted more of it. `on_sent` is called each time it goes out.
    """

    project: str | None = None
    conversation: str | None = None
    recorded: int = 0
    usage: Usage = field(factory=Usage)
    enough: bool = False
    on_sent: Callable[[], None] | None = None


@frozen
class Request:
    """What is asked.

    A language model reads `messages` (or, for completion where the model can fill in the middle, `prefix` and
    `suffix`); the built-in engine reads `task`, which says the same in data. Both answer in the same form, the one
    that the feature's prompt file lays down, so that one parser and one set of checks serve both.
    """

    feature: Feature
    messages: tuple[Message, ...]
    task: Task | None = None
    prefix: str | None = None
    suffix: str | None = None
    context: str = ""
    """What of other files stands before `prefix`, as comments, for a model that reads no messages."""
    max_output_tokens: int = 2048
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    tools: tuple[dict[str, Any], ...] = field(default=())
    timeout_s: float = 60.0
    redactions: int = 0
    """How many secrets have been taken out of it; what is left here is what is sent."""
    account: Account | None = field(default=None, eq=False, repr=False)

    def followed_by(self, *messages: Message) -> Request:
        """The same request with more turns at its end."""
        return evolve(self, messages=self.messages + messages)


class Model(Protocol):
    """Somebody who answers."""

    @property
    def name(self) -> str:
        """`offline` or `<provider>/<model>`, as the envelope shows it."""
        ...

    def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """The answer as it comes. Ends with `Done`, or raises KibitzError; closing the iterator cancels the call."""
        ...


@frozen
class Answer:
    """A whole answer, gathered from a stream."""

    engine: str
    text: str
    usage: Usage
    tool_calls: tuple[ToolCall, ...] = ()
    reason: str = "stop"
    notes: tuple[str, ...] = ()
