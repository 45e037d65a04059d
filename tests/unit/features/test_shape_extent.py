"""A line or a block, and when enough was said."""

from __future__ import annotations

import pytest

from kibitz.features.completion.extent import Extent, extent
from kibitz.features.completion.stop import Stop
from kibitz.text import Document


def asked(text: str, language: str = "python", max_lines: int = 12) -> Extent:
    """What the <> of a text asks for."""
    at = text.index("<>")
    document = Document(f"file:///{abs(hash(text))}", text.replace("<>", ""), language)
    return extent(document, document.position(at), max_lines)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("def f():\n    <>\n", "python", "block"),
        ("def f():<>\n", "python", "block"),
        ("def f():\n    x = 1\n    <>\n    return x\n", "python", "block"),
        ("class A:\n    <>\n\nx = 1\n", "python", "block"),
        ("if x:\n    a()\nelse:\n    <>\n", "python", "block"),
        ("x = f(<>)\n", "python", "line"),
        ("x = <>\n", "python", "line"),
        ("x = <> + 1\n", "python", "line"),
        ("x = f(\n    a,\n    <>\n)\n", "python", "line"),
        ("x = {\n    'a': 1,\n    <>\n}\n", "python", "line"),
        ('x = "abc<>"\n', "python", "line"),
        ("# a comment <>\n", "python", "line"),
        ('def f():\n    """Text\n    <>\n    """\n', "python", "line"),
        ("<>", "python", "block"),
        ("function f() {\n  <>\n}\n", "typescript", "block"),
        ("function f() {<>}\n", "typescript", "block"),
        ("const a = {\n  <>\n};\n", "typescript", "line"),
        ("const a = (b) => {\n  <>\n};\n", "typescript", "block"),
        ("func f() {\n\tif ok {\n\t\t<>\n\t}\n}\n", "go", "block"),
        ("impl A {\n    fn a(&self) {\n        <>\n    }\n}\n", "rust", "block"),
        ("fn a<'x>(b: &'x str) {\n    b.<>;\n}\n", "rust", "line"),
        ("class A {\n    void a() {\n        <>\n    }\n}\n", "java", "block"),
        ("def a\n  <>\nend\n", "ruby", "block"),
    ],
)
def test_the_syntax_says_how_much_is_wanted(text: str, language: str, kind: str) -> None:
    found = asked(text, language)
    assert found.kind == kind, found.why
    assert found.max_lines == 12
    assert found.why


@pytest.mark.parametrize(
    ("text", "said", "kept"),
    [
        ("x = f(<>\n", "a, b)\ny = 2\nz = 3\n", "a, b)"),
        ("x = <>\n", "f(\n    a,\n    b,\n)\ny = 1\nz = 2\n", "f(\n    a,\n    b,\n)"),
        ("x = <>\n", "```python\n1 + 2\n```\nand so on\n", "```python\n1 + 2"),
        ("x = <>\n", "Sure, here is the code:\n\n1 + 2\ny = 3\n", "Sure, here is the code:\n\n1 + 2"),
        ("def f():\n    <>\n", "a = 1\n    b = 2\n\n\ndef g():\n    return 2\n", "a = 1\n    b = 2\n\n\n"),
        ("def f():\n    <>\n", "a = 1\n    b = 2\nprint(1)\n", "a = 1\n    b = 2\n"),
        ("def f():\n    <>\n", "a()\n" + "    b()\n" * 50, "a()" + "\n    b()" * 3),
        ("def f():\n    <>\n", "a()\n" + "    b()\n    c()\n" * 50, "a()" + "\n    b()\n    c()" * 3),
        (
            "for x in y:\n    z = 1\n    if<>\n",
            " x:\n        return 1\n    return 2\n",
            " x:\n        return 1\n",
        ),
        (
            "for x in y:\n    z = 1\n    if<>\n\n        return 1\n",
            " x:\n        return 1\n    return 2\n",
            " x:",
        ),
        (
            "def f(a):\n    if a:\n        <>\n",
            "return 1\n    elif a is None:\n        return 2\n",
            "return 1\n",
        ),
        (
            "function f(a) {\n  if (a) {\n    <>\n  }\n}\n",
            "return 1;\n  }\n  return 2;\n}\n",
            "return 1;\n  }",
        ),
        ("function f() {\n  <>\n}\n", "return 1;\n}\n\nfunction g() {\n", "return 1;\n}"),
    ],
)
def test_it_stops_where_enough_was_said(text: str, said: str, kept: str) -> None:
    language = "typescript" if "function" in text else "python"
    for size in (1, 7, 10_000):
        stop = Stop(asked(text, language))
        found = [stop.feed(said[at : at + size]) for at in range(0, len(said), size)]
        enough = next((n for n in found if n is not None), None)
        assert enough is not None
        assert said[:enough] == kept


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("def f(a):\n    if a:\n        <>\n", "if b:\n    c()\n    d()\n", "python"),
        ("def f(a):\n    if a:\n        <>\n", "    c()\n    d()\n", "python"),
        ("class A:\n    def f(self):<>\n", "\n    a = 1\n    return a\n", "python"),
        ("function f(a) {\n  if (a) {\n    <>\n  }\n}\n", "a\n  .map(b)\n  .filter(c);\n", "typescript"),
        ("function f(a) {\n  if (a) {\n    <>\n  }\n}\n", "const b =\n  a + 1;\n", "typescript"),
    ],
)
def test_an_answer_indented_by_itself_alone_is_read_on(text: str, said: str, language: str) -> None:
    assert Stop(asked(text, language)).feed(said) is None


def test_the_file_again_is_read_on_to_the_place() -> None:
    before = "import os\n\n\ndef average(values):\n    total = 0\n"
    stop = Stop(asked(before + "    return <>\n"))
    assert stop.feed("import os\n\n\ndef average(values):\n    total = 0\n") is None
    assert stop.feed("    return total\n") is not None


def test_more_is_wanted_while_a_line_is_not_done() -> None:
    stop = Stop(asked("x = f(<>\n"))
    assert stop.feed("a, ") is None
    assert stop.feed("b") is None
    assert stop.feed("x" * 600) is not None


def test_lines_beyond_the_limit_are_not_waited_for() -> None:
    stop = Stop(asked("def f():\n    <>\n", max_lines=3))
    found = None
    for number in range(20):
        found = stop.feed(f"{'    ' if number else ''}line_{number} = {number}\n")
        if found is not None:
            break
    assert found is not None
    assert number < 10
