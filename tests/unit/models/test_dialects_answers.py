"""What is made of each family's streamed answer: text, tools, usage with cached tokens, how it ended."""

from __future__ import annotations

import pytest

from kibitz.models.protocol import Request
from support.dialects import CHAT, FILL, Ask
from support.endpoint import Answer, tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHATS = [
    ("openai/gpt-4o", "/v1"),
    ("openai/gpt-5-mini", "/v1"),
    ("anthropic/claude-sonnet-4-5", ""),
    ("gemini/gemini-2.5-flash", "/v1beta"),
    ("mistral/mistral-large-latest", "/v1"),
    ("deepseek/deepseek-chat", "/v1"),
    ("ollama/qwen2.5-coder:7b", ""),
    ("hosted_vllm/Qwen/Qwen2.5-7B-Instruct", "/v1"),
    ("openrouter/qwen/qwen3-coder", "/api/v1"),
]
INFILLS = [
    ("text-completion-openai/gpt-3.5-turbo-instruct", "/v1"),
    ("mistral/codestral-latest", "/v1"),
    ("codestral/codestral-latest", "/v1"),
    ("deepseek/deepseek-chat", "/v1"),
    ("ollama/qwen2.5-coder:7b", ""),
    ("hosted_vllm/Qwen/Qwen2.5-Coder-7B", "/v1"),
]
ALL = [(*one, CHAT) for one in CHATS] + [(*one, FILL) for one in INFILLS]
PIECES = ["eins ", "zwei\n", "    drü", "ben\n"]
REPORTS_NO_CACHE = ("ollama", "mistral", "codestral")


@pytest.mark.parametrize(("name", "path", "request_"), ALL)
async def test_text_and_usage(ask: Ask, name: str, path: str, request_: Request) -> None:
    one = await ask(name, path, request_, Answer(chunks=PIECES, usage=tokens(2000, 12, 1024)))
    assert one.text == "".join(PIECES)
    assert (one.usage.input_tokens, one.usage.output_tokens, one.usage.estimated) == (2000, 12, False)
    unsaid = name.startswith(REPORTS_NO_CACHE) and not (name.startswith("mistral") and request_ is CHAT)
    assert one.usage.cached_tokens == (0 if unsaid else 1024)
    assert one.reason == "stop"


@pytest.mark.parametrize(("name", "path"), CHATS)
async def test_tools(ask: Ask, name: str, path: str) -> None:
    calls = [
        {"name": "read", "arguments": {"path": "ä b.py", "deep": {"x": [1]}}, "id": "abcDEF124"},
        {"name": "read", "arguments": {"path": "c"}, "id": "abcDEF125"},
    ]
    one = await ask(name, path, CHAT, Answer(text="Wait.", tool_calls=calls, usage=tokens(10, 5)))
    assert one.text == "Wait."
    assert [(c.name, c.arguments) for c in one.calls] == [(c["name"], c["arguments"]) for c in calls]
    assert len({c.id for c in one.calls}) == 2
    if not name.startswith(("gemini", "ollama")):  # these know no ids
        assert [c.id for c in one.calls] == [c["id"] for c in calls]
    assert one.reason == "tool_calls"


@pytest.mark.parametrize(("name", "path", "request_"), ALL)
async def test_an_answer_that_was_cut_at_its_limit(ask: Ask, name: str, path: str, request_: Request) -> None:
    one = await ask(name, path, request_, Answer(chunks=PIECES, finish_reason="length", usage=tokens(5, 5)))
    assert (one.text, one.reason) == ("".join(PIECES), "length")


@pytest.mark.parametrize(("name", "path", "request_"), ALL)
async def test_a_stream_that_breaks_off_is_no_answer(
    ask: Ask, name: str, path: str, request_: Request
) -> None:
    one = await ask(name, path, request_, Answer(chunks=PIECES, cut_after=2, usage=tokens(5, 5)))
    assert one.failed is not None
    assert one.failed["kind"] in ("bad_response", "network")


async def test_a_text_that_looks_like_a_tool_call_is_a_text(ask: Ask) -> None:
    for pieces in (['{"name": 1, ', '"arguments": 2}\n'], ['{"a"', ": 1}"], ['{"a', "\n"]):
        one = await ask("ollama/qwen2.5-coder:7b", "", FILL, Answer(chunks=pieces, usage=tokens(5, 5)))
        assert (one.text, one.calls) == ("".join(pieces), [])
