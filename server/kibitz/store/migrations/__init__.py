"""The schema's history, oldest first. A released step is never changed: a new one is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from kibitz.store.migrations import m0001_history, m0002_feedback, m0003_money, m0004_retained

if TYPE_CHECKING:
    from aiosqlite import Connection

Migration = Callable[["Connection"], Awaitable[None]]

MIGRATIONS: tuple[Migration, ...] = (m0001_history.up, m0002_feedback.up, m0003_money.up, m0004_retained.up)
"""Step n brings a database from version n to version n + 1."""
