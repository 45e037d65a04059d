"""The worker process for Python: jedi and rope are imported here and nowhere in the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kibitz.models.offline.python_jedi import complete, references, warm
from kibitz.models.offline.python_refactor import refactor

METHODS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "warm": warm,
    "complete": complete,
    "references": references,
    "refactor": refactor,
}
