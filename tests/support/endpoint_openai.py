"""What the scripted endpoint says: an Answer, and its shapes in OpenAI's chat, completion and model list APIs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from support.endpoint_http import Received

# code: (status, type, message), as OpenAI and Azure word them: clients tell them apart by these words.
ERRORS: dict[str, tuple[int, str, str]] = {
    "invalid_api_key": (401, "invalid_request_error", "Incorrect API key provided."),
    "forbidden": (403, "invalid_request_error", "You are not allowed to use this model."),
    "model_not_found": (
        404,
        "invalid_request_error",
        "The model does not exist or you do not have access to it.",
    ),
    "rate_limit_exceeded": (429, "requests", "Rate limit reached for requests."),
    "insufficient_quota": (
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "context_length_exceeded": (
        400,
        "invalid_request_error",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    ),
    "content_filter": (
        400,
        "invalid_request_error",
        "The response was filtered due to the prompt triggering our content management policy.",
    ),
    "invalid_request": (400, "invalid_request_error", "The request is not valid."),
    "server_error": (500, "server_error", "The server had an error while processing your request."),
    "overloaded": (503, "server_error", "The engine is currently overloaded, please try again later."),
}
_CODE_OF_STATUS = {
    400: "invalid_request",
    401: "invalid_api_key",
    403: "forbidden",
    404: "model_not_found",
    429: "rate_limit_exceeded",
    503: "overloaded",
}


def tokens(prompt: int, completion: int, cached: int | None = None) -> dict[str, Any]:
    """A usage object; `cached` of the prompt's tokens were read from the provider's cache (None: it does not say)."""
    usage: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": completion}
    usage["total_tokens"] = prompt + completion
    if cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": cached}
    return usage


def error_object(code: str, message: str | None = None) -> dict[str, Any]:
    """OpenAI's error envelope for a code; unknown codes get a neutral type and message."""
    _, kind, words = ERRORS.get(code, (0, "invalid_request_error", "The request failed."))
    return {"error": {"message": message or words, "type": kind, "param": None, "code": code or None}}


@dataclass(frozen=True)
class Answer:
    """One scripted answer to one request. Every field is optional; `Answer(text="...")` is the common one."""

    text: str = ""
    chunks: Sequence[str] | None = None
    """The exact pieces of a stream, instead of `text`."""
    chunk_size: int = 16
    """Characters per piece where `text` is streamed."""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """{name, arguments, id?}; `arguments` is a dict, or a string sent as it is, valid JSON or not."""
    usage: Mapping[str, Any] | Literal["computed"] | None = "computed"
    """See `tokens`. None: a provider that reports none. Computed: a token per four characters, rounded up."""
    finish_reason: str | None = None
    """By default "tool_calls" where there are any, else "stop"."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error_code: str | None = None
    """A key of ERRORS (its status is used unless `status` is given), or any other code; empty: the error has none."""
    error_message: str | None = None
    delay_first_s: float = 0.0
    """Before the first byte of the answer, its head included."""
    delay_chunk_s: float = 0.0
    """Before every piece but the first."""
    hang: bool = False
    """No byte is sent until the client closes."""
    hang_after: int | None = None
    """Falls silent after this many pieces (a plain answer: in the middle), until the client closes."""
    drop: bool = False
    """Closes the connection without a byte."""
    cut_after: int | None = None
    """Closes the connection after this many pieces (a plain answer: in the middle), the body unfinished."""
    junk: bytes | None = None
    """Sent instead of a body; in a stream after the pieces, which are then not finished."""
    error_in_stream: str | None = None
    """The code of an error event sent after the pieces; the stream then ends unfinished."""
    models: Sequence[str] = ("scripted",)
    """For the model list."""

    def __post_init__(self) -> None:
        if self.text and self.chunks is not None:
            raise ValueError("an answer has a text or chunks, not both")
        if self.chunk_size < 1:
            raise ValueError("chunk_size is at least 1")
        if self.cut_after is not None and self.hang_after is not None:
            raise ValueError("an answer is cut off or falls silent, not both")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """An answer from a script file: the same names, `junk` as a string. Raises ValueError for other names."""
        unknown = set(data) - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"an answer has no field {', '.join(sorted(unknown))}")
        values = dict(data)
        if isinstance(values.get("junk"), str):
            values["junk"] = values["junk"].encode()
        return cls(**values)

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed."""
        if self.chunks is not None:
            return list(self.chunks)
        return [self.text[at : at + self.chunk_size] for at in range(0, len(self.text), self.chunk_size)]

    @property
    def failure(self) -> tuple[int, dict[str, Any]] | None:
        """Status and error body, where this answer is an error."""
        if self.status < 400 and self.error_code is None:
            return None
        code = self.error_code
        if code is None:
            code = _CODE_OF_STATUS.get(self.status, "server_error")
        status = self.status if self.status != 200 else ERRORS.get(code, (400, "", ""))[0]
        return status, error_object(code, self.error_message)


class Reply:
    """An Answer to one Received request, in the shape its API has. `serial` makes ids unique."""

    def __init__(self, received: Received, answer: Answer, serial: int) -> None:
        self._answer = answer
        self._received = received
        self._chat = received.path.endswith("/chat/completions")
        self._finish = answer.finish_reason or ("tool_calls" if answer.tool_calls else "stop")
        self._calls = [
            (call.get("id") or f"call_{serial}_{index}", call["name"], _arguments(call))
            for index, call in enumerate(answer.tool_calls)
        ]
        self._base = {
            "id": f"{'chatcmpl' if self._chat else 'cmpl'}-{serial}",
            "created": int(time.time()),
            "model": received.json.get("model", "scripted"),
        }

    def whole(self) -> dict[str, Any]:
        """The body of an answer that is not streamed."""
        text = "".join(self._answer.pieces)
        choice: dict[str, Any] = {"index": 0, "finish_reason": self._finish, "logprobs": None}
        if self._chat:
            message: dict[str, Any] = {"role": "assistant", "content": text}
            if self._calls:
                message["content"] = text or None
                message["tool_calls"] = [
                    {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
                    for id_, name, arguments in self._calls
                ]
            choice["message"] = message
        else:
            choice["text"] = text
        body = {**self._base, "object": "chat.completion" if self._chat else "text_completion"}
        body["choices"] = [choice]
        usage = self.usage()
        return body if usage is None else {**body, "usage": usage}

    def opening(self) -> list[dict[str, Any]]:
        """The events before the first piece: the role, in a chat."""
        return [self._event(delta={"role": "assistant", "content": ""})] if self._chat else []

    def pieces(self) -> list[dict[str, Any]]:
        """The events that carry the answer: pieces of text, then each tool call in several fragments."""
        if not self._chat:
            return [self._event(text=piece) for piece in self._answer.pieces]
        events = [self._event(delta={"content": piece}) for piece in self._answer.pieces]
        for index, (id_, name, arguments) in enumerate(self._calls):
            start = {"name": name, "arguments": ""}
            call = {"index": index, "id": id_, "type": "function", "function": start}
            events.append(self._event(delta={"tool_calls": [call]}))
            size = max(1, -(-len(arguments) // 3))
            for at in range(0, len(arguments), size):
                part = {"index": index, "function": {"arguments": arguments[at : at + size]}}
                events.append(self._event(delta={"tool_calls": [part]}))
        return events

    def closing(self) -> list[dict[str, Any]]:
        """The events after the last piece: the finish reason, and usage where the client asked for it."""
        last: dict[str, Any] = {"delta": {}} if self._chat else {"text": ""}
        events = [self._event(finish=self._finish, **last)]
        usage = self.usage()
        if self._wants_usage and usage is not None:
            events.append({**self._event(), "choices": [], "usage": usage})
        return events

    def usage(self) -> dict[str, Any] | None:
        """What the answer reports as used."""
        usage = self._answer.usage
        if usage is None:
            return None
        if usage == "computed":
            said = "".join(self._answer.pieces) + "".join(
                name + arguments for _, name, arguments in self._calls
            )
            return tokens(-(-len(self._received.prompt) // 4), -(-len(said) // 4))
        total = usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0)
        return {"total_tokens": total, **usage}

    @property
    def _wants_usage(self) -> bool:
        options = self._received.json.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True

    def _event(self, finish: str | None = None, **choice: Any) -> dict[str, Any]:
        event: dict[str, Any] = {
            **self._base,
            "object": "chat.completion.chunk" if self._chat else "text_completion",
            "choices": [{"index": 0, **choice, "logprobs": None, "finish_reason": finish}],
        }
        return {**event, "usage": None} if self._wants_usage else event


def model_list(answer: Answer) -> dict[str, Any]:
    """The body of a model list."""
    return {
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 0, "owned_by": "scripted"} for name in answer.models
        ],
    }


def _arguments(call: Mapping[str, Any]) -> str:
    arguments = call.get("arguments", {})
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
