"""Branches and loops written the other way round: exact texts, comments kept, refusals, and the same values computed."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models.offline.python_negation import negated
from kibitz.models.offline.python_source import Source
from support.python_engine import changed, refused


class TestInvertIf:
    @pytest.mark.parametrize(
        ("condition", "opposite"),
        [
            ("a", "not a"),
            ("not a", "a"),
            ("not (a and b)", "a and b"),
            ("a == b", "a != b"),
            ("a is not None", "a is None"),
            ("a in b", "a not in b"),
            ("a<b", "not a<b"),
            ("len(a) < 3", "len(a) >= 3"),
            ("a < b < c", "not a < b < c"),
            ("a and not b", "not (a and not b)"),
            ("a is None or not b", "a is not None and b"),
            ("(a == b)", "a != b"),
            ("(a := b)", "not (a := b)"),
            ("a if b else c", "not (a if b else c)"),
            ("not a == b", "a == b"),
        ],
    )
    def test_the_condition(self, condition: str, opposite: str) -> None:
        text = f"if {condition}:\n    x()\nelse:\n    y()\n"
        assert changed("invert_if", text, "if ") == f"if {opposite}:\n    y()\nelse:\n    x()\n"

    def test_comments_go_with_what_they_are_about(self) -> None:
        text = (
            "def f(x):\n    if x:  # there\n        a()\n        # after a\n\n    # none left\n    else:  # missing\n"
            '        b("""\n  text\n""")\n        # after b\n\n    return 3\n'
        )
        assert changed("invert_if", text, "if x") == (
            'def f(x):\n    if not x:  # missing\n        # none left\n        b("""\n  text\n""")\n        # after b\n'
            "    else:  # there\n        a()\n        # after a\n\n    return 3\n"
        )

    def test_a_comment_for_a_tool_stays_with_its_line(self) -> None:
        text = "if (a or\n    b):  # noqa: E129\n    pass\nelse:\n    c()\n"
        assert changed("invert_if", text, "if") == "if not (a or\n        b):  # noqa: E129\n    c()\n"

    def test_the_last_of_a_chain(self) -> None:
        text = "if a:\n    x()\nelif b:\n    y()\nelse:\n    z()\n"
        assert changed("invert_if", text, "elif") == "if a:\n    x()\nelif not b:\n    z()\nelse:\n    y()\n"

    def test_branches_on_the_line_of_their_keyword(self) -> None:
        text = "if a: x(); w()  # both\nelse: y()\n"
        assert changed("invert_if", text, "if") == "if not a:\n    y()\nelse:\n    x(); w()  # both\n"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("if a:\n    x()\n", "no `else`"),
            ("if a:\n    x()\nelif b:\n    y()\n", "elif"),
            ("x = 1\n# if\n", "no `if` at this place"),
        ],
    )
    def test_what_cannot_be_turned_round(self, text: str, why: str) -> None:
        assert why in refused("invert_if", text, "if").message


class TestGuardClause:
    def test_the_rest_of_a_function(self) -> None:
        text = 'def f(x):\n    if x == 1:  # one\n        a = """\n   x"""\n        if a:\n            b()\n        # done\n'
        assert changed("guard_clause", text, "if x") == (
            'def f(x):\n    if x != 1:  # one\n        return\n    a = """\n   x"""\n    if a:\n        b()\n    # done\n'
        )

    def test_a_function_that_returns_values_returns_none(self) -> None:
        text = "def f(x):\n    if x:\n        a()\n        return 1\n"
        assert "    if not x:\n        return None\n    a()\n" in changed("guard_clause", text, "if")

    def test_the_rest_of_a_loop(self) -> None:
        text = "for x in y:\n\tif x:\n\t\ta(\n\t\t\tx)\n"
        assert changed("guard_clause", text, "if") == "for x in y:\n\tif not x:\n\t\tcontinue\n\ta(\n\t\tx)\n"

    def test_an_else_that_is_not_needed(self) -> None:
        text = "def f(x):\n    if x:\n        return 1\n    # or\n    else:  # no\n        b()\n        return 2\n"
        assert changed("guard_clause", text, "if") == (
            "def f(x):\n    if x:\n        return 1\n    # no\n    # or\n    b()\n    return 2\n"
        )

    def test_an_else_that_leaves(self) -> None:
        text = "def f(x):\n    if x:  # good\n        a()\n        b()\n    else:\n        raise ValueError\n    c()\n"
        assert changed("guard_clause", text, "if") == (
            "def f(x):\n    if not x:\n        raise ValueError\n    # good\n    a()\n    b()\n    c()\n"
        )

    def test_an_elif_after_a_return(self) -> None:
        text = "def f(x):\n    if x:\n        return 1\n    elif y:\n        a()\n    else:\n        b()\n"
        assert "return 1\n    if y:\n        a()\n    else:\n" in changed("guard_clause", text, "if")

    def test_what_follows_is_not_written_twice(self) -> None:
        text = "def f(x):\n    if x:\n        a()\n        return 1\n    # nothing\n    return None  # yet\n"
        assert changed("guard_clause", text, "if") == (
            "def f(x):\n    if not x:\n        # nothing\n        return None  # yet\n    a()\n    return 1\n"
        )

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("def f(x):\n    if x:\n        a()\n    b()\n", "More code runs"),
            ("def f(x):\n    if x:\n        return 1\n", "leaves at once"),
            ("def f(x):\n    if x:\n        a()\n    else:\n        b()\n", "Neither"),
            ("if x:\n    a()\n", "More code runs"),
        ],
    )
    def test_what_cannot_leave_early(self, text: str, why: str) -> None:
        assert why in refused("guard_clause", text, "if").message

    def test_an_elif_cannot(self) -> None:
        text = "def f(x):\n    if x:\n        a()\n    elif y:\n        b()\n"
        assert "elif" in refused("guard_clause", text, "elif").message


class TestWhichIfIsMeant:
    TEXT = "def f(x, y):\n    if y:\n        return\n    a()\n    if x:\n        b()\n        c()\n"
    GUARDED = "    a()\n    if not x:\n        return\n    b()\n    c()\n"

    @pytest.mark.parametrize("needle", ["a()", "c()", "f(x", "def f", TEXT.rstrip("\n")])
    def test_the_only_one_that_can_be_a_guard(self, needle: str) -> None:
        assert changed("guard_clause", self.TEXT, needle).endswith(self.GUARDED)

    def test_the_innermost_around(self) -> None:
        text = "def f(x):\n    if x:\n        for y in x:\n            if y:\n                a()\n"
        assert changed("guard_clause", text, "a()").endswith(
            "        for y in x:\n            if not y:\n                continue\n            a()\n"
        )

    def test_several_are_said(self) -> None:
        text = "def f(x):\n    for y in x:\n        if y:\n            a()\n    if x:\n        b()\n"
        assert "in the lines 3, 5" in refused("guard_clause", text, "for").message

    def test_one_around_that_cannot_is_not_left_for_another(self) -> None:
        text = "def f(x, y):\n    if y:\n        a()\n    b()\n    if x:\n        c()\n"
        assert "More code runs after" in refused("guard_clause", text, "a()").message

    def test_none_is_said(self) -> None:
        for text in ("def f():\n    a()\n", "a()\nif x:\n    b()\nelse:\n    c()\n"):
            assert "no `if`" in refused("invert_if", text, "a()").message

    def test_the_only_one_with_two_branches(self) -> None:
        text = "def f(x):\n    if a:\n        return\n    if x:\n        b()\n    else:\n        c()\n"
        assert "    if not x:\n        c()\n    else:\n        b()\n" in changed("invert_if", text, "def")


class TestMergeIfs:
    def test_conditions_and_comments(self) -> None:
        text = "if x or y:  # why\n    # because\n    if z and w:  # how\n        a()\n        # tail\nb()\n"
        assert changed("merge_ifs", text, "if x") == (
            "# why\n# because\nif (x or y) and z and w:  # how\n    a()\n    # tail\nb()\n"
        )
        assert changed("merge_ifs", text, "if z") == changed("merge_ifs", text, "if x")

    def test_long_conditions_go_over_lines(self) -> None:
        one, two = "a" * 45, "b" * 45
        text = f"if {one}:\n    if {two} and c:\n        x()\n"
        assert (
            changed("merge_ifs", text, "if a") == f"if (\n    {one}\n    and {two}\n    and c\n):\n    x()\n"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "if x:\n    if y:\n        a()\n    else:\n        b()\n",
            "if x:\n    if y:\n        a()\nelse:\n    b()\n",
            "if x:\n    if y:\n        a()\n    b()\n",
            "if x:\n    a()\n",
        ],
    )
    def test_what_cannot_be_merged(self, text: str) -> None:
        assert refused("merge_ifs", text, "if x").kind == "invalid"


class TestComprehensionToLoop:
    def test_conditions_comments_and_annotations(self) -> None:
        text = (
            "def f(xs):\n    y: list[int] = [\n        x + 1\n        # positive\n        for x in xs\n"
            "        if x > 0\n    ]  # done\n    return y\n"
        )
        assert changed("comprehension_to_loop", text, "x + 1") == (
            "def f(xs):\n    # positive\n    y: list[int] = []  # done\n    for x in xs:\n        if x > 0:\n"
            "            y.append(x + 1)\n    return y\n"
        )

    def test_what_is_returned_gets_a_name(self) -> None:
        text = "def f(xs):\n    return {k(a): g(b) for a, b in xs.items()}\n"
        assert changed("comprehension_to_loop", text, "{") == (
            "def f(xs):\n    result = {}\n    for a, b in xs.items():\n        key = k(a)\n"
            "        result[key] = g(b)\n    return result\n"
        )

    def test_an_attribute_is_assigned_at_the_end(self) -> None:
        text = "def f(self, xs):\n    self._ys = {a for x in xs for a in x}\n"
        assert changed("comprehension_to_loop", text, "{") == (
            "def f(self, xs):\n    ys = set()\n    for x in xs:\n        for a in x:\n            ys.add(a)\n"
            "    self._ys = ys\n"
        )

    def test_asynchronous_loops(self) -> None:
        text = "async def f(xs):\n    ys = [await y async for y in xs]\n    return ys\n"
        assert "    async for y in xs:\n        ys.append(await y)\n" in changed(
            "comprehension_to_loop", text, "["
        )

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ("x = 1\n    ys = [x for x in a]", "means something else"),
            ("ys = [id for id in a]\n    print(id(ys))", "means something else"),
            ("ys = [lambda: x for x in a]", "for later"),
            ("ys = [(z for z in x) for x in a]", "for later"),
            ("ys = a\n    ys = [x for x in ys]", "reads `ys`"),
            ("ys = sorted([x for x in a])", "all of what"),
            ("ys = [x for x in a]\n    return lambda: ys", "other functions"),
            (
                "ys = 0\n    try:\n        ys = [1 / x for x in a]\n    except ValueError:\n        print(ys)",
                "handled",
            ),
            ("ys = [x for x in a]\n    print(locals())", "locals"),
        ],
    )
    def test_what_could_be_told_apart(self, body: str, why: str) -> None:
        assert why in refused("comprehension_to_loop", f"def f(a):\n    {body}\n", " for ").message

    def test_a_module_keeps_its_names(self) -> None:
        assert "part of the module" in refused("comprehension_to_loop", "ys = [x for x in a]\n", "[").message


class TestLoopToComprehension:
    def test_conditions_and_comments(self) -> None:
        text = (
            "def f(xs):\n    r = []\n    # go\n    for x in xs:  # each\n        if x > 1 or x:\n            if x:\n"
            "                r.append((x, 1))\n    return r\n"
        )
        assert changed("loop_to_comprehension", text, "for") == (
            "def f(xs):\n    # go\n    # each\n    r = [(x, 1) for x in xs if (x > 1 or x) and x]\n    return r\n"
        )

    def test_dictionaries_and_sets(self) -> None:
        text = "def f(xs):\n    r: dict[int, int] = {}\n    for k, v in xs.items():\n        r[k] = v\n    return r\n"
        assert "    r: dict[int, int] = {k: v for k, v in xs.items()}\n" in changed(
            "loop_to_comprehension", text, "for"
        )
        text = "def f():\n    r = set()\n    for k in 1, 2:\n        r.add(k)\n    return r\n"
        assert "    r = {k for k in (1, 2)}\n" in changed("loop_to_comprehension", text, "for")

    def test_a_long_one_goes_over_lines(self) -> None:
        name = "x" * 50
        text = f"def f(xs):\n    r = []\n    for {name} in xs:\n        if {name}:\n            r.append({name})\n    return r\n"
        assert f"    r = [\n        {name}\n        for {name} in xs\n        if {name}\n    ]\n" in changed(
            "loop_to_comprehension", text, "for"
        )

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ("for x in a:\n        r.append(x)\n    return x", "used after"),
            ("for x in a:\n        r.append(len(r))", "reads `r`"),
            ("for x in a:\n        r.append(lambda: x)", "makes a function"),
            ("for x in a:\n        r.append(x)\n    else:\n        b()", "does more"),
            ("for x in a:\n        r.extend(x)", "does more"),
            ("for a in a:\n        r.append(a)", "hides"),
            ("for a.b in a:\n        r.append(1)", "more than variables"),
            ("for x in a:\n        r.append(x)\n    return lambda: r", "other functions"),
            ("b()\n    for x in a:\n        r.append(x)", "follow an empty"),
        ],
    )
    def test_what_could_be_told_apart(self, body: str, why: str) -> None:
        assert why in refused("loop_to_comprehension", f"def f(a):\n    r = []\n    {body}\n", "for").message


_atoms = st.sampled_from(
    ["a", "b", "c", "len(s)", "a == b", "a!=b", "a < c", "a is b", "b in s", "len(s)>2", "b not in s"]
)
_conditions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        inner.map(lambda c: f"not ({c})"),
        inner.map(lambda c: f"({c})"),
        st.tuples(inner, st.sampled_from(["and", "or", "\n and", "or \n "]), inner).map(" ".join),
        st.tuples(inner, inner, inner).map(lambda c: f"({c[0]} if {c[1]} else {c[2]})"),
    ),
    max_leaves=6,
)


@given(
    _conditions, st.lists(st.integers(0, 2), min_size=3, max_size=3), st.lists(st.integers(0, 2), max_size=3)
)
def test_the_opposite_is_true_where_the_condition_is_false(
    condition: str, abc: list[int], s: list[int]
) -> None:
    text = f"if ({condition}):\n    pass\n"
    source = Source(text)
    (node,) = source.tree.body
    assert isinstance(node, ast.If)
    opposite = negated(source, node.test, 3, len(condition) + 5)
    values = dict(zip("abc", abc, strict=True), s=s)
    assert bool(eval(f"({opposite})", {}, values)) is not bool(eval(f"({condition})", {}, values))
