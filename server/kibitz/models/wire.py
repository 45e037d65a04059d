"""Requests and events as the JSON that goes to the worker process and comes back."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from kibitz.models.catalog import KEYS, Target
from kibitz.models.dialects import Dialect, Infill, Tokens, dialect
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, ToolCall, Usage

BYTES_PER_TOKEN = 3
"""Few tokenizers make more tokens of code or prose than this; used where an upper bound is wanted."""

TOKENS_PER_IMAGE = 1600

CACHE_MARK = {"type": "ephemeral"}
"""Asks a provider to keep what stands before it (https://docs.claude.com/en/docs/build-with-claude/prompt-caching)."""

_MISTRAL_ID = re.compile(r"[A-Za-z0-9]{9}")


def body(goal: Target, request: Request) -> dict[str, Any]:
    """Exactly what the model gets to read: `prompt` (and `suffix`), or `messages` and `tools` in OpenAI's form."""
    how = dialect(goal.name, goal.api_base)
    filling = _filling(how, request)
    if filling is not None:
        return filling
    messages = request.messages if how.system else _without_system(request.messages)
    marked = _marked(messages, request) if how.marks else frozenset()
    turns: dict[str, Any] = {"messages": [_message(m, n in marked) for n, m in enumerate(messages)]}
    for turn in turns["messages"]:
        if turn["role"] == "system":
            turn["role"] = how.system_role
    if goal.provider == "mistral":
        _short_ids(turns["messages"])
    if how.marks and request.feature == "complete":
        _mark_context(turns["messages"], messages)
    if request.tools and how.tools:
        turns["tools"] = list(request.tools)
    return turns


def most_tokens(text: str, request: Request) -> int:
    """An upper bound of what the request takes to read; `text` is its body as JSON."""
    images = [url for m in request.messages for url in m.images]
    size = len(text.encode("utf-8", "surrogatepass")) - sum(len(url) for url in images)
    return size // BYTES_PER_TOKEN + 1 + TOKENS_PER_IMAGE * len(images)


def params(goal: Target, host: str, content: dict[str, Any], request: Request) -> dict[str, Any]:
    """The parameters of the worker's `stream`.

    `model` and `provider` are what the user named, for prices and for words; `route` is what LiteLLM is told, with
    the variables that may hold the provider's own key and address.
    """
    how = dialect(goal.name, goal.api_base)
    infill = how.infill if "prompt" in content else None
    thinks = how.reasoning
    return {
        "model": goal.name,
        "provider": goal.provider,
        "host": host,
        "api_base": _base(goal.api_base, how),
        "api_key": goal.key,
        "route": _route(goal, how, infill),
        "body": content,
        "max_tokens": request.max_output_tokens,
        "temperature": request.temperature if how.sampling else None,
        "reasoning_effort": thinks.off if thinks and request.feature == "complete" else None,
        "num_ctx": how.asked_window,
        "stop": [*request.stop, *_stops(how.tokens, infill)] if how.sampling else [],
        "timeout_s": request.timeout_s + 5,  # this side gives up first, and hangs up
        "may_be_empty": request.feature == "complete",
        "together": request.feature == "complete",  # nobody watches it being written
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


def _filling(how: Dialect, request: Request) -> dict[str, Any] | None:
    """The request as one to fill in the middle; None where the model cannot, or nothing is to be filled in."""
    if how.infill is None or request.prefix is None or request.suffix is None:
        return None
    before = request.context + request.prefix
    if how.infill.form == "suffix":
        return {"prompt": before, "suffix": request.suffix}
    prompt = how.tokens.prompt(before, request.suffix) if how.tokens else None
    return None if prompt is None else {"prompt": prompt}


def _route(goal: Target, how: Dialect, infill: Infill | None) -> dict[str, Any]:
    model = goal.name.partition("/")[2]
    if infill is None:
        return {"model": f"{how.chat}/{model}", "provider": how.chat, "infill": None, "keys": []}
    return {
        "model": f"{infill.route}/{model}",
        "provider": infill.route,
        "infill": {
            "base": infill.base,
            "variables": list(infill.variables),
            "path": infill.path,
            "strip": list(infill.strip),
        },
        "keys": list(KEYS.get(goal.provider, ())),
    }


def _base(base: str | None, how: Dialect) -> str | None:
    """The user's address without what LiteLLM puts after it once more."""
    return base.rstrip("/").removesuffix(how.strip) if base and how.strip else base


def _stops(tokens: Tokens | None, infill: Infill | None) -> tuple[str, ...]:
    return tokens.stop if tokens and infill and infill.form == "tokens" else ()


def _marked(messages: tuple[Message, ...], request: Request) -> frozenset[int]:
    """The messages after which a cache mark stands: the first ones that never change and, where more turns will
    follow, the last one and the one the request before this ended with."""
    marks = {n for n, m in enumerate(messages[:1]) if m.role == "system"}
    if request.tools or request.feature == "chat" or any(m.role == "assistant" for m in messages):
        marks.add(len(messages) - 1)
        answers = [n for n, m in enumerate(messages) if m.role == "assistant"]
        if answers and answers[-1]:
            marks.add(answers[-1] - 1)
    return frozenset(marks)


def _mark_context(turns: list[dict[str, Any]], messages: tuple[Message, ...]) -> None:
    """Split the last message after what it shows of other files, which stays while somebody types."""
    if not messages[-1].optional:
        return
    before, context, after = messages[-1].text.partition(messages[-1].optional)
    if context and after and isinstance(turns[-1]["content"], str):
        kept = {"type": "text", "text": before + context, "cache_control": CACHE_MARK}
        turns[-1]["content"] = [kept, {"type": "text", "text": after}]


def _without_system(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """For models that know no system turn: its text stands before the user's first one."""
    system = "\n\n".join(m.text for m in messages if m.role == "system")
    others = [m for m in messages if m.role != "system"]
    if system and others and others[0].role == "user":
        first = others[0]
        others[0] = Message("user", f"{system}\n\n{first.text}", first.images, optional=first.optional)
    elif system:
        others.insert(0, Message("user", system))
    return tuple(others)


def _message(message: Message, marked: bool) -> dict[str, Any]:
    """One turn in OpenAI's form, which LiteLLM takes for every provider."""
    content: Any = message.text
    if message.images:
        images = [{"type": "image_url", "image_url": {"url": url}} for url in message.images]
        content = [{"type": "text", "text": message.text}, *images]
    if marked and message.text:
        blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
        content = [*blocks[:-1], {**blocks[-1], "cache_control": CACHE_MARK}]
    turn: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        turn["content"] = (
            content or None
        )  # some providers refuse an empty text, and LiteLLM would make one up
        turn["tool_calls"] = [
            {
                "id": c.id,
                "type": "function",
                "function": {"name": c.name, "arguments": json.dumps(c.arguments, ensure_ascii=False)},
            }
            for c in message.tool_calls
        ]
    if message.tool_call_id is not None:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def _short_ids(turns: list[dict[str, Any]]) -> None:
    """Mistral takes nine letters and digits alone as the id of a call; another model may have made it."""
    for turn in turns:
        for call in turn.get("tool_calls", ()):
            call["id"] = _short(call["id"])
        if "tool_call_id" in turn:
            turn["tool_call_id"] = _short(turn["tool_call_id"])


def _short(id_: str) -> str:
    return id_ if _MISTRAL_ID.fullmatch(id_) else f"c{zlib.crc32(id_.encode()):08x}"
