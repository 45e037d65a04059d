"""Names that strings or conventions find are not renamed; names and files that rope stumbles over are."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.errors import KibitzError
from support.python_engine import ask, changed, refused

VISITOR = "class A:\n    def visit_a(self): pass\n    def go(self, k): getattr(self, 'visit_' + k)()\n"


@pytest.mark.parametrize(
    ("text", "needle", "why"),
    [
        (VISITOR, "visit_a", "put together"),
        (VISITOR.replace("'visit_' + k", "f'visit_{k}'"), "visit_a", "put together"),
        (VISITOR.replace("'visit_' + k", "'visit_%s' % k"), "visit_a", "put together"),
        (
            VISITOR.replace("visit_a", "a_node").replace("'visit_' + k", "k + '_node'"),
            "a_node",
            "put together",
        ),
        ("import ast\nclass A(ast.NodeVisitor):\n    def visit_a(self): pass\n", "visit_a", "may call"),
        (
            "class A:\n    def create_module(self, spec): pass\nA().create_module(1)\n",
            "create_module(1",
            "may call",
        ),
        ("x_y = 1\nprint('%(x_y)s' % globals())\n", "x_y", "by its name"),
        ("def f(a):\n    b = 1\n    return '{b}'.format(**locals())\n", "b = 1", "by its name"),
        ("def f(a):\n    b = 1\n    return eval('b')\n", "b = 1", "by its name"),
    ],
)
def test_what_strings_find_is_refused(text: str, needle: str, why: str) -> None:
    assert why in refused("rename", text, needle, "other", cursor=True).message


def test_another_file_may_put_the_name_together(tmp_path: Path) -> None:
    path = tmp_path / "commands.py"
    text = "def cmd_add(): pass\n"
    path.write_text(text)
    assert changed("rename", text, "cmd_add", "cmd_sum", path=path, root=tmp_path, cursor=True) == (
        "def cmd_sum(): pass\n"
    )
    (tmp_path / "main.py").write_text("import commands\nrun = getattr(commands, f'cmd_{1}')\n")
    assert (
        "put together"
        in refused("rename", text, "cmd_add", "cmd_sum", path=path, root=tmp_path, cursor=True).message
    )


@pytest.mark.parametrize(
    "text",
    [
        "a_b = 1\n\n\ndef f():\n    return globals\n",
        "def f():\n    return locals()\n\n\na_b = f()\n",
        "class vars: pass\n\n\na_b = vars()\n",
        "a_b = eval('1', {})\n",
    ],
)
def test_what_looks_at_other_names_does_not_matter(text: str) -> None:
    assert changed("rename", text, "a_b", "other", cursor=True) == text.replace("a_b", "other")


@pytest.mark.parametrize(
    "construct",
    [
        "nothing = (\n    # a, b\n)",
        "text = fr'''{a}(?x)[\\s{a}]{a}{{1,}}{a}'''",
        "def f(a, *, b=(), **c): return {**c}",
    ],
)
def test_a_file_with_what_rope_cannot_match_token_by_token(construct: str, tmp_path: Path) -> None:
    text = f"a = 'ä'\n{construct}\n\n\nclass A:\n    def grow(self):\n        return [self.grow() for _ in 'ab']\n\n\nA().grow()\n"
    path = tmp_path / "module.py"
    path.write_text(text)
    other = tmp_path / "other.py"
    other.write_text("from module import A\n\n\ndef use(a: A):\n    return a.grow()\n")
    found = ask("rename", text, "grow", "swell", path=path, root=tmp_path, cursor=True)["changes"]
    assert found == {
        str(path): text.replace("grow", "swell"),
        str(other): other.read_text().replace("grow", "swell"),
    }


def test_a_name_that_a_package_hands_on(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("from .parts import *\n")
    path = tmp_path / "kit" / "parts.py"
    text = "def build():\n    return 1\n"
    path.write_text(text)
    user = tmp_path / "user.py"
    user.write_text("from kit import build\n\nbuild()\n")
    found = ask("rename", text, "build", "make", path=path, root=tmp_path, cursor=True)["changes"]
    assert found == {str(path): text.replace("build", "make"), str(user): "from kit import make\n\nmake()\n"}


@pytest.mark.parametrize(
    "text",
    [
        "import kit\nkit.build()\nprint(vars(kit))\n",
        "from importlib import import_module\nk = import_module('kit')\nk.build()\nprint([n for n in k.__dict__])\n",
        "import kit, inspect\nkit.build()\ninspect.getmembers(kit)\n",
    ],
)
def test_a_file_that_goes_through_all_names_of_the_module(text: str, tmp_path: Path) -> None:
    path = tmp_path / "kit.py"
    path.write_text("def build(): pass\n")
    (tmp_path / "user.py").write_text(text)
    found = refused("rename", "def build(): pass\n", "build", "make", path=path, root=tmp_path, cursor=True)
    assert "user.py" in found.message
    assert (
        "all names"
        in refused(
            "extract_function", "def build(a):\n    return a + 1\n", "a + 1", "grow", path=path, root=tmp_path
        ).message
    )


@pytest.mark.parametrize(
    "use",
    [
        "class T:\n    make = staticmethod(cache)\n    def t(self): return self.make(typed=True)\n",
        "from functools import partial\nf = partial(cache, typed=True)\n",
        "def g(f): return f(typed=1)\ng(cache)\n",
    ],
)
def test_a_parameter_that_is_passed_to_another_name_of_the_function(use: str) -> None:
    text = f"def cache(typed=False):\n    return typed\n\n\n{use}"
    assert "Not every use" in refused("rename", text, "typed", "kind", cursor=True).message


def test_a_parameter_of_a_constructor_that_a_subclass_has() -> None:
    text = "class A:\n    def __init__(self, size):\n        self.s = size\n\n\nclass B(A): pass\n\n\nB(size=1)\n"
    try:
        result = changed("rename", text, "size", "width", cursor=True)
    except KibitzError as error:
        assert "Not every use" in error.message
    else:
        assert result == text.replace("size", "width")


def test_a_class_that_methods_are_named_after(tmp_path: Path) -> None:
    path = tmp_path / "nodes.py"
    text = "class Name: pass\n"
    path.write_text(text)
    assert (
        changed("rename", text, "Name", "Word", path=path, root=tmp_path, cursor=True) == "class Word: pass\n"
    )
    (tmp_path / "walk.py").write_text(
        "def visit_name(n): pass\ndef go(n): return globals()['visit_' + type(n).__name__.lower()](n)\n"
    )
    assert (
        "at run time"
        in refused("rename", text, "Name", "Word", path=path, root=tmp_path, cursor=True).message
    )


def test_the_list_of_public_names_of_a_package_that_hands_it_on(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    package = tmp_path / "kit" / "__init__.py"
    package.write_text("from kit.parts import Build, other\n\n__all__ = ['Build', 'other']\n")
    path = tmp_path / "kit" / "parts.py"
    text = "class Build: pass\n\n\nother = Build()\n"
    path.write_text(text)
    found = ask("rename", text, "Build", "Make", path=path, root=tmp_path, cursor=True)["changes"]
    assert found == {
        str(path): text.replace("Build", "Make"),
        str(package): "from kit.parts import Make, other\n\n__all__ = ['Make', 'other']\n",
    }


@pytest.mark.parametrize(
    ("method", "use", "imported"),
    [
        ("match", "v.match(1)", "import re"),
        ("group", "v.group()", "import re"),
        ("shape", "v.shape()", "import numpy"),
        ("read_text", "v.read_text()", "import os"),
    ],
)
def test_a_use_that_may_be_of_an_object_of_a_library(method: str, use: str, imported: str) -> None:
    text = f"{imported}\n\n\nclass A:\n    def {method}(self, a=0): pass\n\n\ndef f(v):\n    return {use}\n"
    assert "cannot be traced" in refused("rename", text, method, "other", cursor=True).message


def test_a_use_that_can_only_be_of_the_one_class() -> None:
    text = "import os\n\n\nclass A:\n    def swell(self): pass\n\n\ndef f(v):\n    return v.swell()\n"
    assert changed("rename", text, "swell", "grow", cursor=True) == text.replace("swell", "grow")


def test_keywords_of_what_cannot_be_traced_stay() -> None:
    text = "from m import g\n\n\ndef f(a):\n    key = a\n    return g(1, key=key)\n"
    expected = "from m import g\n\n\ndef f(a):\n    name = a\n    return g(1, key=name)\n"
    assert changed("rename", text, "key = a", "name", cursor=True) == expected
    text = "from m import g\n\n\ndef f(key):\n    return g(key=key), f(key=1)\n"
    expected = "from m import g\n\n\ndef f(name):\n    return g(key=name), f(name=1)\n"
    assert changed("rename", text, "key", "name", cursor=True) == expected
    text = "from m import g\n\nkey = 1\ng(key=key)\n"
    assert changed("rename", text, "key", "name", cursor=True) == "from m import g\n\nname = 1\ng(key=name)\n"


def test_a_class_is_renamed_where_a_string_is_its_type() -> None:
    text = (
        "import typing as t\n\n\nclass Query:\n    def f(self, a: 't.Optional[Query]' = None) -> t.List['Query']:\n"
        "        x: \"Query\" = self\n        y: t.Literal['Query'] | None = None\n        return t.cast('Query', x or y)\n"
    )
    assert "a string that may mean it" in refused("rename", text, "Query", "Ask", cursor=True).message
    text = text.replace("        y: t.Literal['Query'] | None = None\n", "").replace("x or y", "x")
    assert changed("rename", text, "Query", "Ask", cursor=True) == text.replace("Query", "Ask")


@pytest.mark.parametrize("said", ["Query()", "<Query of 1>", "Query", "kit.Query: 1 (Query(2))"])
def test_a_class_that_is_shown_by_its_name(said: str) -> None:
    text = f"class Query:\n    'Query.'\n\n\nassert repr(Query()) == '{said}'\n"
    assert "a string that may mean it" in refused("rename", text, "Query", "Ask", cursor=True).message


def test_a_class_that_a_pattern_of_another_file_expects(tmp_path: Path) -> None:
    path, text = tmp_path / "kit.py", "class Query:\n    pass\n"
    path.write_text(text)
    (tmp_path / "test_kit.py").write_text("EXPECTED = r'found (Query\\.)?ONE'\n")
    said = refused("rename", text, "Query", "Ask", path=path, root=tmp_path, cursor=True)
    assert "in test_kit.py:1" in said.message
    (tmp_path / "test_kit.py").write_text("EXPECTED = 'a Query. One'\n")
    assert "class Ask:" in changed("rename", text, "Query", "Ask", path=path, root=tmp_path, cursor=True)


def test_a_message_that_mentions_a_class_does_not_matter() -> None:
    text = "class Query:\n    'Query.'\n\n\nprint('A Query object', Query)\n"
    assert "class Ask:" in changed("rename", text, "Query", "Ask", cursor=True)


class TestExtractVariable:
    @pytest.mark.parametrize(
        ("text", "selected"),
        [
            ("x = f(a) + g(b)\n", "g(b)"),
            ("x = a.pop() + a.b\n", "a.b"),
            ("x = f(a)(g(b))\n", "g(b)"),
            ("x[0] += f(a) or g(f(b), h(a))\n", "h(a)"),
        ],
    )
    def test_what_ran_before_still_does(self, text: str, selected: str) -> None:
        assert refused("extract_variable", text, selected, "y").kind == "invalid"

    @pytest.mark.parametrize(
        ("text", "selected", "expected"),
        [
            ("x = f(a) + g(b)\n", "f(a)", "y = f(a)\nx = y + g(b)\n"),
            ("x = len(a) + g(b)\n", "g(b)", "y = g(b)\nx = len(a) + y\n"),
            ("x = ', '.join(a) + g(b)\n", "g(b)", "y = g(b)\nx = ', '.join(a) + y\n"),
            ("x[f(a)] = g(b)\n", "g(b)", "y = g(b)\nx[f(a)] = y\n"),
            ("x = f(a) + b.c\n", "b.c", "y = b.c\nx = f(a) + y\n"),
            ("if f(a.b): pass\n", "a.b", "y = a.b\nif f(y): pass\n"),
        ],
    )
    def test_what_may_be_computed_first(self, text: str, selected: str, expected: str) -> None:
        assert changed("extract_variable", text, selected, "y") == expected

    def test_defaults_decorators_and_bases(self) -> None:
        text = "import m\n\n# about f\n@dec(1)\ndef f(a=m.x + 20):\n    return a\n"
        assert changed("extract_variable", text, "m.x + 20", "limit") == (
            "import m\n\nlimit = m.x + 20\n\n\n# about f\n@dec(1)\ndef f(a=limit):\n    return a\n"
        )
        assert changed("extract_variable", "class A(b.C):\n    pass\n", "b.C", "Base") == (
            "Base = b.C\n\n\nclass A(Base):\n    pass\n"
        )

    def test_a_selection_that_cuts_through_words_or_operands_is_what_holds_it(self) -> None:
        text = changed("extract_variable", "yy = not foo or bar\n", " no", "x")
        assert text == "x = not foo\nyy = x or bar\n"
        text = changed("extract_variable", "z = f(y + 1, 3)\n", "+ 1", "x")
        assert text == "x = y + 1\nz = f(x, 3)\n"
        text = changed("extract_function", "def f(a, b):\n    c = a\n    return c & b\n", "urn c &", "g")
        assert "    return g(b, c)\n" in text or "    return g(c, b)\n" in text
