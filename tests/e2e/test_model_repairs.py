"""A change that fails a check is told to the model once: what it makes of that is checked like the first answer."""

from __future__ import annotations

from typing import Any

import pytest

from support.endpoint import Answer, tokens
from support.scripted import Scripted, applied, assert_envelope, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

STOCK = """def order(item, count, notify):
    if item is not None and item.stock >= count:
        item.take(count)
        notify(item)
        return True
    else:
        notify(None)
        return False


def twice(number):
    return number * 2
"""
ROWS = STOCK.split("\n")
ORDER = {"start": {"line": 0, "character": 0}, "end": {"line": 7, "character": len(ROWS[7])}}
OLD = "\n".join(ROWS[1:8])
GUARDED = """    if item is None or item.stock < count:
        notify(None)
        return False
    item.take(count)
    notify(item)
    return True"""
FAILING = {
    "a branch is gone": (
        GUARDED.replace("        notify(None)\n", ""),
        "behaviour: order (line 3): where it calls a function, the new text returns",
    ),
    "effects in another order": (
        GUARDED.replace(
            "    item.take(count)\n    notify(item)\n", "    notify(item)\n    item.take(count)\n"
        ),
        "behaviour: order (line 5): where it calls take, the new text calls a function",
    ),
    "read before its guard": (
        "    has_enough = item.stock >= count\n" + OLD.replace("item.stock >= count", "has_enough"),
        "behaviour: order (line 2): the new text reads something before it is known to be there",
    ),
    "an invented helper": (
        GUARDED.replace("item.take(count)", "safe_take(item, count)"),
        "names: not defined: safe_take",
    ),
    "what does not parse": (GUARDED.replace("count:", "count"), "syntax:"),
}


async def repaired(it: Scripted, *answers: str) -> tuple[str, dict[str, Any]]:
    """The document, and what comes of a refactoring for which the model answers so."""
    uri = it.open(STOCK)
    said = [block(OLD, answer, it.name(uri)) for answer in answers]
    it.endpoint.enqueue(*(Answer(text=text, usage=tokens(100, 10)) for text in said))
    given = {"uri": uri, "range": ORDER, "instruction": "Use a guard clause.", "apply": True}
    number = it.editor.start("workspace/executeCommand", {"command": "kibitz.refactor", "arguments": [given]})
    return uri, await it.editor.answer(number)


def edits_sent(it: Scripted) -> int:
    """How often the editor was asked to change something."""
    return sum(m.get("method") == "workspace/applyEdit" for m in it.editor.messages)


@pytest.mark.parametrize("name", FAILING)
async def test_the_model_hears_what_failed_and_its_second_answer_is_taken(it: Scripted, name: str) -> None:
    answer, why = FAILING[name]
    _, answered = await repaired(it, answer, GUARDED)
    result = answered["result"]
    assert_envelope(result)
    assert applied(STOCK, result["edit"]) == STOCK.replace(OLD, GUARDED)
    statuses = {check["name"]: check["status"] for check in result["checks"]}
    assert statuses["behaviour"] == statuses["names"] == statuses["syntax"] == "passed"
    assert result["usage"]["inputTokens"] == 200, "both turns are counted"
    first, second = (request.json["messages"] for request in it.endpoint.requests)
    assert why in second[-1]["content"]
    assert answer in second[-2]["content"]
    assert second[: len(first)] == first, "what was asked first is asked still"
    assert edits_sent(it) == 1


async def test_a_second_failure_is_a_refusal_that_says_the_last_reason(it: Scripted) -> None:
    wrong, why = FAILING["effects in another order"]
    _, answered = await repaired(it, FAILING["a branch is gone"][0], wrong)
    error = answered["error"]
    assert error["data"]["kind"] == "bad_response"
    assert why in error["message"]
    assert "returns" not in error["message"], "the first reason was repaired"
    assert len(it.endpoint.requests) == 2, "one repair and no more"
    assert edits_sent(it) == 0


async def test_a_change_that_was_asked_for_is_not_held_against_the_model(it: Scripted) -> None:
    uri = it.open(STOCK)
    it.endpoint.enqueue(Answer(text=block(OLD, FAILING["a branch is gone"][0], it.name(uri))))
    given = {"uri": uri, "range": ORDER, "instruction": "Do not notify anyone where there is not enough."}
    result = await it.editor.command("kibitz.refactor", given)
    (check,) = [c for c in result["checks"] if c["name"] == "behaviour"]
    assert check["status"] == "skipped"
    assert len(it.endpoint.requests) == 1
