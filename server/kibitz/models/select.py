"""Which engine answers a feature: the user's settings, a choice made at run time, or the built-in engine."""

from __future__ import annotations

from kibitz.models.protocol import Feature
from kibitz.settings import Settings

OFFLINE = "offline"


class Choice:
    """The models in force; `select` changes them without a restart."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._chosen: dict[str, str] = {}

    def use(self, settings: Settings) -> None:
        """New settings; what was chosen at run time stays."""
        self._settings = settings

    def select(self, model: str, feature: Feature | None = None) -> None:
        """Answer one feature (None: all) with this model from now on."""
        if feature is None:
            self._chosen.clear()
        self._chosen[feature or ""] = model

    def for_feature(self, feature: Feature) -> str:
        """The model's name: `offline` or `<provider>/<model>`."""
        chosen = self._chosen.get(feature) or self._chosen.get("")
        if chosen is None and feature == "complete":
            chosen = self._settings.completion.model or None
        return chosen or self._settings.model or OFFLINE
