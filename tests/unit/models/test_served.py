"""Which of a server's models is meant by a name that is none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models.served import SHOWN, near

NAMES = ["llama3.1", "gpt-4o-mini", "gpt-4.1", "Qwen2.5-Coder:7b", "text-embedding-3"]


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        ("gpt4o", "gpt-4o-mini"),
        ("qwen2.5-coder", "Qwen2.5-Coder:7b"),
        ("lama3.1", "llama3.1"),
        ("gpt-4-1", "gpt-4.1"),
    ],
)
def test_the_best_is_first(wanted: str, best: str) -> None:
    assert near(wanted, NAMES)[0] == best


def test_where_none_is_like_it_the_first_are_shown() -> None:
    assert near("xyz", NAMES) == NAMES[:SHOWN]
    assert near("xyz", []) == []


@given(st.text(), st.lists(st.text()))
def test_only_what_is_there_is_shown(wanted: str, names: list[str]) -> None:
    found = near(wanted, names)
    assert set(found) <= set(names)
    assert len(found) == len(set(found)) <= SHOWN
