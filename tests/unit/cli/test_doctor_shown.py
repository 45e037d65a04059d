"""How a step of the doctor looks on a terminal of some width."""

from __future__ import annotations

import click
from hypothesis import given
from hypothesis import strategies as st

from kibitz.cli.doctor import shown
from kibitz.features.step import Step


def test_a_command_is_not_broken() -> None:
    step = Step("model", False, "It is not there.", "Take one: `kibitz models use openai/gpt-4o-mini`.")
    assert click.unstyle(shown(step, 60)).split("\n") == [
        "✗ model          It is not there.",
        "                 → Take one:",
        "                   `kibitz models use openai/gpt-4o-mini`.",
    ]


def test_what_was_not_tried_has_nothing_to_mend() -> None:
    step = Step("model", False, "not tried", "Mend the key first.", tried=False)
    assert click.unstyle(shown(step, 80)) == "– model          not tried"


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1).map(" ".join), st.integers(20, 200))
def test_no_line_is_longer_than_the_terminal(text: str, width: int) -> None:
    lines = click.unstyle(shown(Step("log", False, text, text), width)).split("\n")
    assert all(len(line) <= max(width, 48) for line in lines)
    seen = " ".join(line.strip("✗→ ") for line in lines).split()
    assert seen == ["log", *text.split(), *text.split()]
