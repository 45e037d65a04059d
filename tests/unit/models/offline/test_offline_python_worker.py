"""The Python worker's methods, called in this process: what they change, what they refuse, what they leave alone."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.models.offline.python_flow import Assignment, Liveness
from kibitz.models.offline.python_scopes import Names
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_worker import METHODS

CART = textwrap.dedent(
    '''
    import os


    def total(items, tax):
        """What a cart costs."""
        subtotal = 0
        for item in items:
            subtotal += item.price * item.quantity
        grand = subtotal * (1 + tax)
        return grand


    class Cart:
        def __init__(self, items):
            self.items = items

        def pay(self, tax):
            rate = 1 + tax
            cost = rate * len(self.items)
            return cost
    '''
).lstrip("\n")


def place(text: str, needle: str, *, end: bool = False, nth: int = 0) -> dict[str, int]:
    """Where a piece of a text starts or ends."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(needle, at + 1)
    at += len(needle) if end else 0
    line = text.count("\n", 0, at)
    return {"line": line, "column": at - (text.rfind("\n", 0, at) + 1)}


def ask(
    kind: str,
    text: str,
    needle: str,
    name: str | None = None,
    *,
    path: Path | str = "/nowhere/cart.py",
    root: Path | None = None,
    nth: int = 0,
    cursor: bool = False,
) -> dict[str, Any]:
    start = place(text, needle, nth=nth)
    end = start if cursor else place(text, needle, end=True, nth=nth)
    params = {"kind": kind, "path": str(path), "text": text, "root": str(root) if root else None}
    result: dict[str, Any] = METHODS["refactor"]({**params, "start": start, "end": end, "new_name": name})
    return result


def changed(*args: Any, **options: Any) -> str:
    (text,) = ask(*args, **options)["changes"].values()
    compile(text.removeprefix("\ufeff"), "result", "exec", dont_inherit=True)
    return str(text)


def refused(*args: Any, **options: Any) -> KibitzError:
    with pytest.raises(KibitzError) as caught:
        ask(*args, **options)
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value


LOOP = "subtotal = 0\n    for item in items:\n        subtotal += item.price * item.quantity"


class TestExtractFunction:
    def test_statements_become_a_function_named_after_what_they_compute(self) -> None:
        text = changed("extract_function", CART, LOOP)
        assert "    subtotal = compute_subtotal(items)\n    grand = subtotal * (1 + tax)\n" in text
        assert f"\n\n\ndef compute_subtotal(items):\n    {LOOP}\n    return subtotal\n\n\nclass Cart" in text

    def test_a_method_stays_a_method(self) -> None:
        text = changed("extract_function", CART, "rate = 1 + tax\n        cost = rate * len(self.items)")
        assert (
            "        cost = self._compute_cost(tax)\n        return cost\n\n    def _compute_cost(self, tax):\n"
            in text
        )

    def test_an_expression(self) -> None:
        text = changed("extract_function", CART, "item.price * item.quantity", "line_cost")
        assert "subtotal += line_cost(item)\n" in text
        assert "def line_cost(item):\n    return item.price * item.quantity\n" in text

    def test_partial_lines_are_whole_statements(self) -> None:
        whole = changed("extract_function", CART, LOOP)
        assert changed("extract_function", CART, LOOP[4:-7]) == whole

    def test_blanks_around_the_selection_do_not_matter(self) -> None:
        assert changed("extract_function", CART, f"    {LOOP}\n") == changed("extract_function", CART, LOOP)

    def test_a_docstring_is_left_where_it_is(self) -> None:
        text = changed("extract_function", CART, f'"""What a cart costs."""\n    {LOOP}')
        assert 'def total(items, tax):\n    """What a cart costs."""\n    subtotal = compute' in text

    def test_a_final_return_is_returned(self) -> None:
        text = changed("extract_function", CART, "grand = subtotal * (1 + tax)\n    return grand", "finish")
        assert "    return finish(" in text

    def test_a_variable_that_may_not_be_bound_is_not_passed(self) -> None:
        text = "def f(rows):\n    for r in rows:\n        h(r)\n    return ','.join(g(r) for r in rows)\n"
        assert "may not be bound" in refused("extract_function", text, "','.join(g(r) for r in rows)").message

    def test_awaiting_code_becomes_asynchronous(self) -> None:
        text = "async def f(a):\n    b = await g(a)\n    return b + 1\n"
        assert changed("extract_function", text, "b = await g(a)", "fetch") == (
            "async def f(a):\n    b = await fetch(a)\n    return b + 1\n\n\n"
            "async def fetch(a):\n    b = await g(a)\n    return b\n"
        )

    def test_the_default_name_is_one_nobody_uses(self) -> None:
        text = CART + "\n\ncompute_subtotal = 1\n"
        assert ask("extract_function", text, LOOP)["name"] == "compute_subtotal_2"

    def test_a_name_in_use_is_refused(self) -> None:
        assert "already used" in refused("extract_function", CART, LOOP, "grand").message

    @pytest.mark.parametrize("name", ["1st", "class", "a b", "x.y"])
    def test_what_is_no_name_is_refused(self, name: str) -> None:
        assert refused("extract_function", CART, LOOP, name).kind == "invalid"

    @pytest.mark.parametrize(
        ("body", "selected", "why"),
        [
            ("for x in a:\n        if x:\n            break", "if x:\n            break", "loop"),
            (
                "for x in a:\n        if x:\n            continue\n        print(x)",
                "if x:\n            continue",
                "loop",
            ),
            ("if a:\n        return 1\n    print(a)", "if a:\n        return 1", "returns before"),
            ("yield a\n    print(a)", "yield a", "yields"),
            ("x = yield\n    print(x)", "x = yield", "yields"),
            ("if a:\n        x = 1\n    return x", "if a:\n        x = 1", "may not be bound"),
            (
                "x = 0\n    try:\n        x = 1\n        a()\n    except E:\n        print(x)",
                "x = 1\n        a()",
                "error",
            ),
            ("x = 1\n    print(locals())", "x = 1", "locals"),
            ("global g\n    g = a", "global g\n    g = a", "global"),
            ("x = 1; y = 2\n    return x + y", "y = 2", "shares a line"),
            ("def h():\n        return x\n    x = a()\n    return h", "x = a()", "nested function"),
            ("from os import *", "from os import *", "everything"),
            ("print(a + b + c)", "b + c", "whole expression"),
        ],
    )
    def test_what_no_function_can_hold_is_refused(self, body: str, selected: str, why: str) -> None:
        text = f"def f(a):\n    {body}\n"
        if why in ("everything",):
            text = textwrap.dedent(f"{body}\nprint(path)\n")
        assert why in refused("extract_function", text, selected).message

    @pytest.mark.parametrize(
        ("text", "selected"),
        [
            ("class A:\n    def __new__(cls, a):\n        b = a + 1\n        return b\n", "b = a + 1"),
            (
                "class A:\n    def _add(a, b):\n        c = a + b\n        return c\n    __add__ = wrap(_add)\n",
                "c = a + b",
            ),
            ("class A:\n    x = 1\n    y = 2\n", "x = 1"),
            (
                "class A:\n    def f(self):\n        self = g()\n        x = self.y\n        return x\n",
                "x = self.y",
            ),
        ],
    )
    def test_methods_that_are_none_are_refused(self, text: str, selected: str) -> None:
        assert refused("extract_function", text, selected).kind == "invalid"

    def test_a_value_the_next_round_of_a_loop_reads_is_not_lost(self) -> None:
        text = "def f(rows):\n    last = None\n    for row in rows:\n        print(last)\n        last = row\n    return 0\n"
        assert "used elsewhere" in refused("extract_function", text, "last = row").message

    def test_a_syntax_error_elsewhere_is_named(self) -> None:
        error = refused("extract_function", CART + "\ndef broken(:\n", LOOP)
        assert error.kind == "invalid"
        assert "cart.py has a syntax error (line 22)" in error.message


class TestExtractVariable:
    def test_an_expression_gets_a_name(self) -> None:
        text = changed("extract_variable", CART, "item.price * item.quantity", "cost")
        assert "        cost = item.price * item.quantity\n        subtotal += cost\n" in text

    def test_parentheses_and_the_default_name(self) -> None:
        text = changed("extract_variable", CART, "(1 + tax)")
        assert "    total_tax = 1 + tax\n    grand = subtotal * total_tax\n" in text

    def test_a_cursor_takes_the_expression_it_touches(self) -> None:
        text = changed("extract_variable", CART, "* item.quantity", "cost", cursor=True)
        assert "cost = item.price * item.quantity\n" in text

    @pytest.mark.parametrize(
        ("text", "selected"),
        [
            ("while f(a):\n    pass\n", "f(a)"),
            ("x = a and f(a)\n", "f(a)"),
            ("x = f(a) if a else 0\n", "f(a)"),
            ("x = [f(i) for i in a]\n", "f(i)"),
            ("x = lambda: f(a)\n", "f(a)"),
            ("x = f'{f(a)}'\n", "f(a)"),
            ("if a:\n    pass\nelif f(a):\n    pass\n", "f(a)"),
            ("with a as b, f(b) as c:\n    pass\n", "f(b)"),
            ("if a: f(f(a))\n", "f(a)"),
            ("def g(x: f(a)): pass\n", "f(a)"),
            ("x = (y := 1) + f(y)\n", "f(y)"),
        ],
    )
    def test_what_is_not_always_evaluated_is_refused(self, text: str, selected: str) -> None:
        assert refused("extract_variable", text, selected).kind == "invalid"

    def test_a_name_in_use_is_refused(self) -> None:
        assert "already used" in refused("extract_variable", CART, "(1 + tax)", "items").message


class TestInline:
    def test_a_variable(self) -> None:
        text = changed("inline", CART, "grand")
        assert "    return subtotal * (1 + tax)\n" in text
        assert "grand" not in text

    def test_precedence_is_kept(self) -> None:
        assert "cost = (1 + tax) * len" in changed("inline", CART, "rate")

    def test_a_function(self) -> None:
        text = "def area(a, b):\n    return a * b\n\n\nprint(area(1 + 2, b=3) ** 2)\n"
        namespace: dict[str, Any] = {"print": lambda value: namespace.setdefault("said", value)}
        result = changed("inline", text, "area", cursor=True)
        exec(compile(result, "result", "exec"), namespace)
        assert "area" not in result
        assert namespace["said"] == 81

    @pytest.mark.parametrize(
        "body",
        [
            "x = a\n    a = 2\n    return x",
            "x = a.b\n    a.b += 1\n    return x",
            "x = b in a\n    if x:\n        del a[b]\n    return x",
            "x = a + b\n    a.append(1)\n    return x",
            "x = a + b\n    for i in b:\n        print(x)\n        a += i",
            "x = a()\n    return x + x",
            "x = a()\n    b()\n    return x",
            "x = a()\n    for i in b:\n        print(x)",
            "x = a()\n    return lambda: x",
            "x = []\n    return x, x",
            "x = 1\n    x = 2\n    return x",
            "x, y = a\n    return x",
            "if a:\n        x = 1\n    return x",
            "for x in a:\n        print(x)",
            "x = a.b\n    with a:\n        return x",
        ],
    )
    def test_what_would_compute_something_else_is_refused(self, body: str) -> None:
        assert refused("inline", f"def f(a, b):\n    {body}\n", "x").kind == "invalid"

    def test_recursion_is_refused(self) -> None:
        assert (
            refused("inline", "def f(a):\n    return f(a)\n\n\nf(1)\n", "f(a)", cursor=True).kind == "invalid"
        )


class TestRename:
    def test_a_local_variable(self) -> None:
        text = changed("rename", CART, "subtotal", "net")
        assert text == CART.replace("subtotal", "net")

    def test_an_f_string_and_a_public_name(self) -> None:
        text = "__all__ = ['f']\n\n\ndef f(a):\n    return f'{a + 1} {f!r}'\n"
        assert changed("rename", text, "f(a)", "g", cursor=True) == (
            "__all__ = ['g']\n\n\ndef g(a):\n    return f'{a + 1} {g!r}'\n"
        )

    def test_a_parameter_and_its_keywords(self) -> None:
        text = "def f(a):\n    return a\n\n\nf(a=1)\n"
        assert changed("rename", text, "a)", "b", cursor=True) == "def f(b):\n    return b\n\n\nf(b=1)\n"

    def test_an_attribute(self) -> None:
        text = changed("rename", CART, "items = items", "goods", cursor=True)
        assert text == CART.replace("self.items", "self.goods")

    @pytest.mark.parametrize(
        ("text", "needle", "name"),
        [
            (CART, "subtotal", "grand"),
            (CART, "subtotal", "items"),
            (CART, "len(", "size"),
            (CART, "os", "system"),
            (CART, "__init__", "start"),
            (CART, "total", "total"),
            ("class A:\n    a = 1\n    b = 2\n", "a =", "b"),
            (
                "class A:\n    def f(self): pass\nclass B:\n    def f(self): pass\ndef g(x):\n    x.f()\n",
                "f(self)",
                "h",
            ),
            ("import threading\nclass A(threading.Thread):\n    def run(self): pass\n", "run", "go"),
            ("# about x\n", "x", "y"),
        ],
    )
    def test_what_would_mean_something_else_is_refused(self, text: str, needle: str, name: str) -> None:
        assert refused("rename", text, needle, name, cursor=True).kind == "invalid"

    @pytest.mark.parametrize(
        "text",
        [
            "class A:\n    __slots__ = ('a',)\n    def f(self):\n        self.a = 1\n",
            "class A:\n    a = 1\n\n\ngetattr(A(), 'a')\n",
            "@dataclass\nclass A:\n    a = 1\n\n\nA(a=2)\n",
        ],
    )
    def test_an_attribute_that_is_also_named_elsewhere_is_refused(self, text: str) -> None:
        assert "Not every use of `a`" in refused("rename", text, "a = 1", "b", cursor=True).message

    def test_a_use_that_may_be_of_several_classes_is_refused(self) -> None:
        text = (
            "class A:\n    def go(self): pass\n\n\nclass B:\n    def go(self): pass\n\n\n"
            "class C:\n    def __init__(self, it=None):\n        self.it = it\n        if it is None:\n"
            "            self.it = B()\n\n    def run(self):\n        self.it.go()\n"
        )
        assert "cannot be traced" in refused("rename", text, "go(self)", "come", cursor=True).message

    def test_all_files_of_a_project(self, tmp_path: Path) -> None:
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "__init__.py").write_text("")
        (tmp_path / "shop" / "cart.py").write_text("old text on disk\n")
        uses = tmp_path / "shop" / "uses.py"
        uses.write_bytes(
            b"from shop.cart import total\r\n\r\nprint(total([], 0))  # total \xf0\x9f\x98\x80\r\n"
        )
        (tmp_path / "other.py").write_text("def total():\n    pass\n\n\ntotal()\n")
        (tmp_path / "node_modules").mkdir()
        (tmp_path / "node_modules" / "x.py").write_text("syntax error total\n")
        before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()}
        cart = tmp_path / "shop" / "cart.py"
        changes = ask("rename", CART, "total", "price", path=cart, root=tmp_path)["changes"]
        assert sorted(changes) == [str(cart), str(uses)]
        assert "def price(items" in changes[str(cart)]
        assert changes[str(uses)] == (
            "from shop.cart import price\r\n\r\nprint(price([], 0))  # total \U0001f600\r\n"
        )
        assert {
            p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()
        } == before

    def test_a_use_that_cannot_be_followed_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "uses.py").write_text("def f():\n    from far.cart import total\n    return total\n")
        error = refused("rename", CART, "total", "price", path=tmp_path / "cart.py", root=tmp_path)
        assert "uses.py" in error.message

    def test_a_file_that_does_not_parse_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "uses.py").write_text("def total(:\n")
        error = refused("rename", CART, "total", "price", path=tmp_path / "cart.py", root=tmp_path)
        assert "uses.py has a syntax error" in error.message


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
        assert result.startswith(head)
        assert result.endswith(tail[tail.index("class Cart") :])

    def test_tabs_in_strings_are_no_indentation(self) -> None:
        text = 'def f(a):\n\tx = """\n\tkept\n    kept\n"""\n\ty = a + 1\n\treturn x, y\n'
        assert changed("extract_function", text, "y = a + 1", "g") == (
            text.replace("a + 1", "g(a)") + "\n\ndef g(a):\n\ty = a + 1\n\treturn y\n"
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
