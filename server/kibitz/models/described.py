"""What LiteLLM's list and its providers' addresses say of a model; the library is handed in by the worker process that has it."""

from __future__ import annotations

from typing import Any

from kibitz.models import dialects, pricing
from kibitz.models.catalog import ModelInfo
from kibitz.models.keys import shown_host


def described(litellm: Any, name: str) -> dict[str, Any]:
    """Where a `provider/model` is asked, what it can read and say, and its prices in US dollars for a million tokens."""
    listed = pricing.listed(litellm.model_cost, name) or {}
    prices = pricing.prices(listed or None)
    how = dialects.dialect(name)
    return {
        "name": name,
        "provider": name.partition("/")[0],
        "host": _host(litellm, name),
        "context_window": listed.get("max_input_tokens") or listed.get("max_tokens") or how.window,
        "max_output_tokens": listed.get("max_output_tokens") or how.output,
        "input_price": _per_million(listed, "input"),
        "output_price": _per_million(listed, "output"),
        "prices": prices.to_json() if prices is not None else None,
    }


def unlisted(name: str) -> ModelInfo:
    """What is known of a `provider/model` that the list does not have, without its host: windows as far as its family has them."""
    how = dialects.dialect(name)
    provider = name.partition("/")[0]
    return ModelInfo(name, provider, provider, how.window, how.output)


def _per_million(listed: dict[str, Any], way: str) -> float | None:
    price = listed.get(f"{way}_cost_per_token")
    return None if price is None else round(price * 1_000_000, 6)


def _host(litellm: Any, name: str) -> str:
    """Where the library would send a request for this model; else the provider's name; empty: no such provider."""
    provider = name.partition("/")[0]
    try:
        base = litellm.get_llm_provider(model=name)[3]
    except litellm.exceptions.BadRequestError:
        return ""
    variables = (
        ("OPENAI_BASE_URL", "OPENAI_API_BASE") if "openai" in provider else (f"{provider.upper()}_API_BASE",)
    )
    for variable in variables:
        base = base or litellm.secret_managers.main.get_secret_str(variable)
    base = base or litellm.get_api_base(model=name, optional_params={})
    return shown_host(base) if base else provider
