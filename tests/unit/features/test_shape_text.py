"""What models say, and what of it is inserted."""

from __future__ import annotations

import pytest

from kibitz.features.completion.extent import extent
from kibitz.features.completion.shape import Shaped, shape
from kibitz.text import Document

OPEN = "def average(values):\n    total = sum(<>\n    return total / len(values)\n"
BODY = "def average(values):\n    <>\n\n\ndef other():\n    return 1\n"
ARGUMENT = "print(compute(<>))\nvalue = 1\n"


def shaped(text: str, answer: str, language: str = "python", **limits: int) -> Shaped:
    """The shape of an answer at the <> of a text."""
    at = text.index("<>")
    document = Document(f"file:///{abs(hash((text, answer)))}", text.replace("<>", ""), language)
    position = document.position(at)
    return shape(
        document,
        position,
        answer,
        extent=extent(document, position),
        max_lines=limits.pop("max_lines", 12),
        **limits,
    )


@pytest.mark.parametrize(
    "said",
    [
        "values)",
        "```python\nvalues)\n```",
        "```\nvalues)",
        "values)\n```\nThis sums the values up.",
        "Sure! Here is the code:\n\n```python\nvalues)\n```\n\nExplanation: it sums.",
        "values)<|endoftext|>garbage",
        "<|fim_middle|>values)",
        "<fim_prefix>total = sum(<fim_suffix>)<fim_middle>values)",
        "<think>What is it?\nHm.</think>\nvalues)",
        "    total = sum(values)",
        "total = sum(values)",
        "sum(values)",
        "values",
        "values))",
        "values)\r\n    return total / len(values)",
        "values)\n    return total / len(values)",
        "values)\nreturn total / len(values)",
        "def average(values):\n    total = sum(values)\n    return total / len(values)\n",
        "values)\n" * 40,
        "values)\n\x00\x01\ufffd",
        "`values)`",
    ],
)
def test_the_right_answer_is_found_in_what_a_model_says(said: str) -> None:
    found = shaped(OPEN, said)
    assert found.text == "values)"
    (check,) = found.checks
    assert (check.name, check.status) == ("syntax", "passed")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   \n",
        "```\n```",
        "I'm sorry, but I cannot see enough of the code to complete it.",
        "\x00\x01\x02\ufffd",
        "    return total / len(values)",
        ")]}",
        "<|endoftext|>",
    ],
)
def test_nothing_is_shown_where_nothing_fits(said: str) -> None:
    found = shaped(OPEN.replace("sum(<>", "sum(values)<>"), said)
    assert found.text == ""
    assert found.why_dropped


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            "total = sum(values)\n    return total / len(values)",
            "total = sum(values)\n    return total / len(values)",
        ),
        (
            "total = sum(values)\nreturn total / len(values)",
            "total = sum(values)\n    return total / len(values)",
        ),
        ("\ttotal = sum(values)\n\treturn total", "total = sum(values)\n    return total"),
        (
            "for v in values:\n  print(v)\n  if v:\n    return v",
            "for v in values:\n        print(v)\n        if v:\n            return v",
        ),
        ("return 0\n\n\ndef next_one():\n    return 2", "return 0"),
        ("x = 1\n    y = 2\nz = 3\n", "x = 1\n    y = 2"),
        ("x = 1\n" + "    w = 4\n" * 9, "x = 1\n    w = 4"),
        ("return sum(values", "return sum(values)"),
        ("return {'a': [values", "return {'a': [values]}"),
        ('return "abc', 'return "abc"'),
        ("def average(values):\n    return 1", "return 1"),
        ("return 1\n\n\ndef other():\n    return 1\n", "return 1"),
    ],
)
def test_a_body_stands_where_the_cursor_is(said: str, text: str) -> None:
    assert shaped(BODY, said).text == text


@pytest.mark.parametrize(
    ("said", "text"),
    [("a, b", "a, b"), ("a, b)", "a, b"), ("a, b))", "a, b"), ("max(a", "max(a)"), ('"a', '"a"')],
)
def test_brackets_and_quotes_come_out_even_with_what_stands_there(said: str, text: str) -> None:
    assert shaped(ARGUMENT, said).text == text


def test_line_ends_and_tabs_are_the_files() -> None:
    text = "func f() {\n\tif ok {\n\t\t<>\n\t}\n}\n".replace("\n", "\r\n")
    assert shaped("package a\r\n\r\n" + text, "for {\n    g()\n}", "go").text == "for {\r\n\t\t\tg()\r\n\t\t}"


def test_it_ends_before_the_first_line_that_is_too_long() -> None:
    said = f"a = 1\n    b = {'c + ' * 30}d\n    return a"
    assert shaped(BODY, said, line_length=79).text == "a = 1"
    assert shaped(BODY, said.replace("\n    return a", "")).text.count("\n") == 1
    assert shaped(BODY, f"b = {'c + ' * 30}d", line_length=79).text.startswith("b = c")


def test_no_more_lines_than_allowed() -> None:
    said = "\n    ".join(f"line_{n} = {n}" for n in range(30))
    assert shaped(BODY, said, max_lines=5).text.count("\n") == 4


def test_a_line_put_above_another_ends_with_a_line_end() -> None:
    text = "def f(x):\n<>    return x\n"
    assert shaped(text, "    x += 1").text == "    x += 1\n"
    assert shaped(text, "    x += 1\n").text == "    x += 1\n"


def test_a_header_comes_with_its_body_or_not_at_all() -> None:
    text = "def f(values):\n    for v<>\n"
    assert shaped(text, " in values:\n        print(v)\n").text == " in values:\n        print(v)"
    assert shaped(text, " in values:").text == ""
    assert shaped(text, " in values:\n        pri").text in ("", " in values:\n        pri")
    assert shaped(text + "        print(v)\n", " in values:").text == " in values:"


def test_an_error_elsewhere_is_not_held_against_a_suggestion() -> None:
    text = "def broken(:\n    pass\n\n\ndef g(x):\n    y = x + <>\n    return y\n"
    assert shaped(text, "1").text == "1"
    assert shaped(text, "(1").text in ("(1)", "")


def test_a_language_without_a_grammar_is_not_said_to_parse() -> None:
    found = shaped("key: <>\n", "value", "yaml")
    assert found.text == "value"
    assert found.checks[0].status == "skipped"


def test_a_brace_that_nothing_closes_is_closed() -> None:
    found = shaped("export function f(a: number) {<>", "\n  return a;", "typescript")
    assert found.text == "\n  return a;\n}"
    found = shaped("function f() {<>}\n", "\n  return 1;", "javascript")
    assert found.text == "\n  return 1;\n"


@pytest.mark.parametrize("white", ["", "    ", "            "])
def test_a_line_that_is_indented_wrongly_is_completed_all_the_same(white: str) -> None:
    method = f"class A:\n    def f(self):\n        one = 1\n{white}total = <>\n\n        return one\n"
    assert shaped(method, "one + 1").text == "one + 1"
    assert shaped(method, "one + )").text in ("", "one")
    assert shaped(method, "compute(one").text == "compute(one)"


def test_a_line_that_lacks_more_than_its_indentation_is_not() -> None:
    assert (
        shaped("class A:\n    def f(self):\n        one = (\ntotal = <>\n\n        return one\n", "1").text
        == ""
    )


def test_what_only_looks_like_a_template_string_is_no_newer_python() -> None:
    before = 'def f(n):\n    """Sequence."""\n\n<>        return 0\n    return n\n'
    assert shaped(before, "t's defined as follows:\n").text == ""
    assert '""' not in shaped("for i in a:\n    if i:\n        <>\n    print(i)\n", 'd[i] = t"').text
