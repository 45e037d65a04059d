"""One gateway with one real worker for all tests of this folder: LiteLLM's import takes seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from kibitz.models.gateway import Gateway
from kibitz.models.protocol import Request
from kibitz.settings import Settings
from kibitz.workers.worker import Worker
from support.dialects import Ask, Exchange, all_keys, exchange
from support.endpoint import Answer, Endpoint
from support.endpoint_families import Families
from support.ledger import KEY, Ledger


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def warm_gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Gateway, Ledger]]:
    """Knows a key for openai alone."""
    ledger = Ledger()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
            patch.delenv(name, raising=False)
        gateway = Gateway(Settings(), on_egress=ledger.record, ledger=ledger.open, first_pause_s=0)
        await gateway.warm()
    yield gateway, ledger
    await gateway.close()


@pytest_asyncio.fixture(loop_scope="session")
async def model_endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as running:
        yield running


@pytest.fixture
def ledger(warm_gateway: tuple[Gateway, Ledger]) -> Ledger:
    """Empty."""
    _, ledger = warm_gateway
    ledger.clear()
    return ledger


@pytest.fixture
def gateway(
    warm_gateway: tuple[Gateway, Ledger],
    ledger: Ledger,
    model_endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> Gateway:
    """Set to `openai/gpt-4o` at the endpoint."""
    gateway, _ = warm_gateway
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    gateway.use(Settings(model="openai/gpt-4o", api_base=model_endpoint.url))
    return gateway


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def all_knowing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worker]:
    """A worker with a key for every provider."""
    home = str(tmp_path_factory.mktemp("home"))
    worker = Worker("kibitz.models.litellm_worker", name="model", env=all_keys(home))
    await worker.call("warm", None)
    yield worker
    await worker.close()


@pytest_asyncio.fixture(loop_scope="session")
async def families() -> AsyncIterator[Families]:
    async with Families() as running:
        yield running


@pytest.fixture
def ask(all_knowing: Worker, families: Families) -> Ask:
    async def asked(
        name: str, path: str, request: Request, answer: Answer | None = None, key: str | None = None
    ) -> Exchange:
        return await exchange(all_knowing, families, name, path, request, answer, key)

    return asked
