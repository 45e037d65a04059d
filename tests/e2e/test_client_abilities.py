"""Clients that can some things and not others: whatever they declare, a chosen action ends as the change that was asked for."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from kibitz.lsp.convert import to_range
from kibitz.text import Document, Encoding, TextEdit, apply_edits
from support.editor import Editor
from support.offline import offline_editor

TEXT = '"""Sums 𝒳."""\n\nimport os\n\n\ndef total(values):\n    wide = "𝒳é𝒳"; size = len(values) + 1\n    return size, wide\n'
UNUSED = TEXT.replace("import os\n\n", "")
ABILITIES = ("apply", "changes", "annotations", "creates", "resolve", "data", "literals", "show")
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")


def declared(able: frozenset[str], encoding: Encoding) -> dict[str, Any]:
    """The capabilities of a client that can do these things."""
    edit: dict[str, Any] = {"documentChanges": "changes" in able}
    if "annotations" in able:
        edit["changeAnnotationSupport"] = {}
    if "creates" in able:
        edit["resourceOperations"] = ["create", "delete"]
    action: dict[str, Any] = {"dataSupport": "data" in able, "honorsChangeAnnotations": "annotations" in able}
    if "literals" in able:
        action["codeActionLiteralSupport"] = {"codeActionKind": {"valueSet": []}}
    if "resolve" in able:
        action["resolveSupport"] = {"properties": ["edit"]}
    return {
        "general": {"positionEncodings": [encoding]},
        "workspace": {"applyEdit": "apply" in able, "workspaceEdit": edit},
        "window": {"showDocument": {"support": "show" in able}},
        "textDocument": {"codeAction": action},
    }


def chosen() -> list[tuple[frozenset[str], Encoding]]:
    """Clients such that any two abilities are there, missing and mixed in one of them."""
    chance = random.Random(4)
    open_ = {
        (a, x, b, y)
        for a, b in itertools.combinations(ABILITIES, 2)
        for x in (True, False)
        for y in (True, False)
    }
    found: list[tuple[frozenset[str], Encoding]] = []
    while open_:
        tries = [frozenset(a for a in ABILITIES if chance.random() < 0.5) for _ in range(60)]
        best = max(
            tries, key=lambda able: sum(((a in able) == x and (b in able) == y) for a, x, b, y in open_)
        )
        open_ = {(a, x, b, y) for a, x, b, y in open_ if not ((a in best) == x and (b in best) == y)}
        found.append((best, ENCODINGS[len(found) % 3]))
    return found


class Client(Editor):
    """Does with an action what its own declaration says it can, and no more."""

    def __init__(self, capabilities: dict[str, Any], **given: Any) -> None:
        super().__init__(capabilities, **given)
        self.able: frozenset[str] = frozenset()
        self.encoding: Encoding = "utf-16"
        self.text = TEXT
        self.on["workspace/applyEdit"] = lambda params: {"applied": self.take(params["edit"])}

    def take(self, edit: dict[str, Any]) -> bool:
        """Change the text by a workspace edit; fails where it holds what this client did not declare."""
        if "changes" in self.able:
            assert "changes" not in edit
            edits = [e for change in edit["documentChanges"] for e in change["edits"]]
        else:
            assert "documentChanges" not in edit, "it would not be understood"
            edits = [e for each in edit["changes"].values() for e in each]
        shown = "changes" in self.able and "annotations" in self.able
        assert bool(edit.get("changeAnnotations")) == shown
        assert all(("annotationId" in e) == shown for e in edits)
        document = Document("untitled:x", self.text, "python")
        made = [
            TextEdit(
                to_range(
                    document.lines,
                    lsp.Range(*(lsp.Position(**e["range"][k]) for k in ("start", "end"))),
                    self.encoding,
                ),
                e["newText"],
            )
            for e in edits
        ]
        self.text = apply_edits(document, made)
        return True

    async def choose(self, action: dict[str, Any]) -> None:
        """Resolve it, take its edit, run its command: in this order, as the specification says."""
        if "literals" in self.able and "edit" not in action and "resolve" in self.able:
            sent = action if "data" in self.able else {k: v for k, v in action.items() if k != "data"}
            action = await self.request("codeAction/resolve", sent)
        if "edit" in action:
            self.take(action["edit"])
        command = action if "literals" not in self.able else action.get("command")
        if command is not None:
            call = {"command": command["command"], "arguments": command["arguments"]}
            await self.request("workspace/executeCommand", call)


def column(line: str, at: int, encoding: Encoding) -> int:
    """A column in the client's units."""
    before = line[:at]
    units = {
        "utf-8": len(before.encode()),
        "utf-16": len(before.encode("utf-16-le")) // 2,
        "utf-32": len(before),
    }
    return units[encoding]


@pytest.mark.parametrize(
    ("able", "encoding"), chosen(), ids=lambda v: v if isinstance(v, str) else "+".join(sorted(v)) or "none"
)
async def test_what_is_chosen_happens_or_is_shown(
    able: frozenset[str], encoding: Encoding, tmp_path: Path
) -> None:
    async with offline_editor(tmp_path, declared(able, encoding), Client) as running:
        assert isinstance(running, Client)
        running.able, running.encoding = able, encoding
        uri = (tmp_path / "project" / "sums.py").as_uri()
        running.open(uri, TEXT)
        row = TEXT.split("\n").index('    wide = "𝒳é𝒳"; size = len(values) + 1')
        line = TEXT.split("\n")[row]
        first = column(line, line.index("len("), encoding)
        where = {"start": {"line": row, "character": first}, "end": {"line": row, "character": first + 15}}
        report = {
            "range": {"start": {"line": 2, "character": 7}, "end": {"line": 2, "character": 9}},
            "message": "'os' imported but unused",
        }
        for title, range_, given, wanted in (
            ("Extract function", where, [], None),
            ("Remove unused import `os`", report["range"], [report], UNUSED),
        ):
            running.text = TEXT
            context = {"diagnostics": given}
            params = {"textDocument": {"uri": uri}, "range": range_, "context": context}
            actions = await running.request("textDocument/codeAction", params)
            action = next(a for a in actions if a["title"] == title)
            await running.choose(action)
            lazily = {"literals", "resolve", "data"} <= able
            handed = "literals" in able and "resolve" not in able and wanted is not None
            if "apply" in able or lazily or handed:
                assert running.text != TEXT
                assert wanted is None or running.text == wanted
                assert '    wide = "𝒳é𝒳"; size = ' in running.text
                assert len(running.text.split("len(values) + 1")) == 2
                assert wanted is not None or "return len(values) + 1\n" in running.text
            else:
                assert running.text == TEXT
                said = [
                    m["params"]["message"]
                    for m in running.messages
                    if m.get("method") == "window/showMessage"
                ]
                assert any("cannot apply" in words for words in said)
                shown = [m for m in running.messages if m.get("method") == "window/showDocument"]
                assert bool(shown) == ("show" in able)
