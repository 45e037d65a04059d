"""The lines of the menu that a model has to write: chosen, checked, and refused in words where they break something."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from support.endpoint import Answer
from support.scripted import Scripted, applied, block

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LONG = "".join(f"    if text == 'k{n}':\n        found.append({n})\n" for n in range(22))
SOURCE = f'''"""A shop."""

import time


def price(net, tax=2):
    return net * tax


def page(url: str) -> str:
    """Wait a little."""
    time.sleep(1)
    return url * 2


def shelf(url: str) -> str:
    """Two of it."""
    return page(url) + page(url)


async def label(name: str) -> str:
    """Name it."""
    return name.upper()


def codes(text: str) -> list[int]:
    """All codes."""
    found: list[int] = []
{_LONG}    return found
'''
HALF = "    if text == 'k11':\n"
FIRST, SECOND = _LONG.split(HALF)
SPLIT = (
    f'def codes(text: str) -> list[int]:\n    """All codes."""\n    found: list[int] = []\n    _low(text, found)\n'
    f"    _high(text, found)\n    return found\n\n\ndef _low(text: str, found: list[int]) -> None:\n{FIRST}\n\n"
    f"def _high(text: str, found: list[int]) -> None:\n{HALF}{SECOND}"
)


class Line(NamedTuple):
    """A line of the menu: where it is, what it is called, answers that are right and wrong, and the check that says so."""

    at: str
    title: str
    right: tuple[str, str]
    wrong: tuple[str, str]
    why: str


PAGES = SOURCE[SOURCE.index("import time") : SOURCE.index("async def label")].rstrip("\n")
ASYNC_PAGES = (
    PAGES.replace("import time", "import asyncio")
    .replace("    time.sleep", "    await asyncio.sleep")
    .replace("def page", "async def page")
    .replace("def shelf", "async def shelf")
    .replace("page(url) + page(url)", "await page(url) + await page(url)")
)
CODES = SOURCE[SOURCE.index("def codes") :].rstrip("\n")
LINES = {
    "types": Line(
        "price(net",
        "Add types to `price`",
        ("def price(net, tax=2):", "def price(net: float, tax: float = 2) -> float:"),
        ("def price(net, tax=2):", "def price(net: float, tax: float = 3) -> float:"),
        "signature",
    ),
    "types that change the code": Line(
        "price(net",
        "Add types to `price`",
        ("def price(net, tax=2):", "def price(net: float, tax: float = 2) -> float:"),
        (
            "def price(net, tax=2):\n    return net * tax",
            "def price(net: float, tax: float = 2) -> float:\n    return net + tax",
        ),
        "behaviour",
    ),
    "documentation": Line(
        "price(net",
        "Add documentation to `price`",
        ("def price(net, tax=2):", 'def price(net, tax=2):\n    """The price with its tax."""'),
        (
            "def price(net, tax=2):\n    return net * tax",
            'def price(net, tax=2):\n    """The price with its tax."""\n    return net + tax',
        ),
        "behaviour",
    ),
    "split": Line(
        "codes(text",
        "Split `codes` into smaller functions",
        (CODES, SPLIT.rstrip("\n")),
        (CODES, SPLIT.replace("    _high(text, found)\n", "", 1).rstrip("\n")),
        "behaviour",
    ),
    "asynchronous": Line(
        "page(url", "Make `page` asynchronous",
        (PAGES, ASYNC_PAGES),
        ('def page(url: str) -> str:\n    """Wait a little."""\n    time.sleep(1)', 'def page(url: str) -> str:\n    """Wait a little."""\n    await asyncio.sleep(1)'),
        "await|asyncio",
    ),
    "asynchronous, and nobody awaits it": Line(
        "page(url", "Make `page` asynchronous",
        (PAGES, ASYNC_PAGES),
        (PAGES, ASYNC_PAGES.replace("async def shelf", "def shelf").replace("await page", "page")),
        "awaited",
    ),
    "synchronous": Line(
        "label(name",
        "Make `label` synchronous",
        ("async def label(name: str) -> str:", "def label(name: str) -> str:"),
        ('async def label(name: str) -> str:\n    """Name it."""\n    return name.upper()', 'def label(name: str) -> str:\n    """Name it."""\n    return nme.upper()'),
        "nme|names",
    ),
}  # fmt: skip


def at(needle: str) -> dict[str, Any]:
    """A cursor in a text."""
    line = next(n for n, shown in enumerate(SOURCE.split("\n")) if needle in shown)
    spot = {"line": line, "character": SOURCE.split("\n")[line].index(needle) + 1}
    return {"start": spot, "end": spot}


async def chosen(it: Scripted, uri: str, line: Line) -> dict[str, Any]:
    """The line of the menu."""
    params = {"textDocument": {"uri": uri}, "range": at(line.at), "context": {"diagnostics": []}}
    actions: list[dict[str, Any]] = await it.editor.request("textDocument/codeAction", params)
    assert it.endpoint.requests == [], "listing asks nobody"
    return next(a for a in actions if a["title"] == line.title)


@pytest.mark.parametrize("name", LINES)
async def test_a_right_answer_is_the_change(it: Scripted, name: str) -> None:
    line = LINES[name]
    uri = it.open(SOURCE)
    action = await chosen(it, uri, line)
    it.endpoint.enqueue(Answer(text=block(*line.right).replace("{name}", it.name(uri))))
    resolved = await it.editor.request("codeAction/resolve", action)
    assert applied(SOURCE, resolved["edit"]) == SOURCE.replace(*line.right)
    assert len(it.endpoint.requests) == 1
    assert line.title.split("`")[1] in it.endpoint.requests[0].prompt


@pytest.mark.parametrize("name", LINES)
async def test_a_wrong_answer_is_repaired_or_refused_in_words(it: Scripted, name: str) -> None:
    line = LINES[name]
    uri = it.open(SOURCE)
    action = await chosen(it, uri, line)
    wrong = Answer(text=block(*line.wrong).replace("{name}", it.name(uri)))
    right = Answer(text=block(*line.right).replace("{name}", it.name(uri)))
    it.endpoint.enqueue(wrong, right)
    resolved = await it.editor.request("codeAction/resolve", action)
    assert applied(SOURCE, resolved["edit"]) == SOURCE.replace(*line.right), "one turn to repair it"
    it.endpoint.enqueue(wrong, wrong)
    error = await it.editor.error("codeAction/resolve", action)
    data = error["data"]
    assert data["kind"] == "bad_response"
    assert any(word in data["message"] for word in line.why.split("|")), data["message"]
    assert data["hint"]
    assert len(it.endpoint.requests) == 4


async def test_without_a_model_none_of_them_is_there(it: Scripted) -> None:
    from kibitz.features.menu import offers
    from kibitz.text import Document, Position, Range

    document = Document("untitled:shop.py", SOURCE, "python")
    for line in LINES.values():
        where = Position(**at(line.at)["start"])
        found = {o.title for o in offers(document, Range(where, where), model=False)}
        assert line.title not in found
        assert line.title in {o.title for o in offers(document, Range(where, where), model=True)}
