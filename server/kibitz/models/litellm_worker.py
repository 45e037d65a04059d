"""The worker process that talks to language models: the only module that knows LiteLLM.

LiteLLM's import takes seconds, cannot be split and has side effects (a price list fetched, `.env` files read, text on
standard output, retries of its own): they are switched off here, and the rest stays in this process.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

from kibitz.models import failures
from kibitz.models.catalog import shown_host

Emit = Callable[[Any], None]

_BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
}
_loading: asyncio.Task[Any] | None = None
_clients: dict[tuple[str | None, str | None], Any] = {}


async def warm(_params: Any, _emit: Emit) -> bool:
    """Be ready for the first call."""
    await _litellm()
    return True


async def stream(params: dict[str, Any], emit: Emit) -> None:
    """One call. Emits {"text"}, {"tool_call"}, {"usage"}, {"done"} in order, or {"failed"} as the last value.

    `params` are those of `wire.params`. Nothing is tried twice here.
    """
    litellm = await _litellm()
    model, host = params["model"], params["host"]
    answer: Any = None
    try:
        answer = await _ask(litellm, params)
        async for event in _events(litellm, answer, params):
            emit(event)
    except Exception as error:  # noqa: BLE001 - whatever a provider's client raises is told apart by the table
        emit({"failed": failures.explain(error, model=model, host=host).to_json()})
    finally:
        await _close(answer)


async def describe(names: list[str], _emit: Emit) -> list[dict[str, Any]]:
    """What the price list and the providers' addresses say of each `provider/model`."""
    litellm = await _litellm()
    return [_describe(litellm, name) for name in names]


async def count_tokens(params: dict[str, Any], _emit: Emit) -> int:
    """Tokens of `text` (or `messages`) as `model` counts them, as far as that is known without a download."""
    litellm = await _litellm()
    return int(
        await asyncio.to_thread(
            litellm.token_counter,
            model=params["model"],
            text=params.get("text"),
            messages=params.get("messages"),
        )
    )


async def _litellm() -> Any:
    """The library, imported once, in a thread, so that this process answers meanwhile."""
    global _loading
    if _loading is None:
        _loading = asyncio.ensure_future(_load())
    return await asyncio.shield(_loading)


async def _load() -> Any:
    os.environ.update(_BEFORE_IMPORT)
    litellm = await asyncio.to_thread(_import)
    # the first answer loads some more modules
    rehearsal = await litellm.acompletion(
        model="openai/rehearsal", messages=[{"role": "user", "content": "x"}], mock_response="x", stream=True
    )
    async for _ in rehearsal:
        pass
    return litellm


def _import() -> Any:
    import httpx
    import litellm
    import openai.resources.chat  # noqa: F401 - part of what a first call would load

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    litellm.drop_params = True
    litellm.num_retries = 0
    for hooks in (
        "callbacks",
        "success_callback",
        "failure_callback",
        "_async_success_callback",
        "_async_failure_callback",
    ):
        setattr(litellm, hooks, [])
    # a redirect would carry prompt and key to a host nobody chose: every client here is httpx's, none may follow
    httpx.Response.has_redirect_location = property(lambda _: False)  # type: ignore[assignment,method-assign]
    return litellm


async def _ask(litellm: Any, params: dict[str, Any]) -> Any:
    call: dict[str, Any] = {
        "model": params["model"],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": params["max_tokens"],
        "temperature": params["temperature"],
        "timeout": params["timeout_s"],
        "max_retries": 0,
        "num_retries": 0,
    }
    given = {"api_base": params["api_base"], "api_key": params["api_key"], "stop": params["stop"]}
    call |= {name: value for name, value in given.items() if value}
    body = params["body"]
    if "prompt" in body:
        if params["provider"] == "text-completion-openai":
            call["client"] = _client(params["api_base"], params["api_key"])
        return await litellm.atext_completion(**body, **call)
    if "tools" in body:
        # without this flag the library asks for a package that only its server half needs
        call["_skip_mcp_handler"] = True
    return await litellm.acompletion(**body, **call)


def _client(base: str | None, key: str | None) -> Any:
    """A client that keeps its connections: for text completion LiteLLM makes a new one in every call."""
    import openai
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    if (base, key) not in _clients:
        http = AsyncHTTPHandler().client
        _clients[base, key] = openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0, http_client=http)
    return _clients[base, key]


async def _events(litellm: Any, answer: Any, params: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    text: list[str] = []
    calls: dict[int, dict[str, str]] = {}
    usage: Any = None
    reason: str | None = None
    async for chunk in answer:
        usage = getattr(chunk, "usage", None) or usage
        for choice in chunk.choices[:1]:
            reason = choice.finish_reason or reason
            delta = getattr(choice, "delta", None)
            piece = (choice.text if delta is None else delta.content) or ""
            if piece:
                text.append(piece)
                yield {"text": piece}
            for part in getattr(delta, "tool_calls", None) or ():
                _gather(calls, part)
    sent = getattr(answer, "chunks", None)  # what the provider sent; text completion does not tell
    if sent == []:
        yield {"failed": failures.junk(params["model"], params["host"]).to_json()}
        return
    if reason == "content_filter":
        yield {"failed": failures.filtered(params["model"], params["host"]).to_json()}
        return
    whole = [{**call, "arguments": _arguments(call["arguments"])} for call in calls.values()]
    if any(call["arguments"] is None for call in whole):
        yield {"failed": failures.bad_tool_call(params["model"]).to_json()}
        return
    for call in whole:
        yield {"tool_call": call}
    said = "".join(text) + "".join(call["name"] + call["arguments"] for call in calls.values())
    yield {"usage": await asyncio.to_thread(_usage, litellm, params, usage, sent, said)}
    yield {"done": "tool_calls" if calls else "length" if reason == "length" else "stop"}


def _gather(calls: dict[int, dict[str, str]], part: Any) -> None:
    """A tool call comes in fragments that share an index."""
    call = calls.setdefault(part.index or 0, {"id": "", "name": "", "arguments": ""})
    call["id"] = call["id"] or part.id or ""
    call["name"] = call["name"] or part.function.name or ""
    call["arguments"] += part.function.arguments or ""


def _arguments(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _usage(
    litellm: Any, params: dict[str, Any], usage: Any, sent: list[Any] | None, said: str
) -> dict[str, Any]:
    """Tokens and price, `estimated` where the provider reported none: LiteLLM then makes them up in a last chunk."""
    model, body = params["model"], params["body"]
    turns = body.get("messages") or [{"role": "user", "content": body["prompt"]}]

    def counted() -> tuple[int, int]:
        count = litellm.token_counter
        return count(model=model, messages=turns), count(model=model, text=said) if said else 0

    if sent is not None:
        estimated = all(getattr(one, "usage", None) is None for one in sent)
    else:
        estimated = usage is None or (usage.prompt_tokens, usage.completion_tokens) == counted()
    if estimated:
        read, written = counted()
        usage = litellm.Usage(prompt_tokens=read, completion_tokens=written)
    details = getattr(usage, "prompt_tokens_details", None)
    return {
        "input_tokens": usage.prompt_tokens or 0,
        "cached_tokens": getattr(details, "cached_tokens", None) or 0,
        "output_tokens": usage.completion_tokens or 0,
        "cost_usd": _cost(litellm, model, params["provider"], usage),
        "estimated": estimated,
    }


def _cost(litellm: Any, name: str, provider: str, usage: Any) -> float | None:
    listed = _listed(litellm, name)
    if listed is None:
        return None
    before, after = litellm.cost_per_token(
        model=name.partition("/")[2], custom_llm_provider=provider, usage_object=usage
    )
    return float(before + after)


def _listed(litellm: Any, name: str) -> dict[str, Any] | None:
    """The price list's entry; the list names models of some providers without the provider."""
    provider, _, bare = name.partition("/")
    entry = litellm.model_cost.get(name)
    if entry is None:
        entry = litellm.model_cost.get(bare)
        if entry is None or provider not in (entry.get("litellm_provider"), "text-completion-openai"):
            return None
    return entry if entry.get("input_cost_per_token") is not None else None


def _describe(litellm: Any, name: str) -> dict[str, Any]:
    listed = _listed(litellm, name) or {}
    return {
        "name": name,
        "provider": name.partition("/")[0],
        "host": _host(litellm, name),
        "context_window": listed.get("max_input_tokens") or listed.get("max_tokens"),
        "max_output_tokens": listed.get("max_output_tokens"),
        "input_price": _per_million(listed, "input"),
        "output_price": _per_million(listed, "output"),
    }


def _per_million(listed: dict[str, Any], way: str) -> float | None:
    price = listed.get(f"{way}_cost_per_token")
    return None if price is None else round(price * 1_000_000, 6)


def _host(litellm: Any, name: str) -> str:
    """Where the library would send a request for this model; else the provider's name; empty: no such provider."""
    provider = name.partition("/")[0]
    try:
        base = litellm.get_llm_provider(model=name)[3]
    except litellm.exceptions.BadRequestError:
        return ""
    variables = (
        ("OPENAI_BASE_URL", "OPENAI_API_BASE") if "openai" in provider else (f"{provider.upper()}_API_BASE",)
    )
    for variable in variables:
        base = base or litellm.secret_managers.main.get_secret_str(variable)
    base = base or litellm.get_api_base(model=name, optional_params={})
    return shown_host(base) if base else provider


async def _close(answer: Any) -> None:
    """Hang up: a provider goes on working, and charging, for a stream that is merely not read."""
    inner = answer if hasattr(answer, "aclose") else getattr(answer, "completion_stream", None)
    if inner is not None and hasattr(inner, "aclose"):
        await inner.aclose()


METHODS = {"warm": warm, "stream": stream, "describe": describe, "count_tokens": count_tokens}
