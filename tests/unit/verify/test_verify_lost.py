"""Code that a change doubles, or takes out without being asked about it."""

from __future__ import annotations

import pytest

from kibitz.text import Document, Range, span
from kibitz.verify.checks import Check
from kibitz.verify.lost import check_lost

TEXT = """import os


def first(a):
    start(a)
    middle(a)
    return finish(a)


def second(b):
    return os.path.join(b, "x")


class Box:
    @property
    def side(self):
        return self._side

    @side.setter
    def side(self, value):
        self._side = value
"""


def lost(before: str, after: str, language: str = "python", asked: Range | None = None) -> Check:
    return check_lost(
        Document("file:///a", before, language), Document("file:///a", after, language), asked=asked
    )


def test_a_definition_twice() -> None:
    assert lost(TEXT, TEXT + "\n\ndef second(b):\n    return 1\n").detail == "defined twice: second"
    assert lost(TEXT, TEXT + "\n    def other(self):\n        pass\n").status == "passed"
    again = TEXT + "\n\ndef second(b):\n    return 1\n"
    assert lost(again, again + "\nx = 1\n").status == "passed"


def test_what_is_defined_twice_on_purpose() -> None:
    assert lost("x = 1\n", TEXT).status == "passed"
    java = "class A {\n    int f(int a) {\n        return a;\n    }\n}\n"
    second = "    int f(long a) {\n        return 1;\n    }\n}\n"
    assert lost(java, java[:-2] + second, "java").status == "passed"
    assert lost(java, java[:-2] + second.replace("long", "int"), "java").detail == "defined twice: A.f"


def test_a_block_pasted_a_second_time() -> None:
    body = "    start(a)\n    middle(a)\n    last = finish(a)\n"
    before = f"def first(a):\n{body}    return last\n"
    check = lost(before, before.replace(body, body * 2))
    assert (check.status, check.detail) == ("failed", "the lines from line 5 on are there twice")
    assert lost(before, before.replace("    start(a)\n", "    start(a)\n    start(a)\n")).status == "passed"


@pytest.mark.parametrize(
    ("gone", "line"),
    [
        ('def second(b):\n    return os.path.join(b, "x")\n\n\n', 10),
        ("        self._side = value\n", 21),
        ("import os\n", None),
        ("    middle(a)\n", None),
    ],
)
def test_what_is_gone_beyond_what_was_asked_about(gone: str, line: int | None) -> None:
    check = lost(TEXT, TEXT.replace(gone, ""), asked=span(4, 0, 5, 0))
    assert check == (
        Check("lost", "failed", f"line {line} was not asked about and is gone")
        if line
        else Check("lost", "passed")
    )
    assert lost(TEXT, TEXT.replace(gone, "")).status == "passed"


def test_a_new_file() -> None:
    assert lost("", TEXT) == Check("lost", "skipped", "the file is new")
