"""The scripted endpoint with the other providers' addresses: Anthropic, Gemini, Mistral, DeepSeek, Ollama, OpenRouter.

Every `Answer` is given in the shape that the provider's documentation shows for the request that came: whatever has
OpenAI's shape under another address is answered by the endpoint itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from support.endpoint_http import Received, Wire
from support.endpoint_openai import Answer
from support.endpoint_server import Endpoint

Parts = list[bytes]
_EVENTS = {"Content-Type": "text/event-stream; charset=utf-8"}
_LINES = {"Content-Type": "application/x-ndjson"}
_LIKE_OPENAI = re.compile(r"/(?:api/v1|beta|v1|openai/v1)(/chat/completions|/completions)")
_GEMINI = re.compile(r"/v1beta/models/([^:/]+):streamGenerateContent")


class Families(Endpoint):
    """An Endpoint at which every provider's client finds its own API; `root` is its address without a path."""

    @property
    def root(self) -> str:
        """The address without a path, e.g. http://127.0.0.1:8123."""
        return self.url.removesuffix("/v1")

    async def _answer(self, wire: Wire, received: Received) -> bool:
        for path, headers, say in _APIS:
            if path.fullmatch(received.path) and received.method == "POST":
                answer = self._queue.popleft() if self._queue else self._rule(received)
                self._notify()
                if answer.failure is not None:
                    return await self._perform(wire, answer, None)
                await wire.head(200, headers, None)
                for number, part in enumerate(say(received, answer)):
                    if number == answer.cut_after:
                        return False
                    await wire.chunk(part)
                await wire.end()
                return True
        if (alike := _LIKE_OPENAI.fullmatch(received.path)) is not None:
            # all but OpenAI report the usage unasked
            body = {**received.json, "stream_options": {"include_usage": True}}
            received = replace(received, path=f"/v1{alike[1]}", json=body)
        return await super()._answer(wire, received)


def _event(data: Mapping[str, Any] | str, name: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def _usage(answer: Answer) -> tuple[int, int, int]:
    """Tokens read, of them from the cache, and written."""
    assert isinstance(answer.usage, Mapping), "the answers of these APIs need their usage"
    details = answer.usage.get("prompt_tokens_details") or {}
    return answer.usage["prompt_tokens"], details.get("cached_tokens", 0), answer.usage["completion_tokens"]


def anthropic(_: Received, answer: Answer) -> Parts:
    """https://docs.claude.com/en/docs/build-with-claude/streaming"""
    read, cached, written = _usage(answer)
    stops = {"length": "max_tokens", "tool_calls": "tool_use", "stop": "end_turn"}
    reason = stops[answer.finish_reason or ("tool_calls" if answer.tool_calls else "stop")]
    details = answer.usage.get("prompt_tokens_details", {}) if isinstance(answer.usage, Mapping) else {}
    kept = details.get("cache_creation_tokens", 0)
    before = {
        "input_tokens": read - cached - kept,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": kept,
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude"}
    message |= {"stop_reason": None, "stop_sequence": None, "usage": {**before, "output_tokens": 1}}
    parts = [_event({"type": "message_start", "message": message}, "message_start")]
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if answer.pieces:
        deltas = [{"type": "text_delta", "text": piece} for piece in answer.pieces]
        blocks.append(({"type": "text", "text": ""}, deltas))
    for call in answer.tool_calls:
        text = json.dumps(call["arguments"], ensure_ascii=False)
        halves = [text[: len(text) // 2], text[len(text) // 2 :]]
        start = {"type": "tool_use", "id": call["id"], "name": call["name"], "input": {}}
        blocks.append((start, [{"type": "input_json_delta", "partial_json": half} for half in ("", *halves)]))
    for index, (start, deltas) in enumerate(blocks):
        data = {"type": "content_block_start", "index": index, "content_block": start}
        parts.append(_event(data, "content_block_start"))
        if index == 0:
            parts.append(_event({"type": "ping"}, "ping"))
        parts += [
            _event({"type": "content_block_delta", "index": index, "delta": delta}, "content_block_delta")
            for delta in deltas
        ]
        parts.append(_event({"type": "content_block_stop", "index": index}, "content_block_stop"))
    last = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}}
    parts.append(_event({**last, "usage": {"output_tokens": written}}, "message_delta"))
    return [*parts, _event({"type": "message_stop"}, "message_stop")]


def gemini(_: Received, answer: Answer) -> Parts:
    """https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse"""
    read, cached, written = _usage(answer)
    usage = {"promptTokenCount": read, "candidatesTokenCount": written, "totalTokenCount": read + written}
    if cached:
        usage["cachedContentTokenCount"] = cached
    said: list[dict[str, Any]] = [{"text": piece} for piece in answer.pieces]
    said += [{"functionCall": {"name": c["name"], "args": c["arguments"]}} for c in answer.tool_calls]
    parts = []
    for number, part in enumerate(said):
        one: dict[str, Any] = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if number == len(said) - 1:
            one["finishReason"] = {"length": "MAX_TOKENS"}.get(answer.finish_reason or "", "STOP")
        parts.append(_event({"candidates": [one], "usageMetadata": usage, "modelVersion": "gemini"}))
    return parts


def mistral_fim(received: Received, answer: Answer) -> Parts:
    """https://docs.mistral.ai/api/endpoint/fim: chunks as those of a chat, the last with the usage."""
    base = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": received.json["model"]}
    read, _, written = _usage(answer)
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    parts = []
    for piece in answer.pieces:
        choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
        parts.append(_event({**base, "choices": [choice]}))
    last = {"index": 0, "delta": {"content": ""}, "finish_reason": answer.finish_reason or "stop"}
    return [*parts, _event({**base, "choices": [last], "usage": usage}), _event("[DONE]")]


def _ollama(received: Received, answer: Answer, said: list[dict[str, Any]], nothing: dict[str, Any]) -> Parts:
    base = {"model": received.json["model"], "created_at": "2026-01-01T00:00:00Z"}
    read, _, written = _usage(answer)
    last = {"done": True, "done_reason": answer.finish_reason or "stop", "total_duration": 5}
    last |= {"prompt_eval_count": read, "eval_count": written}
    lines: list[dict[str, Any]] = [{**base, **one, "done": False} for one in said]
    lines.append({**base, **nothing, **last})
    return [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]


def ollama_chat(received: Received, answer: Answer) -> Parts:
    """https://docs.ollama.com/api/chat"""
    said = [{"message": {"role": "assistant", "content": piece}} for piece in answer.pieces]
    calls = [{"function": {"name": c["name"], "arguments": c["arguments"]}} for c in answer.tool_calls]
    if calls:
        said.append({"message": {"role": "assistant", "content": "", "tool_calls": calls}})
    return _ollama(received, answer, said, {"message": {"role": "assistant", "content": ""}})


def ollama_generate(received: Received, answer: Answer) -> Parts:
    """https://docs.ollama.com/api/generate"""
    return _ollama(received, answer, [{"response": piece} for piece in answer.pieces], {"response": ""})


_APIS: tuple[tuple[re.Pattern[str], Mapping[str, str], Callable[[Received, Answer], Parts]], ...] = (
    (re.compile(r"/v1/messages"), _EVENTS, anthropic),
    (_GEMINI, _EVENTS, gemini),
    (re.compile(r"/v1/fim/completions"), _EVENTS, mistral_fim),
    (re.compile(r"/api/chat"), _LINES, ollama_chat),
    (re.compile(r"/api/generate"), _LINES, ollama_generate),
)
