"""Brackets that come out even or not, told without a parse; what was looked at before an answer changes no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.completion.brackets import Brackets
from kibitz.features.completion.shape import ground, ground_amid_errors, shape
from kibitz.features.completion.spot import Spot
from kibitz.syntax import delta
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Position

JAVA = """class A {
    int f(int a) {
        if (a > 1) {
            String s = "}}}";  // }
            @
        return a;
    }
}
"""
SCRIPT = """function f(a) {
  const all = [1, 2;
  @
  return all;
}
function g() {
  return f(2);
}
"""
PYTHON = '''class A:
    """What it is.

    @
    def f(self, a):
        b = [a, (1, 2)]
        return b


def g(a):
    return {a: 1}
'''
GO = "package a\n\nfunc f(a int) int {\n\tfor {\n\t\tb := `{`\n\t\t@\n\treturn a\n}\n"
ANSWERS = {
    "java": [
        "return 1;",
        "}",
        "return g(a);\n        }",
        "g(a",
        'String t = "{";',
        "if (a) {",
        "int b = a +",
    ],
    "typescript": ["all.push(a);", "];", "all.push(", "const b = all];", "}", "if (a) {\n  }"],
    "python": ["more text.", '"""', 'And more."""', "def h(self):", "x = (1", "return [1, 2]"],
    "go": ["b = 1", "}", "b := f(1)\n\t}", "f(", "if b == nil {", "c := `}`"],
}
TEXTS = {"java": JAVA, "typescript": SCRIPT, "python": PYTHON, "go": GO}


def place(marked: str, language: str, typed: str = "") -> tuple[Document, Position]:
    at = marked.index("@")
    document = Document("file:///a", marked.replace("@", typed, 1), language)
    return document, document.position(at + len(typed))


def brackets(marked: str, language: str) -> Brackets:
    return Brackets(Spot(*place(marked, language)))


def test_a_bracket_that_is_missing_has_to_come() -> None:
    assert brackets(JAVA, "java").uneven_elsewhere
    assert brackets(JAVA, "java").uneven("return 1;")
    assert not brackets(JAVA, "java").uneven("}")
    assert not brackets(JAVA, "java").uneven("return g(a); }")


def test_brackets_in_strings_and_comments_count_for_nothing() -> None:
    whole = JAVA.replace("@", "@\n        }")
    assert not brackets(whole, "java").uneven_elsewhere
    assert not brackets(whole, "java").uneven('s = "((";  // {')
    assert brackets(whole, "java").uneven("g((a);")


def test_one_too_many_above_cannot_be_made_good() -> None:
    assert brackets("f(1))\n@\ng()\n", "python").uneven("(")
    assert brackets("@\nf(\n", "python").uneven(")")


def test_nothing_is_said_where_a_string_goes_on() -> None:
    assert not brackets("f(\n@\n", "python").uneven('"""')


@given(st.data())
def test_looking_first_changes_no_answer(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(TEXTS)))
    answer = data.draw(st.sampled_from(ANSWERS[language]))
    typed = answer[: data.draw(st.integers(0, len(answer) - 1))]
    where = place(TEXTS[language], language, typed)
    rest = answer[len(typed) :]
    looked = ground_amid_errors(ground(*where, tried=True))
    assert shape(*where, rest, on=looked) == shape(*where, rest)


@given(st.data())
def test_what_parses_is_even(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(TEXTS)))
    pieces = st.lists(st.sampled_from(ANSWERS[language]), max_size=3)
    text = "\n".join(data.draw(pieces))
    document = Document("file:///a", TEXTS[language].replace("@", text, 1), language)
    tree = parse_fresh(document)
    assert tree is not None
    if not tree.errors:
        assert not brackets(TEXTS[language], language).uneven(text)


@pytest.mark.parametrize("language", ["go", "java"])
def test_errors_are_covered_once_for_all_keys_of_a_line(language: str) -> None:
    marked = TEXTS[language] + f"\n{language} = = = (((\n"  # a text no other test has
    begun = delta._cover.cache_info().misses
    ground_amid_errors(ground(*place(marked, language), tried=True))
    before = delta._cover.cache_info().misses
    for typed in ("a", "ab", "abc"):
        where = place(marked, language, typed)
        shape(*where, "d", on=ground_amid_errors(ground(*where, tried=True)))
    assert delta._cover.cache_info().misses == before > begun
