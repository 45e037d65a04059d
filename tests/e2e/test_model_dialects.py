"""A language model is asked in its own dialect: the middle filled in, prompts that begin alike, and that fit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.endpoint import Answer
from support.samples import BUGGY
from support.scripted import MODEL, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODER = "openai/Qwen2.5-Coder-7B"
SMALL = "openai/codegemma-2b"  # its window is 8,192 tokens, and it knows no system turns


@pytest_asyncio.fixture(loop_scope="session")
async def chosen(it: Scripted) -> AsyncIterator[Scripted]:
    """Other models may be chosen meanwhile."""
    yield it
    await it.editor.command("kibitz.models.select", {"model": MODEL})
    await it.editor.command("kibitz.models.select", {"feature": "complete", "model": MODEL})


async def test_a_model_that_fills_in_the_middle_is_asked_to(chosen: Scripted) -> None:
    await chosen.editor.command("kibitz.models.select", {"feature": "complete", "model": CODER})
    chosen.endpoint.enqueue(Answer(text="left + right"))
    uri = chosen.open("def add_up(left, right):\n    return \n\n\nprint(add_up(1, 2))\n")
    (item,) = await chosen.ghost(uri, 1, 11)
    assert item["insertText"] == "left + right"
    (sent,) = [one for one in chosen.endpoint.requests if one.path == "/v1/completions"]
    prompt = sent.json["prompt"]
    assert prompt.endswith("return <|fim_suffix|>\n\n\nprint(add_up(1, 2))\n<|fim_middle|>")
    assert prompt.startswith("<|fim_prefix|>")
    assert "suffix" not in sent.json


async def test_a_conversations_prompts_begin_alike(it: Scripted) -> None:
    uri = it.open(BUGGY)
    told = {"message": "What is wrong?", "uri": uri}
    conversation = (await it.editor.command("kibitz.chat.send", told))["conversationId"]
    for message in ("Why?", "And then?"):
        told = {"message": message, "uri": uri, "conversationId": conversation}
        await it.editor.command("kibitz.chat.send", told)
    first, second, third = (one.json["messages"] for one in it.endpoint.requests)
    assert second[: len(first)] == first
    assert third[: len(second)] == second
    assert "seen=[]" in first[1]["content"]
    assert [m["content"] for m in third[-2:]] == ["ok", "And then?"]


async def test_a_prompt_that_was_cut_is_said_to_be(chosen: Scripted) -> None:
    await chosen.editor.command("kibitz.models.select", {"model": SMALL})
    conversation = None
    for number in range(3):
        told = {"message": f"{number}: " + "why not? " * 900, "conversationId": conversation}
        answer = await chosen.editor.command("kibitz.chat.send", told)
        conversation = answer["conversationId"]
    (check,) = answer["checks"]
    assert (check["name"], check["status"]) == ("prompt", "skipped")
    assert "window" in check["detail"]
    sent = chosen.endpoint.requests[-1].json["messages"]
    assert len(sent) < 5
    assert sent[-1]["content"].startswith("2: ")
    error = await chosen.error("kibitz.chat.send", message="why not? " * 9000)
    assert error["kind"] == "context_length"
    assert "new conversation" in error["hint"]
