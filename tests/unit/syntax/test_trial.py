"""Texts tried at a place, beside what the whole file says of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.syntax import trial
from kibitz.syntax.region import region
from kibitz.syntax.tree import parse, parse_fresh
from kibitz.syntax.trial import Trial, python_error
from kibitz.text import Document, Position
from support.shape_sources import SOURCES

PIECES = [
    "x",
    " ",
    "\n",
    "    ",
    "(",
    ")",
    "{",
    "}",
    '"',
    "'",
    ":",
    "return 1",
    "if x:",
    "/*",
    "#",
    "=",
    "foo(1)",
    ";",
]


def document(text: str, language: str = "python") -> Document:
    return Document(f"file:///{abs(hash(text))}", text, language)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SOURCES)), st.integers(0, 3000), st.lists(st.sampled_from(PIECES), max_size=6))
def test_what_fits_parses_in_the_whole_file(language: str, at: int, pieces: list[str]) -> None:
    text, said = SOURCES[language], "".join(pieces)
    at = min(at, len(text))
    file = document(text, language)
    fits = Trial(file, file.position(at)).fits(said)
    tree = parse_fresh(document(text[:at] + said + text[at:], language))
    assert tree is not None
    if fits:
        assert not tree.errors
    # a part that does not parse alone may be refused, but a whole file's own text may not
    if not said:
        assert fits


@pytest.mark.parametrize(
    ("before", "said", "after", "fits"),
    [
        ("def f():\n    ", "return 1", "\n", True),
        ("def f():\n    ", "return (1", "\n", False),
        ("def f():\n    ", "if x:", "\n", False),
        ("def f():\n", "  return 1", "\n    return 2\n", False),
        ("class A:\n    def f(self):\n        ", "x = 1", "\n\n    def g(self):\n        return 2\n", True),
        (
            "class A:\n    def f(self):\n        pass\n\n    ",
            "def h(self):\n        pass",
            "\n\n    def g(self):\n        pass\n",
            True,
        ),
        (
            "class A:\n    def f(self):\n        ",
            "x = '''",
            "\n\n    def g(self):\n        return 2\n",
            False,
        ),
        ("def broken(:\n    pass\n\n\ndef f(x):\n    y = ", "x", "\n", True),
        ("def broken(:\n    pass\n\n\ndef f(x):\n    y = ", "x)", "\n", False),
        ("x = [\n    ", "1", "\n", False),
    ],
)
def test_a_text_fits_or_not(before: str, said: str, after: str, fits: bool) -> None:
    file = document(before + after)
    assert Trial(file, file.position(len(before))).fits(said) is fits


def test_a_language_without_a_grammar_takes_everything() -> None:
    trial = Trial(document("a: 1\n", "yaml"), Position(0, 3))
    assert not trial.known
    assert trial.fits("((")


def test_the_part_looked_at_is_small_and_whole() -> None:
    text = "".join(f"def f_{n}(x):\n    return [\n        x,\n    ]\n\n\n" for n in range(2000))
    file = document(text)
    found = region(file, Position(6000, 4), parse(file))
    assert found.last - found.first < 30
    assert python_error(text[found.start : found.end]) is None


def test_a_method_is_looked_at_alone() -> None:
    text = "class A:\n" + "".join(f"    def f_{n}(self):\n        return {n}\n\n" for n in range(300))
    file = document(text)
    found = region(file, Position(302, 8), parse(file))
    assert found.lead
    assert found.last - found.first < 8


def test_what_looks_like_code_in_a_string_is_no_border() -> None:
    text = 'TEXT = """\ndef f():\n    return (\n"""\nvalue = 1\n'
    file = document(text)
    assert Trial(file, Position(4, 9)).fits(" + 2")
    assert not Trial(file, Position(4, 9)).fits(" +")


@pytest.mark.parametrize("white", ["", "    ", "      "])
def test_how_a_line_should_be_indented_is_found_once(white: str) -> None:
    text = "class A:\n    def f(self):\n        a = 1\n{}\n        return a\n"
    words = ["b", "b =", "b = f", "b = f(", "else", ")"]

    def fits(word: str) -> list[bool]:
        document = Document("file:///indented.py", text.format(white + word), "python")
        place = Trial(document, Position(3, len(white + word)))
        return [place.fits(said) for said in ("", " 1", "x)", "\n        c")]

    together = [fits(word) for word in words]
    alone = []
    for word in words:
        trial._moved.clear()
        alone.append(fits(word))
    assert together == alone
