"""The scripted endpoint with Anthropic's Messages API, failing in its own words: https://docs.claude.com/en/api/errors."""

from __future__ import annotations

import asyncio
import json

from support.endpoint import Answer, Endpoint, tokens
from support.endpoint_families import anthropic
from support.endpoint_http import Received, Wire

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_WORDS = {
    "context_length_exceeded": "prompt is too long: 9000 tokens > 8192 maximum",
    "content_filter": "Output blocked by content filtering policy",
    "insufficient_quota": "Your credit balance is too low to access the Anthropic API.",
    "model_not_found": "model: claude-none",
}


class MessagesEndpoint(Endpoint):
    """An Endpoint that answers `POST /v1/messages`."""

    async def _answer(self, wire: Wire, received: Received) -> bool:
        if received.path != "/v1/messages":
            return await super()._answer(wire, received)
        answer = self._queue.popleft() if self._queue else self._rule(received)
        self._notify()
        failure = answer.failure
        if failure is not None and answer.junk is None:
            status = 400 if answer.error_code == "insufficient_quota" else failure[0]
            return await self._refuse(wire, answer, status)
        plain = answer.hang or answer.drop or failure is not None or 300 <= answer.status < 400
        if plain:
            return await self._perform(wire, answer, None)
        return await self._say(wire, received, answer)

    async def _refuse(self, wire: Wire, answer: Answer, status: int) -> bool:
        words = answer.error_message or _WORDS.get(answer.error_code or "", "It failed.")
        data = json.dumps(_error(_TYPES.get(status, "api_error"), words)).encode()
        await wire.head(status, {"Content-Type": "application/json", **answer.headers}, len(data))
        await wire.send(data)
        return True

    async def _say(self, wire: Wire, received: Received, answer: Answer) -> bool:
        """The events of the answer, up to where it breaks."""
        given = Answer(
            chunks=answer.pieces,
            usage=tokens(5, 1),
            finish_reason="stop" if answer.finish_reason == "content_filter" else answer.finish_reason,
        )
        parts = anthropic(received, given)
        if answer.finish_reason == "content_filter":
            parts = [part.replace(b'"end_turn"', b'"refusal"') for part in parts]
        headers = {"Content-Type": "text/event-stream; charset=utf-8", **answer.headers}
        await wire.head(200, headers, None)
        breaks = (answer.cut_after, answer.hang_after)
        after = next((one for one in breaks if one is not None), None)
        broken = answer.junk is not None or answer.error_in_stream is not None or after is not None
        if broken:
            before = len(answer.pieces) if after is None else after
            begun = answer.junk is None or bool(answer.pieces)
            # message_start, the block and a ping come before the first word
            opening = 3 if answer.pieces else 1
            parts = parts[: opening + before] if begun else []
        for part in parts:
            await wire.chunk(part)
        if answer.hang_after is not None:
            await asyncio.get_running_loop().create_future()
        if answer.cut_after is not None:
            return False
        if answer.junk is not None:
            await wire.chunk(answer.junk)
        elif answer.error_in_stream is not None:
            limit = answer.error_in_stream == "rate_limit_exceeded"
            words = "This would exceed your organization's rate limit." if limit else "Overloaded"
            said = _error("rate_limit_error" if limit else "overloaded_error", words)
            await wire.chunk(f"event: error\ndata: {json.dumps(said)}\n\n".encode())
        await wire.end()
        return True


def _error(kind: str, words: str) -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}
