"""What each family of providers is sent, byte for byte, against the shape its documentation gives."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from kibitz.models.protocol import Message
from support.dialects import CHAT, FILL, LOOK, PICTURE, TOOL, Ask, Exchange

pytestmark = pytest.mark.asyncio(loop_scope="session")

FUNCTION = TOOL["function"]
MARK = {"type": "ephemeral"}
JSON = "application/json"
ARGUMENTS = '{"path": "a.py"}'
OPENAI_CALL = {"id": "abcDEF123", "type": "function", "function": {"name": "read", "arguments": ARGUMENTS}}
OPENAI_MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Read a.py"},
    {"role": "assistant", "tool_calls": [OPENAI_CALL]},
    {"role": "tool", "content": "x = 1", "tool_call_id": "abcDEF123"},
]
SEEN = [
    {"type": "text", "text": "What is it?"},
    {"type": "image_url", "image_url": {"url": PICTURE}},
]
STREAM = {"stream": True, "stream_options": {"include_usage": True}}
BEFORE, AFTER = FILL.context + "def f(", "):\n"
QWEN = f"<|fim_prefix|>{BEFORE}<|fim_suffix|>{AFTER}<|fim_middle|>"
QWEN_STOPS = ["<|endoftext|>", "<|file_sep|>", "<|fim_pad|>", "<|im_end|>"]


def came_to(one: Exchange, path: str, **headers: str) -> None:
    assert (one.received.method, one.received.path) == ("POST", path)
    assert one.headers == {"content-type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}


async def test_openai(ask: Ask) -> None:
    one = await ask("openai/gpt-4o", "/v1", evolve(CHAT, stop=("END",)))
    came_to(one, "/v1/chat/completions", authorization="Bearer key-of-openai")
    body = {"messages": OPENAI_MESSAGES, "model": "gpt-4o", "max_tokens": 100, "stop": ["END"], **STREAM}
    one.is_exactly({**body, "temperature": 0.0, "tools": [TOOL]})
    one = await ask("openai/gpt-4o", "/v1", LOOK)
    body = {"messages": [{"role": "user", "content": SEEN}], "model": "gpt-4o", "max_tokens": 50, **STREAM}
    one.is_exactly({**body, "temperature": 0.0})


async def test_openai_models_that_think(ask: Ask) -> None:
    request = evolve(CHAT, stop=("END",))
    one = await ask("openai/gpt-5-mini", "/v1", request)
    body = {"messages": OPENAI_MESSAGES, "model": "gpt-5-mini", "max_completion_tokens": 100, **STREAM}
    one.is_exactly({**body, "tools": [TOOL]})
    one = await ask("openai/o3", "/v1", request)
    developer = [{"role": "developer", "content": "Be brief."}, *OPENAI_MESSAGES[1:]]
    one.is_exactly({**body, "messages": developer, "model": "o3", "tools": [TOOL]})
    for name, effort in (("gpt-5-mini", "minimal"), ("gpt-5.1", "none"), ("o4-mini", "low")):
        one = await ask(f"openai/{name}", "/v1", FILL)
        sent = one.received.json
        assert (sent["reasoning_effort"], sent["max_completion_tokens"]) == (effort, 64)
        assert not {"temperature", "stop", "max_tokens"} & set(sent)


async def test_openai_has_no_infill_but_its_old_address_has(ask: Ask) -> None:
    one = await ask("text-completion-openai/gpt-3.5-turbo-instruct", "/v1", FILL)
    came_to(one, "/v1/completions", authorization="Bearer key-of-openai")
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": BEFORE, "max_tokens": 64, **STREAM}
    one.is_exactly({**body, "temperature": 0.0, "suffix": AFTER})


async def test_anthropic(ask: Ask) -> None:
    for path in ("", "/v1"):
        one = await ask("anthropic/claude-sonnet-4-5", path, CHAT)
        came_to(one, "/v1/messages", x_api_key="key-of-anthropic", anthropic_version="2023-06-01")
    result = {"type": "text", "text": "x = 1", "cache_control": MARK}
    use = {"type": "tool_use", "id": "abcDEF123", "name": "read", "input": {"path": "a.py"}}
    tool = {
        "name": "read",
        "input_schema": FUNCTION["parameters"],
        "type": "custom",
        "description": "Read a file.",
    }
    one.is_exactly(
        {
            "model": "claude-sonnet-4-5",
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
                {"role": "user", "content": [{"type": "text", "text": "Read a.py", "cache_control": MARK}]},
                {"role": "assistant", "content": [use]},
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "abcDEF123", "content": [result]}],
                },
            ],
            "temperature": 0.0,
            "max_tokens": 100,
            "tools": [tool],
            "system": [{"type": "text", "text": "Be brief.", "cache_control": MARK}],
            "stream": True,
        }
    )
    one = await ask("anthropic/claude-sonnet-4-5", "", LOOK)
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    seen = [{"type": "text", "text": "What is it?"}, {"type": "image", "source": source}]
    body = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": seen}], "temperature": 0.0}
    one.is_exactly({**body, "max_tokens": 50, "stream": True})


async def test_anthropic_keeps_what_stays_while_somebody_types(ask: Ask) -> None:
    one = await ask("anthropic/claude-haiku-4-5", "", FILL)
    shown = {"type": "text", "text": "File: a.py\n\nFrom b.py:\nB = 1\n\n", "cache_control": MARK}
    body: dict[str, Any] = {"model": "claude-haiku-4-5"}
    body["messages"] = [
        {"role": "user", "content": [shown, {"type": "text", "text": "def f(<|cursor|>):\n"}]}
    ]
    body |= {"temperature": 0.0, "max_tokens": 64}
    body["system"] = [{"type": "text", "text": "Complete.", "cache_control": MARK}]
    one.is_exactly({**body, "stream": True})


async def test_gemini(ask: Ask) -> None:
    one = await ask("gemini/gemini-2.5-flash", "/v1beta", CHAT)
    came_to(one, "/v1beta/models/gemini-2.5-flash:streamGenerateContent", x_goog_api_key="key-of-gemini")
    assert one.received.query == "alt=sse"
    one.is_exactly(
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"text": "Hello"}]},
                {"role": "user", "parts": [{"text": "Read a.py"}]},
                {"role": "model", "parts": [{"function_call": {"name": "read", "args": {"path": "a.py"}}}]},
                {
                    "role": "user",
                    "parts": [{"function_response": {"name": "read", "response": {"content": "x = 1"}}}],
                },
            ],
            "system_instruction": {"parts": [{"text": "Be brief."}]},
            "tools": [{"function_declarations": [FUNCTION]}],
            "generationConfig": {"temperature": 0.0, "max_output_tokens": 100},
        }
    )
    one = await ask("gemini/gemini-2.5-flash", "/v1beta", LOOK)
    picture = {"inline_data": {"data": "iVBORw0KGgo=", "mime_type": "image/png"}}
    config: dict[str, Any] = {"temperature": 0.0, "max_output_tokens": 50}
    contents = [{"role": "user", "parts": [{"text": "What is it?"}, picture]}]
    one.is_exactly({"contents": contents, "generationConfig": config})
    one = await ask("gemini/gemini-2.5-flash", "/v1beta", FILL)
    thinking = {"thinkingBudget": 0, "includeThoughts": False}
    assert one.received.json["generationConfig"]["thinkingConfig"] == thinking


async def test_mistral(ask: Ask) -> None:
    one = await ask("mistral/mistral-large-latest", "/v1", evolve(CHAT, stop=("END",)))
    came_to(one, "/v1/chat/completions", authorization="Bearer key-of-mistral")
    body = {"model": "mistral-large-latest", "messages": OPENAI_MESSAGES, "temperature": 0.0, "stream": True}
    one.is_exactly({**body, "stop": ["END"], "max_tokens": 100, "tools": [TOOL]})


async def test_mistral_gets_ids_it_takes(ask: Ask) -> None:
    call = evolve(CHAT.messages[4].tool_calls[0], id="call_from_another_model")
    turns = (
        *CHAT.messages[:4],
        Message("assistant", "", tool_calls=(call,)),
        Message("tool", "x", tool_call_id=call.id),
    )
    *_, said, result = (
        await ask("mistral/mistral-large-latest", "/v1", evolve(CHAT, messages=turns))
    ).received.json["messages"]
    assert said["tool_calls"][0]["id"] == result["tool_call_id"]
    assert len(result["tool_call_id"]) == 9
    assert result["tool_call_id"].isalnum()


@pytest.mark.parametrize("provider", ["mistral", "codestral", "text-completion-codestral"])
async def test_mistral_infill(ask: Ask, provider: str) -> None:
    one = await ask(f"{provider}/codestral-latest", "/v1", FILL)
    owner = "mistral" if provider == "mistral" else "codestral"
    came_to(one, "/v1/fim/completions", authorization=f"Bearer key-of-{owner}")
    body = {"model": "codestral-latest", "prompt": BEFORE, "temperature": 0.0, "max_tokens": 64}
    one.is_exactly({**body, "suffix": AFTER, "stream": True})


async def test_deepseek(ask: Ask) -> None:
    one = await ask("deepseek/deepseek-chat", "/v1", CHAT)
    came_to(one, "/v1/chat/completions", authorization="Bearer key-of-deepseek")
    body = {"model": "deepseek-chat", "messages": OPENAI_MESSAGES, "temperature": 0.0, **STREAM}
    one.is_exactly({**body, "max_tokens": 100, "tools": [TOOL]})


@pytest.mark.parametrize("path", ["", "/v1", "/beta"])
async def test_deepseek_infill(ask: Ask, path: str) -> None:
    one = await ask("deepseek/deepseek-chat", path, FILL)
    came_to(one, "/beta/completions", authorization="Bearer key-of-deepseek")
    body = {"model": "deepseek-chat", "prompt": BEFORE, "max_tokens": 64, **STREAM, "temperature": 0.0}
    one.is_exactly({**body, "suffix": AFTER})


@pytest.mark.parametrize("provider", ["ollama", "ollama_chat"])
async def test_ollama(ask: Ask, provider: str) -> None:
    one = await ask(f"{provider}/llama3.2-vision:11b", "", CHAT)
    came_to(one, "/api/chat")
    call = {"function": {"name": "read", "arguments": {"path": "a.py"}}}
    turns: list[dict[str, Any]] = [{**turn, "images": []} for turn in OPENAI_MESSAGES[:4]]
    turns.append({"role": "assistant", "content": "", "images": [], "tool_calls": [call]})
    turns.append({"role": "tool", "content": "x = 1", "images": [], "tool_call_id": "abcDEF123"})
    options = {"temperature": 0.0, "num_predict": 100, "num_ctx": 16384}
    body = {"model": "llama3.2-vision:11b", "messages": turns, "options": options, "stream": True}
    one.is_exactly({**body, "tools": [TOOL]})
    one = await ask(f"{provider}/llama3.2-vision:11b", "/v1", LOOK)
    assert one.received.path == "/api/chat"
    assert one.received.json["messages"] == [
        {"role": "user", "content": "What is it?", "images": ["iVBORw0KGgo="]}
    ]


@pytest.mark.parametrize("path", ["", "/v1"])
async def test_ollama_infill(ask: Ask, path: str) -> None:
    one = await ask("ollama/qwen2.5-coder:7b", path, FILL)
    came_to(one, "/api/generate")
    options = {"temperature": 0.0, "stop": QWEN_STOPS, "num_predict": 64, "num_ctx": 16384}
    body = {"model": "qwen2.5-coder:7b", "prompt": QWEN, "options": options, "stream": True}
    one.is_exactly({**body, "raw": True})


async def test_vllm(ask: Ask) -> None:
    one = await ask("hosted_vllm/Qwen/Qwen2.5-7B-Instruct", "/v1", CHAT)
    came_to(one, "/v1/chat/completions", authorization="Bearer key-of-hosted_vllm")
    body = {"model": "Qwen/Qwen2.5-7B-Instruct", "messages": OPENAI_MESSAGES, "temperature": 0.0, **STREAM}
    one.is_exactly({**body, "max_tokens": 100, "tools": [TOOL]})


@pytest.mark.parametrize(
    ("provider", "key"),
    [
        ("hosted_vllm", "key-of-hosted_vllm"),
        ("openai", "key-of-openai"),
        ("lm_studio", "none"),
        ("llamafile", "none"),
    ],
)
async def test_vllm_and_other_servers_of_ones_own_infill(ask: Ask, provider: str, key: str) -> None:
    one = await ask(f"{provider}/Qwen/Qwen2.5-Coder-7B", "/v1", FILL)
    came_to(one, "/v1/completions", authorization=f"Bearer {key}")
    body = {"model": "Qwen/Qwen2.5-Coder-7B", "prompt": QWEN, "max_tokens": 64, "stop": QWEN_STOPS}
    one.is_exactly({**body, **STREAM, "temperature": 0.0})


async def test_openrouter(ask: Ask) -> None:
    one = await ask("openrouter/qwen/qwen3-coder", "/api/v1", CHAT)
    headers = {"authorization": "Bearer key-of-openrouter", "x_title": "kibitz"}
    came_to(one, "/api/v1/chat/completions", http_referer="https://litellm.ai", **headers)
    body = {"model": "qwen/qwen3-coder", "messages": OPENAI_MESSAGES, "temperature": 0.0, **STREAM}
    one.is_exactly({**body, "max_tokens": 100, "tools": [TOOL], "usage": {"include": True}})
    one = await ask("openrouter/anthropic/claude-sonnet-4.5", "/api/v1", CHAT)
    marked = [turn["role"] for turn in one.received.json["messages"] if "cache_control" in str(turn)]
    assert marked == ["system", "user", "tool"]


async def test_a_key_given_for_a_host_is_the_one_sent(ask: Ask) -> None:
    for name in ("mistral/codestral-latest", "deepseek/deepseek-chat", "hosted_vllm/qwen2.5-coder"):
        one = await ask(name, "/v1", FILL, key="of-this-host")
        assert one.headers["authorization"] == "Bearer of-this-host"
