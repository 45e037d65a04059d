"""Extract function in Go: what goes in, what comes back, which types are known, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kibitz.syntax.tree import parse
from support.rewriting import made, marked, menu


def code(body: str, head: str = "f(a int)", *, more: str = "", above: str = "") -> str:
    """A file with a function of this body."""
    lines = body.replace("\n", "\n\t")
    return f"package p\n\n{above}func {head} {{\n\t{lines}\n}}\n{more}"


DONE = [
    (code("«g(a)»"), code("n(a)", more="\nfunc n(a int) {\n\tg(a)\n}\n")),
    (
        code("«b := a + 1\nc := \"x\"»\ng(b, c)"),
        code("b, c := n(a)\ng(b, c)", more='\nfunc n(a int) (int, string) {\n\tb := a + 1\n\tc := "x"\n\treturn b, c\n}\n'),
    ),
    (
        code("s := 0\nfor _, x := range a {\n\t«s += x»\n}", "f(a []int)"),
        code("s := 0\nfor _, x := range a {\n\ts = n(s, x)\n}", "f(a []int)", more="\nfunc n(s int, x int) int {\n\ts += x\n\treturn s\n}\n"),
    ),
    # `:=` gives what its own block has another value
    (
        code("var err error\n«b, err := strconv.Atoi(a)»\ng(b, err)", "f(a string)", above='import "strconv"\n\n'),
        code("var err error\nerr, b := n(err, a)\ng(b, err)", "f(a string)", above='import "strconv"\n\n', more="\nfunc n(err error, a string) (error, int) {\n\tb, err := strconv.Atoi(a)\n\treturn err, b\n}\n"),
    ),
    # a receiver is a parameter; what a pointer leads to is changed in place
    (
        code("«t.a = 1\nt.b()»", "(t *T) f()"),
        code("n(t)", "(t *T) f()", more="\nfunc n(t *T) {\n\tt.a = 1\n\tt.b()\n}\n"),
    ),
    # returns
    (
        code("«if a > 1 {\n\treturn g(a)\n}\nreturn nil, err»", "f(a int) (b *B, c error)"),
        code("return n(a)", "f(a int) (b *B, c error)", more="\nfunc n(a int) (*B, error) {\n\tif a > 1 {\n\t\treturn g(a)\n\t}\n\treturn nil, err\n}\n"),
    ),
    (
        code("for {\n\t«g(a)\n\treturn»\n}"),
        code("for {\n\tn(a)\n\treturn\n}", more="\nfunc n(a int) {\n\tg(a)\n\treturn\n}\n"),
    ),
    # types from what the file declares
    (
        code("b := t.c\nd := g()\n«h(b, d)»", "(t *T) f()", above="type T struct{ c map[string]int }\n\nfunc g() []byte { return nil }\n\n"),
        code("b := t.c\nd := g()\nn(b, d)", "(t *T) f()", above="type T struct{ c map[string]int }\n\nfunc g() []byte { return nil }\n\n", more="\nfunc n(b map[string]int, d []byte) {\n\th(b, d)\n}\n"),
    ),
    (
        code("switch b := a.(type) {\ncase *T:\n\t«g(b)»\n}", "f(a any)"),
        code("switch b := a.(type) {\ncase *T:\n\tn(b)\n}", "f(a any)", more="\nfunc n(b *T) {\n\tg(b)\n}\n"),
    ),
    # expressions
    (code("if «g(a)» {\n\th()\n}"), code("if n(a) {\n\th()\n}", more="\nfunc n(a int) bool {\n\treturn g(a)\n}\n")),
    (code("return «g(a)»", "f(a int) error"), code("return n(a)", "f(a int) error", more="\nfunc n(a int) error {\n\treturn g(a)\n}\n")),
    (code("g(«a * 2»)"), code("g(n(a))", more="\nfunc n(a int) int {\n\treturn a * 2\n}\n")),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), DONE)
def test_the_code_becomes_a_function(before: str, after: str) -> None:
    assert made("extract_function", "go", before, "n") == after


REFUSED = [
    (code("«if a > 1 {\n\treturn\n}»\ng()"), "some ways"),
    (code("for {\n\t«if a > 1 {\n\t\tbreak\n\t}»\n}"), "jumps out"),
    (code("«defer g(a)»"), "defers"),
    (code("«panic(a)»"), "never comes to its end"),
    (code("«goto L»\nL:\n\tg()"), "label"),
    (code("defer func() {\n\t«g(recover())»\n}()"), "stands in"),
    (code("«b = 1\nreturn»", "f() (b int)"), "by their names"),
    (code("b := g(a)\n«h(b)»"), "not written down in this file"),
    (code("«b := g(a)»\nh(b)"), "not written down in this file"),
    # copies are not the variable
    (code("var b B\n«b.c()»\nh(b)"), "through its address"),
    (code("var b B\n«b.c = 1»\nh(b)"), "through its address"),
    (code("b := 1\nc := &b\n«h(b)»\n*c = 2"), "through its address"),
    (code("var b [4]int\n«b[0] = 1»\nh(b)"), "through its address"),
    (code("b := 1\ngo func() { b++ }()\n«h(b)»"), "function inside"),
    (code("for i := 0; i < a; i++ {\n\t«go func() { g(i) }()»\n}"), "function inside"),
    (code("b := 0\nfor {\n\t«c := a\n\tb = c»\n\tg(b, c)\n}"), "of a block around"),
    (code("defer g()\n«b = a»\nreturn", "f(a int) (b int)"), "deferred"),
    (code("const b = 1\n«g(b)»"), "a constant"),
    (code("{\n\t«a := a + 1\n\tg(a)»\n}"), "anew"),
    (code("g(«1 + 2»)"), "a constant"),
    (code("type B int\nvar b B\n«g(b)»"), "a type that only"),
    (code("«g(a)»", "f[T any](a T)"), "a type that only"),
    (code("«g()»", "(t *T[K]) f()"), "type parameters"),
    (code("g(«h(a)», 1)"), "not known"),
    (code("b, c := «g(a)»\nh(b, c)"), "more than one value"),
    (code("var b []int\n«b = nil»\nb = append(b, 1)\nfunc() { g(b) }()"), "function inside"),
    ("package p\n\nvar a = «g() + 1»\n", "no function"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_could_do_something_else_is_refused(text: str, why: str) -> None:
    said = made("extract_function", "go", text)
    assert said.startswith("refused: ") and why in said


LINES = [
    "a := 1",
    "a += b",
    "c := a",
    "g(c)",
    "if b > 1 {",
    "}",
    "return a",
    "h(func() { a++ })",
    "for _, a := range x {",
    "a, e := strconv.Atoi(s)",
    "break",
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
    text = code("\n".join(shown), "f(b int, x []int, s string) int", above='import "strconv"\n\n')
    tree = parse(marked("go", text)[0])
    assume(tree is not None and not tree.errors)
    result = made("extract_function", "go", text, "n")
    if not result.startswith("refused: "):
        assert all(line in result for line in lines[first : last + 1])


def test_the_name_is_one_that_other_files_will_hardly_have() -> None:
    assert "tFPart(t)" in made("extract_function", "go", code("«t.g()»", "(t *T) f()"))
    assert "fPart(a)" in made("extract_function", "go", code("«g(a)»"))


def test_it_is_offered_where_it_would_succeed() -> None:
    assert "extract_function" in menu("go", code("«g(a)»"))
    assert "extract_function" not in menu("go", code("«defer g(a)»"))
