"""Who answers what: a model for one feature, a server on this machine, and the built-in engine as the last resort."""

from __future__ import annotations

from typing import Any

import pytest

from support.endpoint import Answer, Endpoint, tokens
from support.samples import BUGGY
from support.scripted import MODEL, Scripted, assert_envelope

pytestmark = pytest.mark.asyncio(loop_scope="session")


def configure(it: Scripted, **settings: Any) -> None:
    """The editor's word on some settings, beside what it said before."""
    it.editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": settings}})


async def test_a_feature_has_its_own_model_by_setting(it: Scripted) -> None:
    uri = it.open(BUGGY)
    configure(it, models={"explain": "offline", "chat": "openai/talker"})
    try:
        assert (await it.editor.command("kibitz.explain", {"uri": uri}))["engine"] == "offline"
        assert it.endpoint.requests == []
        it.endpoint.enqueue(Answer(text="Hello."))
        assert (await it.editor.command("kibitz.chat.send", {"message": "Hi"}))["engine"] == "openai/talker"
        rows = {r["name"]: r["features"] for r in (await it.editor.command("kibitz.models.list"))["models"]}
        assert rows["offline"] == ["explain"]
        assert rows["openai/talker"] == ["chat"]
        assert "refactor" in rows[MODEL]
        await it.editor.command("kibitz.models.select", {"model": MODEL, "feature": "explain"})
        it.endpoint.enqueue(Answer(text="A shop."))
        assert (await it.editor.command("kibitz.explain", {"uri": uri}))["engine"] == MODEL
    finally:
        configure(it, models={"explain": "", "chat": ""})
        await it.editor.command("kibitz.models.select", {"model": MODEL})


async def test_the_built_in_engine_answers_last_and_is_named(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.reply_with(lambda _: Answer(error_code="invalid_api_key"))
    assert (await it.error("kibitz.explain", uri=uri))["kind"] == "auth"
    configure(it, fallbacks=["offline"])
    try:
        result = await it.editor.command("kibitz.explain", {"uri": uri})
        assert_envelope(result, "offline")
        assert result["usage"]["inputTokens"] == 0
        assert "add" in result["markdown"]
    finally:
        configure(it, fallbacks=[])


async def test_a_server_is_chosen_by_its_address(it: Scripted) -> None:
    async with Endpoint() as other:
        name = f"openai/local@{other.url}"
        other.enqueue(Answer(text="From here.", usage=tokens(10, 2)))
        try:
            chosen = await it.editor.command("kibitz.models.select", {"model": name, "feature": "explain"})
            assert chosen["model"] == name
            result = await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)})
            assert_envelope(result, "openai/local")
            assert other.requests[0].headers["authorization"] == "Bearer none"
            assert it.endpoint.requests == []
            rows = {r["name"]: r for r in (await it.editor.command("kibitz.models.list"))["models"]}
            assert rows[name]["features"] == ["explain"]
            assert rows[name]["host"] == other.url.split("/")[2]
        finally:
            await it.editor.command("kibitz.models.select", {"model": MODEL})


async def test_the_same_question_at_the_same_time_is_sent_once(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.reply_with(lambda _: Answer(text="A shop.", delay_first_s=1.0, usage=tokens(100, 5)))
    given = {"command": "kibitz.explain", "arguments": [{"uri": uri}]}
    numbers = [it.editor.start("workspace/executeCommand", given) for _ in range(4)]
    answers = [(await it.editor.answer(number))["result"] for number in numbers]
    assert {a["markdown"] for a in answers} == {"A shop."}
    assert len(it.endpoint.requests) == 1
    assert sorted(a["usage"]["inputTokens"] for a in answers) == [0, 0, 0, 100]
