"""The menu of refactorings as editors see it, and a model that chooses while the built-in engine performs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.editor import Editor
from support.endpoint import Answer, tokens
from support.scripted import Scripted, applied, assert_envelope, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

CART = '''"""A cart."""

import os


def total(text, tax):
    header, *rows = text.split("\\n")
    fields = header.split(",")
    size = len(fields)
    tmp = size * tax
    if tmp:
        print(rows, os.name)
    return tmp


def twice(number):
    return number * 2


print(twice(3))
'''
LINES = CART.split("\n")


def at(needle: str, text: str = CART, within: int = 0) -> dict[str, Any]:
    """A cursor at a text."""
    line = next(n for n, shown in enumerate(text.split("\n")) if needle in shown)
    spot = {"line": line, "character": text.split("\n")[line].index(needle) + within}
    return {"start": spot, "end": spot}


def rows(first: str, last: str, text: str = CART) -> dict[str, Any]:
    """The whole lines from one text to another."""
    lines = text.split("\n")
    start, end = (next(n for n, shown in enumerate(lines) if one in shown) for one in (first, last))
    return {"start": {"line": start, "character": 0}, "end": {"line": end, "character": len(lines[end])}}


SHORTER = block('    fields = header.split(",")\n    size = len(fields)', '    size = len(header.split(","))')
PARSING = rows("header, *rows", "size = len")


async def listed(editor: Editor, uri: str, where: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
    params = {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": [], **context}}
    actions: list[dict[str, Any]] = await editor.request("textDocument/codeAction", params)
    return actions


def refactorings(actions: list[dict[str, Any]]) -> list[str]:
    return [a["title"] for a in actions if a.get("kind", "").startswith("refactor")]


async def asked(it: Scripted, uri: str, where: dict[str, Any], words: str) -> dict[str, Any]:
    result: dict[str, Any] = await it.editor.command(
        "kibitz.refactor", {"uri": uri, "range": where, "instruction": words}
    )
    return result


# --- the menu


async def test_with_a_model_the_menu_has_what_it_would_write(it: Scripted) -> None:
    uri = it.open(CART)
    actions = await listed(it.editor, uri, at("total(text", within=2))
    assert refactorings(actions) == [
        "Add types to `total`",
        "Add documentation to `total`",
        "Simplify `total`",
    ]
    assert all("edit" not in a and "command" not in a for a in actions if a["kind"].startswith("refactor"))
    only = await listed(it.editor, uri, at("total(text", within=2), only=["refactor.rewrite.types"])
    assert refactorings(only) == ["Add types to `total`"]
    rewrites = await listed(it.editor, uri, at("total(text", within=2), only=["refactor.rewrite"])
    assert len(rewrites) == 3
    assert it.endpoint.requests == [], "listing asks nobody"


async def test_an_editor_that_asks_by_itself_is_not_shown_what_fits_anywhere(it: Scripted) -> None:
    uri = it.open(CART)
    where = at("twice(number", within=2)
    assert "Inline `twice`" in refactorings(await listed(it.editor, uri, where, triggerKind=1))
    by_itself = refactorings(await listed(it.editor, uri, where, triggerKind=2))
    assert by_itself == ["Add types to `twice`", "Add documentation to `twice`"]


async def test_choosing_a_line_of_the_menu_asks_for_what_it_says(it: Scripted) -> None:
    uri = it.open(CART)
    action = next(
        a for a in await listed(it.editor, uri, at("twice(number", within=2)) if "types" in a["title"]
    )
    it.endpoint.enqueue(
        Answer(
            text=block("def twice(number):", "def twice(number: int) -> int:").replace("{name}", it.name(uri))
        )
    )
    resolved = await it.editor.request("codeAction/resolve", action)
    assert "def twice(number: int) -> int:" in applied(CART, resolved["edit"])
    (request,) = it.endpoint.requests
    assert "Add type annotations to `twice`" in request.prompt
    assert "lines 16 to 17" in request.prompt, "the whole definition is what is asked about"


async def test_what_the_engine_performs_asks_no_model_in_either_mode(it: Scripted) -> None:
    uri = it.open(CART)
    action = next(
        a for a in await listed(it.editor, uri, at("fields = ", within=2)) if a["title"] == "Inline `fields`"
    )
    resolved = await it.editor.request("codeAction/resolve", action)
    assert 'size = len(header.split(","))' in applied(CART, resolved["edit"])
    assert it.endpoint.requests == []


async def test_a_line_of_the_menu_for_code_that_moved_is_not_done_to_other_code(it: Scripted) -> None:
    uri = it.open(CART)
    action = next(
        a for a in await listed(it.editor, uri, at("fields = ", within=2)) if a["title"] == "Inline `fields`"
    )
    below = {"line": 17, "character": 0}
    it.editor.change(uri, {"range": {"start": below, "end": below}, "text": "# below\n"})
    resolved = await it.editor.request("codeAction/resolve", action)
    assert 'size = len(header.split(","))' in str(resolved["edit"]), "what it is about is where it was"
    top = {"line": 0, "character": 0}
    it.editor.change(uri, {"range": {"start": top, "end": top}, "text": "# above\n"})
    error = await it.editor.error("codeAction/resolve", action)
    assert error["code"] == -32801


# --- a model chooses, the engine performs


async def test_the_model_chooses_and_names_and_the_engine_extracts(it: Scripted) -> None:
    uri = it.open(CART)
    choice = {"do": "extract_function", "from": LINES[6], "to": LINES[8], "name": "count_fields"}
    it.endpoint.enqueue(Answer(text=json.dumps(choice), usage=tokens(100, 10)))
    result = await asked(it, uri, PARSING, "extract the parsing part into a function")
    assert_envelope(result)
    text = applied(CART, result["edit"])
    assert "def count_fields(text):" in text
    assert " = count_fields(text)\n    tmp = size" in text
    assert result["usage"]["inputTokens"] == 100, "one call"
    statuses = {c["name"]: c["status"] for c in result["checks"]}
    assert statuses["engine"] == "passed"
    assert statuses["syntax"] == "passed"
    (request,) = it.endpoint.requests
    assert '"do": "extract_function"' in request.prompt
    assert '"do": "rename"' in request.prompt


@pytest.mark.parametrize(
    ("words", "where", "choice", "gone", "there"),
    [
        (
            "rename this to something clear",
            at("tmp = size", within=1),
            {"do": "rename", "of": "tmp", "name": "price"},
            "tmp",
            "    price = size * tax\n    if price:",
        ),
        (
            "inline this helper",
            at("twice(number", within=1),
            {"do": "inline", "of": "twice"},
            "def twice",
            "print(3 * 2)",
        ),
        (
            "name this expression",
            rows("tmp = size", "tmp = size"),
            {"do": "extract_variable", "code": "size * tax", "name": "price"},
            "tmp = size * tax",
            "    price = size * tax\n    tmp = price\n",
        ),
        (
            "sort the imports and drop what is unused",
            at("import os"),
            {"do": "organize_imports"},
            "\n\nimport os\n\n",
            "",
        ),
    ],
)
async def test_each_choice_is_performed(
    it: Scripted, words: str, where: dict[str, Any], choice: dict[str, str], gone: str, there: str
) -> None:
    text = CART.replace(", os.name", "")
    uri = it.open(text)
    it.endpoint.enqueue(Answer(text=json.dumps(choice)))
    after = applied(text, (await asked(it, uri, where, words))["edit"])
    assert gone not in after
    assert there in after
    assert len(it.endpoint.requests) == 1


SCRIPT = """export function price(cart: Cart, tax: number): number {
  if (cart.open) {
    log(cart)
    close(cart)
  }
}
"""


async def test_a_model_chooses_in_other_languages_too(it: Scripted) -> None:
    uri = it.open(SCRIPT, "typescript", ".ts")
    it.endpoint.enqueue(Answer(text=json.dumps({"do": "guard_clause", "line": "  if (cart.open) {"})))
    result = await asked(it, uri, rows("if (cart", "  }", SCRIPT), "use a guard clause")
    after = applied(SCRIPT, result["edit"])
    assert "if (!cart.open) {" in after
    assert "\n  log(cart)\n  close(cart)\n}" in after
    prompt = it.endpoint.requests[0].prompt
    assert '"do": "guard_clause"' in prompt
    assert '"do": "extract_function"' in prompt
    assert '"do": "merge_ifs"' not in prompt, "there is no engine for it"


REFUSED_CHOICES = {
    "quotes what is not there": (
        {"do": "extract_function", "from": "x = 1", "to": LINES[8], "name": "parse"},
        "does not have",
    ),
    "names badly": ({"do": "rename", "of": "tmp", "name": "thePrice"}, "snake_case"),
    "takes a name": ({"do": "rename", "of": "tmp", "name": "fields"}, "already taken"),
    "is no operation": ({"do": "demolish"}, "no operation called"),
    "cannot be performed": ({"do": "inline", "of": "rows"}, "The engine does not do this inline"),
}


@pytest.mark.parametrize("name", REFUSED_CHOICES)
async def test_a_choice_that_cannot_be_is_repaired_once_by_another_or_by_code(
    it: Scripted, name: str
) -> None:
    uri = it.open(CART)
    choice, why = REFUSED_CHOICES[name]
    code = SHORTER.replace("{name}", it.name(uri))
    it.endpoint.enqueue(Answer(text=json.dumps(choice)), Answer(text=code))
    result = await asked(it, uri, PARSING, "make this clearer")
    assert 'size = len(header.split(","))' in applied(CART, result["edit"])
    assert "engine" not in {c["name"] for c in result["checks"]}
    turn = it.endpoint.requests[1].json["messages"][-1]["content"]
    assert why in turn


@pytest.mark.parametrize("name", REFUSED_CHOICES)
async def test_a_choice_that_stays_impossible_is_refused_and_nothing_else_is_done(
    it: Scripted, name: str
) -> None:
    uri = it.open(CART)
    choice, why = REFUSED_CHOICES[name]
    it.endpoint.enqueue(Answer(text=json.dumps(choice)), Answer(text=json.dumps(choice)))
    error = await it.error(
        "kibitz.refactor", uri=uri, range=PARSING, instruction="make this clearer", apply=True
    )
    assert error["kind"] == "bad_response"
    assert why in error["message"]
    assert [m for m in it.editor.messages if m.get("method") == "workspace/applyEdit"] == []


async def test_a_second_choice_may_be_right(it: Scripted) -> None:
    uri = it.open(CART)
    first = {"do": "rename", "of": "tmp", "name": "Price"}
    it.endpoint.enqueue(Answer(text=json.dumps(first)), Answer(text=json.dumps({**first, "name": "price"})))
    result = await asked(it, uri, at("tmp = size", within=1), "rename this to something clear")
    assert "price = size * tax" in applied(CART, result["edit"])


async def test_a_rename_that_nobody_asked_for_may_not_change_what_others_call(it: Scripted) -> None:
    uri = it.open(CART)
    choice = json.dumps({"do": "rename", "of": "twice", "name": "doubled"})
    it.endpoint.enqueue(Answer(text=choice), Answer(text=choice))
    error = await it.error(
        "kibitz.refactor", uri=uri, range=at("twice(number", within=1), instruction="make it nicer"
    )
    assert error["kind"] == "bad_response"
    assert "signature" in error["message"]


@pytest.mark.parametrize(("language", "suffix"), [("shellscript", ".sh"), ("plaintext", ".txt")])
async def test_where_no_engine_is_nothing_can_be_chosen(it: Scripted, language: str, suffix: str) -> None:
    text = "tmp=1\necho $tmp\n"
    uri = it.open(text, language, suffix)
    choice = json.dumps({"do": "rename", "of": "tmp", "name": "price"})
    it.endpoint.enqueue(Answer(text=choice), Answer(text=choice))
    error = await it.error(
        "kibitz.refactor", uri=uri, range=rows("tmp", "echo", text), instruction="rename tmp"
    )
    assert error["kind"] == "bad_response"
    assert '"do"' not in it.endpoint.requests[0].prompt


async def test_without_an_instruction_there_is_nothing_to_choose(it: Scripted) -> None:
    uri = it.open(CART)
    it.endpoint.enqueue(Answer(text=SHORTER.replace("{name}", it.name(uri))))
    await it.editor.command("kibitz.refactor", {"uri": uri, "range": PARSING})
    assert '"do"' not in it.endpoint.requests[0].prompt


# --- instructions in comments


COMMENTED = CART.replace(
    "    tmp = size * tax", "    # kibitz: name the product of both\n    tmp = size * tax"
)


@pytest.mark.parametrize("way", ["menu", "command"])
async def test_a_comment_is_an_instruction_and_goes_with_its_work(it: Scripted, way: str) -> None:
    uri = it.open(COMMENTED)
    where = at("# kibitz", COMMENTED)
    it.endpoint.enqueue(Answer(text=json.dumps({"do": "rename", "of": "tmp", "name": "price"})))
    if way == "menu":
        (first, *_) = await listed(it.editor, uri, where, only=["refactor"])
        assert first["title"] == "Do what the comment says: name the product of both"
        edit = (await it.editor.request("codeAction/resolve", first))["edit"]
    else:
        edit = (
            await it.editor.command("kibitz.refactor", {"uri": uri, "range": where, "fromComment": True})
        )["edit"]
    assert applied(COMMENTED, edit) == CART.replace("tmp", "price")
    (request,) = it.endpoint.requests
    assert "Instruction: name the product of both" in request.prompt
    assert "# kibitz" not in request.prompt


async def test_a_comment_that_is_gone_is_not_found(it: Scripted) -> None:
    uri = it.open(CART)
    error = await it.error("kibitz.refactor", uri=uri, range=at("tmp ="), fromComment=True)
    assert error["kind"] == "not_found"
    assert it.endpoint.requests == []
