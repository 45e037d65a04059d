"""Edits and findings in texts of any form: columns in each encoding, line ends, a byte order mark; applied, they fit exactly."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from support.editor import Editor
from support.offline import offline_editor
from support.profiles import PROFILES

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXT = """import os
import sys  # 😀


def greet(who):
    greeting = "👩‍👩‍👧 é 漢" + who.title()
    print("𝒳", greeting, undefined_name)
    return greeting, sys
"""
LINES = TEXT.split("\n")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ENCODINGS)
async def editor(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Editor]:
    capabilities = {**PROFILES["vscode"], "general": {"positionEncodings": [request.param]}}
    async with offline_editor(tmp_path_factory.mktemp("forms"), capabilities) as running:
        running.encoding = request.param  # type: ignore[attr-defined]
        yield running


def units(text: str, encoding: str) -> int:
    """How many columns a text takes."""
    return {"utf-8": len(text.encode()), "utf-16": len(text.encode("utf-16-le")) // 2, "utf-32": len(text)}[
        encoding
    ]


def offset(text: str, position: dict[str, int], encoding: str) -> int:
    """Where an LSP position is in a text; it must be the start of a character."""
    lines = [*text.splitlines(keepends=True), ""]
    before = "".join(lines[: position["line"]])
    line = lines[position["line"]]
    at = next(n for n in range(len(line) + 1) if units(line[:n], encoding) == position["character"])
    return len(before) + at


def applied(text: str, edits: list[dict[str, Any]], encoding: str) -> str:
    """The text after the edits."""
    spans = [
        (offset(text, e["range"]["start"], encoding), offset(text, e["range"]["end"], encoding), e["newText"])
        for e in edits
    ]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


FORMS = {
    "plain": TEXT,
    "crlf": TEXT.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + TEXT,
    "both": "\ufeff" + TEXT.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
async def test_findings_stand_where_they_are(editor: Editor, form: str) -> None:
    encoding, text = editor.encoding, FORMS[form]  # type: ignore[attr-defined]
    uri = f"untitled:found {form}.py"
    editor.open(uri, text)
    found = {f["rule"]: f for f in (await editor.command("kibitz.findBugs", {"uri": uri}))["findings"]}
    for rule, word in (("ruff/F401", "os"), ("ruff/F821", "undefined_name")):
        where = found[rule]["range"]
        assert text[offset(text, where["start"], encoding) : offset(text, where["end"], encoding)] == word
    fixed = await editor.command("kibitz.fix", {"uri": uri, "id": found["ruff/F401"]["id"]})
    (change,) = fixed["edit"]["documentChanges"]
    end = "\r\n" if "\r\n" in text else "\n"
    assert applied(text, change["edits"], encoding) == text.replace(f"import os{end}", "")


@pytest.mark.parametrize("form", FORMS)
async def test_edits_fit_and_keep_the_form(editor: Editor, form: str) -> None:
    encoding, text = editor.encoding, FORMS[form]  # type: ignore[attr-defined]
    uri = f"untitled:edited {form}.py"
    editor.open(uri, text)
    before = LINES[5][: LINES[5].index("who.title()")]
    where = {
        "start": {"line": 5, "character": units(before, encoding)},
        "end": {"line": 5, "character": units(before + "who.title()", encoding)},
    }
    result = await editor.command("kibitz.refactor", {"uri": uri, "range": where, "kind": "extract_variable"})
    (change,) = result["edit"]["documentChanges"]
    after = applied(text, change["edits"], encoding)
    assert "= who.title()" in after
    assert "+ who.title()" not in after
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert "\n" not in after.replace("\r\n", "")
    else:
        assert "\r" not in after
    ast.parse(after.removeprefix("\ufeff"))
    assert len(after) < len(text) + 80, "the edit is minimal"


@pytest.mark.parametrize("form", FORMS)
async def test_names_in_an_explanation_are_placed(editor: Editor, form: str) -> None:
    encoding, text = editor.encoding, FORMS[form]  # type: ignore[attr-defined]
    uri = f"untitled:explained {form}.py"
    editor.open(uri, text)
    inside = {"line": 6, "character": 4}
    result = await editor.command("kibitz.explain", {"uri": uri, "range": {"start": inside, "end": inside}})
    assert result["references"]
    for reference in result["references"]:
        where = reference["location"]["range"]
        word = text[offset(text, where["start"], encoding) : offset(text, where["end"], encoding)]
        assert word == reference["name"].rpartition(".")[2] or word == reference["name"]


async def test_typing_in_a_wide_line_keeps_both_sides_the_same(editor: Editor) -> None:
    encoding, uri = editor.encoding, "untitled:typed.py"  # type: ignore[attr-defined]
    text = TEXT
    editor.open(uri, text)
    face = LINES[5].index("👩")
    for line, column, deleted, new in (
        (5, face, 3, "🎉"),
        (6, LINES[6].index("𝒳"), 1, "é𝒴"),
        (1, len(LINES[1]), 0, "\u0301 🎈"),
        (4, 0, 0, "# 漢\r\n"),
        (6, face + 2, 1, ""),
    ):
        lines = text.splitlines(keepends=True)
        content = lines[line]
        change = {
            "range": {
                "start": {"line": line, "character": units(content[:column], encoding)},
                "end": {"line": line, "character": units(content[: column + deleted], encoding)},
            },
            "text": new,
        }
        editor.change(uri, change)
        at = sum(map(len, lines[:line])) + column
        text = text[:at] + new + text[at + deleted :]
    found = await editor.command("kibitz.findBugs", {"uri": uri})
    by_rule = {f["rule"]: f["range"] for f in found["findings"]}
    for rule, word in (("ruff/F401", "os"), ("ruff/F821", "undefined_name")):
        where = by_rule[rule]
        assert text[offset(text, where["start"], encoding) : offset(text, where["end"], encoding)] == word
