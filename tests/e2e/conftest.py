"""One server with a language model for all tests that need one: LiteLLM's import takes seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.model_server import telling_server
from support.scripted import Scripted, scripted


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scripted]:
    folder = tmp_path_factory.mktemp("model")
    async with scripted(folder, telling_server(folder)) as running:
        await running.editor.command("t.impatient")
        yield running


@pytest.fixture
def it(model_server: Scripted) -> Scripted:
    """The server, its editor and the model, with nothing said yet."""
    model_server.fresh()
    return model_server
