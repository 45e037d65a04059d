"""Every way a call fails, through the real worker: the right kind, retried or not, and nothing of ours in the words."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Message, Request, Text
from kibitz.settings import Settings
from support.endpoint import Answer, Endpoint
from support.ledger import KEY, Ledger

pytestmark = pytest.mark.asyncio(loop_scope="session")

CANARY = "canary-of-the-prompt-51c2"
ASK = Request("chat", (Message("user", f"Keep {CANARY} to yourself."),), timeout_s=20)
MODEL = "openai/gpt-4o"
ECHO = f"You sent {CANARY} with {KEY}."


async def answer(gateway: Gateway, request: Request = ASK, model: str = MODEL) -> str:
    return "".join([e.delta async for e in gateway.model(model).stream(request) if isinstance(e, Text)])


async def failure(gateway: Gateway, request: Request = ASK, model: str = MODEL) -> KibitzError:
    with pytest.raises(KibitzError) as caught:
        await answer(gateway, request, model)
    shown = json.dumps(caught.value.to_json())
    assert CANARY not in shown
    assert KEY not in shown
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_api_key", "auth"),
        ("forbidden", "auth"),
        ("model_not_found", "not_found"),
        ("insufficient_quota", "quota"),
        ("context_length_exceeded", "context_length"),
        ("content_filter", "content_filter"),
        ("invalid_request", "invalid"),
    ],
)
async def test_refusals_are_told_apart_and_not_repeated(
    gateway: Gateway, model_endpoint: Endpoint, code: str, kind: str
) -> None:
    message = None if code == "context_length_exceeded" else ECHO
    model_endpoint.enqueue(Answer(error_code=code, error_message=message))
    assert (await failure(gateway)).kind == kind
    assert len(model_endpoint.requests) == 1


@pytest.mark.parametrize(
    "first",
    [
        Answer(error_code="server_error", error_message=ECHO),
        Answer(error_code="overloaded", error_message=ECHO),
        Answer(error_code="rate_limit_exceeded", error_message=ECHO, headers={"Retry-After": "0"}),
        Answer(drop=True),
        Answer(chunks=["a"], cut_after=0),
    ],
    ids=["500", "503", "429", "drop", "cut"],
)
async def test_what_may_pass_is_tried_again(
    gateway: Gateway, model_endpoint: Endpoint, first: Answer
) -> None:
    model_endpoint.enqueue(first, first, Answer(text="at last"))
    assert await answer(gateway) == "at last"
    assert len(model_endpoint.requests) == 3


async def test_three_attempts_are_all(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.reply_with(lambda _: Answer(error_code="server_error", error_message=ECHO))
    error = await failure(gateway)
    assert (error.kind, len(model_endpoint.requests)) == ("network", 3)
    assert "500" in error.message


async def test_a_long_pause_is_told_instead_of_waited_for(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "30"}))
    error = await failure(gateway)
    assert (error.kind, error.retry_after_s) == ("rate_limit", 30)
    assert len(model_endpoint.requests) == 1


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (Answer(chunks=["a", "b"], cut_after=1), "network"),
        (Answer(chunks=["a"], error_in_stream="server_error", error_message=ECHO), "network"),
        (Answer(chunks=["a"], error_in_stream="rate_limit_exceeded", error_message=ECHO), "rate_limit"),
        (Answer(chunks=["a"], junk=b"data: {no json\n\n"), "bad_response"),
        (Answer(chunks=["a"], finish_reason="content_filter"), "content_filter"),
    ],
    ids=["cut", "server error", "rate limit", "junk", "filter"],
)
async def test_an_answer_that_breaks_is_not_begun_again(
    gateway: Gateway, model_endpoint: Endpoint, broken: Answer, kind: str
) -> None:
    model_endpoint.enqueue(broken)
    assert (await failure(gateway)).kind == kind
    assert len(model_endpoint.requests) == 1


@pytest.mark.parametrize("junk", [b"<html>Welcome</html>", b"data: {no json\n\n", b"\xff\xfe\x00"])
async def test_what_is_no_answer(gateway: Gateway, model_endpoint: Endpoint, junk: bytes) -> None:
    model_endpoint.enqueue(Answer(junk=junk))
    assert (await failure(gateway)).kind == "bad_response"
    assert len(model_endpoint.requests) == 1


async def test_tool_arguments_that_cannot_be_read(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(tool_calls=[{"name": "f", "arguments": '{"a": '}]))
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    error = await failure(gateway, evolve(ASK, tools=(tool,)))
    assert error.kind == "bad_response"
    assert "tool" in error.message


@pytest.mark.parametrize(
    "silent", [Answer(hang=True), Answer(chunks=["a", "b"], hang_after=1)], ids=["first", "next"]
)
async def test_silence_ends(gateway: Gateway, model_endpoint: Endpoint, silent: Answer) -> None:
    model_endpoint.enqueue(silent)
    error = await failure(gateway, evolve(ASK, timeout_s=0.5))
    assert error.kind == "timeout"
    await model_endpoint.wait_for(lambda now: now.connections[-1].closed_by == "client", timeout=2)
    assert len(model_endpoint.requests) == 1


async def test_a_slow_answer_that_goes_on_is_no_silence(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(chunks=list("abcdef"), delay_chunk_s=0.2))
    assert await answer(gateway, evolve(ASK, timeout_s=0.8)) == "abcdef"


async def test_nobody_listens(gateway: Gateway) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        gateway.use(Settings(model=MODEL, api_base=f"http://{host}/v1"))
        error = await failure(gateway)
    assert (error.kind, error.message) == ("network", f"Nothing answers at {host}.")
    assert "running" in error.hint


async def test_no_such_host(gateway: Gateway) -> None:
    gateway.use(Settings(model=MODEL, api_base="http://no-such-host.invalid/v1"))
    error = await failure(gateway)
    assert error.kind == "network"
    assert "no-such-host.invalid" in error.message


@pytest.mark.parametrize("model", [MODEL, "text-completion-openai/coder"])
async def test_a_redirect_is_not_followed(gateway: Gateway, model_endpoint: Endpoint, model: str) -> None:
    async with Endpoint() as elsewhere:
        model_endpoint.enqueue(Answer(status=307, headers={"Location": f"{elsewhere.url}/chat/completions"}))
        error = await failure(gateway, evolve(ASK, prefix="a", suffix="b"), model)
        assert elsewhere.connections == []
    assert error.kind == "bad_response"
    assert "another address" in error.message


async def test_the_key_goes_to_the_endpoint_alone(gateway: Gateway, model_endpoint: Endpoint) -> None:
    await answer(gateway)
    assert model_endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_hosted_provider_without_a_key_is_not_asked(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    error = await failure(gateway, model="anthropic/claude-sonnet-4-5")
    assert (error.kind, error.message) == ("auth", "There is no key for anthropic.")
    assert "ANTHROPIC_API_KEY" in error.hint
    assert ledger.egress == []


async def test_an_unknown_provider(gateway: Gateway) -> None:
    error = await failure(gateway, model="no-such-provider/x")
    assert error.kind == "invalid"
    assert "no-such-provider/x" in error.message


async def test_many_failures_at_once_leave_the_worker_alone(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    pid = gateway._worker.pid
    model_endpoint.reply_with(lambda _: Answer(error_code="invalid_request"))
    errors = await asyncio.gather(*(failure(gateway) for _ in range(5)))
    assert {error.kind for error in errors} == {"invalid"}
    assert gateway._worker.pid == pid
