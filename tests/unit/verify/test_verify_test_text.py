"""What the text of a test module says, and how it is cut and added to another."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from kibitz.text import Document
from kibitz.verify.harness_text import facts
from kibitz.verify.test_text import added, test_names, without, without_unused_imports


def test_facts_follow_helpers_and_classes() -> None:
    text = """
import unittest
import pkg.code as code
from pkg import code as other
from elsewhere import thing


def helper(x):
    assert x


def make():
    return code.build()


def test_through_helpers():
    helper(make())


def test_other_name():
    helper(other)


def test_nothing():
    assert thing() == 1


class TestIt(unittest.TestCase):
    def setUp(self):
        self.one = make()

    def check(self):
        self.assertTrue(self.one)

    def test_a(self):
        self.check()

    def test_b(self):
        print(self.one)
"""
    assert {one.name: (one.depends, one.asserts) for one in facts(text, "pkg.code")} == {
        "test_through_helpers": (True, True),
        "test_other_name": (True, True),
        "test_nothing": (False, True),
        "TestIt.test_a": (True, True),
        "TestIt.test_b": (True, False),
    }


MODULE = '''"""Tests."""

import json
import os

import pytest

from code import thing

DATA = json.loads("[1]")


def unused():
    return os.sep


def helper():
    return 1


@pytest.fixture
def one():
    return 1


# about a
@pytest.mark.parametrize("x", [1])
def test_a(x):
    assert thing(x)


def test_b(one):
    assert helper() == os.sep


class TestC:
    value = 1

    def test_c(self):
        assert thing(self.value)

    def test_d(self):
        assert thing(2)
'''


async def test_cutting_takes_tests_and_what_only_they_used() -> None:
    text = without(MODULE, {"test_b", "TestC.test_c", "TestC.test_d"})
    assert test_names(Document("file:///t.py", text, "python")) == ("test_a",)
    assert "helper" not in text
    assert "class" not in text
    assert "def one" in text
    ast.parse(text)
    clean = await without_unused_imports(text)
    assert "import os" not in clean
    assert "import pytest" in clean


@given(st.sets(st.sampled_from(["test_a", "test_b", "TestC.test_c", "TestC.test_d", "test_missing"])))
def test_cutting_leaves_the_other_tests(names: set[str]) -> None:
    text = without(MODULE, names)
    ast.parse(text)
    kept = test_names(Document("file:///t.py", text, "python"))
    assert set(kept) == {"test_a", "test_b", "TestC.test_c", "TestC.test_d"} - names


def test_adding_keeps_what_is_there() -> None:
    before = '"""Old."""\r\nimport json\r\nfrom code import other\r\n\r\n\r\ndef test_a():\r\n    assert other()\r\n'
    after = added(Document("file:///t.py", before, "python"), MODULE)
    tree = ast.parse(after)
    assert [n.name for n in tree.body if isinstance(n, ast.FunctionDef)].count("test_a") == 1
    assert "def test_b(one):\r\n" in after
    assert "\n" not in after.replace("\r\n", "")
    assert after.startswith('"""Old."""\r\nimport json\r\nfrom code import other\r\nimport os\r\n')
    assert after.count("import json") == 1
    assert "    assert other()\r\n" in after


def test_adding_to_a_file_without_imports_or_line_end() -> None:
    after = added(
        Document("file:///t.py", "x = 1", "python"), "import os\n\n\ndef test_z():\n    assert os.sep\n"
    )
    assert after == "import os\nx = 1\n\n\ndef test_z():\n    assert os.sep\n"


def test_adding_nothing_new_changes_nothing() -> None:
    document = Document("file:///t.py", "def test_z():\n    pass\n", "python")
    assert added(document, "import os\n\n\ndef test_z():\n    assert os.sep\n") == document.text
