"""A prompt never exceeds the model's window: what is cut, in which order, and that it is said."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models import wire
from kibitz.models.catalog import ModelInfo, Target
from kibitz.models.fit import LEFT_OUT, fit, fitted, room_of
from kibitz.models.protocol import Message, Request, ToolCall

GOAL = Target("openai/some-model", "openai", "http://127.0.0.1:1/v1", None)
CODER = Target("hosted_vllm/qwen2.5-coder", "hosted_vllm", "http://127.0.0.1:1/v1", None)


def info(window: int | None, output: int | None = None) -> ModelInfo:
    return ModelInfo("openai/some-model", "openai", context_window=window, max_output_tokens=output)


def size(request: Request, goal: Target = GOAL) -> int:
    return wire.most_tokens(json.dumps(wire.body(goal, request), ensure_ascii=False), request)


def conversation(turns: int, length: int = 300) -> Request:
    said = [
        Message("user" if n % 2 == 0 else "assistant", f"{n} " + "x" * length) for n in range(turns * 2 + 1)
    ]
    return Request("chat", (Message("system", "Be brief."), *said), max_output_tokens=200)


def test_what_fits_is_left_as_it_is() -> None:
    request = conversation(3)
    made = fit(GOAL, info(100_000), request)
    assert made.request == request
    assert made.notes == ()
    assert fit(GOAL, info(None), request).request == request


def test_the_oldest_turns_go_first_and_it_is_said() -> None:
    request = conversation(30)
    made = fit(GOAL, info(2000), request)
    assert size(made.request) <= 2000 - 200
    assert made.request.messages[:3] == request.messages[:3], "the first turn often has the code all is about"
    assert made.request.messages[3].role == "user"
    assert made.request.messages[-5:] == request.messages[-5:]
    assert "window" in made.notes[0]
    assert "oldest turns" in made.notes[0]


def test_a_conversation_that_goes_on_keeps_beginning_alike() -> None:
    starts = {fit(GOAL, info(4000), conversation(n)).request.messages[3].text for n in range(40, 60)}
    assert len(starts) <= 8, "a cache must not be lost with every turn"


def test_a_first_turn_that_is_too_long_goes_last() -> None:
    request = Request(
        "chat", (Message("user", "x" * 9000), *conversation(2).messages[2:]), max_output_tokens=100
    )
    made = fit(GOAL, info(2000), request)
    assert [m.role for m in made.request.messages] == ["user"]
    assert "beginning" in made.notes[0]


def test_other_files_code_goes_before_the_request_does() -> None:
    other = "y" * 9000
    request = Request(
        "explain", (Message("user", f"Look:\n{other}\nExplain f.", optional=other),), max_output_tokens=100
    )
    made = fit(GOAL, info(2000), request)
    assert made.request.messages[0].text == "Look:\n\nExplain f."
    assert "other files' code" in made.notes[0]


def test_old_results_of_tools_go_before_the_last_ones() -> None:
    turns: list[Message] = [Message("user", "Find it.")]
    for n in range(6):
        turns.append(Message("assistant", "", tool_calls=(ToolCall(f"c{n}", "read", {}),)))
        turns.append(Message("tool", f"{n}" + "z" * 900, tool_call_id=f"c{n}"))
    request = Request("chat", tuple(turns), max_output_tokens=100)
    made = fit(GOAL, info(1500), request)
    results = [m.text for m in made.request.messages if m.role == "tool"]
    assert results[0] == LEFT_OUT
    assert results[-1] == turns[-1].text
    assert len(made.request.messages) == len(turns), "every call keeps its result"
    assert size(made.request) <= 1400


def complete(before: str, after: str) -> Request:
    messages = (Message("system", "Complete."), Message("user", f"File: a.py\n\n{before}<|cursor|>{after}"))
    return Request(
        "complete", messages, prefix=before, suffix=after, context="# b\n" * 50, max_output_tokens=64
    )


@pytest.mark.parametrize("goal", [GOAL, CODER])
def test_a_completion_keeps_what_is_near_the_cursor(goal: Target) -> None:
    before = "".join(f"before_{n} = {n}\n" for n in range(500))
    after = "".join(f"after_{n} = {n}\n" for n in range(500))
    made = fit(goal, info(1000), complete(before, after))
    request = made.request
    assert size(request, goal) <= 1000 - 64
    assert request.prefix
    assert request.suffix
    assert before.endswith(request.prefix)
    assert after.startswith(request.suffix)
    assert len(request.prefix) > len(request.suffix) > 100
    assert request.messages[-1].text == f"File: a.py\n\n{request.prefix}<|cursor|>{request.suffix}"
    assert size(request, goal) > 600, "and no more goes than has to"


def test_what_is_essential_and_too_long_is_not_sent() -> None:
    request = Request("explain", (Message("user", "x" * 9000),), max_output_tokens=100)
    with pytest.raises(KibitzError) as caught:
        fit(GOAL, info(2000), request)
    assert caught.value.kind == "context_length"
    assert "some-model" in caught.value.message


def test_the_output_is_clipped_to_what_the_model_can() -> None:
    request = Request("explain", (Message("user", "x"),), max_output_tokens=50_000)
    assert fit(GOAL, info(None, 4096), request).request.max_output_tokens == 4096
    assert fit(GOAL, info(8000, 100_000), request).request.max_output_tokens == 4000
    deepseek = Target("deepseek/deepseek-chat", "deepseek", None, None)
    filling = evolve(complete("a", "b"), max_output_tokens=8000)
    assert fit(deepseek, info(131072, 8192), filling).request.max_output_tokens == 4096


def test_a_model_that_thinks_has_room_to() -> None:
    request = Request("explain", (Message("user", "x"),), max_output_tokens=2000)
    thinker = Target("openai/gpt-5-mini", "openai", None, None)
    assert fit(thinker, info(272_000, 128_000), request).request.max_output_tokens == 2000 + 8192
    assert fit(thinker, info(272_000, 128_000), complete("a", "b")).request.max_output_tokens == 64 + 256
    assert fit(GOAL, info(272_000, 128_000), request).request.max_output_tokens == 2000


def test_ollama_is_asked_for_the_window_that_is_counted_with() -> None:
    goal = Target("ollama/qwen2.5-coder:7b", "ollama", None, None)
    room, output = room_of(goal, info(None), complete("a", "b"))
    assert (room, output) == (16384 - 64, 64)
    assert room_of(goal, info(8192), complete("a", "b"))[0] == 8192 - 64


def test_a_model_that_cannot_see_or_use_tools() -> None:
    goal = Target("ollama/codellama:7b", "ollama", None, None)
    image = Request("judge", (Message("user", "x", images=("data:image/png;base64,AA==",)),))
    with pytest.raises(KibitzError) as caught:
        fit(goal, info(8192), image)
    assert caught.value.kind == "unsupported"
    tools = Request("chat", (Message("user", "x"),), tools=({"type": "function", "function": {"name": "f"}},))
    made = fit(goal, info(8192), tools)
    assert made.request.tools == ()
    assert "tools" in made.notes[0]


async def test_tokens_are_counted_before_anything_is_cut() -> None:
    request = Request("explain", (Message("user", "word " * 1500),), max_output_tokens=100)
    counted: list[str] = []

    async def count(text: str) -> int:
        counted.append(text)
        return 1500

    with pytest.raises(KibitzError):
        fit(GOAL, info(2200), request)
    assert (await fitted(GOAL, info(2200), request, count)).request.messages == request.messages
    assert len(counted) == 1
    await fitted(GOAL, info(100_000), request, count)
    assert len(counted) == 1


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=400)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.integers(min_value=500, max_value=1500), st.sampled_from([GOAL, CODER]))
def test_whatever_is_sent_fits(before: str, after: str, window: int, goal: Target) -> None:
    request = complete(before * 5, after * 5)
    made = fit(goal, info(window), request)
    assert size(made.request, goal) + made.request.max_output_tokens <= window
    assert (before * 5).endswith(made.request.prefix or "")
    assert (after * 5).startswith(made.request.suffix or "")
