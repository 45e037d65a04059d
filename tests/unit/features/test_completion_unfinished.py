"""What is suggested in code that does not parse for another reason; what would add an error is not."""

from __future__ import annotations

import pytest

from kibitz.features.completion.shape import shape
from kibitz.features.completion.unfinished import Unfinished
from kibitz.text import Document, Position

BROKEN_JAVA = """class A {
    void f() {
        int a = 1;
        |
    }

    void g() {
        if (a) {
            return (1;
    }
}
"""
TRY = """def f(path):
    try:
        return path|

def g():
    pass
"""


def place(marked: str, language: str) -> tuple[Document, Position]:
    at = marked.index("|")
    document = Document("file:///a", marked.replace("|", "", 1), language)
    return document, document.position(at)


def shaped(marked: str, language: str, answer: str) -> str:
    return shape(*place(marked, language), answer).text


def test_a_line_of_a_method_is_suggested_though_another_method_is_broken() -> None:
    assert shaped(BROKEN_JAVA, "java", "int b = a + 1;") == "int b = a + 1;"


@pytest.mark.parametrize("answer", ["int b = = 1;", "if if (", "int b = (a;"])
def test_what_adds_an_error_is_not_suggested_there_either(answer: str) -> None:
    assert not Unfinished(*place(BROKEN_JAVA, "java")).fits(answer)


def test_code_without_errors_gets_none() -> None:
    text = "def f(n):\n    if n == 1:\n        return 2\n|\n    else:\n        return 1\n"
    assert not Unfinished(*place(text, "python")).fits("    g(n)")
    assert shaped(text, "python", "    g(n)") == ""


def test_a_try_that_has_no_except_yet_is_typed_on() -> None:
    assert shaped(TRY, "python", ".read_text()") == ".read_text()"
    assert not Unfinished(*place(TRY, "python")).fits(".read_text(]")
    assert not Unfinished(*place(TRY, "python")).fits(" = 1 2")


def test_code_that_the_suggestion_itself_could_mend_is_not_broken_elsewhere() -> None:
    assert not Unfinished(*place("def f():\n    a = (\n        |\n    return a\n", "python")).fits("1")
    assert not Unfinished(*place("def f(a):\n    if a:\n        |\n", "python")).fits("b = ")


def test_a_very_long_file_is_not_looked_through() -> None:
    marked = BROKEN_JAVA.replace("int a = 1;", "int a = 1;\n" * 6_000)
    assert not Unfinished(*place(marked, "java")).fits("int b = 2;")
