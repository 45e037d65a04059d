"""What asking leaves in the usage: one row for a call, whoever answered, and the rows of long ago forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features.services import Services
from kibitz.features.status import status
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Done, Event, Message, Request, Spent, Text, Usage
from kibitz.settings import Settings
from kibitz.settings.schema import History
from kibitz.store import rows
from kibitz.store.usage import By, UsageRow
from support.endpoint import Answer, Endpoint, tokens

MODEL = "openai/gpt-4o"
ASKED = Request("chat", (Message("user", "Hello."),))


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    url = f"sqlite:///{(tmp_path / 'k.db').as_posix()}"
    opened = Services(Settings(database_url=url, history=History(retention_days=30)), lambda _: None)
    yield opened
    await opened.close()


class Failing:
    """A model that no gateway asks."""

    name = "openai/failing"

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        assert request.account is not None
        if request.feature == "explain":
            raise KibitzError("auth", "No key.")
        if request.feature == "chat":
            request.account.recorded += 1
            raise KibitzError("network", "It was cut.")
        yield Text("ok")
        yield Spent(Usage(5, 0, 1, 0.5))
        yield Done()


async def test_what_the_gateway_has_settled_is_not_recorded_again(services: Services, tmp_path: Path) -> None:
    desk = Workbench(services, services.settings, tmp_path)
    for feature in ("chat", "explain"):
        with pytest.raises(KibitzError):
            await desk.ask(Request(feature, ()), model=Failing(), conversation="c1")
    await desk.ask(Request("fix", ()), model=Failing())
    (row,) = await (await services.store()).usage.summary("conversation")
    assert (row.key, row.calls, row.failed_calls, row.reported_cost_usd) == ("c1", 1, 1, 0.0)


async def test_calls_are_counted_for_everything_they_belong_to(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("HOME", str(tmp_path))
    store = await services.store()
    before = rows.midnight(rows.today() - timedelta(days=31))
    await store.usage.record(UsageRow("openai/old", "chat", time=before, cost_usd=1.0))
    async with Endpoint() as endpoint:
        settings = Settings(
            model=MODEL,
            api_base=endpoint.url,
            database_url=services.settings.database_url,
            history=History(retention_days=30),
        )
        services.use(settings)
        desk = Workbench(services, settings, tmp_path)
        endpoint.enqueue(
            Answer(text="Hi.", usage=tokens(1000, 100, 200)), Answer(text="Well, well.", usage=None)
        )
        reported = await desk.ask(ASKED, conversation="c1")
        await desk.ask(Request("explain", (Message("user", "What?"),)))
        endpoint.enqueue(Answer(error_code="invalid_api_key"))
        with pytest.raises(KibitzError):
            await desk.ask(Request("fix", (Message("user", "Mend."),)))
        told = await status(desk, [], {})
    assert reported.usage.cost_usd == (800 * 2500 + 200 * 1250 + 100 * 10_000) / 1e9
    by = {word: {row.key: row for row in await store.usage.summary(word)} for word in get_args(By)}
    assert set(by["model"]) == {MODEL}, "what is older than history.retention_days is gone"
    everything = by["model"][MODEL]
    for word, key in (("day", rows.today().isoformat()), ("project", str(tmp_path))):
        assert by[word] == {key: evolve(everything, key=key)}
    assert (everything.calls, everything.failed_calls, everything.cached_tokens) == (3, 1, 200)
    assert everything.reported_cost_usd == reported.usage.cost_usd
    assert 0 < everything.estimated_cost_usd < 0.001
    assert {key: row.calls for key, row in by["feature"].items()} == {"chat": 1, "explain": 1, "fix": 1}
    assert {key: row.calls for key, row in by["conversation"].items()} == {"c1": 1, None: 2}
    total = everything.reported_cost_usd + everything.estimated_cost_usd
    assert told["budget"]["spentTodayUsd"] == pytest.approx(total, abs=1e-12)
    assert told["budget"]["spentSessionUsd"] == pytest.approx(1 + total, abs=1e-12)
    assert told["budget"]["heldUsd"] == 0
