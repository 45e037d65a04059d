"""Models without a known price: near ones go ahead, of others the user is asked once."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.models.catalog import ModelInfo
from kibitz.models.consent import Consent
from kibitz.models.pricing import Prices, Rate
from kibitz.settings import Settings
from support.ledger import Ledger

FAR = ModelInfo("openai/new", "openai", "api.openai.com")


class User:
    """Answers after `go`, and counts the questions."""

    def __init__(self, answer: bool | None) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.go = asyncio.Event()
        self.go.set()

    async def confirm(self, name: str) -> bool | None:
        self.asked.append(name)
        await self.go.wait()
        return self.answer


async def check(consent: Consent, info: ModelInfo = FAR, address: str | None = None) -> None:
    await consent.check(info, address, Settings())


@pytest.mark.parametrize(
    ("info", "address"),
    [
        (evolve(FAR, prices=Prices((Rate(0, 0, 0, 0, 0, 0),))), None),
        (FAR, "http://127.0.0.1:8000/v1"),
        (FAR, "http://192.168.1.7/v1"),
        (ModelInfo("ollama/qwen", "ollama", "localhost:11434"), None),
    ],
)
async def test_what_costs_nothing_unknown_is_not_asked_about(info: ModelInfo, address: str | None) -> None:
    user = User(False)
    await check(Consent(user.confirm), info, address)
    assert user.asked == []


@pytest.mark.parametrize(
    ("info", "address"),
    [
        (FAR, None),
        (FAR, "https://models.example.com/v1"),
        (ModelInfo("anthropic/new", "anthropic", "anthropic"), None),
        (ModelInfo("openai/new", "openai", ""), None),
    ],
)
async def test_where_nobody_can_be_asked_it_is_refused(info: ModelInfo, address: str | None) -> None:
    for consent in (Consent(), Consent(User(None).confirm)):
        with pytest.raises(KibitzError) as caught:
            await check(consent, info, address)
        assert caught.value.kind == "budget"
        assert info.name in caught.value.hint
        assert "budget.allow_unpriced" in caught.value.hint


async def test_a_yes_is_asked_for_once_and_kept() -> None:
    ledger, user = Ledger(), User(True)
    consent = Consent(user.confirm, ledger.open)
    user.go.clear()
    calls = [asyncio.ensure_future(check(consent)) for _ in range(3)]
    while not user.asked:
        await asyncio.sleep(0)
    calls[0].cancel()
    user.go.set()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    await asyncio.gather(*calls[1:])
    await check(consent)
    assert user.asked == [FAR.name]
    assert ledger.allowed == {FAR.name}
    await check(Consent(None, ledger.open))


async def test_a_no_holds_for_the_session() -> None:
    ledger, user = Ledger(), User(False)
    consent = Consent(user.confirm, ledger.open)
    for _ in range(2):
        with pytest.raises(KibitzError, match="not allowed"):
            await check(consent)
    assert user.asked == [FAR.name]
    assert ledger.allowed == set()


async def test_no_answer_is_asked_for_again() -> None:
    user = User(None)
    consent = Consent(user.confirm)
    for _ in range(2):
        with pytest.raises(KibitzError):
            await check(consent)
    assert len(user.asked) == 2


@pytest.mark.parametrize("allowed", ["openai/new", "*"])
async def test_a_setting_allows_it(allowed: str) -> None:
    settings = Settings()
    settings = evolve(settings, budget=evolve(settings.budget, allow_unpriced=(allowed,)))
    await Consent().check(FAR, None, settings)


async def test_open_questions_end_with_the_session() -> None:
    user = User(True)
    user.go.clear()
    consent = Consent(user.confirm)
    asking = asyncio.ensure_future(check(consent))
    while not user.asked:
        await asyncio.sleep(0)
    await consent.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
