"""A store in a file of its own, and the troubles it told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from kibitz.store.database import Store

Opener = Callable[..., Awaitable[Store]]


@pytest.fixture
def told() -> list[KibitzError]:
    """What the stores of this test told the user."""
    return []


@pytest.fixture
async def opened(tmp_path: Path, told: list[KibitzError]) -> AsyncIterator[Opener]:
    """Opens stores, on one file unless another is named, and closes them after the test."""
    stores: list[Store] = []

    async def opener(url: str | None = None, timeout_s: float = 5.0) -> Store:
        store = await Store.open(url or str(tmp_path / "kibitz.db"), notify=told.append, timeout_s=timeout_s)
        stores.append(store)
        return store

    yield opener
    for store in stores:
        await store.close()


@pytest.fixture
async def store(opened: Opener, told: list[KibitzError]) -> Store:
    """A store on a new file, which opened without trouble."""
    made = await opened()
    assert made.persistent
    assert told == []
    return made
