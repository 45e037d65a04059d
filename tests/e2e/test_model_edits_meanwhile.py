"""Edits by a model while the user types on, and of several files: what is offered fits, or nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from support.editor import Editor
from support.endpoint import Answer
from support.profiles import PROFILES
from support.scripted import MODEL, Scripted, applied, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = '''"""Sums."""


def total(values):
    result = 0
    for value in values:
        result += value
    return result


def mean(values):
    return total(values) / len(values)


name = "😀"; other = total([1])
'''
LINES = TEXT.split("\n")
LOOP = LINES.index("    result = 0")
BODY = {"start": {"line": LOOP, "character": 0}, "end": {"line": LOOP + 3, "character": len(LINES[LOOP + 3])}}
SHORTER = block("\n".join(LINES[LOOP : LOOP + 4]), "    return sum(values)")


async def under_way(
    it: Scripted, said: str, where: Any = None, text: str = TEXT, **given: Any
) -> tuple[str, int]:
    """A refactoring whose model has begun to answer; the document and the request."""
    uri = it.open(text)
    chunks = max(1, len(said) // 3)
    it.endpoint.enqueue(
        Answer(text=said.replace("{name}", it.name(uri)), chunk_size=chunks, delay_chunk_s=0.3)
    )
    argument = {"uri": uri, "range": where or BODY, "instruction": "Compute it with sum().", **given}
    number = it.editor.start(
        "workspace/executeCommand", {"command": "kibitz.refactor", "arguments": [argument]}
    )
    await it.endpoint.wait_for(lambda e: e.queued == 0)
    return uri, number


def typed(line: int, character: int, text: str, gone: int = 0) -> dict[str, Any]:
    start, end = {"line": line, "character": character}, {"line": line, "character": character + gone}
    return {"range": {"start": start, "end": end}, "text": text}


BESIDE = {
    "a line above": [typed(0, 0, "# new\n")],
    "in the line above": [typed(LOOP - 1, 10, "all_")],
    "a line at its beginning": [typed(LOOP, 0, '    """Add up."""\n')],
    "typed at its beginning, then a line end": [typed(LOOP, 0, "    # all"), typed(LOOP, 9, "\n")],
    "a line after its end": [typed(LOOP + 3, 17, "\n    # done")],
    "in a line below": [typed(len(LINES) - 2, 10, "🎉")],
    "above and below": [typed(len(LINES) - 2, 0, "x = 1\n"), typed(0, 0, "# new\n")],
    "a copy above": [typed(3, 0, "\n".join(LINES[3 : LOOP + 4]) + "\n")],
    "inside, taken back": [typed(LOOP + 1, 4, "xyz"), typed(LOOP + 1, 4, "", 3)],
    "its lines cut and put back": [
        {
            "range": {"start": {"line": LOOP, "character": 0}, "end": {"line": LOOP + 4, "character": 0}},
            "text": "",
        },
        typed(LOOP, 0, "\n".join(LINES[LOOP : LOOP + 4]) + "\n"),
    ],
}


@pytest.mark.parametrize("what", BESIDE)
async def test_what_is_typed_beside_it_stays_and_it_fits(it: Scripted, what: str) -> None:
    uri, number = await under_way(it, SHORTER)
    text, version = TEXT, 1
    for change in BESIDE[what]:
        version = it.editor.change(uri, change)
        text = _changed(text, change)
    result = (await it.editor.answer(number))["result"]
    (change,) = result["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == version
    after = applied(text, result["edit"])
    last = text.rindex("    result = 0")
    assert after == text[:last] + text[last:].replace(
        "\n".join(LINES[LOOP : LOOP + 4]), "    return sum(values)"
    )


def _changed(text: str, change: dict[str, Any]) -> str:
    return applied(
        text,
        {"documentChanges": [{"edits": [{"range": change["range"], "newText": change["text"]}]}]},
    )


INSIDE = {
    "in its first line": typed(LOOP, 13, "0"),
    "at its very beginning": typed(LOOP, 0, "x"),
    "at its very end": typed(LOOP + 3, len(LINES[LOOP + 3]), " + 1"),
    "a line in its middle": typed(LOOP + 2, 0, "        value += 1\n"),
    "gone": {
        "range": {"start": {"line": LOOP, "character": 0}, "end": {"line": LOOP + 4, "character": 0}},
        "text": "",
    },
}


@pytest.mark.parametrize("what", INSIDE)
async def test_what_is_typed_into_it_ends_it(it: Scripted, what: str) -> None:
    uri, number = await under_way(it, SHORTER, apply=True)
    it.editor.change(uri, INSIDE[what])
    error = (await it.editor.answer(number))["error"]
    assert error["code"] == -32801
    assert error["data"]["hint"]
    assert [m for m in it.editor.messages if m.get("method") == "workspace/applyEdit"] == []


async def test_what_moves_is_checked_where_it_arrives(it: Scripted) -> None:
    rename = block("    result = 0", "    amount = 0") + block(
        "        result += value", "        amount += value"
    )
    rename += block("    return result", "    return amount")
    uri, number = await under_way(it, rename)
    it.editor.change(uri, typed(0, 0, "# new\n"))
    result = (await it.editor.answer(number))["result"]
    assert "return amount" in applied("# new\n" + TEXT, result["edit"])
    uri, number = await under_way(it, rename, where={"start": BODY["start"], "end": BODY["start"]})
    # by its old name, in the same function and below what changes
    it.editor.change(uri, typed(LOOP + 3, len(LINES[LOOP + 3]), "\n    print(result)"))
    assert (await it.editor.answer(number))["error"]["code"] == -32801


@pytest.mark.parametrize("moved", ["nothing", "an open one", "gone from disk"])
async def test_several_files_are_all_or_nothing(it: Scripted, moved: str) -> None:
    other = it.root / f"other_{moved.replace(' ', '_')}.py"
    other.write_text("def old():\n    return 1\n", "utf-8")
    second = it.open("def old():\n    return 2\n")
    edits = block("    result = 0", "    result = 0.0")
    edits += block("    return 1", "    return 10", other.name)
    edits += block("    return 2", "    return 20", it.name(second))
    _uri, number = await under_way(it, edits, apply=moved != "nothing")
    match moved:
        case "an open one":
            it.editor.change(second, typed(1, 11, "-"))
        case "gone from disk":
            other.unlink()
    answer = await it.editor.answer(number)
    if moved != "nothing":  # it was not read before the answer was there, so that the answer does not fit it
        assert answer["error"]["data"]["kind"] == "bad_response"
        assert [m for m in it.editor.messages if m.get("method") == "workspace/applyEdit"] == []
        return
    changes = answer["result"]["edit"]["documentChanges"]
    assert [c["textDocument"]["version"] for c in changes] == [1, None, 1]
    annotations = answer["result"]["edit"]["changeAnnotations"]
    assert all(a["needsConfirmation"] for a in annotations.values()), "a model wrote it"


async def test_an_editor_without_a_preview_can_look_at_the_diff_first(it: Scripted) -> None:
    async with Editor(PROFILES["neovim"], root=it.root) as editor:
        editor.settings = {"model": MODEL, "api_base": it.endpoint.url}
        await editor.initialize(editor.settings)
        uri = (it.root / "looked_at.py").as_uri()
        editor.open(uri, TEXT)
        where = {"textDocument": {"uri": uri}, "range": BODY, "context": {"diagnostics": []}}
        actions = await editor.request("textDocument/codeAction", where)
        (action,) = [a for a in actions if a["title"].endswith("after a look at the diff")]
        renamed = block(
            "\n".join(LINES[LOOP : LOOP + 4]),
            "\n".join(LINES[LOOP : LOOP + 4]).replace("value in", "each in").replace("+= value", "+= each"),
        )
        for choice in ("Discard", "Apply"):
            editor.messages.clear()
            editor.on["window/showMessageRequest"] = lambda _, title=choice: {"title": title}
            it.endpoint.enqueue(Answer(text=renamed.replace("{name}", "looked_at.py")))
            result = await editor.request("workspace/executeCommand", action["command"])
            assert result["applied"] is (choice == "Apply")
            asked = [m["method"] for m in editor.messages if "id" in m and "method" in m]
            expected = ["window/showDocument", "window/showMessageRequest"]
            expected += ["workspace/applyEdit"] if choice == "Apply" else []
            assert [method for method in asked if not method.startswith("window/work")] == expected
        assert await editor.leave() == 0
