"""Prices and tokens: the list's entries as whole numbers, the worst case, and what is counted where nothing is reported."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models import pricing
from kibitz.models.pricing import Prices, Rate, prices

CLAUDE = {
    "input_cost_per_token": 3e-06,
    "output_cost_per_token": 1.5e-05,
    "cache_read_input_token_cost": 3e-07,
    "cache_creation_input_token_cost": 3.75e-06,
    "litellm_provider": "anthropic",
}
GEMINI = {
    "input_cost_per_token": 1.25e-06,
    "output_cost_per_token": 1e-05,
    "output_cost_per_reasoning_token": 2e-05,
    "cache_read_input_token_cost": 1.25e-07,
    "input_cost_per_token_above_200k_tokens": 2.5e-06,
    "output_cost_per_token_above_200k_tokens": 1.5e-05,
    "input_cost_per_token_above_200k_tokens_priority": 9.0,
    "input_cost_per_token_batches": 9.0,
}
TIERED = {
    "tiered_pricing": [
        {"range": [0, 1000], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
        {"range": [1000, 9000], "input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06},
    ]
}


def of(entry: dict[str, Any]) -> Prices:
    found = prices(entry)
    assert found is not None
    return found


def test_cached_tokens_have_their_own_price() -> None:
    known = of(CLAUDE)
    assert known.cost(1000, 400, 300, 50) == 300 * 3000 + 400 * 300 + 300 * 3750 + 50 * 15000
    assert known.cost(10, cached=99) == 10 * 300
    without = of({"input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06})
    assert without.cost(1000, 400, 100, 0) == 1000 * 2000, "no price for cached tokens: they are tokens"
    free = of({**CLAUDE, "cache_creation_input_token_cost": 0.0})
    assert free.cost(100, written=100) == 100 * 3000


def test_long_prompts_and_thoughts_have_their_own_price() -> None:
    known = of(GEMINI)
    assert [rate.above for rate in known.rates] == [0, 200_000]
    assert known.cost(200_000, output=10, thought=4) == 200_000 * 1250 + 6 * 10_000 + 4 * 20_000
    assert known.cost(200_001, output=10) == 200_001 * 2500 + 10 * 15_000
    assert known.cost(300_000, cached=100_000) == 200_000 * 2500 + 100_000 * 125
    assert known.worst(200_000, 10) == 200_000 * 1250 + 10 * 20_000
    assert of(TIERED).cost(1001, output=1) == 1001 * 3000 + 4000


def test_parts_of_a_nano_dollar_are_rounded_up() -> None:
    assert Prices((Rate(0, 75, 75, 75, 300, 300),)).cost(1) == 1
    assert Prices((Rate(0, 75, 75, 75, 300, 300),), 500).cost(20) == 2


@pytest.mark.parametrize(
    "entry", [None, {}, {"output_cost_per_token": 1.0}, {"tiered_pricing": [{"range": [0, 9]}]}]
)
def test_what_prices_no_tokens_has_no_price(entry: dict[str, Any] | None) -> None:
    assert prices(entry) is None


def test_prices_survive_the_way_between_processes() -> None:
    assert Prices.from_json(of(GEMINI).to_json()) == of(GEMINI)


@given(
    st.sampled_from([CLAUDE, GEMINI, TIERED]),
    *[st.integers(0, 400_000)] * 5,
)
def test_nothing_costs_more_than_its_worst_case(
    entry: dict[str, Any], read: int, cached: int, written: int, output: int, thought: int
) -> None:
    known = of(entry)
    assert known.cost(read, cached, written, output, thought) <= known.worst(read, output)
    assert known.worst(read, output) <= known.worst(read + 1, output + 1)


class Library:
    """Counts words."""

    model_cost: ClassVar = {"claude": CLAUDE, "openrouter/x": {**CLAUDE, "litellm_provider": "openrouter"}}

    @staticmethod
    def token_counter(
        model: str, text: str | None = None, messages: Any = None, tools: Any = None, **_: Any
    ) -> int:
        if text is not None:
            return len(text.split())
        return sum(4 + len(turn["content"].split()) for turn in messages) + 10 * len(tools or ())


def reported(read: int, output: int, total: int = 0, thought: int = 0, **details: int) -> Any:
    return SimpleNamespace(
        prompt_tokens=read,
        completion_tokens=output,
        total_tokens=total,
        prompt_tokens_details=SimpleNamespace(**details),
        completion_tokens_details=SimpleNamespace(reasoning_tokens=thought),
    )


TURNS = {"messages": [{"role": "user", "content": "one two three"}]}


def spent(usage: Any, said: str = "four words come back", *, model: str = "anthropic/claude") -> Any:
    return pricing.usage(Library, model, TURNS, usage, said, made_up=usage is None)


def test_what_is_reported_is_believed() -> None:
    usage = spent(reported(100, 20, cached_tokens=40, cache_creation_tokens=30))
    assert usage == {
        "input_tokens": 100,
        "cached_tokens": 40,
        "output_tokens": 20,
        "cost_usd": (30 * 3000 + 40 * 300 + 30 * 3750 + 20 * 15000) / 1e9,
        "estimated": False,
    }
    assert spent(reported(5, 1), model="nobody/lists-this")["cost_usd"] is None


def test_thoughts_that_are_not_among_the_output_are_added() -> None:
    assert spent(reported(100, 20, 150, thought=30))["output_tokens"] == 50
    assert spent(reported(100, 50, 150, thought=30))["output_tokens"] == 50


@pytest.mark.parametrize("usage", [None, reported(0, 0)])
def test_nothing_reported_is_counted_and_marked(usage: Any) -> None:
    found = spent(usage)
    assert (found["input_tokens"], found["output_tokens"], found["estimated"]) == (7, 4, True)
    assert found["cost_usd"] == (7 * 3000 + 4 * 15000) / 1e9


def test_a_zero_beside_a_number_is_counted() -> None:
    found = spent(reported(100, 0))
    assert (found["input_tokens"], found["output_tokens"], found["estimated"]) == (100, 4, True)
    assert not spent(reported(100, 0), "")["estimated"]


def test_a_cost_that_is_reported_is_believed_where_it_is_one() -> None:
    usage = reported(100, 20)
    usage.cost = 0.5
    assert spent(usage, model="openrouter/x")["cost_usd"] == 0.5
    assert spent(usage)["cost_usd"] != 0.5
    usage.cost = float("nan")
    assert spent(usage, model="openrouter/x")["cost_usd"] == pytest.approx(100 * 3e-6 + 20 * 15e-6)


def test_everything_that_is_sent_is_counted() -> None:
    assert pricing.count(Library, "m", {"prompt": "a b", "suffix": "c"}) == 6
    assert pricing.count(Library, "m", {"prompt": "a b"}) == 2
    assert pricing.count(Library, "m", {**TURNS, "tools": [{}]}) == 17


def test_bounds() -> None:
    assert pricing.ceiling("é" * 10, (), 1600) == 20
    assert pricing.ceiling("x" + "data:" * 3, ["data:" * 3], 1600) == 1601
    assert pricing.most("openai", 1000) < pricing.most("anthropic", 1000) == 1532


def test_the_list_names_some_models_without_their_provider() -> None:
    assert pricing.listed(Library.model_cost, "anthropic/claude") is CLAUDE
    assert pricing.listed(Library.model_cost, "openai/claude") is None
    assert pricing.listed(Library.model_cost, "anthropic/other") is None
