"""One fault of the table, tried through a gateway and its worker, and what is wrong with what came of it."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from kibitz.errors import KibitzError
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Message, Request, Text
from kibitz.settings import Settings
from kibitz.settings.schema import Budget
from support.endpoint import Endpoint
from support.faults import CANARY, Fault
from support.faults_messages import MessagesEndpoint

MODELS = {
    "chat": "openai/gpt-4o",
    "infill": "text-completion-openai/gpt-3.5-turbo-instruct",
    "messages": "anthropic/claude-sonnet-4-5",
}
"""A model by the form in which it is asked: OpenAI's chat, its text completion, Anthropic's messages."""

DIRECT = {"chat": "openai/coder", "infill": "text-completion-openai/coder"}
"""Models that are asked without LiteLLM."""

GIVES_UP_S = 15.0


@dataclass(frozen=True)
class Outcome:
    """How a call ended: its error (None: none came), how many requests reached the endpoint, and the seconds it took."""

    error: KibitzError | None
    requests: int
    seconds: float
    heard: str


async def tried(
    gateway: Gateway, fault: Fault, form: str, *, timeout_s: float, directly: bool = False
) -> Outcome:
    """Ask a model that fails so; the request waits `timeout_s` for each word."""
    model, words = (DIRECT if directly else MODELS)[form], f"Keep {CANARY} to yourself."
    request = Request("chat", (Message("user", words),), timeout_s=timeout_s)
    if form == "infill":
        request = Request("complete", request.messages, prefix=words, suffix="\n", timeout_s=timeout_s)
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(MessagesEndpoint() if form == "messages" else Endpoint())
        if fault.answer is not None:
            endpoint.reply_with(lambda _: fault.staged())
        url = endpoint.url if fault.place is None else await stack.enter_async_context(fault.place())
        if form == "messages":
            url = url.removesuffix("/v1")
        budget = Budget(allow_unpriced=(model,))
        gateway.use(Settings(model=model, api_base=url, key_hosts=("no-such-host.invalid",), budget=budget))
        began = time.perf_counter()
        heard: list[str] = []
        try:
            async with asyncio.timeout(GIVES_UP_S):
                async for event in gateway.model(model).stream(request):
                    heard += [event.delta] if isinstance(event, Text) else []
            error = None
        except KibitzError as raised:
            error = raised
        except TimeoutError:
            error = None
        spent = time.perf_counter() - began
        return Outcome(error, len(endpoint.requests), spent, "".join(heard))


def wrong(fault: Fault, outcome: Outcome, *, limit_s: float) -> list[str]:
    """What is not as the table says, in words."""
    error = outcome.error
    if error is None:
        return [f"no failure came ({outcome.heard!r} was heard)"]
    found: list[str] = []
    shown = json.dumps(error.to_json(), ensure_ascii=False)
    if error.kind != fault.kind:
        found.append(f"kind {error.kind}, not {fault.kind}")
    if fault.says not in f"{error.message} {error.hint}":
        found.append(f"does not say {fault.says!r}")
    if not error.message.endswith(".") or not error.hint.endswith((".", "?")):
        found.append("is not a sentence and a hint")
    if CANARY in shown:
        found.append("repeats the prompt")
    expected = 3 if fault.retry else 1
    if fault.place is None and outcome.requests not in (expected, fault.requests):
        found.append(f"{outcome.requests} requests, not {expected}")
    if fault.after_s is not None and abs((error.retry_after_s or 0.0) - fault.after_s) > 1.5:
        found.append(f"Retry-After {error.retry_after_s}, not {fault.after_s}")
    if outcome.seconds > limit_s:
        found.append(f"took {outcome.seconds:.1f} s, limit {limit_s:.1f} s")
    return found
