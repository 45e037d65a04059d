"""Calls follow a signature that was changed, in several languages."""

from __future__ import annotations

import pytest

from kibitz.text import Document
from support.typist import Typist


@pytest.mark.parametrize(
    ("language", "text", "old", "new", "lines"),
    [
        (
            "python",
            "def f(a, b, c):\n    return a\n\n\nx = f(1, [2, 3], 4)\ny = f(1, b=2, c=3)\nz = f(*x)\n",
            "a, b, c",
            "a, c",
            ["x = f(1, 4)", "y = f(1, c=3)"],
        ),
        (
            "python",
            "def f(a, old=1):\n    return a\n\n\nx = f(1, old=2)\nold = 3\n",
            "old=1",
            "new=1",
            ["x = f(1, new=2)"],
        ),
        (
            "python",
            "def f(a, b):\n    pass\n\n\ndef g(ctx):\n    f(1, 2)\n\n\ndef h():\n    f(1, 2)\n",
            "a, b",
            "ctx, a, b",
            ["f(ctx, 1, 2)"],
        ),
        (
            "python",
            "class A:\n    def f(self, a, b):\n        pass\n\n    def g(self):\n        self.f(1, 2)\n",
            "a, b",
            "b, a",
            ["self.f(2, 1)"],
        ),
        (
            "typescript",
            "function f(a: number, b: string) {}\nf(g(1, 2), `b`);\nf(3);\n",
            "a: number, ",
            "",
            ["f(`b`);"],
        ),
        (
            "go",
            'package m\n\nfunc f(a int, b string) {}\n\nfunc g() {\n\tf(1, "x, y")\n}\n',
            "a int, b string",
            "a int",
            ["f(1)"],
        ),
        (
            "java",
            "class A {\n    int f(int a, int b) { return a; }\n    int g() { return f(1, h(2, 3)); }\n}\n",
            "int a, int b",
            "int a",
            ["int g() { return f(1); }"],
        ),
        (
            "rust",
            "fn f(a: u32, b: char) -> u32 { a }\nfn g() -> u32 { f(1, ',') }\n",
            "a: u32, b: char",
            "a: u32",
            ["fn g() -> u32 { f(1) }"],
        ),
    ],
)
def test_calls_follow_a_changed_signature(
    language: str, text: str, old: str, new: str, lines: list[str]
) -> None:
    typist = Typist(language, text).edit(old, new)
    assert [typist.accept() for _ in lines] == lines
    assert typist.next() is None


def test_calls_in_other_documents_follow_where_they_import_the_function() -> None:
    typist = Typist("python", "def f(a, b):\n    return a\n").edit("a, b", "a")
    importing = Document("file:///b.py", "from work import f\n\nf(1, 2)\n", "python", 7)
    own = Document("file:///c.py", "def f(a, b):\n    pass\n\n\nf(1, 2)\n", "python", 7)
    typist.others = (own, importing)
    found = typist.next()
    assert found is not None
    assert found.document is importing
    assert found.after == "f(1)"
    assert found.document.replaced([found.edit]).text.endswith("f(1)\n")
