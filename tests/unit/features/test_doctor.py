"""The doctor, with every fault of a model server: the step that fails is the one to mend, and the others are tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from attrs import evolve

from kibitz.errors import KibitzError
from kibitz.features import doctor, doctor_model
from kibitz.features.doctor import examine
from kibitz.features.services import Services
from kibitz.features.step import Step
from kibitz.features.workbench import Workbench
from kibitz.models import local
from kibitz.models.gateway import Gateway
from kibitz.settings import Problem, Settings
from kibitz.settings.schema import Budget, Log
from support.endpoint import Answer, Endpoint
from support.faults import CANARY, FAULTS, Fault
from support.ledger import KEY, Ledger

MODEL = "openai/gpt-4o"
AT_THE_END = ("grammars", "checkers", "database", "sandbox", "index", "log")

ENDPOINT = {"network", "timeout", "bad_response"}
OF_THE_MODEL = {"half a JSON", "an empty answer", "all output thought away"}
OF_THE_ENDPOINT = {"404 path", "405"}


def to_mend(fault: Fault) -> str:
    """The step that this fault is of."""
    if fault.name in OF_THE_MODEL:
        return "model"
    if fault.kind in ENDPOINT or fault.name in OF_THE_ENDPOINT:
        return "endpoint"
    return "key" if fault.kind == "auth" else "model"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A warm gateway that knows a key for OpenAI alone."""
    ledger = Ledger()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        gateway = Gateway(Settings(), on_egress=ledger.record, ledger=ledger.open, first_pause_s=0)
        await gateway.warm()
    yield gateway
    await gateway.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what this module is about."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    async def nothing(*_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(doctor_model, "find", nothing)

    async def well(_: Workbench) -> Step:
        return Step("quick", True, "left out here")

    for name in ("_grammars", "_checkers", "_sandbox"):
        monkeypatch.setattr(doctor, name, well)


async def look(settings: Settings, gateway: Gateway | None = None, problems: Any = ()) -> dict[str, Step]:
    """The steps by name, each told once."""
    told: list[KibitzError] = []
    services = Services(settings, told.append)
    services._gateway = gateway
    if gateway is not None:
        gateway.use(settings)
    try:
        steps = [step async for step in examine(Workbench(services, settings, None), list(problems))]
    finally:
        services._gateway = None
        await services.close()
    for step in steps:
        assert step.ok or not step.tried or step.mend, f"nothing is said to mend {step.name}"
        assert KEY not in str(step)
        assert CANARY not in str(step)
    assert len({step.name for step in steps}) >= 9, "every step is there"
    return {step.name: step for step in steps}


def failed(steps: dict[str, Step]) -> list[str]:
    return [step.name for step in steps.values() if not step.ok and step.tried]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", [f for f in FAULTS if "chat" in f.forms], ids=lambda f: f.name)
async def test_a_fault_fails_the_step_to_mend(
    asked: Gateway, fault: Fault, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault.silence:
        monkeypatch.setattr(doctor_model, "PATIENCE_S", 0.4)
    async with AsyncExitStack() as stack:
        endpoint = await stack.enter_async_context(Endpoint())
        if fault.answer is not None:
            endpoint.reply_with(lambda _: fault.staged())
        url = endpoint.url if fault.place is None else await stack.enter_async_context(fault.place())
        steps = await look(Settings(model=MODEL, api_base=url), asked)
    assert failed(steps) == [to_mend(fault)]
    mend = steps[to_mend(fault)]
    if fault.name not in ("404 model", "404 model, as Ollama"):
        assert fault.says in f"{mend.detail} {mend.mend}"
    if fault.kind == "auth":
        assert steps["endpoint"].ok, "it is the endpoint that does not like the key"
    elif to_mend(fault) == "endpoint":
        assert steps["key"].ok
        assert not steps["model"].tried


@pytest.mark.asyncio(loop_scope="module")
async def test_what_works_is_told(asked: Gateway, quick: None) -> None:
    async with Endpoint() as endpoint:
        steps = await look(Settings(model=MODEL, api_base=endpoint.url), asked)
    assert failed(steps) == []
    assert steps["key"].detail == "OPENAI_API_KEY is set"
    assert steps["endpoint"].detail == f"{endpoint.url[7:-3]} answers"
    assert steps["model"].detail.startswith(f"{MODEL} answered in ")
    assert steps["budget"].detail.startswith("$0.00 of $5.00 spent today")


@pytest.mark.asyncio(loop_scope="module")
async def test_near_names_are_the_servers(asked: Gateway, quick: None) -> None:
    async with Endpoint() as endpoint:
        endpoint.reply_with(lambda _: Answer(error_code="model_not_found"))
        endpoint.models_answer = Answer(models=("llama3.1", "gpt-4o-mini", "gpt-4.1"))
        settings = Settings(model="openai/gpt4o", api_base=endpoint.url)
        mend = (await look(settings, asked))["model"].mend
        assert mend == "There are gpt-4o-mini, gpt-4.1. Take one: `kibitz models use openai/gpt-4o-mini`."
        assert endpoint.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        endpoint.models_answer = Answer(models=())
        assert "no model yet" in (await look(settings, asked))["model"].mend
        for silent in (Answer(status=404), Answer(junk=b"<html>"), Answer(junk=b"[]"), Answer(drop=True)):
            endpoint.models_answer = silent
            assert (await look(settings, asked))["model"].mend


@pytest.mark.asyncio(loop_scope="module")
async def test_who_falls_back_hides_nothing(asked: Gateway, quick: None) -> None:
    async with Endpoint() as endpoint:
        endpoint.reply_with(lambda _: Answer(error_code="invalid_api_key"))
        settings = Settings(
            model=MODEL, api_base=endpoint.url, fallbacks=("offline", "anthropic/claude-sonnet-4-5")
        )
        services = Services(settings, lambda _: None)
        services._gateway = asked
        asked.use(settings)
        steps = [step async for step in examine(Workbench(services, settings, None), [])]
        services._gateway = None
        await services.close()
    key, other = [step for step in steps if not step.ok and step.tried]
    assert key.name == "key"
    assert "Check OPENAI_API_KEY in the environment" in key.mend
    assert other.detail == "anthropic/claude-sonnet-4-5: There is no key for anthropic."


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("opnai/gpt-4o", "Did you mean `openai`?"),
        ("gpt-4o", "Write it as `provider/model`"),
        ("openai/", "Write it as `provider/model`"),
    ],
)
async def test_a_name_that_names_nothing(asked: Gateway, quick: None, model: str, says: str) -> None:
    steps = await look(Settings(model=model), asked)
    assert failed(steps) == ["model"]
    assert says in steps["model"].mend
    assert not steps["key"].tried


@pytest.mark.asyncio(loop_scope="module")
async def test_a_key_that_is_missing(asked: Gateway, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    steps = await look(Settings(model=MODEL), asked)
    assert failed(steps) == ["key"]
    assert "Set OPENAI_API_KEY" in steps["key"].mend
    assert not any(steps[name].tried for name in ("budget", "endpoint", "model"))


@pytest.mark.asyncio(loop_scope="module")
async def test_over_budget(asked: Gateway, quick: None) -> None:
    async with Endpoint() as endpoint:
        budget = Budget(per_session_usd=0.0000001)
        steps = await look(Settings(model=MODEL, api_base=endpoint.url, budget=budget), asked)
        assert endpoint.requests == []
    assert failed(steps) == ["budget"]
    assert "Raise `budget.per_session_usd`" in steps["budget"].mend


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refused_connection_names_the_servers_that_are_there(
    asked: Gateway, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one() -> list[local.Found]:
        return [local.Found("openai/m@http://127.0.0.1:11434/v1", "Ollama", "127.0.0.1:11434")] * 2

    monkeypatch.setattr(doctor_model, "find", one)
    (fault,) = [f for f in FAULTS if f.name == "refused connection"]
    assert fault.place is not None
    async with fault.place() as url:
        steps = await look(Settings(model=MODEL, api_base=url), asked)
    assert steps["endpoint"].mend.endswith("On this machine answer: Ollama at http://127.0.0.1:11434/v1.")


async def test_settings_that_are_wrong(quick: None) -> None:
    wrong = [Problem("config.toml", "modle", "`modle` is not a setting; did you mean `model`?")]
    steps = await look(Settings(), problems=wrong)
    assert failed(steps) == ["configuration"]
    assert steps["configuration"].detail == "config.toml: `modle` is not a setting; did you mean `model`?"
    assert steps["model"].detail.startswith("offline")


async def test_a_log_that_cannot_be_written(quick: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    steps = await look(Settings(log=Log(file=str(tmp_path / "file" / "log"))))
    assert failed(steps) == ["log"]
    assert "Not a directory" in steps["log"].detail
    assert "`log.file`" in steps["log"].mend


async def test_a_database_that_cannot_be_written(quick: None, tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    steps = await look(evolve(Settings(), database_url=f"sqlite:///{tmp_path}/a.db"))
    assert failed(steps) == ["database"]


async def test_no_sandbox(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from kibitz.sandbox.run import Sandbox, SelfTest
    from kibitz.sandbox.selftest import Finding

    async def none(_: Sandbox) -> SelfTest:
        return SelfTest(None, (Finding("bubblewrap", False, "bubblewrap is not installed."),))

    monkeypatch.undo()
    monkeypatch.setattr(Sandbox, "self_test", none)
    services = Services(Settings(), lambda _: None)
    step = await doctor._sandbox(Workbench(services, Settings(), None))
    await services.close()
    assert not step.ok
    assert "bubblewrap is not installed" in step.detail
    assert "apt install bubblewrap" in step.mend
