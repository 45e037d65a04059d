"""The Python worker's methods, called in this process: what they change, what they refuse, what they leave alone."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from support.python_engine import CART, LOOP, ask, changed, refused


class TestExtractFunction:
    def test_statements_become_a_function_named_after_what_they_compute(self) -> None:
        text = changed("extract_function", CART, LOOP)
        assert "    subtotal = compute_subtotal(items)\n    grand = subtotal * (1 + tax)\n" in text
        assert f"\n\n\ndef compute_subtotal(items):\n    {LOOP}\n    return subtotal\n\n\ndef total" in text

    def test_a_method_stays_a_method(self) -> None:
        text = changed("extract_function", CART, "rate = 1 + tax\n        cost = rate * len(self.items)")
        assert (
            "        self.items = items\n\n    def _compute_cost(self, tax):\n        rate = 1 + tax\n"
            "        cost = rate * len(self.items)\n        return cost\n\n    def pay(self, tax):\n"
            "        cost = self._compute_cost(tax)\n        return cost\n"
        ) in text
        assert text.endswith("return cost\n")

    def test_the_function_stands_above_what_calls_it_and_its_comments(self) -> None:
        text = "import os\n\n# one\n\n# about f\n@dec  # d\ndef f(a):\n    # how\n    b = a + 1\n    return b\n# end\nf(1)\n"
        assert changed("extract_function", text, "# how\n    b = a + 1", "g") == (
            "import os\n\n# one\n\ndef g(a):\n    # how\n    b = a + 1\n    return b\n\n\n# about f\n@dec  # d\n"
            "def f(a):\n    b = g(a)\n    return b\n# end\nf(1)\n"
        )

    def test_overloads_stay_together(self) -> None:
        text = (
            "class A:\n    @property\n    def x(self):\n        return self._x\n\n    @x.setter\n"
            "    def x(self, value):\n        self._x = value + 1\n"
        )
        assert changed("extract_function", text, "value + 1", "grow").startswith(
            "class A:\n    def grow(self, value):\n        return value + 1\n\n    @property\n"
        )

    def test_a_modules_statement_keeps_its_comment(self) -> None:
        text = "import os\n# about it\nprint(1)\nprint(2)\n"
        assert changed("extract_function", text, "print(1)", "say") == (
            "import os\n\n\ndef say():\n    print(1)\n\n\n# about it\nsay()\nprint(2)\n"
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
            "async def fetch(a):\n    b = await g(a)\n    return b\n\n\n"
            "async def f(a):\n    b = await fetch(a)\n    return b + 1\n"
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
        said = refused("rename", text, "a = 1", "b", cursor=True).message
        assert "Not every use of `a`" in said or "named in a string" in said

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
