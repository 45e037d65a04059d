"""What the Python worker knows of names: who binds what, where, and who uses it; and what jedi says."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.models.offline.python_flow import Assignment, Liveness
from kibitz.models.offline.python_scopes import Names
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_worker import METHODS
from support.python_engine import CART, LOOP, ask, changed, place, refused

FORMS = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "tabs": lambda text: text.replace("    ", "\t"),
    "two spaces": lambda text: text.replace("    ", "  "),
    "no final line end": lambda text: text.rstrip("\n"),
    "cookie": lambda text: "# -*- coding: latin-1 -*-\n" + text,
    "non-ascii": lambda text: text.replace("grand", "größe") + "# 😀 \u2028 \x0c é\n",
    "mixed ends": lambda text: text.replace("\n", "\r\n", 5),
}


class TestForm:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_the_form_of_the_file_is_kept(self, form: str, mark: str) -> None:
        text = FORMS[form](CART)
        needle = FORMS[form](LOOP) if form != "mixed ends" else "subtotal = 0"
        if form in ("cookie", "non-ascii", "no final line end"):
            needle = LOOP
        kind = "extract_function" if form != "mixed ends" else "rename"
        result = ask(kind, mark + text, needle, "computed")["changes"]["/nowhere/cart.py"]
        assert result.startswith(mark)
        result = result.removeprefix(mark)
        if kind == "rename":
            assert result == text.replace("subtotal", "computed")
            return
        eol = "\r\n" if form == "crlf" else "\n"
        indent = {"tabs": "\t", "two spaces": "  "}.get(form, "    ")
        assert f"{eol}{indent}subtotal = computed(items){eol}" in result
        assert f"def computed(items):{eol}{indent}{needle}{eol}{indent}return subtotal{eol}" in result
        assert (eol == "\n") == ("\r" not in result)
        head, _, tail = text.partition(needle)
        assert result.startswith(head[: head.index("def total")])
        assert result.endswith(tail)

    def test_tabs_in_strings_are_no_indentation(self) -> None:
        text = 'def f(a):\n\tx = """\n\tkept\n    kept\n"""\n\ty = a + 1\n\treturn x, y\n'
        assert changed("extract_function", text, "y = a + 1", "g") == (
            "def g(a):\n\ty = a + 1\n\treturn y\n\n\n" + text.replace("a + 1", "g(a)")
        )
        assert refused("extract_function", text, 'x = """\n\tkept\n    kept\n"""').kind == "unsupported"

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=30, max_size=30),
        st.sampled_from(["", "\ufeff"]),
        st.booleans(),
    )
    def test_an_unchanged_text_comes_back_byte_for_byte(self, ends: list[str], mark: str, tabs: bool) -> None:
        plain = CART.replace("    ", "\t") if tabs else CART
        text = mark + "".join(line + end for line, end in zip(plain.split("\n"), ends, strict=False))
        source = Source(text)
        assert source.restored(source.text) == text


def names_at(text: str, function: str = "f") -> tuple[Names, Any]:
    names = Names(ast.parse(text))
    return names, next(s for s in names.scopes if getattr(s.node, "name", "") == function)


class TestScopesAndFlow:
    def test_class_names_are_invisible_to_methods(self) -> None:
        names = Names(
            ast.parse("x = 1\nclass A:\n    x = 2\n    y = x\n    def f(self):\n        return x\n")
        )
        loads = [i.home for i in names.identifiers if i.name == "x" and i.role == "load"]
        assert [home is names.module for home in loads] == [False, True]

    def test_comprehensions_walrus_global_and_nonlocal(self) -> None:
        text = "def f():\n    global g\n    g = [y := i for i in f]\n    def h():\n        nonlocal y\n        y = g\n"
        names, scope = names_at(text)
        homes = {i.name: i.home for i in names.identifiers}
        assert homes["y"] is scope
        assert homes["g"] is names.module
        assert homes["i"] is not None and homes["i"].is_comprehension

    @pytest.mark.parametrize(
        ("body", "live"),
        [
            ("a = 1\nb(a)", {"a"}),
            ("a = 1\na = 2\nb(a)", set()),
            ("for i in b:\n    c(a)\n    a = 1", {"a"}),
            ("while True:\n    a = 1\n    if a:\n        break\nb()", {"a"}),
            ("try:\n    a = 1\n    b()\nexcept E:\n    c(a)", {"a"}),
            ("a = 1\nif (a := b()):\n    c(a)", set()),
            ("a = 1\nreturn 0\nc(a)", set()),
        ],
    )
    def test_what_is_live_after_the_first_assignment(self, body: str, live: set[str]) -> None:
        names, scope = names_at("def f(b, c):\n" + textwrap.indent(f"a = 0\n{body}\n", "    "))
        flow = Liveness(names, scope)
        flow.before(scope.node.body)
        first = next(
            n
            for n in ast.walk(scope.node)
            if isinstance(n, ast.Constant) and n.value is not True and n.value == 1
        )
        assign = next(n for n in ast.walk(scope.node) if isinstance(n, ast.Assign) and n.value is first)
        assert (flow.after[id(assign)] | flow.on_error[id(assign)]) & {"a"} == live

    @pytest.mark.parametrize(
        ("body", "bound"),
        [
            ("if b:\n    a = 1", False),
            ("if b:\n    a = 1\nelse:\n    a = 2", True),
            ("if b:\n    a = 1\nelse:\n    raise b", True),
            ("for a in b:\n    pass", False),
            ("while True:\n    a = 1\n    break", True),
            ("try:\n    a = 1\nexcept E:\n    pass", False),
            ("try:\n    a = 1\nexcept E:\n    return", True),
            ("with b as a:\n    pass", True),
            ("import a", True),
            ("match b:\n    case [a]:\n        pass", False),
            ("match b:\n    case [a]:\n        pass\n    case _:\n        a = 1", True),
            ("b and (a := 1)", False),
            ("a = 1\ndel a", False),
        ],
    )
    def test_what_is_certainly_bound(self, body: str, bound: bool) -> None:
        names, scope = names_at("def f(b):\n" + textwrap.indent(f"{body}\nlast()\n", "    "))
        flow = Assignment.of_scope(names, scope)
        before = flow.before[id(scope.node.body[-1])]
        assert before is not None
        assert ("a" in before) == bound


@pytest.fixture(scope="module")
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    METHODS["warm"]({"cache": str(tmp_path_factory.mktemp("jedi"))})


@pytest.mark.usefixtures("_warm")
class TestJedi:
    def test_completions_have_a_suffix_a_type_and_a_signature(self) -> None:
        params = {
            "path": "/nowhere/x.py",
            "text": "import os\r\nos.path.joi",
            "line": 1,
            "column": 11,
            "root": None,
        }
        (name,) = METHODS["complete"](params)["names"]
        assert (name["name"], name["suffix"], name["type"]) == ("join", "n", "function")
        assert name["signature"].startswith("join(")

    def test_the_call_around_the_cursor(self) -> None:
        text = "def f(alpha, beta=2):\n    pass\n\n\nf(1, "
        found = METHODS["complete"](
            {"path": "/nowhere/x.py", "text": text, "line": 4, "column": 5, "root": None}
        )
        assert found["call"] == {"name": "f", "parameters": ["alpha", "beta"], "index": 1}
        assert len(found["names"]) <= 50

    def test_positions_outside_of_the_text_are_clamped(self) -> None:
        params = {"path": "/nowhere/x.py", "text": "ab", "line": 9, "column": 99, "root": None}
        assert METHODS["complete"](params)["call"] is None

    def test_references_of_a_file_and_of_a_project(self, tmp_path: Path) -> None:
        (tmp_path / "uses.py").write_text("from cart import total\n\ntotal([], 0)\n")
        params = {
            "path": str(tmp_path / "cart.py"),
            "text": CART,
            "root": str(tmp_path),
            **place(CART, "total"),
        }
        (tmp_path / "cart.py").write_text(CART)
        own = METHODS["references"]({**params, "scope": "file"})
        assert [(r["line"], r["column"], r["text"]) for r in own] == [(3, 4, "def total(items, tax):")]
        found = METHODS["references"]({**params, "scope": "project"})
        assert [(Path(r["path"]).name, r["line"]) for r in found] == [
            ("cart.py", 3),
            ("uses.py", 0),
            ("uses.py", 2),
        ]
