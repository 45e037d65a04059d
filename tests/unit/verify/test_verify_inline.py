"""What an answer changes within a line, and what the document has otherwise in it."""

from __future__ import annotations

import pytest

from kibitz.verify.inline import merged_line, requoted, swapped_quotes
from kibitz.verify.likeness import is_typo


@pytest.mark.parametrize(
    ("thought", "wanted", "actual", "merged"),
    [
        ("f(a, b)", "f(a, c)", "f( a, b )", "f( a, c )"),
        ("x = 'a' + b", "x = 'a' + c", 'x = "a" + b', 'x = "a" + c'),
        ("f(1)", "f(1, key=2)", "f(3)", None),
        ("f(1)", "g(1)", "f(3)", "g(3)"),
        ("f(a)", "f(a, new)", "f(a, newer)", None),
        ("f(a)", "f(a, b)", "f(a, b)", "f(a, b)"),
        ("x = vlaue + 1", "x = other + 1", "x = value + 1", "x = other + 1"),
        ("x = 1", "x  = 1", "x = 2", "x  = 2"),
        ("f('a \"b\"', 1)", "f('c', 1)", "f('a \"b\"', 2)", "f('c', 2)"),
    ],
)
def test_merging_within_a_line(thought: str, wanted: str, actual: str, merged: str | None) -> None:
    assert merged_line(thought, wanted, actual) == merged


@pytest.mark.parametrize(
    ("one", "two", "slip"),
    [
        ("retrun total", "return total", True),
        ("self.itms", "self.items", True),
        ("print(valuue)", "print(value)", True),
        ("x1 = 1", "x2 = 1", False),
        ("get_a()", "get_b()", False),
        ("a < b", "a <= b", False),
        ("limit = 10", "limit = 100", False),
        ("first = second", "second = first", False),
        ("left_total", "right_total", False),
    ],
)
def test_what_is_a_slip(one: str, two: str, slip: bool) -> None:
    assert is_typo(one, two) is slip


def test_new_strings_have_the_files_quotes() -> None:
    swap = swapped_quotes([("f('a', 'b')", 'f("a", "b")'), ('g("c")', 'g("c")')])
    assert swap == ("'", '"')
    assert (
        requoted("h('new', b'x', \"y\", 'say \"z\"', it's)", swap)
        == 'h("new", b"x", "y", \'say "z"\', it\'s)'
    )
    assert swapped_quotes([("f('a')", "f('a')")]) is None
    assert swapped_quotes([("f('a')", 'f("a")'), ("f('a')", "f('a')")]) is None
