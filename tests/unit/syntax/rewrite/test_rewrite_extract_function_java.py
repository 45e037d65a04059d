"""Extract function in Java: what goes in, what comes back, what is thrown, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kibitz.syntax.tree import parse
from support.rewriting import made, marked, menu


def code(body: str, head: str = "void f(int a)", *, members: str = "") -> str:
    """A class with a method of this body."""
    return f"class A {{\n  {head} {{\n    {body}\n  }}\n{members}}}\n"


DONE = [
    (code("«g(a);»"), code("n(a);", members="\n  private void n(int a) {\n    g(a);\n  }\n")),
    (code("«g(a)»;"), code("n(a);", members="\n  private void n(int a) {\n    g(a);\n  }\n")),
    (
        code("«final int b = a + g();»\n    h(b);"),
        code("final int b = n(a);\n    h(b);", members="\n  private int n(int a) {\n    final int b = a + g();\n    return b;\n  }\n"),
    ),
    (
        code("int s = 0;\n    for (int x : xs) {\n      «s += x;»\n    }"),
        code("int s = 0;\n    for (int x : xs) {\n      s = n(s, x);\n    }", members="\n  private int n(int s, int x) {\n    s += x;\n    return s;\n  }\n"),
    ),
    (
        code("«int b = 0;\n    b += a;»\n    h(b);"),
        code("int b = n(a);\n    h(b);", members="\n  private int n(int a) {\n    int b = 0;\n    b += a;\n    return b;\n  }\n"),
    ),
    # what nobody looks at afterwards does not come back
    (
        code("int s = 0;\n    «s += a;\n    g(s);»"),
        code("int s = 0;\n    n(s, a);", members="\n  private void n(int s, int a) {\n    s += a;\n    g(s);\n  }\n"),
    ),
    # returns
    (
        code("«if (a > 1) {\n      return g(a);\n    } else {\n      throw new E();\n    }»", "static String f(int a)"),
        code(
            "return n(a);",
            "static String f(int a)",
            members="\n  private static String n(int a) {\n    if (a > 1) {\n      return g(a);\n    } else {\n      throw new E();\n    }\n  }\n",
        ),
    ),
    (
        code("«if (a > 1) return;\n    g(a);»"),
        code("n(a);", members="\n  private void n(int a) {\n    if (a > 1) return;\n    g(a);\n  }\n"),
    ),
    (
        code("if (a > 1) {\n      «g(a);\n      return;»\n    }\n    h();"),
        code("if (a > 1) {\n      n(a);\n      return;\n    }\n    h();", members="\n  private void n(int a) {\n    g(a);\n    return;\n  }\n"),
    ),
    # what may be thrown
    (
        code("try {\n      «g(a);»\n    } catch (IOException | E e) {\n      h();\n    }", "void f(int a) throws X"),
        code(
            "try {\n      n(a);\n    } catch (IOException | E e) {\n      h();\n    }",
            "void f(int a) throws X",
            members="\n  private void n(int a) throws IOException, E, X {\n    g(a);\n  }\n",
        ),
    ),
    (code("«b = a;»", "void f(int a) throws X"), code("n(a);", "void f(int a) throws X", members="\n  private void n(int a) {\n    b = a;\n  }\n")),
    # types
    (code("«g(a, b, c);»", "void f(final String[] a, int b[], List<? extends X>... c)"), code("n(a, b, c);", "void f(final String[] a, int b[], List<? extends X>... c)", members="\n  private void n(String[] a, int[] b, List<? extends X>[] c) {\n    g(a, b, c);\n  }\n")),
    (code("var b = new B();\n    «b.g();»"), code("var b = new B();\n    n(b);", members="\n  private void n(B b) {\n    b.g();\n  }\n")),
    # expressions
    (code("if («a > 1 && g()») h();"), code("if (n(a)) h();", members="\n  private boolean n(int a) {\n    return a > 1 && g();\n  }\n")),
    (code("return «b.c(a)»;", "List<String> f(int a)"), code("return n(a);", "List<String> f(int a)", members="\n  private List<String> n(int a) {\n    return b.c(a);\n  }\n")),
    (code("long b = «a + c.d()»;"), code("long b = n(a);", members="\n  private long n(int a) {\n    return a + c.d();\n  }\n")),
    (code("h(«g()»);", members="  int g() { return 1; }\n"), code("h(n());", members="\n  private int n() {\n    return g();\n  }\n  int g() { return 1; }\n")),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), DONE)
def test_the_code_becomes_a_method(before: str, after: str) -> None:
    assert made("extract_function", "java", before, "n") == after


REFUSED = [
    (code("«if (a > 1) return;»\n    g();"), "some ways"),
    (code("for (;;) {\n      «if (a > 1) break;»\n    }"), "jumps out"),
    (code("«throw new E();»"), "never comes to its end"),
    (code("«while (true) g();»"), "never comes to its end"),
    (code("int b = 0, c = 0;\n    «b++;\n    c++;»\n    g(b, c);"), "both get a value"),
    (code("int b;\n    «b = a;»\n    g(b);"), "no value before"),
    (code("int b = 0;\n    try {\n      «b = a;\n      g();»\n    } finally {\n      h(b);\n    }"), "where an error is handled"),
    (code("try {\n      «g();»\n    } catch (Exception e) {\n      throw e;\n    }"), "thrown on"),
    (code("«int b;»\n    b = a;\n    g(b);"), "no value at the end"),
    (code("var b = g();\n    «h(b);»"), "not written down"),
    (code("g(b -> {\n      «h(b);»\n    });"), "not written down"),
    (code("g(() -> {\n      «return h();»\n    });"), "result is not written down"),
    (code("«h(b);»", "<T> void f(T b)"), "type parameter"),
    (code("h(«g()»);"), "not known"),
    (code("h(«a = 1»);"), "no name of its own"),
    (code("h(«(a = 1) + 2»);"), "assigns to `a`"),
    (code("final int b = «a + 1»;"), "constant"),
    (code("«final int b = 1;»\n    byte c = b;"), "constant"),
    (code("switch (a) {\n      «case 1: g();»\n    }"), "label"),
    (code("class B {}\n    «g(new B());»"), "declared in its method"),
    ("class A {\n  A(int a) {\n    «this.b = a;»\n  }\n}\n", "being made"),
    ("class A {\n  A(int a) {\n    super(«a + g()»);\n  }\n}\n", "No method"),
    ("interface A {\n  default void f() {\n    «g();»\n  }\n}\n", "interface"),
    ("@B(«C.d + 1») class A {}\n", "no method"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_could_do_something_else_is_refused(text: str, why: str) -> None:
    said = made("extract_function", "java", text)
    assert said.startswith("refused: ") and why in said


LINES = [
    "int a = 1;",
    "a += b;",
    "final int c = a;",
    "g(c);",
    "if (b > 1) {",
    "}",
    "return a;",
    "h(() -> b);",
    "for (int a : x) {",
    "try {",
    "} catch (E e) {",
    "throw new E();",
]


@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8), st.data())
def test_every_result_parses_and_keeps_the_code(lines: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    shown = [
        ("«" if at == first else "") + line + ("»" if at == last else "") for at, line in enumerate(lines)
    ]
    text = code("\n    ".join(shown), "int f(int b)")
    tree = parse(marked("java", text)[0])
    assume(tree is not None and not tree.errors)
    result = made("extract_function", "java", text, "n")
    if not result.startswith("refused: "):
        assert all(line in result for line in lines[first : last + 1])


def test_it_is_offered_where_it_would_succeed() -> None:
    assert "extract_function" in menu("java", code("«g(a);»"))
    assert "extract_function" not in menu("java", code("for (;;) {\n      «if (a > 1) break;»\n    }"))
