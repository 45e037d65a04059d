"""Edits by a language model: checked, repaired once or refused, and never placed where they do not belong."""

from __future__ import annotations

import pytest

from support.endpoint import Answer, tokens
from support.samples import BUGGY
from support.scripted import Scripted, applied, assert_envelope, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = BUGGY.split("\n")
FIRST, LAST = LINES.index("    total = sum(values)"), LINES.index("    return total / count")
BODY = {"start": {"line": FIRST, "character": 0}, "end": {"line": LAST, "character": len(LINES[LAST])}}
SHORTER = """FILE {name}
<<<<<<< SEARCH
    total = sum(values)
    count = len(values)
    return total / count
=======
    return sum(values) / len(values)
>>>>>>> REPLACE
"""


async def test_a_refactoring_is_checked_and_fits(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.enqueue(Answer(text="Shorter:\n\n" + SHORTER.format(name=it.name(uri))))
    result = await it.editor.command(
        "kibitz.refactor", {"uri": uri, "range": BODY, "instruction": "Make it shorter."}
    )
    assert_envelope(result)
    expected = BUGGY.replace(
        "    total = sum(values)\n    count = len(values)\n    return total / count\n",
        "    return sum(values) / len(values)\n",
    )
    assert applied(BUGGY, result["edit"]) == expected
    assert result["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 1}
    statuses = {c["name"]: c["status"] for c in result["checks"]}
    assert statuses.keys() >= {"syntax", "names", "signature", "style", "imports", "lost", "behaviour"}
    assert "failed" not in statuses.values()
    (request,) = it.endpoint.requests
    assert "Make it shorter." in request.prompt


async def test_a_broken_answer_is_repaired_once(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.enqueue(
        Answer(text="I would simply inline both variables.", usage=tokens(100, 10)),
        Answer(text=SHORTER.format(name=it.name(uri)), usage=tokens(200, 20)),
    )
    result = await it.editor.command("kibitz.refactor", {"uri": uri, "range": BODY})
    assert "return sum(values) / len(values)" in applied(BUGGY, result["edit"])
    assert result["usage"]["inputTokens"] == 300
    assert result["usage"]["outputTokens"] == 30
    first, second = it.endpoint.requests
    turns = second.json["messages"]
    assert turns[: len(first.json["messages"])] == first.json["messages"]
    assert [t["role"] for t in turns[-2:]] == ["assistant", "user"]
    assert turns[-2]["content"] == "I would simply inline both variables."
    assert "could not be used" in turns[-1]["content"]


REFUSED = {
    "prose": "I cannot do that.",
    "nothing": "",
    "not in the file": block("    total = product(values)", "    total = 1"),
    "in two places": block("    total = ", "    amount = "),
    "breaks the syntax": block("    total = sum(values)", "    total = sum(values"),
    "undefined name": block("    total = sum(values)", "    total = summe(valuez)"),
    "abbreviated": block("    total = sum(values)", "    # ... rest unchanged ..."),
    "another signature": block("def average(values):", "def average(values, weights):"),
    "outside of the project": block("root", "boot", "/etc/passwd"),
    "climbs out": block("root", "boot", "../../../../etc/passwd"),
    "cut off": "FILE {name}\n<<<<<<< SEARCH\n    total = sum(values)\n=======\n    total = 0\n",
    "changes nothing": block("    total = sum(values)", "    total = sum(values)"),
    "two blocks": "```python\na = 1\n```\n\n```python\nb = 2\n```\n",
    "deletes everything": "FILE {name}\n```python\n```\n",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_an_answer_that_stays_broken_is_refused(it: Scripted, name: str) -> None:
    uri = it.open(BUGGY)
    said = REFUSED[name].replace("{name}", it.name(uri))
    it.endpoint.enqueue(Answer(text=said), Answer(text=said))
    error = await it.error("kibitz.refactor", uri=uri, range=BODY, instruction="Make it nicer.", apply=True)
    assert error["kind"] == "bad_response"
    assert error["hint"]
    assert len(it.endpoint.requests) == (2 if said else 1), "there is nothing to repair in an empty answer"
    assert [m for m in it.editor.messages if m.get("method") == "workspace/applyEdit"] == []


async def test_a_fix_removes_what_a_checker_reports(it: Scripted) -> None:
    uri = it.open(BUGGY)
    it.endpoint.enqueue(
        Answer(
            text=block("def add(items, seen=[]):", "def add(items, seen=()):").replace("{name}", it.name(uri))
        )
    )
    line = LINES.index("def add(items, seen=[]):")
    where = {"start": {"line": line, "character": 15}, "end": {"line": line, "character": 22}}
    diagnostic = {
        "range": where,
        "message": "A mutable default: every call shares it.",
        "source": "pylint",
        "code": "W0102",
    }
    result = await it.editor.command("kibitz.fix", {"uri": uri, "diagnostic": diagnostic})
    assert_envelope(result)
    assert "seen=()" in applied(BUGGY, result["edit"])
    assert "every call shares it" in it.endpoint.requests[0].prompt
    assert "pylint" in it.endpoint.requests[0].prompt


EDIT = block("    count = len(values)", "    count = max(1, len(values))")


async def slow_refactoring(it: Scripted, text: str = BUGGY) -> tuple[str, int]:
    """A refactoring whose model has begun to answer and waits; the document and the request."""
    uri = it.open(text)
    said = EDIT.replace("{name}", it.name(uri))
    it.endpoint.enqueue(Answer(text=said, chunk_size=40, delay_chunk_s=0.3))
    given = {"uri": uri, "range": BODY, "instruction": "Handle the empty list."}
    number = it.editor.start("workspace/executeCommand", {"command": "kibitz.refactor", "arguments": [given]})
    await it.endpoint.wait_for(lambda e: e.queued == 0)
    return uri, number


async def test_an_edit_of_what_changed_meanwhile_is_refused(it: Scripted) -> None:
    uri, number = await slow_refactoring(it)
    where = {"line": FIRST + 1, "character": 4}
    it.editor.change(uri, {"range": {"start": where, "end": where}, "text": "number_of_"})
    error = (await it.editor.answer(number))["error"]
    assert error["code"] == -32801
    assert error["data"]["kind"] == "invalid"


async def test_an_edit_moves_with_its_lines(it: Scripted) -> None:
    uri, number = await slow_refactoring(it)
    top = {"line": 0, "character": 0}
    version = it.editor.change(uri, {"range": {"start": top, "end": top}, "text": "# one\n# two\n# three\n"})
    result = (await it.editor.answer(number))["result"]
    (change,) = result["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == version
    assert {e["range"]["start"]["line"] for e in change["edits"]} == {FIRST + 1 + 3}


async def test_an_edit_of_text_that_was_closed_is_not_placed_on_the_disk(it: Scripted) -> None:
    uri, number = await slow_refactoring(it)
    (it.root / it.name(uri)).write_text("# another text\n" + BUGGY.replace("count", "number"), "utf-8")
    it.editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert (await it.editor.answer(number))["error"]["code"] == -32801


async def test_an_edit_of_text_that_was_saved_and_closed_fits_the_disk(it: Scripted) -> None:
    uri, number = await slow_refactoring(it)
    (it.root / it.name(uri)).write_text(BUGGY, "utf-8")
    it.editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    (change,) = (await it.editor.answer(number))["result"]["edit"]["documentChanges"]
    assert change["textDocument"]["version"] is None
    assert {e["range"]["start"]["line"] for e in change["edits"]} == {FIRST + 1}


@pytest.mark.parametrize("become", ["another", "gone"])
async def test_an_edit_of_a_file_that_changed_on_disk_is_refused(it: Scripted, become: str) -> None:
    uri, number = await slow_refactoring(it)
    if become == "another":  # a line more, far away from the edit
        (it.root / it.name(uri)).write_text("# a line more\n" + BUGGY, "utf-8")
    else:
        (it.root / it.name(uri)).unlink(missing_ok=True)
    it.editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert (await it.editor.answer(number))["error"]["code"] == -32801
