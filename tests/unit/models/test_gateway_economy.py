"""What is not asked twice: kept answers, and one call for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.cache import AnswerCache, key_of
from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Done, Event, Message, Noted, Request, Spent, Text, ToolCall, Usage
from kibitz.settings import Settings
from support.endpoint import Answer, Endpoint, tokens
from support.ledger import Ledger

on_the_session = pytest.mark.asyncio(loop_scope="session")
MODEL = "openai/gpt-4o"
COMPLETE = Request("complete", (Message("user", "Finish this."),), timeout_s=20)
CHAT = Request("chat", (Message("user", "Hello."),), timeout_s=20)


async def events_of(gateway: Gateway, request: Request, model: str = MODEL) -> list[Event]:
    return [event async for event in gateway.model(model).stream(request)]


def text_of(events: list[Event]) -> str:
    return "".join(e.delta for e in events if isinstance(e, Text))


def usage_of(events: list[Event]) -> Usage:
    (usage,) = (e.usage for e in events if isinstance(e, Spent))
    return usage


@pytest.fixture
def number_answers(model_endpoint: Endpoint) -> None:
    model_endpoint.reply_with(
        lambda _: Answer(text=f"answer {len(model_endpoint.requests)}", usage=tokens(50, 5))
    )


def whole(text: str) -> list[Event]:
    return [Text(text), Spent(Usage(10, 0, 5, 0.1)), Done("stop")]


def test_the_cache_forgets_what_was_used_longest_ago() -> None:
    cache = AnswerCache(2, 10_000)
    cache.put("a", whole("A"))
    cache.put("b", whole("B"))
    assert cache.get("a") == (Text("A"), Spent(Usage()), Done("stop"))
    cache.put("c", [Noted("It was cut."), *whole("C")])
    assert (cache.get("c") or ())[0] == Noted("It was cut.")
    assert [cache.get(k) is not None for k in "abc"] == [True, False, True]
    cache.resize(1, 10_000)
    assert [cache.get(k) is not None for k in "ac"] == [False, True]
    cache.resize(0, 10_000)
    cache.put("d", whole("D"))
    assert cache.get("c") is None
    assert cache.get("d") is None


@pytest.mark.parametrize(
    "events",
    [
        [],
        [Text("half")],
        [Text("half"), Done("length")],
        [Text(""), Done("stop")],
        [Text("x"), ToolCall("1", "f", {}), Done("stop")],
        [ToolCall("1", "f", {}), Done("tool_calls")],
    ],
)
def test_what_is_no_whole_answer_is_not_kept(events: list[Event]) -> None:
    cache = AnswerCache(9, 10_000)
    cache.put("k", events)
    assert cache.get("k") is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.text(max_size=40)), max_size=60))
def test_the_cache_keeps_its_bounds_and_the_last_answers(puts: list[tuple[str, str]]) -> None:
    cache = AnswerCache(4, 60)
    truth: dict[str, str] = {}
    for key, text in puts:
        cache.put(key, whole(text))
        if text and len(text.encode("utf-8", "surrogatepass")) + 1 <= 60:
            truth[key] = text
        kept = {k: found for k in truth if (found := cache._answers.get(k)) is not None}
        assert len(cache._answers) <= 4
        assert sum(size for _, size in cache._answers.values()) == cache._bytes <= 60
        for k, (events, _) in kept.items():
            assert events[0] == Text(truth[k])
        if text and key in truth and truth[key] == text:
            assert key in kept


def test_the_key_is_everything_that_is_sent() -> None:
    params = {
        "model": "openai/x",
        "api_base": None,
        "body": {"messages": []},
        "temperature": 0.0,
        "max_tokens": 9,
        "stop": ["a"],
        "timeout_s": 5,
        "api_key": "none",
    }
    keys = {key_of(params)}
    for name, other in (
        ("model", "openai/y"),
        ("api_base", "http://h/v1"),
        ("body", {"messages": ["\ud800"]}),
        ("temperature", 0.5),
        ("max_tokens", 10),
        ("stop", []),
        ("another", 1),
    ):
        keys.add(key_of({**params, name: other}))
    assert len(keys) == 8
    assert key_of({**params, "timeout_s": 6, "api_key": "other"}) == key_of(params)
    assert key_of(dict(reversed(params.items()))) == key_of(params)


@on_the_session
@pytest.mark.usefixtures("number_answers")
async def test_the_same_completion_is_paid_for_once(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    first = await events_of(gateway, COMPLETE)
    again = await events_of(gateway, COMPLETE)
    assert text_of(first) == text_of(again) == "answer 1"
    assert usage_of(first).input_tokens == 50
    assert usage_of(again) == Usage()
    assert first[0] == again[0]  # who answers
    assert len(model_endpoint.requests) == len(ledger.egress) == 1


@on_the_session
@pytest.mark.usefixtures("number_answers")
async def test_what_differs_is_asked_anew(gateway: Gateway, model_endpoint: Endpoint) -> None:
    others = [
        evolve(COMPLETE, messages=(Message("user", "Finish that."),)),
        evolve(COMPLETE, max_output_tokens=7),
        evolve(COMPLETE, stop=("END",)),
        evolve(COMPLETE, temperature=0.7),
        evolve(COMPLETE, temperature=0.7),  # chance is wanted
    ]
    texts = [text_of(await events_of(gateway, r)) for r in (COMPLETE, *others)]
    texts.append(text_of(await events_of(gateway, COMPLETE, "openai/gpt-4o-mini")))
    assert texts == [f"answer {n}" for n in range(1, 8)]
    for chat in ("answer 8", "answer 9"):  # who asks again in a chat wants another answer
        assert text_of(await events_of(gateway, CHAT)) == chat


@on_the_session
async def test_another_address_is_another_answer(gateway: Gateway, model_endpoint: Endpoint) -> None:
    await events_of(gateway, COMPLETE)
    async with Endpoint() as other:
        gateway.use(Settings(model=MODEL, api_base=other.url))
        await events_of(gateway, COMPLETE)
        assert len(other.requests) == 1


@on_the_session
async def test_failures_and_cut_answers_are_not_kept(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(
        Answer(error_code="content_filter"),
        Answer(text="half", finish_reason="length"),
        Answer(chunks=["a", "b"], cut_after=1),
        Answer(text="at last"),
    )
    with pytest.raises(KibitzError):
        await events_of(gateway, COMPLETE)
    assert text_of(await events_of(gateway, COMPLETE)) == "half"
    with pytest.raises(KibitzError):
        await events_of(gateway, COMPLETE)
    assert text_of(await events_of(gateway, COMPLETE)) == "at last"
    assert text_of(await events_of(gateway, COMPLETE)) == "at last"
    assert len(model_endpoint.requests) == 4


@on_the_session
@pytest.mark.usefixtures("number_answers")
async def test_the_cache_is_off_by_setting(gateway: Gateway, model_endpoint: Endpoint) -> None:
    settings = Settings(model=MODEL, api_base=model_endpoint.url)
    for cache in (evolve(settings.cache, enabled=False), evolve(settings.cache, features=("explain",))):
        gateway.use(evolve(settings, cache=cache))
        before = len(model_endpoint.requests)
        await events_of(gateway, COMPLETE)
        await events_of(gateway, COMPLETE)
        assert len(model_endpoint.requests) == before + 2


@on_the_session
async def test_who_asks_the_same_at_the_same_time_shares_a_call(
    gateway: Gateway, model_endpoint: Endpoint, ledger: Ledger
) -> None:
    model_endpoint.reply_with(lambda _: Answer(chunks=["one ", "two"], usage=tokens(50, 5)))
    found = await asyncio.gather(*(events_of(gateway, CHAT) for _ in range(5)))
    assert [text_of(events) for events in found] == ["one two"] * 5
    assert sorted(usage_of(events).input_tokens for events in found) == [0, 0, 0, 0, 50]
    assert len(model_endpoint.requests) == len(ledger.egress) == 1
    await events_of(gateway, CHAT)  # it is over
    assert len(model_endpoint.requests) == 2


@on_the_session
async def test_chance_is_not_shared(gateway: Gateway, model_endpoint: Endpoint) -> None:
    request = evolve(CHAT, temperature=1.0)
    await asyncio.gather(events_of(gateway, request), events_of(gateway, request))
    assert len(model_endpoint.requests) == 2


@on_the_session
async def test_a_failure_is_told_to_each(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(error_code="content_filter"))
    errors = await asyncio.gather(*(events_of(gateway, CHAT) for _ in range(3)), return_exceptions=True)
    assert [e.kind for e in errors if isinstance(e, KibitzError)] == ["content_filter"] * 3
    assert len({id(e) for e in errors}) == 3
    assert len(model_endpoint.requests) == 1


@on_the_session
@pytest.mark.parametrize("leaver", [0, 1])
async def test_who_leaves_costs_the_others_nothing_and_the_last_one_hangs_up(
    gateway: Gateway, model_endpoint: Endpoint, leaver: int
) -> None:
    model_endpoint.enqueue(Answer(chunks=["a", "b", "c"], hang_after=2))
    heard: list[list[str]] = [[], []]
    two = asyncio.Event(), asyncio.Event()

    async def listen(number: int) -> None:
        async with aclosing(gateway.stream(MODEL, CHAT)) as stream:
            async for event in stream:
                if isinstance(event, Text):
                    heard[number].append(event.delta)
                    if len(heard[number]) == 2:
                        two[number].set()

    listeners = [asyncio.ensure_future(listen(n)) for n in range(2)]
    await asyncio.gather(*(one.wait() for one in two))
    assert heard == [["a", "b"], ["a", "b"]]
    listeners[leaver].cancel()
    await asyncio.wait([listeners[leaver]])
    assert model_endpoint.connections[-1].closed_by is None
    assert len(model_endpoint.requests) == 1
    listeners[1 - leaver].cancel()
    await asyncio.wait([listeners[1 - leaver]])
    await model_endpoint.wait_for(lambda now: now.connections[-1].closed_by == "client", timeout=2)


@on_the_session
async def test_who_stays_pays(gateway: Gateway, model_endpoint: Endpoint) -> None:
    model_endpoint.enqueue(Answer(chunks=["a", "b", "c", "d"], delay_chunk_s=0.1, usage=tokens(50, 5)))
    first = gateway.stream(MODEL, CHAT)
    async for event in first:
        if isinstance(event, Text):
            break
    second = asyncio.ensure_future(events_of(gateway, CHAT))
    await asyncio.wait([second], timeout=0.05)
    await first.aclose()
    events = await second
    assert text_of(events) == "abcd"
    assert usage_of(events).input_tokens == 50
    assert len(model_endpoint.requests) == 1


@on_the_session
async def test_at_the_limit_a_completion_gives_way_and_others_wait(
    gateway: Gateway, model_endpoint: Endpoint
) -> None:
    settings = Settings(model=MODEL, api_base=model_endpoint.url)
    limited = evolve(settings, limits=evolve(settings.limits, models=(f"{MODEL}=0/1",)))
    gateway.use(limited)
    model_endpoint.enqueue(Answer(hang=True))
    first = asyncio.ensure_future(events_of(gateway, CHAT))
    await model_endpoint.wait_for(lambda now: len(now.requests) == 1)
    with pytest.raises(KibitzError) as caught:
        await events_of(gateway, COMPLETE)
    assert caught.value.kind == "rate_limit"
    assert "limits" in caught.value.hint
    second = asyncio.ensure_future(events_of(gateway, evolve(CHAT, max_output_tokens=9)))
    gateway.use(evolve(limited, fallbacks=("openai/second",)))
    completed = gateway.model(MODEL)
    assert [e async for e in completed.stream(COMPLETE)]
    assert completed.name == "openai/second"
    assert not second.done()
    assert [r.json["model"] for r in model_endpoint.requests] == ["gpt-4o", "second"]
    first.cancel()
    assert text_of(await second) == "ok"
    assert model_endpoint.requests[-1].json["model"] == "gpt-4o"
