"""Requests and events as the JSON that goes to the worker process and comes back."""

from __future__ import annotations

import json
from typing import Any

from kibitz.models.catalog import Target
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, ToolCall, Usage

INFILL = "text-completion-"
"""How the names of providers begin whose models take a prefix and a suffix."""

BYTES_PER_TOKEN = 3
"""Few tokenizers make more tokens of code or prose than this; used where an upper bound is wanted."""

TOKENS_PER_IMAGE = 1600


def body(goal: Target, request: Request) -> dict[str, Any]:
    """Exactly what the model gets to read: `prompt` and `suffix`, or `messages` and `tools` in OpenAI's form."""
    if goal.provider.startswith(INFILL) and request.prefix is not None and request.suffix is not None:
        return {"prompt": request.prefix, "suffix": request.suffix}
    turns: dict[str, Any] = {"messages": [_message(m) for m in request.messages]}
    if request.tools:
        turns["tools"] = list(request.tools)
    return turns


def most_tokens(text: str, request: Request) -> int:
    """An upper bound of what the request takes to read; `text` is its body as JSON."""
    images = [url for m in request.messages for url in m.images]
    size = len(text.encode("utf-8", "surrogatepass")) - sum(len(url) for url in images)
    return size // BYTES_PER_TOKEN + 1 + TOKENS_PER_IMAGE * len(images)


def params(goal: Target, host: str, content: dict[str, Any], request: Request) -> dict[str, Any]:
    """The parameters of the worker's `stream`."""
    return {
        "model": goal.name,
        "provider": goal.provider,
        "host": host,
        "api_base": goal.api_base,
        "api_key": goal.key,
        "body": content,
        "max_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "stop": list(request.stop),
        "timeout_s": request.timeout_s + 5,  # this side gives up first, and hangs up
    }


def event(value: dict[str, Any]) -> Event:
    """An event the worker emitted; `failed` is not one."""
    if "text" in value:
        return Text(value["text"])
    if "tool_call" in value:
        return ToolCall(**value["tool_call"])
    if "usage" in value:
        return Spent(Usage(**value["usage"]))
    return Done(value["done"])


def _message(message: Message) -> dict[str, Any]:
    """One turn in OpenAI's form, which LiteLLM takes for every provider."""
    content: Any = message.text
    if message.images:
        images = [{"type": "image_url", "image_url": {"url": url}} for url in message.images]
        content = [{"type": "text", "text": message.text}, *images]
    turn: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        turn["tool_calls"] = [
            {
                "id": c.id,
                "type": "function",
                "function": {"name": c.name, "arguments": json.dumps(c.arguments)},
            }
            for c in message.tool_calls
        ]
    if message.tool_call_id is not None:
        turn["tool_call_id"] = message.tool_call_id
    return turn
