"""Estimated tokens beside counted ones: near in each text, nearer in all of them, and nothing breaks it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

import kibitz
from kibitz.models.token_estimate import request_tokens, tokens

SOURCES = sorted(Path(kibitz.__file__).parent.rglob("*.py"))[::9]


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_code_is_measured(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = importlib.util.find_spec("litellm")
    assert library is not None
    assert library.submodule_search_locations is not None
    bundled = Path(library.submodule_search_locations[0], "litellm_core_utils/tokenizers")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(bundled))
    encoding = tiktoken.get_encoding(name)
    texts = [path.read_text("utf-8")[:4000] for path in SOURCES]
    texts = [text for text in texts if len(text) == 4000]
    counted = [len(encoding.encode(text, disallowed_special=())) for text in texts]
    estimated = [tokens(text) for text in texts]
    assert sum(estimated) == pytest.approx(sum(counted), rel=0.06)
    off = sorted(abs(e / c - 1) for e, c in zip(estimated, counted, strict=True))
    assert off[len(off) // 2] < 0.07
    assert off[-1] < 0.25


@given(st.text(max_size=300))
def test_any_text_has_some(text: str) -> None:
    assert 0 <= tokens(text) <= 5 * len(text) + 1
    assert bool(tokens(text)) >= bool(text.strip())


def test_all_of_a_request_counts_but_its_pictures() -> None:
    turn = {"role": "user", "content": "one two"}
    one = request_tokens({"messages": [turn]})
    assert one == 3 + tokens("user") + tokens("one two")
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9000}}
    with_picture = {"role": "user", "content": [{"type": "text", "text": "one two"}, picture]}
    assert request_tokens({"messages": [with_picture]}) < one + 10
    assert request_tokens({"messages": [turn], "tools": [{"name": "look"}]}) > one
    assert request_tokens({"prompt": "a b", "suffix": "c"}) == tokens("a b") + tokens("c")
