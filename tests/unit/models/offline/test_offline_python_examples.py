"""A renaming reaches into the examples of docstrings, which doctest runs, and is refused where it cannot be sure."""

from __future__ import annotations

import doctest
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.offline.python_examples import examples, mentioned
from kibitz.models.offline.python_source import Source
from support.python_engine import ask, changed, refused

KIT = '''"""Kit.

>>> grow(1)
2
"""


def grow(by):
    """Add one.

    >>> grow(1)
    2
    >>> for x in range(2):
    ...     print(grow(by=x))
    1
    2
    """
    return by + 1


class Box:
    """A box.

    >>> box = Box(3)
    >>> box.width_cm, Box(grow(2)).width_cm
    (3, 3)
    """

    def __init__(self, width):
        self.width_cm = width
'''


POINT = '''import dataclasses


@dataclasses.dataclass
class Point:
    """A point.

    >>> point = Point(x_cm=1)
    """

    x_cm: int
'''


def failures(text: str) -> int:
    """How many examples of a module fail."""
    module = types.ModuleType("kit")
    exec(compile(text, "kit.py", "exec"), vars(module))
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(module, module=False, globs=vars(module)):
        runner.run(test, out=lambda _: None)
    return runner.failures


@pytest.mark.parametrize(
    ("needle", "new", "left"),
    [
        ("grow(by):", "added", "grow"),
        ("by):", "step", "by"),
        ("Box:", "Crate", "Box"),
        ("width_cm = ", "breadth", "width_cm"),
    ],
)
def test_examples_are_renamed_and_still_pass(needle: str, new: str, left: str) -> None:
    assert failures(KIT) == 0
    text = changed("rename", KIT, needle, new, cursor=True)
    assert failures(text) == 0
    assert not any(mentioned(Source(text), name) for name in [left])


def test_a_name_that_the_examples_define_themselves_is_theirs() -> None:
    text = 'def f():\n    """F.\n\n    >>> g = 1\n    >>> g\n    1\n    """\n\n\ndef g(): pass\n'
    assert changed("rename", text, "g():", "h", cursor=True) == text.replace("def g", "def h")


def test_a_keyword_of_another_function_stays() -> None:
    text = 'def f(a):\n    """F.\n\n    >>> f(a=dict(a=1))\n    """\n\n\nf(1)\n'
    assert "f(b=dict(a=1))" in changed("rename", text, "a):", "b", cursor=True)


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        (KIT.replace("(3, 3)\n", "Box\n"), "Box:"),
        (KIT.replace("    >>> box = Box(3)\n", "    >>> box = Box(3) ?\n"), "Box:"),
        (KIT.replace("width_cm", "name"), "name = "),
        (KIT.replace("(3, 3)\n", "Box(width_cm=3)\n"), "width_cm = "),
        (POINT, "x_cm: int"),
    ],
)
def test_what_may_mean_something_else_is_refused(text: str, needle: str) -> None:
    assert "example" in refused("rename", text, needle, "other", cursor=True).message


def test_examples_of_other_files_are_renamed(tmp_path: Path) -> None:
    kit, other = tmp_path / "kit.py", tmp_path / "other.py"
    kit.write_text("def grow(): pass\n")
    text = '"""Use it.\n\n>>> from kit import grow\n>>> grow()\n>>> import kit\n>>> kit.grow()\n"""\n'
    other.write_text(text)
    found = ask("rename", kit.read_text(), "grow", "added", path=kit, root=tmp_path, cursor=True)["changes"]
    assert found == {str(kit): "def added(): pass\n", str(other): text.replace("grow", "added")}
    foreign = text.replace("kit", "somewhere_else")
    other.write_text(foreign)
    found = ask("rename", kit.read_text(), "grow", "added", path=kit, root=tmp_path, cursor=True)["changes"]
    assert found == {str(kit): "def added(): pass\n"}


def test_of_two_things_of_one_name_an_example_may_import_either(tmp_path: Path) -> None:
    kit, other = tmp_path / "kit.py", tmp_path / "other.py"
    kit.write_text("def grow(): pass\n")
    other.write_text('"""Use it.\n\n>>> from kit import grow\n>>> grow()\n"""\n\n\ndef grow(): pass\n')
    error = refused("rename", kit.read_text(), "grow", "added", path=kit, root=tmp_path, cursor=True)
    assert "example" in error.message


def test_what_an_example_uses_is_not_inlined() -> None:
    text = 'def f():\n    """F.\n\n    >>> limit()\n    3\n    """\n    return limit()\n\n\ndef limit():\n    return 3\n'
    assert "example" in refused("inline", text, "limit():", cursor=True).message
    assert "return 3" in changed("inline", text.replace(">>> ", ""), "limit():", cursor=True)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [">>> a = 1", "... b", "1", "", ">>> for é in a:", "...     a", '>>> "', "\t>>> a", ">>>a", "..."]
        ),
        max_size=8,
    )
)
def test_every_place_of_an_example_holds_its_name(lines: list[str]) -> None:
    body = "\n    ".join(["Do.", *lines, ""])
    try:
        source = Source(f'def f():\n    r"""{body}"""\n')
    except KibitzError:
        return
    for part in examples(source):
        for identifier in part.code.names.identifiers:
            for place in part.places(identifier):
                assert source.text[place:].startswith(identifier.name)
