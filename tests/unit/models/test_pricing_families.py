"""What calls of each provider cost, from the usage its own API reports: tokens read from its cache and written to it."""

from __future__ import annotations

from typing import Any

import pytest

from support.dialects import CHAT, Ask
from support.endpoint import Answer, tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("name", "path", "plain", "cached", "output"),
    [
        ("openai/gpt-4o", "/v1", 2.5, 1.25, 10.0),
        ("anthropic/claude-sonnet-4-5", "", 3.0, 0.3, 15.0),
        ("gemini/gemini-2.5-flash", "/v1beta", 0.3, 0.03, 2.5),
        ("deepseek/deepseek-chat", "/v1", 0.28, 0.028, 0.42),
    ],
)
async def test_tokens_from_the_cache_have_their_price(
    ask: Ask, name: str, path: str, plain: float, cached: float, output: float
) -> None:
    one = await ask(name, path, CHAT, Answer(text="Yes.", usage=tokens(1000, 10, 400)))
    assert one.usage.cost_usd == pytest.approx((600 * plain + 400 * cached + 10 * output) / MILLION)
    one = await ask(name, path, CHAT, Answer(text="Yes.", usage=tokens(1000, 10)))
    assert one.usage.cost_usd == pytest.approx((1000 * plain + 10 * output) / MILLION)


async def test_tokens_written_to_the_cache_have_their_price(ask: Ask) -> None:
    usage: dict[str, Any] = tokens(1000, 10, 400)
    usage["prompt_tokens_details"]["cache_creation_tokens"] = 500
    one = await ask("anthropic/claude-sonnet-4-5", "", CHAT, Answer(text="Yes.", usage=usage))
    assert (one.usage.input_tokens, one.usage.cached_tokens) == (1000, 400)
    assert one.usage.cost_usd == pytest.approx((100 * 3 + 400 * 0.3 + 500 * 3.75 + 10 * 15) / MILLION)


async def test_an_own_server_has_no_price(ask: Ask) -> None:
    one = await ask("hosted_vllm/Qwen/Qwen2.5-7B-Instruct", "/v1", CHAT, Answer(text="x", usage=tokens(9, 1)))
    assert (one.usage.cost_usd, one.usage.input_tokens) == (None, 9)
