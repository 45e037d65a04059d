"""Conversations with a language model, what is kept of them, what was sent and what it took, and who is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.endpoint import Answer, tokens
from support.samples import BUGGY
from support.scripted import MODEL, Scripted, assert_envelope

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_conversation_is_kept_and_continued(it: Scripted) -> None:
    uri = it.open(BUGGY)
    said = "Use a tuple:\n\n```python\ndef add(items, seen=()): ...\n```\n"
    it.endpoint.enqueue(Answer(text=said), Answer(text="Because lists are shared."))
    first = await it.editor.command(
        "kibitz.chat.send",
        {"message": "How do I mend the wombat default?", "uri": uri, "partialResultToken": "c"},
    )
    assert_envelope(first)
    assert first["text"] == said
    assert first["artifacts"] == [{"language": "python", "code": "def add(items, seen=()): ..."}]
    assert first["toolCalls"] == []
    pieces = it.streamed("c")
    assert "".join(p["delta"] for p in pieces if p["kind"] == "text") == said
    assert [p for p in pieces if p["kind"] == "artifact"] == [{"kind": "artifact", **first["artifacts"][0]}]
    number = first["conversationId"]
    second = await it.editor.command("kibitz.chat.send", {"message": "Why?", "conversationId": number})
    assert second["conversationId"] == number
    roles = [m["role"] for m in it.endpoint.requests[1].json["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert "seen=[]" in it.endpoint.requests[0].prompt

    command = it.editor.command
    listed = (await command("kibitz.chat.list"))["conversations"]
    mine = next(c for c in listed if c["id"] == number)
    assert mine["messages"] == 4
    assert mine["title"] == "How do I mend the wombat default?"
    assert mine["project"] == str(it.root)
    kept = (await command("kibitz.chat.get", {"conversationId": number}))["conversation"]["messages"]
    assert [(m["role"], m["engine"]) for m in kept] == [("user", None), ("assistant", MODEL)] * 2
    assert kept[1]["id"] == first["messageId"]
    assert kept[1]["artifacts"] == first["artifacts"]
    await command("kibitz.chat.rename", {"conversationId": number, "title": "Defaults"})
    (hit,) = (await command("kibitz.chat.search", {"query": "wombat"}))["conversations"]
    assert (hit["conversation_id"] if "conversation_id" in hit else hit["conversationId"]) == number
    assert hit["title"] == "Defaults"
    exported = (await command("kibitz.chat.export", {"conversationId": number}))["markdown"]
    for words in ("Defaults", "How do I mend the wombat default?", said.strip(), "Because lists are shared."):
        assert words in exported
    await command("kibitz.chat.delete", {"conversationId": number})
    assert (await command("kibitz.chat.search", {"query": "wombat"}))["conversations"] == []
    for name in ("get", "delete", "export"):
        assert (await it.error(f"kibitz.chat.{name}", conversationId=number))["kind"] == "not_found"
    assert (await it.error("kibitz.chat.send", conversationId=number, message="Still there?"))[
        "kind"
    ] == "not_found"
    assert len(it.endpoint.requests) == 2, "who answers is not asked about a conversation that is gone"


async def test_what_was_sent_and_what_it_took_is_kept(it: Scripted) -> None:
    uri = it.open("import this_is_a_canary\n")
    before = {r["key"]: r for r in (await it.editor.command("kibitz.usage", {"by": "feature"}))["rows"]}
    it.endpoint.enqueue(
        Answer(text="It imports.", usage=tokens(50, 5, 10)), Answer(error_code="invalid_api_key")
    )
    await it.editor.command("kibitz.explain", {"uri": uri})
    await it.error("kibitz.explain", uri=uri)
    rows = (await it.editor.command("kibitz.egress", {"limit": 1}))["rows"]
    assert [(r["host"], r["model"], r["feature"], r["text"]) for r in rows] == [
        (it.endpoint.url[7:-3], MODEL, "explain", None)
    ]
    assert rows[0]["bytes"] > 100
    assert rows[0]["tokens"] > 10
    (row,) = (await it.editor.command("kibitz.egress", {"limit": 1, "text": True}))["rows"]
    assert "this_is_a_canary" in row["text"]
    assert json.loads(row["text"])["messages"] == it.endpoint.requests[-1].json["messages"], "the exact text"
    after = {r["key"]: r for r in (await it.editor.command("kibitz.usage", {"by": "feature"}))["rows"]}
    assert delta(after["explain"], before.get("explain")) == {
        "calls": 2,
        "failedCalls": 1,
        "inputTokens": 50,
        "cachedTokens": 10,
        "outputTokens": 5,
    }
    for by, key in (("model", MODEL), ("project", str(it.root)), ("day", None), ("conversation", None)):
        result = await it.editor.command("kibitz.usage", {"by": by})
        assert result["by"] == by
        assert any(key is None or r["key"] == key for r in result["rows"])
    assert (await it.editor.command("kibitz.usage", {"since": "2999-01-01"}))["rows"] == []


def delta(after: dict[str, Any], before: dict[str, Any] | None) -> dict[str, int]:
    names = ("calls", "failedCalls", "inputTokens", "cachedTokens", "outputTokens")
    return {name: after[name] - (before[name] if before else 0) for name in names}


async def test_secrets_stay_at_home(it: Scripted) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    uri = it.open(f'TOKEN = "{secret}"\n\n\ndef login(client):\n    client.login(TOKEN)\n')
    await it.editor.command("kibitz.explain", {"uri": uri})
    await it.editor.command("kibitz.chat.send", {"message": f"Is {secret} safe?", "uri": uri})
    await it.ghost(uri, 4, 4)
    assert len(it.endpoint.requests) == 3
    assert all(secret.encode() not in request.body for request in it.endpoint.requests)
    rows = (await it.editor.command("kibitz.egress", {"limit": 3, "text": True}))["rows"]
    assert secret not in str(rows)
    assert all(r["redactions"] for r in rows)


async def test_a_model_is_chosen_at_run_time(it: Scripted) -> None:
    uri = it.open(BUGGY)
    try:
        chosen = await it.editor.command("kibitz.models.select", {"model": "offline", "feature": "explain"})
        assert chosen["model"] == "offline"
        assert (await it.editor.command("kibitz.explain", {"uri": uri}))["engine"] == "offline"
        assert it.endpoint.requests == []
        await it.editor.command("kibitz.models.select", {"model": "openai/gpt-4o"})
        it.endpoint.enqueue(Answer(text="It is a shop.", usage=tokens(1000, 100)))
        result = await it.editor.command("kibitz.explain", {"uri": uri})
        assert_envelope(result, "openai/gpt-4o")
        assert it.endpoint.requests[0].json["model"] == "gpt-4o"
        assert result["usage"]["costUsd"] == pytest.approx(1000 * 2.5e-6 + 100 * 10e-6)
        row = next(
            r for r in (await it.editor.command("kibitz.usage"))["rows"] if r["key"] == "openai/gpt-4o"
        )
        assert row["reportedCostUsd"] == pytest.approx(result["usage"]["costUsd"])
        assert row["estimatedCostUsd"] == 0
        status = await it.editor.command("kibitz.status")
        assert status["model"] == "openai/gpt-4o"
        assert status["budget"]["spentSessionUsd"] == pytest.approx(result["usage"]["costUsd"])
        rows = {r["name"]: r for r in (await it.editor.command("kibitz.models.list"))["models"]}
        assert {name for name in rows if "@" not in name} == {"offline", MODEL, "openai/gpt-4o"}
        assert rows["openai/gpt-4o"]["contextWindow"] == 128000
        assert rows["openai/gpt-4o"]["inputPricePerMillionUsd"] == 2.5
        assert rows["openai/gpt-4o"]["available"] is True
        assert "explain" in rows["openai/gpt-4o"]["features"]
        for model, feature, kind in (
            ("", None, "invalid"),
            ("nobody", "guess", "invalid"),
            ("/x", None, "invalid"),
        ):
            assert (await it.error("kibitz.models.select", model=model, feature=feature))["kind"] == kind
    finally:
        await it.editor.command("kibitz.models.select", {"model": MODEL})
    it.endpoint.enqueue(Answer(text="ok"))
    assert (await it.editor.command("kibitz.explain", {"uri": uri}))["engine"] == MODEL


async def test_one_message_may_ask_another_model(it: Scripted) -> None:
    it.endpoint.enqueue(Answer(text="I am another."))
    other = await it.editor.command("kibitz.chat.send", {"message": "Who are you?", "model": "openai/gpt-4o"})
    assert other["engine"] == "openai/gpt-4o"
    offline = await it.editor.command(
        "kibitz.chat.send",
        {"message": "And you?", "model": "offline", "conversationId": other["conversationId"]},
    )
    assert offline["engine"] == "offline"
    assert (await it.error("kibitz.chat.send", message="And you?", model="/"))["kind"] == "invalid"
