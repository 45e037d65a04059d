"""Suggestions by a language model: whatever it says, the file it lands in is not broken by it."""

from __future__ import annotations

import ast

import pytest

from support.endpoint import Answer
from support.scripted import Scripted

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPEN = "def average(values):\n    total = sum(\n    return total / len(values)\n"
"""The cursor is after `sum(`: without the rest the file does not parse."""

WHOLE = "def average(values):\n    total = sum(values)\n    \n    return total / len(values)\n"
"""The cursor is on the blank line: the file parses, and must go on parsing."""

JUNK = {
    "plain": ("values)", "count = len(values)"),
    "fenced": ("```python\nvalues)\n```", "```python\ncount = len(values)\n```"),
    "fence never closed": ("```\nvalues)", "~~~~py\ncount = 1"),
    "line repeated": ("    total = sum(values)", "    count = 1"),
    "start repeated": ("total = sum(values)", "total = sum(values)\n    count = 1"),
    "rest repeated": (
        "values)\n    return total / len(values)",
        "count = 1\n    return total / len(values)\n",
    ),
    "whole file": (OPEN.replace("sum(", "sum(values)"), WHOLE),
    "marker": ("<|cursor|>values)<|cursor|>", "<|cursor|>count = 1"),
    "prose": ("Sure! Here is the completion:", "Sure! Here is the completion you asked for:"),
    "prose and code": (
        "Sure:\n```python\nvalues)\n```\nI hope it helps!",
        "Sure:\n```python\ncount = 1\n```\nBye!",
    ),
    "brackets": ("((((((", ")]}"),
    "quotes": ("'''", '"'),
    "dedented": ("\n\ndef other():\n    pass", "return 1\n\n\nclass A:\n  def b(:\n"),
    "endless": ("values)\n" + "    x = 1\n" * 500, "x = 1\n    " * 500),
    "line ends": ("values)\r\n    y = 1\r", "count = 1\r\n    other = 2\r\n"),
    "control": ("\x00\x1b[31m\x07", "\x0c\x0b\x00"),
    "unicode": ("values)  # 😀e\u0301\u202e", "name = '👩‍👩‍👧'"),
    "diff": ("@@ -1 +1 @@\n-a\n+b", "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE"),
    "nothing": ("", "   \n  "),
    "json": ('{"insert": "values)"}', "[]"),
}


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("name", JUNK)
async def test_a_suggestion_never_breaks_the_file(it: Scripted, name: str) -> None:
    for text, (line, character), said in ((OPEN, (1, 16), JUNK[name][0]), (WHOLE, (2, 4), JUNK[name][1])):
        uri = it.open(text)
        it.endpoint.enqueue(Answer(text=said, chunk_size=5))
        items = await it.ghost(uri, line, character)
        assert len(items) <= 1
        for item in items:
            lines = text.split("\n")
            at = {"line": line, "character": character}
            assert item["range"] == {"start": at, "end": at}
            inserted = item["insertText"]
            assert inserted.strip()
            assert "```" not in inserted
            assert "<|cursor|>" not in inserted
            assert len(inserted.split("\n")) <= 12
            lines[line] = lines[line][:character] + inserted + lines[line][character:]
            after = "\n".join(lines)
            assert parses(after) or not parses(text), f"it parsed before: {after!r}"


@pytest.mark.parametrize(
    "said",
    [
        "values)",
        "```python\nvalues)\n```",
        "    total = sum(values)",
        "total = sum(values)",
        "values)\n    return total / len(values)",
    ],
)
async def test_the_habits_of_models_are_taken_off_a_suggestion(it: Scripted, said: str) -> None:
    it.endpoint.enqueue(Answer(text=said))
    (item,) = await it.ghost(it.open(OPEN), 1, 16)
    assert item["insertText"] == "values)"
    (request,) = it.endpoint.requests
    assert "total = sum(<|cursor|>\n    return" in request.prompt
    assert request.json["max_tokens"] == 12 * 24


async def test_a_suggestion_takes_the_files_line_ends(it: Scripted) -> None:
    it.endpoint.enqueue(Answer(text="total = sum(values)\n    return total"))
    (item,) = await it.ghost(it.open("def add_up(values):\r\n    \r\n"), 1, 4)
    assert item["insertText"] == "total = sum(values)\r\n    return total"


async def test_a_suggestion_for_text_that_moved_on_is_not_shown(it: Scripted) -> None:
    uri = it.open("value = compute(\n")
    it.endpoint.enqueue(Answer(text="1)", delay_first_s=0.5))
    at = {
        "textDocument": {"uri": uri},
        "position": {"line": 0, "character": 16},
        "context": {"triggerKind": 1},
    }
    number = it.editor.start("textDocument/inlineCompletion", at)
    await it.endpoint.wait_for(lambda e: e.queued == 0)
    it.editor.change(uri, {"range": {"start": at["position"], "end": at["position"]}, "text": "x"})
    assert (await it.editor.answer(number))["result"]["items"] == []


async def test_typing_is_not_disturbed_by_a_failing_model(it: Scripted) -> None:
    uri = it.open("amount = refine(\n")
    it.endpoint.reply_with(lambda _: Answer(error_code="invalid_api_key"))
    for _ in range(3):
        assert await it.ghost(uri, 0, 16, kind=2) == []
    assert len(it.told()) <= 1, "it is said once"
    status = await it.editor.notification("didChangeStatus", lambda p: p["kind"] == "Error")
    assert status["message"]
    at = {
        "textDocument": {"uri": uri},
        "position": {"line": 0, "character": 16},
        "context": {"triggerKind": 1},
    }
    error = await it.editor.error("textDocument/inlineCompletion", at)
    assert error["data"]["kind"] == "auth", "who asks for a suggestion is told why there is none"
    it.endpoint.reply_with(lambda _: Answer(text="1)"))
    assert [i["insertText"] for i in await it.ghost(uri, 0, 16, kind=2)] == ["1)"]
    await it.editor.notification("didChangeStatus", lambda p: p["kind"] == "Normal")
    it.endpoint.reply_with(lambda _: Answer(text="ok"))
