"""Keys in the system keyring, each for one provider at one host. They are never shown again."""

from __future__ import annotations

from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.catalog import KEYS
from kibitz.models.key_store import StoredKeys
from kibitz.models.keys import HOSTS, entry, family, shown_host


async def store_key(keys: StoredKeys, provider: str, host: str | None, secret: str) -> str:
    """Store a key for a provider's own host, or another one; the name it has. Raises `invalid` and `unsupported`."""
    name = entry_for(provider, host)
    await keys.set(name, secret.strip())
    return name


async def delete_key(keys: StoredKeys, provider: str, host: str | None) -> str:
    """Forget a key; the name it had. Raises `invalid`, `not_found` and `unsupported`."""
    name = entry_for(provider, host)
    await keys.delete(name)
    return name


def list_keys(keys: StoredKeys) -> list[dict[str, Any]]:
    """Which keys there are: provider and host. The keyring is not opened."""
    return [
        {"provider": provider, "host": host}
        for provider, _, host in (name.partition("@") for name in sorted(keys.names()))
    ]


def entry_for(provider: str, host: str | None) -> str:
    """The name of a key; `host` is a host, with its port where it has one, or an address. Raises `invalid`."""
    if provider not in KEYS:
        raise KibitzError(
            "invalid",
            f"{provider!r} is not a provider whose key can be stored.",
            f"Providers are: {', '.join(sorted({family(name) for name in KEYS}))}.",
        )
    if host is None:
        if family(provider) not in HOSTS:
            raise KibitzError(
                "invalid",
                f"{provider} has no address of its own.",
                "Say which server the key is for: --host HOST[:PORT].",
            )
        return entry(provider)
    where = shown_host(host)
    if where == "?":
        raise KibitzError("invalid", f"{host!r} is not a host.", "Write it as HOST or HOST:PORT.")
    return entry(provider, where)
