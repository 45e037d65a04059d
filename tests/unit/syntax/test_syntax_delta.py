"""The error delta: what a change brings is blamed on it, what stood there before is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.syntax.delta import new_errors, parses_in_place
from kibitz.syntax.tree import parse
from kibitz.text import Document, Range, TextEdit

GOOD = {
    "python": [
        "def one(a, b):\n    return a + b\n",
        "class Two:\n    x = 1\n\n    def m(self):\n        return [self.x]\n",
        "LIMIT = {'a': (1, 2)}\n",
        "for i in range(3):\n    print(i)\n",
    ],
    "javascript": [
        "function one(a, b) {\n  return a + b;\n}\n",
        "class Two {\n  m() {\n    return [this.x];\n  }\n}\n",
        "const limit = { a: [1, 2] };\n",
        "for (const i of [1]) {\n  log(`a ${i}`);\n}\n",
    ],
    "typescript": [
        "function one(a: number): number {\n  return a;\n}\n",
        "interface Two {\n  m(): void;\n}\n",
        "const limit: Record<string, number> = { a: 1 };\n",
    ],
    "go": [
        "func one(a int) int {\n\treturn a\n}\n",
        "type two struct {\n\tx int\n}\n",
        "var limit = []int{1, 2}\n",
    ],
    "rust": [
        "fn one(a: i32) -> i32 {\n    a\n}\n",
        "struct Two {\n    x: i32,\n}\n",
        "const LIMIT: i32 = (1 + 2);\n",
    ],
    "java": [
        "class One {\n  int one(int a) {\n    return a;\n  }\n}\n",
        "interface Two {\n  void m();\n}\n",
        "enum Three {\n  A, B\n}\n",
    ],
}
BROKEN = {
    "python": ["x = = 1\n", "def broken(:\n    pass\n", "y = foo(1,, 2)\n"],
    "javascript": ["let x = = 1;\n", "function broken( { }\n", "let y = foo(1 2);\n"],
    "typescript": ["let x = = 1;\n", "let y: = 2;\n"],
    "go": ["var x = = 1\n", "func broken( {\n}\n"],
    "rust": ["let x = = 1;\n", "fn broken( {}\n"],
    "java": ["class Broken { int x = = 1; }\n", "class Broken { void f( { } }\n"],
}
OPENERS = {
    "python": "z = (1,\n",
    "javascript": "if (a) {\n",
    "typescript": "if (a) {\n",
    "go": "func z() {\n",
}
LANGUAGES = sorted(GOOD)


def doc(text: str, language: str, uri: str = "file:///delta") -> Document:
    return Document(uri, text, language)


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_an_error_elsewhere_is_not_blamed(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    good = st.sampled_from(GOOD[language])
    before, after = data.draw(st.lists(good, max_size=3)), data.draw(st.lists(good, max_size=3))
    bad = data.draw(st.sampled_from(BROKEN[language]))
    old, new = data.draw(good), data.draw(good)
    sides = [[bad, *before, "@", *after], [*before, "@", *after, bad]]
    frame = "\n".join(data.draw(st.sampled_from(sides)))
    one, two = doc(frame.replace("@", old), language), doc(frame.replace("@", new), language)
    assert new_errors(one, two) == ()
    assert new_errors(doc(frame.replace("@", ""), language), two) == ()


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_an_error_of_ones_own_is_blamed(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    good = st.sampled_from(GOOD[language])
    before, after = data.draw(st.lists(good, max_size=3)), data.draw(st.lists(good, max_size=3))
    elsewhere = data.draw(st.sampled_from(["", *BROKEN[language]]))
    bad = data.draw(st.sampled_from(BROKEN[language]))
    frame = "\n".join([elsewhere, *before, "@", *after])
    one, two = doc(frame.replace("@", data.draw(good)), language), doc(frame.replace("@", bad), language)
    assert new_errors(one, two) != ()
    assert new_errors(two, one) == ()


@pytest.mark.parametrize("language", OPENERS)
def test_an_open_bracket_is_blamed_wherever_its_error_shows(language: str) -> None:
    text = "\n".join(GOOD[language])
    assert new_errors(doc(text, language), doc(OPENERS[language] + text, language)) != ()


def test_the_same_error_further_down_is_known() -> None:
    before = doc("x = 1\ny = = 2\n", "python")
    after = doc("x = 1\nx = 2\n\n\ny = = 2\n", "python")
    assert new_errors(before, after) == ()


def test_one_method_may_change_while_another_is_broken() -> None:
    before = "class A {\n  m() { return = 1; }\n  n() { return 2; }\n}\n"
    fine = before.replace("return 2", "return [2, 3]")
    worse = before.replace("return 2", "return [2, 3")
    assert new_errors(doc(before, "javascript"), doc(fine, "javascript")) == ()
    assert new_errors(doc(before, "javascript"), doc(worse, "javascript")) != ()


def test_errors_are_in_positions_of_the_text_after() -> None:
    before = doc("é = 1\r\n# 😀\r\n", "python")
    after = doc("é = 1\r\n# 😀\r\n'😀', = = 2\r\n", "python")
    found = new_errors(before, after)
    assert len(found) == 1
    assert found[0].range.start.line == 2
    assert found[0].kind == "error"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    b = 2\n", "  b = 2\n"),
        ("    b = 2\n", "        b = 2\n"),
        ("    b = 2\n", "    f(x=1, 2)\n"),
        ("    b = 2\n", "    1 = b\n"),
    ],
)
def test_what_only_python_itself_objects_to(old: str, new: str) -> None:
    text = "import os\n\ndef f():\n    a = 1\n    b = 2\n    return a\n\nx = 1\n"
    before, after = doc(text, "python"), doc(text.replace(old, new), "python")
    assert new_errors(before, after) != ()
    assert all(issue.range.start.line in range(3, 6) for issue in new_errors(before, after))
    assert new_errors(after, before) == ()


@pytest.mark.parametrize(
    "new", ["type X = int\n", "def f[T](x: T) -> T:\n    return x\n", "y = f'{a['b']}'\n", "y = '\\d'\n"]
)
def test_python_newer_than_the_one_that_runs_is_believed(new: str) -> None:
    assert new_errors(doc("x = 1\n", "python"), doc("x = 1\n" + new, "python")) == ()


def insert(text: str, new: str, language: str) -> bool:
    offset = text.index("‸")
    document = doc(text.replace("‸", ""), language)
    at = document.position(offset)
    return parses_in_place(document, TextEdit(Range(at, at), new))


@pytest.mark.parametrize(
    ("language", "text", "new", "fits"),
    [
        ("python", "def f(a):\n    ‸\n", "return a + 1", True),
        ("python", "def f(a):\n    ‸\n", "return (a + 1", False),
        ("python", "def f(a):\n    return ‸\n", "a]", False),
        ("python", "x = foo(‸\ny = 1\n", "1)", True),
        ("python", "x = foo(‸\ny = 1\n", "bar(", False),
        ("python", "x = foo(‸)\n", "'a)'", True),
        ("python", "if a:\n    b()\n‸\n", "else:\n    c()", True),
        ("python", "if a:\n    b()\n‸\n", "  else:\n    c()", False),
        ("javascript", "function f(a) {\n  ‸\n}\n", "if (a) { return 1; }", True),
        ("javascript", "function f(a) {\n  ‸\n}\n", "if (a) {", False),
        ("javascript", "function f(a) {\n  if (‸\n}\n", "a) { g(); }", True),
        ("go", "package a\n\nfunc f() {\n\t‸\n}\n", "x := []int{1}\n\tg(x)", True),
        ("go", "package a\n\nfunc f() {\n\t‸\n}\n", "x := []int{1\n\tg(x)", False),
        ("rust", "fn f() {\n    ‸\n}\n", "let x = vec![1];", True),
        ("rust", "fn f() {\n    ‸\n}\n", "let x = = 1;", False),
        ("java", "class A {\n  void f() {\n    ‸\n  }\n}\n", "int x = 1;", True),
        ("java", "class A {\n  void f() {\n    ‸\n  }\n}\n", "int x 1;", False),
        ("plaintext", "hello ‸", "((", True),
    ],
)
def test_parses_in_place(language: str, text: str, new: str, fits: bool) -> None:
    assert insert(text, new, language) is fits


def test_nothing_is_said_without_a_grammar_or_a_change() -> None:
    assert new_errors(doc("((", "cobol"), doc("))", "cobol")) == ()
    same = doc("x = = 1", "python")
    assert parse(same) is not None
    assert new_errors(same, doc("x = = 1", "python")) == ()
