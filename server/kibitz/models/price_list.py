"""LiteLLM's price list as the file it is: to import the library for one entry would take seconds and 140 MB."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILE = "model_prices_and_context_window_backup.json"
"""What the library itself reads where it may not fetch a newer one, which it never may here."""

_ENTRY = "\n    {name}: "


class PriceList:
    """The entries by name, like the mapping the library has. Blocks while it reads two megabytes, the first time for each name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._found: dict[str, dict[str, Any] | None] = {}

    def get(self, name: str) -> dict[str, Any] | None:
        """The entry of this name. Raises OSError and ValueError where the file is not what it was."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> dict[str, Any] | None:
        text = self.path.read_text("utf-8")
        if not text.startswith('{\n    "'):
            raise ValueError("the price list is written in another way")
        # one entry is read where it stands: all of them as objects would take thirty megabytes
        mark = _ENTRY.format(name=json.dumps(name, ensure_ascii=False))
        at = text.find(mark)
        if at < 0:
            return None
        entry = json.JSONDecoder().raw_decode(text, at + len(mark))[0]
        return entry if isinstance(entry, dict) else None


@cache
def installed() -> PriceList | None:
    """The list of the installed library; None where there is none."""
    spec = find_spec("litellm")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    path = Path(folders[0], FILE) if folders else None
    return PriceList(path) if path is not None and path.is_file() else None
