"""Models that rest after a failure, several servers of one model, and the built-in engine as the last resort."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from attrs import evolve

from kibitz.errors import KibitzError, unsupported
from kibitz.models.cooldown import FIRST_S, LONGEST_ASKED_S, LONGEST_S, Cooldowns
from kibitz.models.gateway import Gateway
from kibitz.models.policy import Policy
from kibitz.models.protocol import Answering, Done, Event, Message, Request, Text
from kibitz.models.tasks import ChatTask, Project
from kibitz.settings import Settings
from support.endpoint import Answer, Endpoint

HELLO = Request(
    "chat", (Message("user", "Hello."),), ChatTask("Hello.", None, None, Project(None, ())), timeout_s=20
)
MODEL = "openai/gpt-4o"
SECOND = "openai/second"
on_the_session = pytest.mark.asyncio(loop_scope="session")


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class BuiltIn:
    """An engine of its own, with an answer or without."""

    name = "offline"

    def __init__(self, text: str | None = "by myself") -> None:
        self.text = text
        self.asked = 0

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        self.asked += 1
        if self.text is None:
            raise unsupported("It cannot.", "Set a model.")
        yield Text(self.text)
        yield Done()


@pytest.fixture
def clock(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The gateway's time."""
    clock = Clock()
    monkeypatch.setattr(gateway, "_policy", Policy(Settings(), clock, clock.sleep))
    monkeypatch.setattr(gateway, "_sleep", clock.sleep)
    return clock


@pytest.fixture
def built_in(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> BuiltIn:
    engine = BuiltIn()
    monkeypatch.setattr(gateway, "_last_resort", lambda: engine)
    return engine


async def ask(gateway: Gateway, request: Request = HELLO, model: str = MODEL) -> tuple[str, str]:
    """Who answered, and what."""
    asked = gateway.model(model)
    events = [event async for event in asked.stream(request)]
    assert events[0] == Answering(asked.name)
    return asked.name, "".join(e.delta for e in events if isinstance(e, Text))


def sent_to(endpoint: Endpoint) -> list[str]:
    return [request.json["model"] for request in endpoint.requests]


def down(endpoint: Endpoint, *models: str, answer: Answer | None = None) -> None:
    """These models fail from now on; the others say their name."""
    failing = answer or Answer(error_code="server_error")
    endpoint.reply_with(
        lambda r: failing if r.json["model"] in models else Answer(text=f"I am {r.json['model']}")
    )


def test_a_rest_doubles_up_to_a_limit_and_ends_with_an_answer() -> None:
    clock = Clock()
    rests = Cooldowns(clock)
    failure = KibitzError("network", "It failed.")
    seen = []
    for _ in range(12):
        rests.failed("m", failure)
        seen.append(rests.left_s("m"))
        clock.now += seen[-1]
        assert rests.left_s("m") == 0
    assert seen[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert seen[-1] == LONGEST_S
    rests.answered("m")
    rests.failed("m", failure)
    assert rests.left_s("m") == FIRST_S


@pytest.mark.parametrize(("asked", "left"), [(1.0, FIRST_S), (90.0, 90.0), (1e9, LONGEST_ASKED_S)])
def test_a_provider_says_how_long(asked: float, left: float) -> None:
    rests = Cooldowns(Clock())
    rests.failed("m", KibitzError("rate_limit", "Too many.", retry_after_s=asked))
    assert rests.left_s("m") == left
    assert rests.left_s("other") == 0


@pytest.mark.parametrize("kind", ["auth", "quota", "not_found", "context_length", "budget", "bad_response"])
def test_what_no_rest_mends_makes_none(kind: str) -> None:
    rests = Cooldowns(Clock())
    rests.failed("m", KibitzError(kind, "It failed."))  # type: ignore[arg-type]
    assert rests.left_s("m") == 0


@on_the_session
@pytest.mark.parametrize(
    "failing",
    [
        Answer(error_code="server_error"),
        Answer(error_code="overloaded"),
        Answer(drop=True),
        Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "0"}),
    ],
    ids=["500", "503", "drop", "429"],
)
async def test_a_model_that_failed_rests_and_is_asked_again_afterwards(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock, failing: Answer
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=(SECOND,)))
    down(model_endpoint, "gpt-4o", answer=failing)
    assert await ask(gateway) == (SECOND, "I am second")
    assert sent_to(model_endpoint) == ["gpt-4o"] * 3 + ["second"]
    model_endpoint.requests.clear()
    for _ in range(3):
        assert await ask(gateway) == (SECOND, "I am second")
    assert sent_to(model_endpoint) == ["second"] * 3
    (row,) = await gateway.describe([MODEL])
    assert row.available
    assert "for 5 s more" in row.reason
    model_endpoint.requests.clear()
    down(model_endpoint)
    clock.now += FIRST_S
    assert await ask(gateway) == (MODEL, "I am gpt-4o")
    assert sent_to(model_endpoint) == ["gpt-4o"]


@on_the_session
async def test_retry_after_is_the_length_of_the_rest(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=(SECOND,)))
    down(
        model_endpoint,
        "gpt-4o",
        answer=Answer(error_code="rate_limit_exceeded", headers={"Retry-After": "70"}),
    )
    assert (await ask(gateway))[0] == SECOND
    down(model_endpoint)
    clock.now += 69.9
    assert (await ask(gateway))[0] == SECOND
    clock.now += 0.2
    assert (await ask(gateway))[0] == MODEL
    assert sent_to(model_endpoint) == ["gpt-4o", "second", "second", "gpt-4o"]


@on_the_session
async def test_silence_makes_a_rest(gateway: Gateway, model_endpoint: Endpoint, clock: Clock) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=(SECOND,)))
    down(model_endpoint, "gpt-4o", answer=Answer(hang=True))
    assert (await ask(gateway, evolve(HELLO, timeout_s=0.5)))[0] == SECOND
    assert (await ask(gateway))[0] == SECOND
    assert sent_to(model_endpoint) == ["gpt-4o", "second", "second"]


@on_the_session
async def test_who_is_alone_is_asked_though_it_rests(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url))
    down(model_endpoint, "gpt-4o")
    with pytest.raises(KibitzError):
        await ask(gateway)
    down(model_endpoint)
    assert (await ask(gateway))[0] == MODEL


@on_the_session
async def test_where_all_rest_they_are_asked_in_order(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=(SECOND,)))
    down(model_endpoint, "gpt-4o", "second")
    with pytest.raises(KibitzError):
        await ask(gateway)
    model_endpoint.requests.clear()
    down(model_endpoint, "gpt-4o")
    assert (await ask(gateway))[0] == SECOND
    assert sent_to(model_endpoint) == ["gpt-4o"] * 3 + ["second"]


@on_the_session
async def test_new_settings_end_every_rest(gateway: Gateway, model_endpoint: Endpoint, clock: Clock) -> None:
    settings = Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=(SECOND,))
    gateway.use(settings)
    down(model_endpoint, "gpt-4o")
    await ask(gateway)
    down(model_endpoint)
    gateway.use(settings)
    assert (await ask(gateway))[0] == MODEL


@on_the_session
async def test_a_model_at_two_addresses(gateway: Gateway, model_endpoint: Endpoint, clock: Clock) -> None:
    async with Endpoint() as other:
        here, there = f"openai/qwen@{model_endpoint.url}", f"openai/qwen@{other.url}"
        gateway.use(Settings(model=here, fallbacks=(there,)))
        model_endpoint.reply_with(lambda _: Answer(error_code="overloaded"))
        other.reply_with(lambda _: Answer(text="from there"))
        assert await ask(gateway, model=here) == ("openai/qwen", "from there")
        assert await ask(gateway, model=here) == ("openai/qwen", "from there")
        assert (len(model_endpoint.requests), len(other.requests)) == (3, 2)
        assert {r.json["model"] for r in other.requests} == {"qwen"}
        for request in other.requests:  # only named: it gets no other host's key
            assert request.headers["authorization"] == "Bearer none"


@on_the_session
async def test_of_two_servers_the_one_with_less_to_do_is_asked(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock
) -> None:
    async with Endpoint() as other:
        here, there = f"openai/qwen@{model_endpoint.url}", f"openai/qwen@{other.url}"
        gateway.use(Settings(model=here, fallbacks=(there,)))
        model_endpoint.enqueue(Answer(hang=True))
        slow = asyncio.ensure_future(ask(gateway, model=here))
        await model_endpoint.wait_for(lambda now: len(now.requests) == 1)
        assert (await ask(gateway, evolve(HELLO, max_output_tokens=9), here))[1] == "ok"
        assert len(other.requests) == 1
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow


@on_the_session
@pytest.mark.parametrize(
    "failing",
    [
        Answer(error_code="invalid_api_key"),
        Answer(error_code="server_error"),
        Answer(junk=b"<html>no</html>"),
    ],
    ids=["401", "500", "junk"],
)
async def test_the_built_in_engine_answers_last_and_says_its_name(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock, built_in: BuiltIn, failing: Answer
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=("offline", SECOND)))
    down(model_endpoint, "gpt-4o", "second", answer=failing)
    assert await ask(gateway) == ("offline", "by myself")
    assert set(sent_to(model_endpoint)) >= {"gpt-4o"}


@on_the_session
async def test_while_the_model_rests_the_built_in_engine_answers_at_once(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock, built_in: BuiltIn
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=("offline",)))
    down(model_endpoint, "gpt-4o")
    await ask(gateway)
    model_endpoint.requests.clear()
    assert (await ask(gateway))[0] == "offline"
    assert model_endpoint.requests == []
    built_in.text = None  # what it cannot do, the one that rests is asked for
    down(model_endpoint)
    assert (await ask(gateway))[0] == MODEL


@on_the_session
async def test_unasked_or_unable_the_built_in_engine_changes_nothing(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock, built_in: BuiltIn
) -> None:
    down(model_endpoint, "gpt-4o")
    for fallbacks, request in (((), HELLO), (("offline",), evolve(HELLO, task=None))):
        gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=fallbacks))
        with pytest.raises(KibitzError) as caught:
            await ask(gateway, request)
        assert caught.value.kind == "network"
    assert built_in.asked == 0
    built_in.text = None
    with pytest.raises(KibitzError) as caught:
        await ask(gateway)
    assert (caught.value.kind, built_in.asked) == ("network", 1)


@on_the_session
async def test_a_request_that_is_wrong_stays_wrong(
    gateway: Gateway, model_endpoint: Endpoint, clock: Clock, built_in: BuiltIn
) -> None:
    gateway.use(Settings(model=MODEL, api_base=model_endpoint.url, fallbacks=("offline",)))
    model_endpoint.enqueue(Answer(error_code="context_length_exceeded"))
    with pytest.raises(KibitzError) as caught:
        await ask(gateway)
    assert (caught.value.kind, built_in.asked) == ("context_length", 0)
