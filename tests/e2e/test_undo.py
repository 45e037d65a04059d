"""What the server changes, undone and done again in the editor: the same bytes on both sides, and right answers after each."""

from __future__ import annotations

import random
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from kibitz.text import Encoding
from support.editor import Editor
from support.profiles import PROFILES
from support.undoing import Hand

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")

SHOWING = """
from kibitz.cli.serve import run
from kibitz.lsp import commands

async def text(session, given, token):
    return session.documents[given["uri"]].snapshot().text

original = commands.table
commands.table = lambda: {**original(), "t.text": text}
run()
"""
"""The server with one command more, which says what it holds of a document."""

PYTHON = '''import os
import sys  # 😀 é


def greet(who, loud):
    """Say hello to 漢."""
    greeting = "👩‍👩‍👧 é 漢" + who.title()
    if loud:
        shout = greeting.upper()
        return "𝒳" + shout, sys
    else:
        return greeting, None


print(greet("é", True), json.dumps({}))
'''
SCRIPT = """import { b, a } from './😀';
import { unused } from './m';

export function price(cart: Cart, note: string): string {
    const shown = "é 漢 👩‍👩‍👧" + note.trim();
    if (cart.open) {
        log(cart, shown);
        close(cart);
    }
}

const cart: Cart = a(b);
price(carts, "𝒳");
"""
GO = """package m

import (
    "os"
    "fmt"
)

// é 😀
func f(words []string) int {
    count := len(words) + len("é 漢")
    if count > 3 {
        fmt.Println("𝒳", count)
    }
    return cuont
}
"""
TEXTS = {"python": (".py", PYTHON), "typescript": (".ts", SCRIPT), "go": (".go", GO)}
FORMS = {
    "plain": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "no last line break": lambda text: text.removesuffix("\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "all of it": lambda text: (
        "\ufeff" + text.replace("    ", "\t").replace("\n", "\r\n").removesuffix("\r\n")
    ),
}


class Deed(NamedTuple):
    """An entry of the code actions: its title, asked for on a text or (`cursor`) before it; what another checker says there,
    if that is asked; the kind that is asked for, where it is only offered to who does."""

    language: str
    title: str
    place: str
    said: tuple[str, str, str] | None = None
    cursor: bool = False
    only: str = ""


DEEDS = {
    "extract variable": Deed("python", "Extract variable", "who.title()"),
    "inline": Deed("python", "Inline `shout`", "shout"),
    "invert": Deed("python", "Invert if", "if loud", cursor=True),
    "organize": Deed("python", "Organize imports", "import os"),
    "unused import": Deed(
        "python", "Remove unused import `os`", "os", ('Import "os" is not accessed', "Pyright", "reportUnusedImport")
    ),
    "missing import": Deed(
        "python", "Add `import json`", "json", ('"json" is not defined', "Pyright", "reportUndefinedVariable")
    ),
    "everything": Deed("python", "Fix all that is certain", "import os", only="source.fixAll"),
    "early return": Deed("typescript", "Return early", "if (cart", cursor=True),
    "extract constant": Deed("typescript", "Extract variable", "note.trim()"),
    "organize script": Deed("typescript", "Organize imports", "import"),
    "unused script import": Deed(
        "typescript",
        "Remove unused import `unused`",
        "unused",
        ("'unused' is declared but its value is never read.", "ts", "6133"),
    ),
    "misspelt": Deed(
        "typescript", "Change `carts` to `cart`", "carts", ("Cannot find name 'carts'. Did you mean 'cart'?", "ts", "2552")
    ),
    "unused package": Deed("go", 'Remove unused import "os"', '"os"', ('"os" imported and not used', "compiler", "UnusedImport")),
    "misspelt variable": Deed("go", "Change `cuont` to `count`", "cuont", ("undefined: cuont", "compiler", "UndeclaredName")),
    "organize packages": Deed("go", "Organize imports", '"os"'),
}  # fmt: skip


class Shown(Editor):
    """An editor with a number for each document it opens."""

    opened = 0

    def hand(self, language: str, text: str, encoding: Encoding) -> Hand:
        """Open a new document."""
        self.opened += 1
        return Hand(self, f"untitled:{self.opened}{TEXTS[language][0]}", text, language, encoding)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[Encoding, Shown]]:
    """A server for each way of counting columns."""
    running: dict[Encoding, Shown] = {}
    script = tmp_path_factory.mktemp("showing") / "showing_server.py"
    script.write_text(SHOWING, "utf-8")
    async with AsyncExitStack() as stack:
        for encoding in ENCODINGS:
            root = tmp_path_factory.mktemp(f"undo-{encoding}")
            capabilities = {**PROFILES["vscode"], "general": {"positionEncodings": [encoding]}}
            editor = Shown(capabilities, root=root, server=[sys.executable, "-P", str(script)])
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("KIBITZ_HOME", str(root / "home"))
                await stack.enter_async_context(editor)
            editor.settings = {}
            await editor.initialize({})
            running[encoding] = editor
        yield running
        for editor in running.values():
            editor.assert_each_answered_once()
            assert await editor.leave() == 0


async def actions(hand: Hand, deed: Deed) -> list[dict[str, Any]]:
    """What is offered at the deed's place; nothing where that is gone."""
    if deed.place not in hand.text:
        return []
    where = hand.word(deed.place)
    if deed.cursor:
        where["end"] = where["start"]
    given = []
    if deed.said is not None:
        message, source, code = deed.said
        given = [{"range": where, "message": message, "source": source, "code": code}]
    context = {"diagnostics": given, "triggerKind": 1, **({"only": [deed.only]} if deed.only else {})}
    params = {"textDocument": {"uri": hand.uri}, "range": where, "context": context}
    found: list[dict[str, Any]] = await hand.editor.request("textDocument/codeAction", params)
    return [a for a in found if not a["kind"].startswith("source.kibitz")]


async def offered(hand: Hand, deed: Deed) -> dict[str, Any] | None:
    """The deed's entry, not resolved; None where it is not offered."""
    return next((a for a in await actions(hand, deed) if a["title"] == deed.title), None)


async def edit_of(hand: Hand, action: dict[str, Any]) -> dict[str, Any]:
    """The edit of an entry; without changes where the text at hand makes it refused."""
    answer = await hand.editor.answer(hand.editor.start("codeAction/resolve", action))
    if "error" in answer:
        assert answer["error"]["data"]["kind"] in ("bad_response", "invalid", "unsupported"), answer
        return {}
    edit: dict[str, Any] = answer["result"]["edit"]
    return edit


def changes(edit: dict[str, Any]) -> list[Any]:
    """What an edit changes in its one document, without whose version it is."""
    return [change["edits"] for change in edit.get("documentChanges", ())]


async def assert_in_step(hand: Hand, deed: Deed, *, deep: bool = False) -> None:
    """The server has the editor's very text, and offers what it offers for a document that was just opened with it; `deep`:
    and the same edit."""
    assert await hand.editor.command("t.text", {"uri": hand.uri}) == hand.text
    assert isinstance(hand.editor, Shown)
    fresh = hand.editor.hand(deed.language, hand.text, hand.encoding)
    ours, theirs = await actions(hand, deed), await actions(fresh, deed)
    assert [a["title"] for a in ours] == [a["title"] for a in theirs]
    if deep:
        for one, other in zip(ours, theirs, strict=True):
            if one["title"] == deed.title:
                assert changes(await edit_of(hand, one)) == changes(await edit_of(fresh, other))
    hand.editor.notify("textDocument/didClose", {"textDocument": {"uri": fresh.uri}})


ROUNDS = [
    (name, form, ENCODINGS[number % 3])
    for number, name in enumerate(DEEDS)
    for form in ("all of it", list(FORMS)[number % 5])
]
"""Each deed in the hardest form and in one of the others."""


@pytest.mark.parametrize(("name", "form", "encoding"), ROUNDS)
async def test_undo_gives_the_same_bytes_and_redo_the_others(
    editors: dict[Encoding, Shown], name: str, form: str, encoding: Encoding
) -> None:
    deed = DEEDS[name]
    before = FORMS[form](TEXTS[deed.language][1])
    hand = editors[encoding].hand(deed.language, before, encoding)
    action = await offered(hand, deed)
    assert action is not None
    edit = await edit_of(hand, action)
    hand.apply(edit)
    after = hand.text
    assert after != before
    assert after.startswith("\ufeff") == before.startswith("\ufeff")
    assert ("\n" in after.replace("\r\n", "")) == ("\n" in before.replace("\r\n", ""))
    await assert_in_step(hand, deed)
    hand.undo()
    assert hand.text == before
    again = await offered(hand, deed)
    assert again is not None
    assert changes(await edit_of(hand, again)) == changes(edit), "what was offered first is offered again"
    for text, way in ((after, hand.redo), (before, hand.undo), (after, hand.redo)):
        way()
        assert hand.text == text
        await assert_in_step(hand, deed)
    await assert_in_step(hand, deed, deep=True)


@pytest.mark.parametrize("name", ["extract variable", "unused import", "early return", "misspelt variable"])
async def test_what_was_offered_before_a_line_came_and_went_is_still_right(
    editors: dict[Encoding, Shown], name: str
) -> None:
    deed = DEEDS[name]
    before = FORMS["crlf"](TEXTS[deed.language][1])
    hand = editors["utf-16"].hand(deed.language, before, "utf-16")
    action = await offered(hand, deed)
    assert action is not None
    edit = await edit_of(hand, action)
    hand.type(len(before), len(before), "\r\n// 😀")
    hand.undo()
    late = await edit_of(hand, action)
    assert changes(late) == changes(edit)
    assert late["documentChanges"][0]["textDocument"]["version"] == hand.version == 3
    hand.apply(late)
    hand.undo()
    assert hand.text == before


@pytest.mark.parametrize("seed", range(6))
async def test_many_deeds_undone_and_done_again_in_any_order(
    editors: dict[Encoding, Shown], seed: int
) -> None:
    chance = random.Random(seed)
    language, encoding = ("python", "typescript", "go")[seed % 3], ENCODINGS[(seed // 2) % 3]
    deeds = [deed for deed in DEEDS.values() if deed.language == language]
    hand = editors[encoding].hand(language, FORMS[chance.choice(list(FORMS))](TEXTS[language][1]), encoding)
    texts, made = [hand.text], 0
    for _ in range(14):
        way = chance.choice(("do", "do", "type", "undo", "redo"))
        if way == "undo" and hand.past:
            hand.undo()
            assert hand.text == texts[len(hand.past)]
        elif way == "redo" and hand.future:
            hand.redo()
            assert hand.text == texts[len(hand.past)]
        elif way == "type":
            at = chance.randrange(len(hand.text) + 1)
            if hand.text[at - 1 : at + 1] == "\r\n":
                at += 1
            hand.type(at, at, chance.choice(("é", "😀", "x", " ", "\n", "# 漢\n")))
            texts[len(hand.past) :] = [hand.text]
        elif (action := await offered(hand, deed := chance.choice(deeds))) is not None:
            made += 1
            if changes(edit := await edit_of(hand, action)):
                hand.apply(edit)
                texts[len(hand.past) :] = [hand.text]
        await assert_in_step(hand, chance.choice(deeds))
    while hand.past:
        hand.undo()
        assert hand.text == texts[len(hand.past)]
    for deed in deeds:
        await assert_in_step(hand, deed, deep=True)
    while hand.future:
        hand.redo()
    assert hand.text == texts[-1]
    await assert_in_step(hand, chance.choice(deeds), deep=True)
    assert made > 0


async def test_what_the_server_applies_itself_is_undone_like_the_rest(editors: dict[Encoding, Shown]) -> None:
    editor = editors["utf-16"]
    before = FORMS["all of it"](SCRIPT)
    hand = editor.hand("typescript", before, "utf-16")

    def apply(params: Any) -> dict[str, bool]:
        hand.apply(params["edit"])
        return {"applied": True}

    editor.on["workspace/applyEdit"] = apply
    try:
        given = {"uri": hand.uri, "apply": True}
        extract = {**given, "range": hand.word("note.trim()"), "kind": "extract_variable"}
        assert (await editor.command("kibitz.refactor", extract))["applied"] is True
        refactored = hand.text
        message = "'unused' is declared but its value is never read."
        unused = {"range": hand.word("unused"), "message": message, "source": "ts", "code": "6133"}
        assert (await editor.command("kibitz.fix", {**given, "diagnostic": unused}))["applied"] is True
        fixed = hand.text
    finally:
        editor.on["workspace/applyEdit"] = lambda params: {"applied": True}
    assert len({before, refactored, fixed}) == 3
    for text in (refactored, before):
        hand.undo()
        assert hand.text == text
        await assert_in_step(hand, DEEDS["extract constant"])
        await assert_in_step(hand, DEEDS["unused script import"], deep=True)
    for text in (refactored, fixed):
        hand.redo()
        assert hand.text == text
        await assert_in_step(hand, DEEDS["early return"], deep=True)
        await assert_in_step(hand, DEEDS["misspelt"])
