"""Which models can answer, and the change of one at run time."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

from kibitz.errors import KibitzError
from kibitz.features.workbench import Workbench
from kibitz.models.catalog import ModelInfo, full_name
from kibitz.models.local import Found, find
from kibitz.models.protocol import Feature
from kibitz.models.select import OFFLINE, named_for, setting_of
from kibitz.settings import Settings

FEATURES: tuple[str, ...] = get_args(Feature)


async def list_models(bench: Workbench) -> list[dict[str, Any]]:
    """The built-in engine, every model the settings name, and those of servers on this machine: provider, window,
    price, and why one cannot answer. Where the workspace is not trusted, nothing is looked for."""
    choice, settings = bench.services.choice, bench.settings
    chosen = {f: choice.for_feature(f) for f in get_args(Feature)}
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
    named = (
        settings.model,
        *(named_for(f, settings) for f in get_args(Feature)),
        *settings.fallbacks,
        *chosen.values(),
    )
    names = [n for n in dict.fromkeys(named) if n and n != OFFLINE]
    if not settings.trusted:
        why = "the workspace is not trusted"
        rows += [
            ModelInfo(name, name.partition("/")[0], available=False, reason=why).to_json() for name in names
        ]
    else:
        gateway = bench.services.gateway
        described, nearby = await asyncio.gather(gateway.describe(names), find())
        rows += [info.to_json() for info in described]
        rows += [_offered(found) for found in nearby if found.name not in names]
    for row in rows:
        row["features"] = [f for f, model in chosen.items() if model == row["name"]]
    return rows


def _offered(found: Found) -> dict[str, Any]:
    """A row for a model of a server on this machine."""
    why = f"offered by {found.server} on this machine; not asked until you choose it"
    row = ModelInfo(found.name, found.server, host=found.host, reason=why).to_json()
    return {**row, "inputPricePerMillionUsd": 0.0, "outputPricePerMillionUsd": 0.0}


async def select(bench: Workbench, model: str, feature: str | None) -> str:
    """Answer a feature (None: all of them) with a model from now on; its name. Raises `invalid` and `untrusted`."""
    if feature is not None and feature not in FEATURES:
        raise _no_feature(feature, FEATURES)
    name = model.strip()
    if name != OFFLINE:
        bench.services.require_trust()
    check(name, bench.settings)
    bench.services.choice.select(name, feature)  # type: ignore[arg-type]
    return name


def check(name: str, settings: Settings) -> None:
    """Raises `invalid` where nothing can be asked under this name."""
    if not name:
        raise KibitzError("invalid", "The model has no name.", "Name it as provider/model, or `offline`.")
    if name != OFFLINE:
        full_name(name, settings)


def setting_for(feature: str | None) -> str:
    """The setting that names the model of a feature; None: of all. Raises `invalid`."""
    if feature is None:
        return "model"
    if (key := setting_of(feature)) is None:
        raise _no_feature(feature, tuple(f for f in FEATURES if setting_of(f) is not None))
    return key


def own_models(settings: Settings) -> dict[str, str]:
    """The features that have a model of their own, and which."""
    return {f: own for f in get_args(Feature) if (own := named_for(f, settings))}


def in_force(key: str, settings: Settings) -> str:
    """The value of a setting that names a model, wherever it comes from."""
    value: object = settings
    for part in key.split("."):
        value = getattr(value, part)
    return str(value)


def _no_feature(feature: str, features: tuple[str, ...]) -> KibitzError:
    return KibitzError("invalid", f"{feature!r} is not a feature.", f"Features are: {', '.join(features)}.")
