"""Keys in the system keyring: which there are, and one of them when a call needs it.

A keyring cannot be listed, so a file beside the settings holds the names of what was stored (never a key). The keyring
is opened for those names alone, in a process of its own that is ended when it asks somebody, or nobody, for too long.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Protocol

from kibitz.errors import KibitzError
from kibitz.settings import environment, user_places
from kibitz.workers.worker import Worker

TIMEOUT_S = 10.0
"""A keyring may ask its user for a password; one without a screen waits for ever."""


class Stored(Protocol):
    """Where keys are kept."""

    def names(self) -> frozenset[str]:
        """The entries there are, as `provider@host`."""
        ...

    async def secret(self, entry: str) -> str:
        """The key of an entry. Raises `auth` where it cannot be had."""
        ...


class NoKeys:
    """Nothing is stored."""

    def names(self) -> frozenset[str]:
        """None."""
        return frozenset()

    async def secret(self, entry: str) -> str:
        """Raises `auth`."""
        raise _gone(entry)


class StoredKeys:
    """The system keyring; `index` is the file with the names."""

    def __init__(self, index: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._index = index
        self._timeout_s = timeout_s
        self._stamp: tuple[int, int] | None = None
        self._names: frozenset[str] = frozenset()
        self._secrets: dict[str, str] = {}

    def names(self) -> frozenset[str]:
        """The entries there are, as `provider@host`. The keyring is not opened."""
        try:
            state = self._index.stat()
            if (stamp := (state.st_mtime_ns, state.st_size)) != self._stamp:
                found = json.loads(self._index.read_text("utf-8"))
                self._names = (
                    frozenset(n for n in found if isinstance(n, str))
                    if isinstance(found, list)
                    else frozenset()
                )
                self._stamp = stamp
                self._secrets.clear()
        except (OSError, ValueError):
            self._names, self._stamp = frozenset(), None
        return self._names

    async def secret(self, entry: str) -> str:
        """The key of an entry, asked for once. Raises `auth` and `unsupported`."""
        if entry not in self._secrets:
            found = await self._ask("get", entry)
            if not found:
                raise _gone(entry)
            self._secrets[entry] = found
        return self._secrets[entry]

    async def set(self, entry: str, secret: str) -> None:
        """Store a key. Raises `invalid` and `unsupported`."""
        if not secret or any(c.isspace() or not c.isprintable() for c in secret):
            raise KibitzError(
                "invalid", "This is no key: it is empty, or has spaces in it.", "Paste the key alone."
            )
        await self._ask("set", [entry, secret])
        self._write(self.names() | {entry})
        self._secrets.pop(entry, None)

    async def delete(self, entry: str) -> None:
        """Forget a key. Raises `not_found` and `unsupported`."""
        if entry not in self.names():
            raise KibitzError("not_found", f"There is no key for {entry}.", "See `kibitz models key list`.")
        await self._ask("delete", entry)
        self._write(self.names() - {entry})
        self._secrets.pop(entry, None)

    async def _ask(self, method: str, params: Any) -> Any:
        worker = Worker("kibitz.models.keyring_worker", name="keyring", env=environment())
        try:
            async with asyncio.timeout(self._timeout_s):
                return await worker.call(method, params)
        except TimeoutError:
            raise KibitzError(
                "auth",
                "The system keyring did not answer in time.",
                "Unlock it, or set the provider's key variable.",
            ) from None
        finally:
            await worker.close()

    def _write(self, names: frozenset[str]) -> None:
        try:
            self._index.parent.mkdir(parents=True, exist_ok=True)
            self._index.write_text(json.dumps(sorted(names)) + "\n", "utf-8")
        except OSError as error:
            raise KibitzError(
                "invalid", f"{self._index} cannot be written: {error.strerror}.", "Check its permissions."
            ) from None


def user_keys() -> StoredKeys:
    """The user's own."""
    return StoredKeys(user_places().config.with_name("keys.json"))


def _gone(entry: str) -> KibitzError:
    return KibitzError(
        "auth",
        f"The system keyring has no key for {entry} any more.",
        "Store it again: `kibitz models key set`.",
    )
