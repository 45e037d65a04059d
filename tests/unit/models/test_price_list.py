"""The price list read as a file says what the library says."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from kibitz.models.price_list import FILE, PriceList, installed


def test_every_name_has_the_library_s_entry() -> None:
    costs = installed()
    assert costs is not None
    whole = json.loads(costs.path.read_text("utf-8"))
    names = [*Random(4).sample(sorted(whole), 60), "sample_spec", "gpt-4o", max(whole), min(whole)]
    assert [costs.get(name) for name in names] == [whole[name] for name in names]
    # what only stands inside of entries is no name, and a name with a quote cannot break out of its own
    assert [costs.get(name) for name in ("openai/m", "", "mode", 'x": {', "gpt-4")] == [None] * 4 + [
        whole["gpt-4"]
    ]


def test_a_list_that_is_written_in_another_way_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text('{"gpt-4o": {}}')
    with pytest.raises(ValueError, match="another way"):
        PriceList(path).get("gpt-4o")
    path.write_text('{\n    "a": 1,\n    "b": {}\n}')
    assert [PriceList(path).get(name) for name in "ab"] == [None, {}]
    with pytest.raises(OSError):
        PriceList(tmp_path / "none").get("a")
