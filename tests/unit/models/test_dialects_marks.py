"""Cache marks and what they are good for: prompts that go on beginning as the last one did."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models import wire
from kibitz.models.catalog import Target
from kibitz.models.protocol import Feature, Message, Request, ToolCall

CLAUDE = Target("anthropic/claude-sonnet-4-5", "anthropic", None, None)
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def bodies(goal: Target, requests: list[Request]) -> list[list[dict[str, Any]]]:
    return [wire.body(goal, one)["messages"] for one in requests]


def marks(turns: list[dict[str, Any]]) -> list[int]:
    blocks = [
        (n, b) for n, turn in enumerate(turns) if isinstance(turn["content"], list) for b in turn["content"]
    ]
    return [n for n, block in blocks if "cache_control" in block]


def plain(turn: dict[str, Any]) -> dict[str, Any]:
    """A turn as the provider's cache compares it: without marks, and however its text is written."""
    content = turn["content"]
    if isinstance(content, list):
        content = "".join(block["text"] for block in content)
    return {**turn, "content": content}


def looping(turns: int, tools_a_turn: int = 1) -> list[Request]:
    said = [Message("system", "Mend it."), Message("user", "Why?")]
    requests = [Request("chat", tuple(said), tools=(TOOL,))]
    for turn in range(turns):
        calls = tuple(ToolCall(f"{turn}-{n}", "f", {}) for n in range(tools_a_turn))
        said.append(Message("assistant", "", tool_calls=calls))
        said += [Message("tool", f"result {call.id}", tool_call_id=call.id) for call in calls]
        requests.append(Request("chat", tuple(said), tools=(TOOL,)))
    return requests


@given(st.integers(0, 8), st.integers(1, 4))
def test_each_turn_is_marked_where_the_one_before_ended(turns: int, tools: int) -> None:
    found = bodies(CLAUDE, looping(turns, tools))
    for before, after in pairwise(found):
        assert [plain(turn) for turn in after[: len(before)]] == [plain(turn) for turn in before]
        assert {0, len(before) - 1, len(after) - 1} == set(marks(after))
        assert len(marks(after)) <= 4, "the provider takes no more"
    assert marks(found[0]) == [0, 1]


@pytest.mark.parametrize("feature", ["explain", "refactor", "find_bugs", "generate_tests"])
def test_what_is_asked_once_is_not_paid_for_to_be_kept(feature: Feature) -> None:
    once = Request(feature, (Message("system", "Do."), Message("user", "This.")))
    assert marks(wire.body(CLAUDE, once)["messages"]) == [0]
    again = once.followed_by(Message("assistant", "Done."), Message("user", "That was wrong."))
    assert marks(wire.body(CLAUDE, again)["messages"]) == [0, 1, 3]


def test_only_who_wants_marks_gets_them() -> None:
    (last,) = bodies(CLAUDE, looping(2)[-1:])
    assert marks(last)
    for name in (
        "openai/gpt-4o",
        "gemini/gemini-2.5-flash",
        "deepseek/deepseek-chat",
        "openrouter/openai/gpt-5",
    ):
        (turns,) = bodies(Target(name, name.partition("/")[0], None, None), looping(2)[-1:])
        assert marks(turns) == []
    for name in (
        "openrouter/anthropic/claude-sonnet-4.5",
        "vertex_ai/claude-sonnet-4-5",
        "bedrock/eu.anthropic.claude-x",
    ):
        (turns,) = bodies(Target(name, name.partition("/")[0], None, None), looping(2)[-1:])
        assert len(marks(turns)) == 3


def test_the_context_of_a_completion_is_kept_and_nothing_after_it() -> None:
    asked = Message("user", "File: a.py\n\nOTHERSdef f(<|cursor|>)", optional="OTHERS")
    request = Request("complete", (Message("system", "Do."), asked), prefix="def f(", suffix=")")
    (first, second) = wire.body(CLAUDE, request)["messages"][1]["content"]
    assert (first["text"], second["text"]) == ("File: a.py\n\nOTHERS", "def f(<|cursor|>)")
    assert "cache_control" in first
    assert "cache_control" not in second
    without = evolve(request, messages=(request.messages[0], evolve(asked, optional="")))
    assert wire.body(CLAUDE, without)["messages"][1]["content"] == asked.text
