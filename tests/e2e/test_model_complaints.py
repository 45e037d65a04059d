"""What users of other editors' assistants reported, from the request to the text in the editor, and back by undo."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from support.endpoint import Answer
from support.scripted import Scripted
from support.undoing import Hand

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBERS = count()
LUA = """local plugins = {
  {
    "owner/plugin.nvim", -- the one
    opts = { level = "DEBUG", name = "é 😀" },
  },
}

require("repro").run({ spec = plugins })
"""
COMMENTED = LUA.replace("local plugins", "-- The plugins and their options\nlocal plugins").replace(
    "require(", "-- Start with them\nrequire("
)
PATCH = """@@
+-- The plugins and their options
 local plugins = {
   {
@@
 }

+-- Start with them
 require("repro").run({ spec = plugins })
"""
NUMBERED = "@@\n+-- The plugins and their options\n1: local plugins = {\n2:   {\n"
QUESTION = (
    "I would add a comment above the plugins and one above the call. Shall I apply this? Answer `apply`."
)


def patch(body: str, name: str) -> str:
    return f"*** Begin Patch\n*** Update File: {name}\n{body}*** End Patch\n"


async def commented(it: Scripted, text: str, *said: str) -> tuple[Hand, list[dict[str, Any]]]:
    """The document after comments were asked for once and the model answered so, and what it was asked after its first."""
    uri = (it.root / f"commented{next(NUMBERS)}.lua").as_uri()
    hand = Hand(it.editor, uri, text, "lua", "utf-16")
    name = it.name(uri)
    it.endpoint.enqueue(*(Answer(text=one.replace("{name}", name)) for one in said))
    lines = text.splitlines()
    where = {
        "start": {"line": 0, "character": 0},
        "end": {"line": len(lines) - 1, "character": len(lines[-1])},
    }

    def apply(params: Any) -> dict[str, bool]:
        hand.apply(params["edit"])
        return {"applied": True}

    it.editor.on["workspace/applyEdit"] = apply
    try:
        given = {"uri": uri, "range": where, "instruction": "Add some comments.", "apply": True}
        assert (await it.editor.command("kibitz.refactor", given))["applied"] is True
    finally:
        it.editor.on["workspace/applyEdit"] = lambda params: {"applied": True}
    return hand, [request.json["messages"][-1] for request in it.endpoint.requests[1:]]


FIRST = {
    "the patch": (),
    "a question": (QUESTION,),
    "half of the marks": (f"*** Update File: {{name}}\n{PATCH}*** End Patch\n",),
    "lines with their numbers": (patch(NUMBERED, "{name}"),),
}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_comments_are_there_after_one_request_whatever_came_first(
    it: Scripted, first: str, end: str
) -> None:
    """olimorris/codecompanion.nvim#1743: the diff came at once, or after another word from the user, or never"""
    text = LUA.replace("\n", end)
    hand, asked = await commented(it, text, *FIRST[first], patch(PATCH, "{name}"))
    assert hand.text == COMMENTED.replace("\n", end)
    assert len(asked) == len(FIRST[first])
    assert all("could not be used" in turn["content"] for turn in asked)
    hand.undo()
    assert hand.text == text
    hand.redo()
    assert hand.text == COMMENTED.replace("\n", end)


async def test_what_was_undone_can_be_asked_for_again(it: Scripted) -> None:
    text = LUA.replace("\n", "\r\n").removesuffix("\r\n")
    hand, _ = await commented(it, text, patch(PATCH, "{name}"))
    assert hand.text == COMMENTED.replace("\n", "\r\n").removesuffix("\r\n")
    hand.undo()
    wish = {"uri": hand.uri, "range": hand.word("local plugins"), "instruction": "Comment it."}
    it.endpoint.enqueue(Answer(text=patch(PATCH, it.name(hand.uri))))
    again = await it.editor.command("kibitz.refactor", wish)
    assert "-- The plugins" not in it.endpoint.requests[-1].prompt, (
        "the model is shown the text as it is again"
    )
    hand.apply(again["edit"])
    assert "-- The plugins and their options\r\nlocal plugins" in hand.text
    hand.undo()
    assert hand.text == text
