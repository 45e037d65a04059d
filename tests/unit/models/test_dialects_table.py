"""The table of dialects: what is said of the models people name, and that it holds together."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models import wire
from kibitz.models.catalog import KEYS, Target
from kibitz.models.dialects import Tokens, dialect, place
from kibitz.models.keys import is_own
from kibitz.models.protocol import Message, Request

TABLE: dict[str, Any] = tomllib.loads(files("kibitz.models").joinpath("dialects.toml").read_text("utf-8"))
FILL = Request("complete", (Message("user", "a<|cursor|>b"),), prefix="a", suffix="b")

# as the model cards and papers have them
FORMS = {
    "ollama/qwen2.5-coder:7b": "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
    "ollama/hf.co/unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF": "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
    "hosted_vllm/bigcode/starcoder2-15b": "<fim_prefix>a<fim_suffix>b<fim_middle>",
    "hosted_vllm/ibm-granite/granite-8b-code-base": "<fim_prefix>a<fim_suffix>b<fim_middle>",
    "ollama/granite3.3:8b": "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
    "ollama/codegemma:2b": "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>",
    "ollama/codellama:7b-code": "<PRE> a <SUF>b <MID>",
    "ollama/deepseek-coder-v2:16b": "<｜fim▁begin｜>a<｜fim▁hole｜>b<｜fim▁end｜>",
    "hosted_vllm/deepseek-ai/deepseek-coder-6.7b-base": "<｜fim▁begin｜>a<｜fim▁hole｜>b<｜fim▁end｜>",
    "ollama/codestral:22b": "[SUFFIX]b[PREFIX]a",
    "hosted_vllm/JetBrains/Mellum-4b-base": "<fim_suffix>b<fim_prefix>a<fim_middle>",
    "hosted_vllm/ByteDance-Seed/Seed-Coder-8B-Base": "<[fim-suffix]>b<[fim-prefix]>a<[fim-middle]>",
}


def body(name: str, base: str | None = "http://127.0.0.1:1/v1", request: Request = FILL) -> dict[str, Any]:
    return wire.body(Target(name, name.partition("/")[0], base, None), request)


@pytest.mark.parametrize(("name", "prompt"), FORMS.items())
def test_families_fill_in_by_their_own_tokens(name: str, prompt: str) -> None:
    assert body(name) == {"prompt": prompt}


@pytest.mark.parametrize(
    "name",
    [
        "mistral/codestral-latest",
        "mistral/codestral-2508",
        "codestral/codestral-latest",
        "deepseek/deepseek-chat",
        "deepseek/deepseek-v4-pro",
        "text-completion-openai/anything",
    ],
)
def test_servers_that_take_a_suffix_get_one(name: str) -> None:
    assert body(name, None) == {"prompt": "a", "suffix": "b"}


@pytest.mark.parametrize(
    "name",
    [
        "openai/gpt-4o",
        "anthropic/claude-sonnet-4-5",
        "mistral/mistral-large-latest",
        "mistral/codestral-mamba-latest",
        "deepseek/deepseek-reasoner",
        "openrouter/qwen/qwen-2.5-coder-32b-instruct",
        "groq/qwen2.5-coder",
        "ollama/llama3.1:8b",
        "ollama/codellama:34b-code",
        "huggingface/bigcode/starcoder2-15b",
        "huggingface/together/deepseek-ai/DeepSeek-V3",
    ],
)
def test_others_get_the_cursor_in_a_chat(name: str) -> None:
    assert "messages" in body(name)


def test_a_servers_own_address_is_needed_where_the_provider_has_no_such_model() -> None:
    assert "messages" in body("openai/qwen2.5-coder", None)
    assert "prompt" in body("openai/qwen2.5-coder", "http://127.0.0.1:1/v1")


def test_ollama_is_known_by_its_port() -> None:
    goal = Target("openai/qwen2.5-coder:7b", "openai", "http://127.0.0.1:11434/v1", "none")
    for request, path in ((FILL, "ollama/"), (Request("chat", (Message("user", "Hi"),)), "ollama_chat/")):
        params = wire.params(goal, "here", wire.body(goal, request), request)
        assert params["route"]["model"] == path + "qwen2.5-coder:7b"
        assert params["num_ctx"] == 16384
        assert params["api_base"] == "http://127.0.0.1:11434"
    assert dialect("openai/qwen2.5-coder:7b", "http://127.0.0.1:1234/v1").asked_window is None


@pytest.mark.parametrize("where", ["prefix", "suffix"])
def test_a_file_that_has_the_tokens_itself_is_completed_in_a_chat(where: str) -> None:
    request = Request(
        "complete", FILL.messages, **{"prefix": "a", "suffix": "b", where: 'X = "<|fim_middle|>"'}
    )
    assert "messages" in body("ollama/qwen2.5-coder:7b", None, request)
    assert "prompt" in body("ollama/starcoder2:3b", None, request)


def test_every_row_is_of_use() -> None:
    for name, data in TABLE["tokens"].items():
        tokens = Tokens(**{**data, "stop": tuple(data["stop"])})
        assert 0 < len(tokens.stop) <= 4, "LiteLLM sends the first four alone"
        assert any(row.get("tokens") == name for row in TABLE["model"])
    fields = {"names", "tokens", "window", "output", "system", "system_role", "tools", "vision", "reasoning"}
    fields |= {"sampling", "marks"}
    for row in TABLE["model"]:
        assert set(row) <= fields
        assert len(row) > 1
        assert all(pattern == pattern.lower() for pattern in row["names"])
        for pattern in row["names"]:
            dialect(pattern if "/" in pattern else f"ollama/{pattern}")


def test_keys_stay_with_their_providers() -> None:
    for provider, server in TABLE["provider"].items():
        infill = server.get("infill", {})
        if provider in KEYS and infill.get("base"):
            assert is_own(provider, infill["base"]), provider


def test_the_windows_of_servers_that_are_told_one() -> None:
    assert (
        dialect("ollama/qwen2.5-coder:7b").window == dialect("ollama/qwen2.5-coder:7b").asked_window == 16384
    )
    assert dialect("ollama/codegemma:2b").asked_window == 8192
    assert dialect("hosted_vllm/qwen2.5-coder").window == 32768
    assert dialect("hosted_vllm/qwen2.5-coder").asked_window is None


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://h", "http://h/beta"),
        ("http://h/", "http://h/beta"),
        ("http://h/v1/", "http://h/beta"),
        ("http://h/beta", "http://h/beta"),
        ("http://h/proxy/v1", "http://h/proxy/beta"),
    ],
)
def test_an_address_keeps_what_is_not_the_apis(base: str, expected: str) -> None:
    assert place(base, ("/v1", "/beta"), "/beta") == expected


@given(st.text(), st.text(), st.sampled_from(sorted(TABLE["tokens"])))
def test_nothing_of_either_side_is_lost(before: str, after: str, family: str) -> None:
    data = TABLE["tokens"][family]
    prompt = Tokens(**{**data, "stop": tuple(data["stop"])}).prompt(before, after)
    if prompt is not None:
        assert data["prefix"] + before in prompt
        assert data["suffix"] + after in prompt
        marks = sum(len(data[part]) for part in ("prefix", "suffix", "middle"))
        assert len(prompt) == len(before) + len(after) + marks


def test_models_that_know_no_system_are_told_by_the_user() -> None:
    request = Request(
        "chat", (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Ho"))
    )
    (first, second) = body("ollama/gemma2:9b", None, request)["messages"]
    assert first == {"role": "user", "content": "Be brief.\n\nHi"}
    assert second["role"] == "assistant"
