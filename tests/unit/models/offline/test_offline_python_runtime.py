"""What code finds at run time by a string, a decorator or a convention is not renamed, with a sentence that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.python_engine import ask, changed, refused

ENUM = "import enum\n\n\nclass Unit(enum.Enum):\n    MIN_X = 1\n\n\n"
PROTOCOL = "from typing import Protocol\n\n\nclass P(Protocol):\n    def m_x(self): ...\n\n\nclass A:\n    def m_x(self): pass\n"
RECORD = "import dataclasses\n\n\n@dataclasses.dataclass\nclass P:\n    x_y: int\n\n\n"


@pytest.mark.parametrize(
    ("text", "needle", "why"),
    [
        # members
        (ENUM + "print(Unit[text])\n", "MIN_X", "names of the enumeration's members"),
        (ENUM + "print(Unit.MIN_X.name)\n", "MIN_X", "names of the enumeration's members"),
        (PROTOCOL, "m_x(self): ...", "the protocol `P` has it"),
        (PROTOCOL, "m_x(self): pass", "the protocol `P` has it"),
        ("class A:\n    p_x = ''\n\n\nclass B(A):\n    p_x = 'b'\n", "p_x = ''", "The class `B`"),
        ("class A:\n    p_x = ''\n\n\nclass B(A):\n    p_x = 'b'\n", "p_x = 'b'", "The class `A`"),
        ("from web import View\n\n\nclass A(View):\n    def on_x(self): pass\n", "on_x", "`View`, from outside"),
        ("from typing import TypedDict\n\n\nclass P(TypedDict):\n    x_y: int\n", "x_y", "key of a dictionary"),
        ("class A:\n    a_b = 1\n\n    def f(self):\n        return self.__dict__\n", "a_b", "goes through its attributes"),
        ("class A:\n    a_b = 1\n\n    def f(self):\n        return vars(self)\n", "a_b", "goes through its attributes"),
        (RECORD + "print(dataclasses.asdict(P(1)))\n", "x_y", "`asdict` in cart.py"),
        (RECORD + "print(repr(P(1)) == 'P(x_y=1)')\n", "x_y", "as it is printed"),
        # strings
        ("class A:\n    def f_g(self): pass\n\n\nfor n in ['f_g']:\n    getattr(A(), n)()\n", "f_g", "named in a string"),
        ("from unittest import mock\n\n\ndef f_g(): pass\n\n\nmock.patch('kit.f_g')\n", "f_g()", "named in a string"),
        ("def f(count):\n    return f'{count=}'\n", "count)", "An f-string shows"),
        # parameters and decorators
        ("import pytest\n\n\n@pytest.mark.parametrize('v_x', [1])\ndef test(v_x): pass\n", "v_x):", "The decorator"),
        ("import pytest\n\n\n@pytest.fixture\ndef db_x(): pass\n", "db_x", "The decorator `pytest.fixture`"),
        ("import click\n\n\n@click.option('--name')\ndef hello(name): pass\n", "name):", "The decorator `click.option`"),
        ("def test_a(tmp_path): pass\n", "tmp_path", "pytest passes"),
        ("def f(a_b): pass\n\n\nd = {'a_b': 1}\nf(**d)\n", "a_b", "among the `**` arguments"),
        ("def f(a_b): pass\n\n\ndef g(**d):\n    f(**d)\n\n\ng(a_b=1)\n", "a_b", "among the `**` arguments"),
    ],
)  # fmt: skip
def test_the_refusal_says_who_reads_the_name(text: str, needle: str, why: str) -> None:
    assert why in refused("rename", text, needle, "other", cursor=True).message


@pytest.mark.parametrize(
    ("text", "needle", "old"),
    [
        (ENUM + "print(Unit.MIN_X)\n", "MIN_X", "MIN_X"),
        ("class A:\n    p_x = ''\n\n\nclass B:\n    p_x = 'b'\n\n\nprint(B.p_x)\n", "p_x = ''", "p_x"),
        ("class A(list):\n    def on_x(self): pass\n\n\nA().on_x()\n", "on_x", "on_x"),
        ("class A:\n    def f_g(self):\n        return {'k': 1}['k']\n", "f_g", "f_g"),
        ("import functools\n\n\n@functools.cache\ndef f(a_b): return a_b\n\n\nf(a_b=1)\n", "a_b", "a_b"),
        ("def own(f): return f\n\n\n@own\ndef f(a_b): return a_b\n\n\nf(a_b=1)\n", "a_b", "a_b"),
        ("def f(a_b): return a_b\n\n\nd = {}\nf(**d)\n", "a_b", "a_b"),
        ("def f(count):\n    return f'{count}'\n", "count", "count"),
        (RECORD + "print(P(1).x_y)\n", "x_y", "x_y"),
    ],
)
def test_what_nobody_reads_at_run_time_is_renamed(text: str, needle: str, old: str) -> None:
    wanted = text.replace(old, "other")
    if "class B" in text:
        wanted = text.replace(old, "other", 1)
    assert changed("rename", text, needle, "other", cursor=True) == wanted


def test_names_that_a_test_compares_with_the_documentation_stay(tmp_path: Path) -> None:
    path, docs, test = tmp_path / "kit.py", tmp_path / "api.rst", tmp_path / "test_kit.py"
    text = "__all__ = ['f', 'g']\n\n\ndef f(): pass\n\n\ndef g(): pass\n"
    path.write_text(text)
    docs.write_text("There is ``f``.\n")
    wanted = text.replace("'f'", "'h'").replace("f()", "h()")
    assert changed("rename", text, "f()", "h", path=path, root=tmp_path, cursor=True) == wanted
    test.write_text("import kit\n\nassert set(kit.__all__) == set(open('api.rst').read().split())\n")
    error = refused("rename", text, "f()", "h", path=path, root=tmp_path, cursor=True)
    assert error.message == (
        "test_kit.py goes through `__all__`, and may compare it with api.rst, where `f` stands, too."
    )
    assert "def h()" in changed("rename", text, "g()", "h", path=path, root=tmp_path, cursor=True)


def test_who_goes_through_a_package_goes_through_its_modules(tmp_path: Path) -> None:
    package, test = tmp_path / "kit", tmp_path / "test_kit.py"
    package.mkdir()
    (package / "__init__.py").write_text("from .part import *\n")
    path = package / "part.py"
    text = "def f_x():\n    return 1 + 2\n"
    path.write_text(text)
    assert ask("rename", text, "f_x", "g_x", path=path, root=tmp_path, cursor=True)
    test.write_text("import kit\n\nprint(vars(kit))\n")
    error = refused("rename", text, "f_x", "g_x", path=path, root=tmp_path, cursor=True)
    assert error.message == "test_kit.py goes through all names of the module."
    assert (
        "goes through all names"
        in refused("extract_function", text, "1 + 2", "public", path=path, root=tmp_path).message
    )
    assert ask("extract_function", text, "1 + 2", "_private", path=path, root=tmp_path)
