"""What an instruction lets a model's change do, and what holds it back."""

from __future__ import annotations

from typing import Any

import pytest

from support.endpoint import Answer
from support.scripted import Scripted, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

CART = """def total(text, tax):
    fields = text.split(",")
    size = len(fields)
    tmp = size * tax
    return tmp


def twice(number):
    return number * 2
"""


def rows(first: int, last: int) -> dict[str, Any]:
    """Whole lines, counted from 0."""
    return {
        "start": {"line": first, "character": 0},
        "end": {"line": last, "character": len(CART.split("\n")[last])},
    }


OTHER = block("    tmp = size * tax", "    tmp = size + tax")
OTHER_API = block(
    "def twice(number):\n    return number * 2", "def twice(number, times=2):\n    return number * times"
)


@pytest.mark.parametrize(
    ("words", "said", "held"),
    [
        ("", OTHER, "behaviour"),
        ("make this clearer", OTHER, "behaviour"),
        ("add the tax instead of multiplying", OTHER, ""),
        ("make this clearer", OTHER_API, "signature"),
        ("add a parameter for the factor", OTHER_API, ""),
    ],
)
async def test_what_was_not_asked_for_is_held_back(it: Scripted, words: str, said: str, held: str) -> None:
    uri = it.open(CART)
    where = rows(1, 3) if said is OTHER else rows(7, 8)
    answer = Answer(text=said.replace("{name}", it.name(uri)))
    it.endpoint.enqueue(answer, answer)
    if held:
        error = await it.error("kibitz.refactor", uri=uri, range=where, instruction=words)
        assert error["kind"] == "bad_response"
        assert f"{held}:" in error["message"]
        assert len(it.endpoint.requests) == 2
    else:
        given = {"uri": uri, "range": where, "instruction": words}
        result = await it.editor.command("kibitz.refactor", given)
        assert "failed" not in {c["status"] for c in result["checks"]}
        assert len(it.endpoint.requests) == 1
