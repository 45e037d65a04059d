"""The worker process that talks to language models: the only module that knows LiteLLM.

LiteLLM's import takes seconds, cannot be split and has side effects (a price list fetched, `.env` files read, text on
standard output, retries of its own): they are switched off here, and the rest stays in this process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Any

from kibitz.errors import KibitzError
from kibitz.log import fields
from kibitz.models import described, dialects, failures, pricing, served, sse
from kibitz.models.heard import Heard
from kibitz.models.joined import Joined

log = logging.getLogger("kibitz.models")

Emit = Callable[[Any], None]

_BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "OR_APP_NAME": "kibitz",
}
_OLLAMA = ("ollama", "ollama_chat")
_streams: ContextVar[list[Any]] = ContextVar("streams")
"""What LiteLLM reads the provider's answers from in this task; the first is the one nearest to the provider."""

_loading: asyncio.Task[Any] | None = None
_clients: dict[tuple[str | None, str | None], Any] = {}


async def warm(_params: Any, _emit: Emit) -> bool:
    """Be ready for the first call."""
    await _litellm()
    return True


async def stream(params: dict[str, Any], emit: Emit) -> None:
    """One call. Emits {"text"}, {"tool_call"}, {"usage"}, {"done"} in order, or {"failed"} as the last value, with
    its "usage" where the provider charges all the same.

    `params` are those of `wire.params`. Nothing is tried twice here.
    """
    litellm = await _litellm()
    model, host = params["model"], params["host"]
    answer: Any = None
    tell = Joined(emit, wait=params.get("together", False))
    _streams.set([])
    try:
        answer = await _ask(litellm, params)
        if answer is None:  # LiteLLM's way to say 422, where it may drop parameters
            tell({"failed": failures.not_taken(model, host).to_json()})
            return
        async for event in _events(litellm, answer, params):
            tell(event)
    except KibitzError as error:
        tell({"failed": failures.Failure(error, retry=False).to_json()})
    except Exception as error:  # whatever a provider's client raises is told apart by the table
        failed = failures.explain(error, model=model, host=host)
        # of a library's exception the log has classes and places alone
        said = fields(model=model, host=host, kind=failed.error.kind, retry=failed.retry)
        log.warning("an attempt failed", exc_info=error, extra=said)
        tell({"failed": failed.to_json()})
    finally:
        tell.flush()
        await _close(answer)


async def describe(names: list[str], _emit: Emit) -> list[dict[str, Any]]:
    """What the price list and the providers' addresses say of each `provider/model`."""
    litellm = await _litellm()
    return [described.described(litellm, name) for name in names]


async def count_tokens(params: dict[str, Any], _emit: Emit) -> int:
    """Tokens of `text` (or a `body`) as `model` counts them, as far as that is known without a download."""
    litellm = await _litellm()
    if "body" in params:
        return await asyncio.to_thread(pricing.count, litellm, params["model"], params["body"])
    return await asyncio.to_thread(pricing.count_text, litellm, params["model"], params["text"])


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
    _streams.set([])
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
    # text completion hides its source in a generator's frame: each tells of itself
    made = litellm.CustomStreamWrapper.__init__

    def telling(self: Any, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        if (streams := _streams.get(None)) is not None:
            streams.append(self)

    litellm.CustomStreamWrapper.__init__ = telling
    sse.notice_done()
    # a redirect would carry prompt and key to a host nobody chose: every client here is httpx's, none may follow
    httpx.Response.has_redirect_location = property(lambda _: False)  # type: ignore[assignment,method-assign]
    _mend(litellm)
    _unlog(litellm)
    return litellm


def _unlog(litellm: Any) -> None:
    """Spare it its own accounts: of each call it prices the prompt, for a log that nobody here reads, and counts the tokens
    of prompt and answer where the provider did not. `pricing` does what is needed of that."""
    from litellm.litellm_core_utils.litellm_logging import Logging

    async def dispatch_success_handlers(*_args: Any, **_kwargs: Any) -> None:
        """No log."""

    def response_cost_calculator(*_args: Any, **_kwargs: Any) -> None:
        """No price."""

    together = litellm.stream_chunk_builder

    def stream_chunk_builder(chunks: list[Any], *args: Any, **kwargs: Any) -> Any:
        """The answer put together once more, where that has the provider's usage."""
        told = any(getattr(chunk, "usage", None) is not None for chunk in chunks)
        return together(chunks, *args, **kwargs) if told else None

    for where, name, instead in (
        (Logging, "dispatch_success_handlers", dispatch_success_handlers),
        (Logging, "response_cost_calculator", response_cost_calculator),
        (Logging, "_response_cost_calculator", response_cost_calculator),
        (litellm, "stream_chunk_builder", stream_chunk_builder),
    ):
        setattr(where, name, instead)


def _mend(litellm: Any) -> None:
    """What LiteLLM gets wrong of the providers asked here, put right where it is made."""
    from litellm.llms.codestral.completion.transformation import CodestralTextCompletionConfig as Codestral
    from litellm.llms.ollama.common_utils import OllamaModelInfo
    from litellm.llms.ollama.completion.transformation import OllamaConfig as Ollama
    from litellm.llms.ollama.completion.transformation import OllamaTextCompletionResponseIterator as Lines

    ollama_request, ollama_line, codestral_chunk = (
        Ollama.transform_request,
        Lines.chunk_parser,
        Codestral.chunk_parser,
    )

    def transform_request(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Every parameter it does not know goes into Ollama's `options`; `raw` belongs beside them."""
        data = ollama_request(self, *args, **kwargs)
        if data["options"].pop("raw", False):
            data["raw"] = True
        return data

    def line_parser(self: Any, chunk: dict[str, Any]) -> Any:
        """It takes a text in braces for the call of a tool, and every end for a good one."""
        self.streamed_content = True
        parsed: Any = ollama_line(self, chunk)
        if chunk.get("done") and chunk.get("done_reason") == "length":
            parsed["finish_reason"] = "length"
        return parsed

    def get_model_info(_self: Any, model: str, *_args: Any, **_kwargs: Any) -> Any:
        """It asks the server for prices after every call, and waits for them in the event loop."""
        raise ValueError(f"no price of {model} is known")

    def chunk_parser(self: Any, chunk: str) -> Any:
        """It leaves the usage out, which the last chunk has."""
        parsed = codestral_chunk(self, chunk)
        text = chunk.strip().removeprefix("data:").strip()
        if '"usage"' in text and (usage := json.loads(text).get("usage")):
            parsed["usage"] = litellm.Usage(**usage)
        return parsed

    for where, name, mended in (
        (Ollama, "transform_request", transform_request),
        (Lines, "chunk_parser", line_parser),
        (OllamaModelInfo, "get_model_info", get_model_info),
        (Codestral, "chunk_parser", chunk_parser),
    ):
        setattr(where, name, mended)


async def _ask(litellm: Any, params: dict[str, Any]) -> Any:
    route, body = params["route"], params["body"]
    base, key = _place(litellm, params)
    call: dict[str, Any] = {
        "model": route["model"],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": params["max_tokens"],
        "timeout": params["timeout_s"],
        "max_retries": 0,
        "num_retries": 0,
    }
    given = {"api_base": base, "api_key": key, "stop": params["stop"], "num_ctx": params["num_ctx"]}
    call |= {name: value for name, value in given.items() if value}
    chosen = {"temperature": params["temperature"], "reasoning_effort": params["reasoning_effort"]}
    call |= {name: value for name, value in chosen.items() if value is not None}
    if route["provider"] in _OLLAMA:
        call["extra_headers"] = {"Content-Type": "application/json"}
    if "prompt" in body:
        if route["provider"] == "text-completion-openai":
            call["client"] = _client(base, key)
        elif route["provider"] == "ollama":
            call["raw"] = True
        return await litellm.atext_completion(**body, **call)
    if "tools" in body:
        # without this flag the library asks for a package that only its server half needs
        call["_skip_mcp_handler"] = True
    return await litellm.acompletion(**body, **call)


def _place(litellm: Any, params: dict[str, Any]) -> tuple[str | None, str | None]:
    """The address and the key of a call. Raises `invalid` where a server of the user's own has no address.

    Where the middle is filled in by another of LiteLLM's providers than the model's own, both are named here: that one
    would take its own, and send a key to a host it is not for.
    """
    base, key, infill = params["api_base"], params["api_key"], params["route"]["infill"]
    if infill is None:
        return base, key
    secret = litellm.secret_managers.main.get_secret_str
    for variable in infill["variables"]:
        base = base or secret(variable)
    for variable in params["route"]["keys"]:
        key = key or secret(variable)
    base = base or infill["base"]
    if base:
        no_key = None if params["route"]["provider"] == "ollama" else "none"
        return dialects.place(base, tuple(infill["strip"]), infill["path"]), key or no_key
    if params["provider"] == "text-completion-openai":
        return None, key
    raise KibitzError(
        "invalid",
        f"There is no address for {params['provider']}.",
        f"Set `api_base`, or {' or '.join(infill['variables'])} in the environment.",
    )


def _client(base: str | None, key: str | None) -> Any:
    """A client that keeps its connections: for text completion LiteLLM makes a new one in every call."""
    import openai
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    if (base, key) not in _clients:
        http = AsyncHTTPHandler().client
        _clients[base, key] = openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0, http_client=http)
    return _clients[base, key]


async def _events(litellm: Any, answer: Any, params: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    heard = Heard(params)
    usage: Any = None
    async for chunk in answer:
        usage = getattr(chunk, "usage", None) or usage
        for choice in chunk.choices[:1]:
            heard.reason = choice.finish_reason or heard.reason
            delta = getattr(choice, "delta", None)
            piece = (choice.text if delta is None else delta.content) or ""
            if piece:
                yield heard.text(piece)
            for part in getattr(delta, "tool_calls", None) or ():
                heard.part(part.index, part.id, part.function.name, part.function.arguments)
    source = next(iter(_streams.get([])), answer)
    sent = getattr(source, "chunks", None)  # what the provider sent
    if not _ended(source, heard.reason):
        yield heard.unfinished()
        return
    for event in heard.closing(await asyncio.to_thread(_usage, litellm, params, usage, sent, heard.said)):
        yield event


def _ended(source: Any, reason: str | None) -> bool:
    """Whether the provider said that its answer is whole: LiteLLM says so of whatever has stopped."""
    heard = (
        getattr(source, name, reason) for name in ("received_finish_reason", "intermittent_finish_reason")
    )
    return any(one is not None for one in heard) or sse.was_done(getattr(source, "completion_stream", source))


def _usage(
    litellm: Any, params: dict[str, Any], usage: Any, sent: list[Any] | None, said: str
) -> dict[str, Any]:
    """Tokens and price. Where the provider reported none, LiteLLM makes some up in a last chunk."""
    model, body = params["model"], params["body"]
    if sent is not None:
        made_up = all(getattr(one, "usage", None) is None for one in sent)
    else:
        count, bare = litellm.token_counter, model.rpartition("/")[2]
        turns = body.get("messages") or [{"role": "user", "content": body["prompt"]}]
        made_up = usage is None or (usage.prompt_tokens, usage.completion_tokens) == (
            count(model=bare, messages=turns),
            count(model=bare, text=said) if said else 0,
        )
    return pricing.usage(litellm, model, body, usage, said, made_up=made_up)


async def _close(answer: Any) -> None:
    """Hang up: a provider goes on working, and charging, for a stream that is merely not read."""
    inner = answer if hasattr(answer, "aclose") else getattr(answer, "completion_stream", None)
    if inner is not None and hasattr(inner, "aclose"):
        await inner.aclose()


async def names(params: dict[str, Any], _emit: Emit) -> list[str] | None:
    """See `served.names`."""
    return await served.names(await _litellm(), params)


METHODS = {"warm": warm, "stream": stream, "describe": describe, "count_tokens": count_tokens, "names": names}
