"""The process that reads: a project's index with the contexts made from it, and the bug rules beside.

One process for both, because each costs 10 MB before it does anything. The rules give way to the index, which somebody who
types waits for. A module is imported when first asked for: without a language model there is no index.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

MODULE = "kibitz.features.reading_worker"
INDEX = "kibitz.context.worker"
RULES = "kibitz.models.offline.rules_worker"


def method(name: str) -> Callable[..., Any] | None:
    """The function that serves a method."""
    methods: dict[str, Callable[..., Any]] = import_module(RULES if name == "scan" else INDEX).METHODS
    return methods.get(name)
