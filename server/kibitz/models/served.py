"""Which models a server says it has: asked in the model process, by someone who wants to mend a name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

MOST_MODELS = 2000
MOST_BYTES = 4_000_000
TIMEOUT_S = 5.0
SHOWN = 5


async def names(litellm: Any, params: dict[str, Any]) -> list[str] | None:
    """What the server at `api_base` says it has (None: it does not say), else what the price list has of `provider`.

    Sends the key, which is `api_key` or that of one of the `variables`, and nothing else.
    """
    base, key = params["api_base"], params["api_key"]
    if base is None:
        return sorted(litellm.models_by_provider.get(params["provider"], ()))
    secret = litellm.secret_managers.main.get_secret_str
    return await _served(base, key or next((k for v in params["variables"] if (k := secret(v))), None))


async def _served(base: str, key: str | None) -> list[str] | None:
    import httpx

    headers = {"Authorization": f"Bearer {key}"} if key and key != "none" else {}
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("GET", f"{base.rstrip('/')}/models", headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                return None
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    return None
        return _names(httpx.Response(200, content=body).json())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
        return None


def _names(listed: Any) -> list[str] | None:
    rows = listed.get("data") if isinstance(listed, dict) else listed
    if not isinstance(rows, list):
        return None
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    return [n for n in names if isinstance(n, str) and n.isprintable() and 0 < len(n) <= 200][:MOST_MODELS]


def near(wanted: str, names: Iterable[str]) -> list[str]:
    """The names most like a wanted one, best first, those that hold it before all others; where none is like it, the
    first ones. Signs and case do not count."""
    low = _bare(wanted)
    rated = [
        ((low in bare or bare in low, SequenceMatcher(None, low, bare).ratio()), name)
        for name in dict.fromkeys(names)
        if (bare := _bare(name))
    ]
    alike = [one for one in rated if one[0][0] or one[0][1] >= 0.5]
    alike.sort(key=lambda one: one[0], reverse=True)
    return [name for _, name in (alike or rated)[:SHOWN]]


def _bare(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
