"""A model that refuses, breaks off, falls silent or is cut short: each with its kind, and the next one is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

import pytest

from support.endpoint import Answer, tokens
from support.processes import children
from support.samples import BUGGY
from support.scripted import MODEL, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")


FAILURES = {
    "401": (Answer(error_code="invalid_api_key"), "auth"),
    "403": (Answer(error_code="forbidden"), "auth"),
    "404": (Answer(error_code="model_not_found"), "not_found"),
    "429 for long": (Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "77"}), "rate_limit"),
    "quota": (Answer(error_code="insufficient_quota"), "quota"),
    "context": (Answer(error_code="context_length_exceeded"), "context_length"),
    "filter": (Answer(error_code="content_filter"), "content_filter"),
    "filtered": (Answer(text="I ", finish_reason="content_filter"), "content_filter"),
    "500": (Answer(error_code="server_error"), "network"),
    "503": (Answer(error_code="overloaded"), "network"),
    "cut off": (Answer(text="word " * 20, cut_after=3), "network"),
    "no answer": (Answer(drop=True), "network"),
    "no model": (Answer(junk=b"<html>It works!</html>"), "bad_response"),
    "error in the stream": (Answer(text="word " * 20, error_in_stream="server_error"), "network"),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_every_failure_has_its_kind(it: Scripted, name: str) -> None:
    answer, kind = FAILURES[name]
    it.endpoint.reply_with(lambda _: answer)
    try:
        error = await it.error("kibitz.explain", uri=it.open(BUGGY))
    finally:
        it.endpoint.reply_with(lambda _: Answer(text="ok"))
    assert error["kind"] == kind, error
    assert error["message"].endswith(".")
    assert error["hint"]
    assert "average" not in str(error), "no error shows a file's text"
    if name == "429 for long":
        assert error["retryAfterS"] == 77
        assert len(it.endpoint.requests) == 1, "a provider that asks for a long pause is not asked again"
    assert (await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)}))["markdown"] == "ok", (
        "the next one is answered"
    )


async def test_silence_is_not_waited_for_for_ever(it: Scripted) -> None:
    it.endpoint.enqueue(Answer(hang=True), Answer(text="word " * 20, hang_after=2))
    errors = await asyncio.gather(*(it.error("kibitz.explain", uri=it.open(BUGGY)) for _ in range(2)))
    assert [error["kind"] for error in errors] == ["timeout", "timeout"]
    assert all(error["hint"] for error in errors)


async def test_what_passes_is_tried_again(it: Scripted) -> None:
    it.endpoint.enqueue(
        Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "0"}),
        Answer(error_code="overloaded"),
        Answer(text="At last."),
    )
    assert (await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)}))["markdown"] == "At last."
    assert len(it.endpoint.requests) == 3


@pytest.mark.parametrize("how", ["request", "progress"])
async def test_a_cancelled_answer_hangs_up(it: Scripted, how: str) -> None:
    rows = (await it.editor.command("kibitz.usage", {"by": "feature"}))["rows"]
    failed_before = sum(r["failedCalls"] for r in rows if r["key"] == "explain")
    it.endpoint.enqueue(Answer(text="word " * 200, hang_after=5))
    given = {"uri": it.open(BUGGY), "partialResultToken": f"cancel {how}"}
    number = it.editor.start(
        "workspace/executeCommand",
        {"command": "kibitz.explain", "arguments": [given], "workDoneToken": f"work {how}"},
    )
    await it.editor.until(lambda: len(it.streamed(f"cancel {how}")) >= 3, "for the stream")
    if how == "request":
        it.editor.notify("$/cancelRequest", {"id": number})
    else:
        it.editor.notify("window/workDoneProgress/cancel", {"token": f"work {how}"})
    answer = await it.editor.answer(number)
    assert answer["error"]["code"] == -32800
    assert answer["error"]["data"]["kind"] == "cancelled"
    connection = it.endpoint.connections[it.endpoint.requests[-1].connection]
    await it.endpoint.wait_for(lambda _: connection.closed_at is not None)
    assert connection.closed_by == "client", "who is paid by the word is told to stop"
    await it.editor.until(
        lambda: it.streamed(f"work {how}")[-1]["kind"] == "end", "for the end of the progress"
    )
    assert it.streamed(f"work {how}")[0]["kind"] == "begin"
    said = len(it.streamed(f"cancel {how}"))
    assert (await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)}))["markdown"] == "ok"
    assert len(it.streamed(f"cancel {how}")) == said, "nothing is streamed after the answer"
    rows = (await it.editor.command("kibitz.usage", {"by": "feature"}))["rows"]
    failed = next(r["failedCalls"] for r in rows if r["key"] == "explain")
    assert failed == failed_before + 1, "a call that was cut off is counted as such"


async def test_an_unreadable_limit_spends_nothing(it: Scripted) -> None:
    push: dict[str, Any] = {"kibitz": {"budget": {"per_session_usd": 0.0000001}}}
    it.editor.notify("workspace/didChangeConfiguration", {"settings": push})
    try:
        await it.editor.command("kibitz.models.select", {"model": "openai/gpt-4o"})
        error = await it.error("kibitz.explain", uri=it.open(BUGGY))
        assert error["kind"] == "budget"
        assert "budget.per_session_usd" in error["hint"]
        assert it.endpoint.requests == []
    finally:
        it.editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": {"budget": {}}}})
        await it.editor.command("kibitz.models.select", {"model": MODEL})


async def test_another_model_answers_where_the_first_cannot(it: Scripted) -> None:
    it.editor.notify(
        "workspace/didChangeConfiguration", {"settings": {"kibitz": {"fallbacks": ["openai/second"]}}}
    )
    it.endpoint.enqueue(Answer(error_code="invalid_api_key"), Answer(text="I can.", usage=tokens(10, 2)))
    try:
        result = await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)})
    finally:
        it.editor.notify("workspace/didChangeConfiguration", {"settings": {"kibitz": {"fallbacks": []}}})
    assert result["engine"] == "openai/second"
    assert [r.json["model"] for r in it.endpoint.requests] == ["scripted", "second"]
    assert any(r["key"] == "openai/second" for r in (await it.editor.command("kibitz.usage"))["rows"])


async def test_many_at_once_are_each_answered(it: Scripted) -> None:
    it.endpoint.reply_with(lambda received: Answer(text="`a`", delay_first_s=0.05))
    uri = it.open("a = 1\n")
    numbers = [
        it.editor.start(
            "workspace/executeCommand", {"command": "kibitz.explain", "arguments": [{"uri": uri}]}
        )
        for _ in range(20)
    ]
    for number in numbers[::2]:
        it.editor.notify("$/cancelRequest", {"id": number})
    answers = await asyncio.gather(*(it.editor.answer(number) for number in numbers))
    it.endpoint.reply_with(lambda _: Answer(text="ok"))
    assert all("result" in a for a in answers[1::2])
    assert all(a["error"]["code"] == -32800 for a in answers[::2])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_model_process_that_dies_is_started_again(it: Scripted) -> None:
    await it.editor.command("kibitz.models.select", {"model": "openai/gpt-4o"})  # another process asks it
    it.endpoint.enqueue(Answer(text="word " * 20, hang_after=2))
    number = it.editor.start(
        "workspace/executeCommand",
        {"command": "kibitz.explain", "arguments": [{"uri": it.open(BUGGY), "partialResultToken": "dies"}]},
    )
    await it.editor.until(lambda: it.streamed("dies"), "for the stream")
    (worker,) = [line for line in children(it.editor.process.pid, with_pid=True) if "litellm_worker" in line]
    os.kill(int(worker.split()[0]), signal.SIGKILL)
    error = (await it.editor.answer(number))["error"]
    assert error["data"]["kind"] == "internal"
    assert "Traceback" not in str(error)
    assert (await it.editor.command("kibitz.explain", {"uri": it.open(BUGGY)}))["markdown"] == "ok"
    await it.editor.command("kibitz.models.select", {"model": MODEL})


async def test_a_server_that_is_gone_says_so(it: Scripted) -> None:
    await it.endpoint.stop()
    try:
        error = await it.error("kibitz.explain", uri=it.open(BUGGY))
    finally:
        await it.endpoint.start()
    assert error["kind"] == "network"
    assert it.endpoint.url[7:-3] in error["message"], "it names the address"
