"""A function that became asynchronous and is used as if it had not."""

from __future__ import annotations

import pytest

from kibitz.features.made_async import awaited_check
from kibitz.text import Document
from kibitz.verify.edit import ProposedEdit, file_edit

PYTHON = "def page(u):\n    return u\n\n\n{}\n"
SCRIPT = "function page(u) {{\n  return u\n}}\n\n{}\n"
LOST = {
    "dropped": ("python", "def f(a):\n    page(a)"),
    "added": ("python", "def f(a):\n    return page(a) + 1"),
    "a member": ("python", "async def f(a):\n    return page(a).text"),
    "a condition": ("python", "async def f(a):\n    if page(a):\n        print(a)"),
    "gone through": ("python", "def f(a):\n    for x in page(a):\n        print(x)"),
    "in a text": ("python", "def f(a):\n    return f'{page(a)}'"),
    "a method": ("python", "class A:\n    def f(self, a):\n        self.page(a)"),
    "of a script": ("javascript", "const f = (a) => { page(a) }"),
    "a member in a script": ("typescript", "const f = (a) => page(a).length"),
}
KEPT = {
    "awaited": ("python", "async def f(a):\n    return await page(a)"),
    "run": ("python", "def f(a):\n    return asyncio.run(page(a))"),
    "gathered": ("python", "async def f(a):\n    return await asyncio.gather(*[page(x) for x in a])"),
    "kept for later": ("python", "async def f(a):\n    x = page(a)\n    return await x"),
    "awaited in brackets": ("python", "async def f(a):\n    return (await page(a)).text"),
    "gone through": ("python", "async def f(a):\n    async for x in page(a):\n        print(x)"),
    "another of the name": ("python", "class A:\n    def page(self):\n        pass\n\n    def f(self):\n        self.page()"),
    "then": ("javascript", "const f = (a) => { page(a).then(g) }"),
    "void": ("javascript", "const f = (a) => { void page(a) }"),
    "spoken of": ("python", "# page(a) + 1\nX = 'page(a) + 1'"),
}  # fmt: skip


def change(language: str, rest: str) -> ProposedEdit:
    """The edit that makes `page` asynchronous."""
    text = (PYTHON if language == "python" else SCRIPT).format(rest)
    word = "def page" if language == "python" else "function page"
    document = Document("untitled:a", text, language, 1)
    return ProposedEdit((file_edit(document, text.replace(word, f"async {word}", 1)),), ())


@pytest.mark.parametrize("name", LOST)
async def test_a_use_without_await_is_a_failure_that_says_where(name: str) -> None:
    (check,) = await awaited_check(change(*LOST[name]))
    assert check.status == "failed"
    assert "`page`" in check.detail
    assert "line " in check.detail


@pytest.mark.parametrize("name", KEPT)
async def test_what_is_awaited_or_passed_on_is_none(name: str) -> None:
    assert [c for c in await awaited_check(change(*KEPT[name])) if c.status == "failed"] == []


async def test_nothing_is_said_of_other_changes() -> None:
    document = Document("untitled:a", "async def page(u):\n    return u\n\n\npage(1)\n", "python", 1)
    edit = ProposedEdit((file_edit(document, document.text.replace("return u", "return 2")),), ())
    assert await awaited_check(edit) == ()
