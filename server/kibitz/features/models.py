"""Which models can answer, and the change of one at run time."""

from __future__ import annotations

from typing import Any, get_args

from kibitz.errors import KibitzError
from kibitz.features.workbench import Workbench
from kibitz.models.catalog import ModelInfo
from kibitz.models.protocol import Feature
from kibitz.models.select import OFFLINE

FEATURES: tuple[str, ...] = get_args(Feature)


async def list_models(bench: Workbench) -> list[dict[str, Any]]:
    """The built-in engine and every model the settings name: provider, window, price, and why one cannot answer."""
    choice = bench.services.choice
    rows: list[dict[str, Any]] = [
        {
            "name": OFFLINE,
            "provider": "kibitz",
            "contextWindow": None,
            "maxOutputTokens": None,
            "inputPricePerMillionUsd": 0.0,
            "outputPricePerMillionUsd": 0.0,
            "available": True,
            "reason": "built in: no key, no network",
        }
    ]
    settings = bench.settings
    named = (
        settings.model,
        settings.completion.model,
        *settings.fallbacks,
        *(choice.for_feature(f) for f in get_args(Feature)),
    )
    names = [n for n in dict.fromkeys(named) if n and n != OFFLINE]
    if names and not settings.trusted:
        why = "the workspace is not trusted"
        rows += [
            ModelInfo(name, name.partition("/")[0], available=False, reason=why).to_json() for name in names
        ]
    elif names:
        rows += [info.to_json() for info in await bench.services.gateway.describe(names)]
    for row in rows:
        row["features"] = [f for f in FEATURES if choice.for_feature(f) == row["name"]]  # type: ignore[arg-type]
    return rows


async def select(bench: Workbench, model: str, feature: str | None) -> str:
    """Answer a feature (None: all of them) with a model from now on; its name. Raises `invalid` and `untrusted`."""
    if feature is not None and feature not in FEATURES:
        raise KibitzError(
            "invalid", f"{feature!r} is not a feature.", f"Features are: {', '.join(FEATURES)}."
        )
    name = model.strip()
    if not name:
        raise KibitzError("invalid", "The model has no name.", "Name it as provider/model, or `offline`.")
    if name != OFFLINE:
        bench.services.gateway.model(name)
    bench.services.choice.select(name, feature)  # type: ignore[arg-type]
    return name
