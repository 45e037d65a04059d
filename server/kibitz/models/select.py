"""Which engine answers a feature: the user's settings, a choice made at run time, or the built-in engine."""

from __future__ import annotations

from typing import get_args

from kibitz.models.protocol import Feature
from kibitz.settings import Settings
from kibitz.settings.schema import table

OFFLINE = "offline"


class Choice:
    """The models in force; `select` changes them without a restart."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chosen: dict[str, str] = {}

    def use(self, settings: Settings) -> None:
        """New settings; what was chosen at run time stays, but for a feature that is given another model of its own now."""
        before, self._settings = self._settings, settings
        for feature in get_args(Feature):
            name, former = named_for(feature, settings), named_for(feature, before)
            if name and name != former and self._chosen:
                self._chosen[feature] = name
            elif not name and former and self._chosen.get(feature) == former:
                del self._chosen[feature]

    def select(self, model: str, feature: Feature | None = None) -> None:
        """Answer one feature (None: all) with this model from now on."""
        if feature is None:
            self._chosen.clear()
        self._chosen[feature or ""] = model

    def for_feature(self, feature: Feature) -> str:
        """The model's name: `offline` or `<provider>/<model>`."""
        chosen = self._chosen.get(feature) or self._chosen.get("")
        return chosen or named_for(feature, self._settings) or self._settings.model or OFFLINE

    def models(self) -> list[str]:
        """The language models in force for anything, that of completion first."""
        features: tuple[Feature, ...] = ("complete", *get_args(Feature))
        names = dict.fromkeys(self.for_feature(feature) for feature in features)
        return [name for name in names if name != OFFLINE]


def setting_of(feature: str) -> str | None:
    """The setting that names a feature's own model; None where it has none."""
    name = "completion.model" if feature == "complete" else f"models.{feature}"
    return name if name in table() else None


def every_setting() -> list[str]:
    """The settings that name one feature's model."""
    return [name for feature in get_args(Feature) if (name := setting_of(feature)) is not None]


def named_for(feature: str, settings: Settings) -> str:
    """The model the settings name for one feature; empty: none of its own."""
    if feature == "complete":
        return settings.completion.model
    return str(getattr(settings.models, feature, ""))
