"""What the search for inputs is made of: sources of values, guesses from a body, examples of the documentation."""

from __future__ import annotations

import ast
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models.offline.probe_docs import examples
from kibitz.models.offline.probe_evidence import Parameter, evidence, parameters
from kibitz.models.offline.probe_explore import changed
from kibitz.models.offline.probe_source import NoSourceError, source_of
from kibitz.models.offline.probe_values import candidates

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.sets(st.integers(), max_size=4)
        | st.frozensets(st.text(max_size=3), max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_the_source_of_a_value_gives_it_back(value: object) -> None:
    try:
        source = source_of(value, ast)
    except NoSourceError as error:
        assert "long" in str(error)
        return
    again = eval(source.text)
    assert type(again) is type(value)
    assert again == value


def test_the_source_of_objects_names_its_imports() -> None:
    from collections import OrderedDict
    from datetime import date
    from fractions import Fraction

    for value in (Fraction(1, 3), OrderedDict(a=1), date(2024, 2, 29), [Fraction(2)], range(3), {date: int}):
        source = source_of(value, ast)
        names: dict[str, object] = {}
        exec("\n".join(source.imports), names)
        assert eval(source.text, names) == value
    for nothing in (object(), lambda: 1, float("nan"), iter([1]), "x" * 1000):
        with pytest.raises(NoSourceError):
            source_of(nothing, ast)


@given(VALUES, st.integers(0, 1000))
def test_a_changed_literal_stays_of_its_type(value: object, seed: int) -> None:
    source = repr(value)
    try:
        ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return
    again = ast.literal_eval(changed(source, random.Random(seed), [source]))
    assert isinstance(again, type(value)) or isinstance(value, int)


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("def f(x: int): ...", "3"),
        ("def f(x: 'list[str]'): ...", "['hello world', 'abc', '']"),
        ("def f(x: dict[str, int]): ...", "{'hello world': 3, 'abc': 2}"),
        ("def f(x: tuple[int, str]): ...", "(3, 'hello world')"),
        ("def f(x: Literal['a', 'b']): ...", "'a'"),
        ("def f(x: Known | None): ...", "Known()"),
        ("def f(x):\n    return x.split()", "'hello world'"),
        ("def f(x):\n    return x - 1", "3"),
        ("def f(x):\n    for y in x: pass", "[3, 1, 2]"),
        ("def f(x):\n    return x['key']", "{'a': 1, 'b': 2}"),
        ("def f(x):\n    return x(1, 2)", "lambda a, b: a + b"),
        ("def f(x=2.5):\n    return x", "0.5"),
        ("def f(text):\n    return text", "'hello world'"),
    ],
)
def test_what_a_parameter_may_be_given(code: str, first: str) -> None:
    node = ast.parse(code).body[0]
    assert isinstance(node, ast.FunctionDef)
    found, typed = candidates(parameters(node, bound=False)[0], evidence(node), {"Known": ["Known()"]})
    assert found[0] == first
    assert typed


def test_literals_of_the_body_are_tried() -> None:
    node = ast.parse("def f(mode, n):\n    if mode == 'fast' or n > 41: return 1").body[0]
    seen = evidence(node)
    assert "'fast'" in candidates(Parameter("mode"), seen, {})[0]
    assert {"40", "41", "42"} <= set(candidates(Parameter("n"), seen, {})[0])


def test_examples_keep_only_the_statements_they_need() -> None:
    found = examples(
        """
        >>> import math
        >>> a = [2, 1]
        >>> b = [3]
        >>> a.sort()
        >>> f(a)  # doctest: +ELLIPSIS
        [1, ...]
        >>> f([3])
        [3]
        >>> g(b)
        3
        """,
        "f",
    )
    assert [(one.setup, one.source, one.arguments) for one in found] == [
        (("a = [2, 1]", "a.sort()"), "f(a)", ()),
        ((), "f([3])", ("[3]",)),
    ]
    assert examples(">>> f(1", "f") == []
