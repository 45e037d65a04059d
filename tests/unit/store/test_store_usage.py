"""Usage, completions, egress, dismissed findings and projects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kibitz.errors import KibitzError
from kibitz.store import egress, rows
from kibitz.store.database import Store
from kibitz.store.usage import AcceptanceRow, UsageRow, UsageSummary


async def test_reported_estimated_and_unpriced_are_kept_apart(store: Store) -> None:
    for row in (
        UsageRow("a/x", "chat", input_tokens=10, cached_tokens=4, output_tokens=5, cost_usd=0.5),
        UsageRow("a/x", "explain", input_tokens=1, cost_usd=0.25, estimated=True),
        UsageRow("a/x", "chat", error_kind="network"),
        UsageRow("offline", "complete", cost_usd=0.0),
    ):
        await store.usage.record(row)
    assert await store.usage.summary("model") == [
        UsageSummary("a/x", 3, 1, 11, 4, 5, 0.5, 0.25, 0),
        UsageSummary("offline", 1, 0, 0, 0, 0, 0.0, 0.0, 0),
    ]
    assert (await store.usage.summary())[0].to_json() == {
        "key": "a/x",
        "calls": 3,
        "failedCalls": 1,
        "inputTokens": 11,
        "cachedTokens": 4,
        "outputTokens": 5,
        "reportedCostUsd": 0.5,
        "estimatedCostUsd": 0.25,
        "unpricedCalls": 0,
    }
    assert {row.key: row.calls for row in await store.usage.summary("feature")} == {
        "chat": 2,
        "explain": 1,
        "complete": 1,
    }
    assert await store.usage.spent_today() == 0.75
    assert await store.usage.spent() == 0.75
    assert UsageRow("a/x", "chat", error_kind="network").to_json()["ok"] is False


async def test_days_are_those_of_the_users_calendar(store: Store) -> None:
    today = rows.today()
    start = datetime.fromisoformat(rows.midnight(today))
    minute = timedelta(minutes=1)
    for moment, cost in ((start - minute, 4.0), (start, 2.0), (start + minute, 1.0)):
        await store.usage.record(UsageRow("e", "chat", time=moment.isoformat(), cost_usd=cost))
    days = await store.usage.summary("day")
    assert [(row.key, row.reported_cost_usd) for row in days] == [
        ((today - timedelta(days=1)).isoformat(), 4.0),
        (today.isoformat(), 3.0),
    ]
    assert [row.calls for row in await store.usage.summary("model", since=today)] == [2]
    assert await store.usage.spent_today() == 3.0
    assert await store.usage.forget_before(today) == 1
    assert [row.calls for row in await store.usage.summary("model")] == [2]


def test_any_time_becomes_the_one_shape() -> None:
    assert rows.normal_time("2025-01-31T13:00:00+01:00") == "2025-01-31T12:00:00.000Z"
    assert rows.normal_time("2025-01-31T12:00:00.123456Z") == "2025-01-31T12:00:00.123Z"
    assert rows.normal_time("2025-01-31") == "2025-01-31T00:00:00.000Z"
    assert abs(datetime.fromisoformat(rows.normal_time("soon")) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_what_a_session_spent_is_its_own(store: Store, opened) -> None:  # type: ignore[no-untyped-def]
    other = await opened()
    await store.usage.record(UsageRow("e", "chat", cost_usd=1.0))
    await other.usage.record(UsageRow("e", "chat", cost_usd=2.0))
    assert await store.usage.spent() == 1.0
    assert await other.usage.spent(store.session) == 1.0
    assert await store.usage.spent(other.session) == 2.0
    assert await store.usage.spent_today() == await other.usage.spent_today() == 3.0


async def test_usage_cannot_be_grouped_by_just_anything(store: Store) -> None:
    with pytest.raises(KibitzError) as refused:
        await store.usage.summary("1; DROP TABLE usage")  # type: ignore[arg-type]
    assert refused.value.kind == "invalid"
    assert "feature" in refused.value.hint


async def test_completions_are_counted(store: Store) -> None:
    for _ in range(3):
        await store.usage.record_shown("offline", "python", 10)
    await store.usage.record_accepted("offline", "python", 10)
    await store.usage.record_accepted("offline", "python", 4, partial=True)
    await store.usage.record_shown("a/x", "rust", 7)
    assert await store.usage.acceptance() == [
        AcceptanceRow("offline", "python", 3, 30, 1, 1, 14),
        AcceptanceRow("a/x", "rust", 1, 7, 0, 0, 0),
    ]
    assert len(await store.usage.acceptance(since=rows.today())) == 2
    assert await store.usage.acceptance(since=rows.today() + timedelta(days=1)) == []


async def test_egress_keeps_the_newest_and_shows_text_only_when_asked(store: Store) -> None:
    for number in range(egress.KEPT + 10):
        await store.egress.record(
            rows.now(), "localhost", "m", "chat", number, 2, {"api_key": 1}, f"sent {number}"
        )
    kept = await store.egress.list(limit=1000, with_text=True)
    assert len(kept) == egress.KEPT
    assert [row.text for row in kept[:2]] == ["sent 209", "sent 208"]
    assert kept[-1].bytes == 10
    (first,) = await store.egress.list(limit=1)
    assert first.text is None
    assert first.to_json()["redactions"] == {"api_key": 1}
    await store.egress.clear()
    assert await store.egress.list() == []


async def test_a_huge_request_is_cut_and_says_so(store: Store) -> None:
    await store.egress.record(rows.now(), "h", "m", "chat", 1, 1, [], "x" * (egress.MAX_CHARACTERS + 5))
    ((text,),) = [[row.text] for row in await store.egress.list(with_text=True)]
    assert text is not None
    assert text.endswith("x\n[5 more characters were sent]")
    assert len(text) < egress.MAX_CHARACTERS + 100


async def test_dismissed_findings(store: Store) -> None:
    await store.findings.dismiss("/p", "F1", "not a bug")
    await store.findings.dismiss("/p", "F1", "still not")
    await store.findings.dismiss(None, "F2")
    assert {key: value.note for key, value in (await store.findings.dismissed("/p")).items()} == {
        "F1": "still not"
    }
    assert list(await store.findings.dismissed(None)) == ["F2"]
    await store.findings.restore("/p", "F1")
    assert await store.findings.dismissed("/p") == {}


async def test_projects(store: Store) -> None:
    conversation = await store.conversations.create("/a", "t")
    await store.conversations.append(conversation, "user", "x")
    await store.usage.record(UsageRow("e", "chat", project="/a", input_tokens=3, cost_usd=1.0))
    await store.usage.record(UsageRow("e", "chat", project="/b", cost_usd=2.0, estimated=True))
    await store.usage.record(UsageRow("e", "chat", time="2001-01-01T00:00:00Z"))
    found = {row.project: row for row in await store.projects()}
    assert list(found)[-1] is None
    assert found["/a"].to_json() | {"lastUsed": ""} == {
        "project": "/a",
        "conversations": 1,
        "messages": 1,
        "calls": 1,
        "inputTokens": 3,
        "cachedTokens": 0,
        "outputTokens": 0,
        "reportedCostUsd": 1.0,
        "estimatedCostUsd": 0.0,
        "lastUsed": "",
    }
    assert (found["/b"].conversations, found["/b"].estimated_cost_usd) == (0, 2.0)
