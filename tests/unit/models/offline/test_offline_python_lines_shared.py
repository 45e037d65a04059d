"""Inlining from a line that has other statements; extraction from a module's own code; branches that are always taken."""

from __future__ import annotations

import pytest

from kibitz.errors import KibitzError
from kibitz.models.offline.python_worker import METHODS
from support.python_engine import changed, refused


def extracted(text: str, first: str, last: str) -> str:
    """The text with what stands from one piece to another as a function `new`."""
    start, end = text.index(first), text.index(last) + len(last)

    def at(offset: int) -> dict[str, int]:
        return {"line": text.count("\n", 0, offset), "column": offset - text.rfind("\n", 0, offset) - 1}

    params = {
        "kind": "extract_function",
        "path": "/nowhere/cart.py",
        "text": text,
        "root": None,
        "new_name": "new",
    }
    answer = METHODS["refactor"]({**params, "start": at(start), "end": at(end)})
    (result,) = answer["changes"].values()
    return str(result)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1, 2\t; b = 3\nprint(3, a)\n", "b = 3\nprint(3, (1, 2))\n"),
        ("b = 3; a = 1 + 2\nprint(a * 2)\n", "b = 3\nprint((1 + 2) * 2)\n"),
        ("if x:\n    y = 1; a = 1; print(a)\n", "if x:\n    y = 1; print(1)\n"),
    ],
)
def test_a_definition_that_shares_its_line_is_inlined(before: str, after: str) -> None:
    assert changed("inline", before, "a =", cursor=True) == after


def test_an_effect_between_is_still_refused_there() -> None:
    assert "Other code runs" in refused("inline", "a = f(); g()\nprint(a)\n", "a =", cursor=True).message


def test_a_module_keeps_what_the_last_statement_gives_it() -> None:
    text = "one = 3\ntwo = 2\nall_ = one + two\n"
    wanted = "def new():\n    one = 3\n    two = 2\n    all_ = one + two\n    return all_\n\n\nall_ = new()\n"
    assert extracted(text, "one = 3", "one + two") == wanted
    assert extracted("one = 3\nprint(one)\n", "one = 3", "(one)").endswith("\n\n\nnew()\n")


def test_a_new_function_stands_apart_from_the_line_above() -> None:
    text = "import os\n# c\ndef f(a):\n    b = a + 1\n    return b\n"
    wanted = "import os\n\n\ndef new(a):\n    b = a + 1\n    return b\n\n\n# c\ndef f(a):\n    b = new(a)\n    return b\n"
    assert extracted(text, "b = a", "+ 1") == wanted


def test_a_branch_that_is_always_taken_gives_its_variables() -> None:
    text = "def f(a):\n    if 1:\n        b = a\n    return b\n"
    wanted = (
        "def new(a):\n    if 1:\n        b = a\n    return b\n\n\ndef f(a):\n    b = new(a)\n    return b\n"
    )
    assert extracted(text, "if 1", "b = a") == wanted
    with pytest.raises(KibitzError, match="may not be bound"):
        extracted(text.replace("if 1", "if a"), "if a", "b = a")
