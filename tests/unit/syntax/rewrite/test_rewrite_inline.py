"""Inline variable: the value in its places, only where it would be the same value there."""

from __future__ import annotations

import pytest

from support.rewriting import made

DONE = [
    ("typescript", "const y = g;\nconst «x = a ? b : c;\nx.d();\n", "const y = g;\n(a ? b : c).d();\n"),
    ("typescript", "if (y) {\n  g()\n}\nconst «x = a ? b : c\nx.d()\n", "if (y) {\n  g()\n}\n(a ? b : c).d()\n"),
    ("typescript", "function f(a) {\n  const «x = a + 1;\n  return x * 2 + x;\n}\n", "function f(a) {\n  return (a + 1) * 2 + (a + 1);\n}\n"),
    ("typescript", "function f(a) {\n  const «x = g(a);\n  return { x };\n}\n", "function f(a) {\n  return { x: g(a) };\n}\n"),
    ("typescript", "function f(a) {\n  const «x = a.b;\n  const y = 2;\n  return x + y;\n}\n", "function f(a) {\n  const y = 2;\n  return a.b + y;\n}\n"),
    ("typescript", "function f(a) {\n  const x = a + 1;\n  return () => ({ z: «x });\n}\n", "function f(a) {\n  return () => ({ z: a + 1 });\n}\n"),
    ("typescript", "const «x = 1; // one\nfoo(x);\n", "// one\nfoo(1);\n"),
    ("typescript", "const «x = a ?? b;\nfoo(x || c);\n", "foo((a ?? b) || c);\n"),
    ("typescript", "function f(a, b, c) {\n  const «x = a - b;\n  foo(c - x, x - c);\n}\n", "function f(a, b, c) {\n  foo(c - (a - b), a - b - c);\n}\n"),
    ("typescript", "const «x = { a: 1 };\ng(() => 1, x);\n", "g(() => 1, { a: 1 });\n"),
    ("typescriptreact", "const «x = <a/>;\nconst y = <b>{x}</b>;\n", "const y = <b><a/></b>;\n"),
    ("go", "package p\n\nfunc f(a int) int {\n\t«x := a + 1\n\treturn x * 2\n}\n", "package p\n\nfunc f(a int) int {\n\treturn (a + 1) * 2\n}\n"),
    ("go", "package p\n\nfunc f() int {\n\t«x := g()\n\treturn x.y\n}\n", "package p\n\nfunc f() int {\n\treturn g().y\n}\n"),
    ("go", "package p\n\nfunc f(y T) {\n\t«x := T{}\n\tif x == y {\n\t}\n}\n", "package p\n\nfunc f(y T) {\n\tif (T{}) == y {\n\t}\n}\n"),
    ("rust", "fn f(a: i32) -> i32 {\n    let «x = a + 1;\n    x * 2\n}\n", "fn f(a: i32) -> i32 {\n    (a + 1) * 2\n}\n"),
    ("rust", "fn f(a: i32) {\n    let «x = a + 1;\n    println!(\"{}\", x);\n}\n", "fn f(a: i32) {\n    println!(\"{}\", a + 1);\n}\n"),
    ("rust", "fn f(a: i32) -> S {\n    let «x = g(a);\n    S { x }\n}\n", "fn f(a: i32) -> S {\n    S { x: g(a) }\n}\n"),
    ("java", "class A { int f(int a) {\n  int «x = a + 1;\n  return x * 2;\n} }\n", "class A { int f(int a) {\n  return (a + 1) * 2;\n} }\n"),
    ("java", "class A { void f(B a) {\n  Foo «x = a.b();\n  x.c();\n} }\n", "class A { void f(B a) {\n  a.b().c();\n} }\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_the_value_takes_the_places_of_the_variable(language: str, before: str, after: str) -> None:
    assert made("inline", language, before) == after


REFUSED = [
    ("rust", "fn f(v: &mut V) {\n    let «x = v.len();\n    v.swap(x - 1, 0);\n}\n", "may hold"),
    ("rust", "impl V { fn f(&mut self) {\n    let «x = self.len();\n    self.a.swap(x - 1, 0);\n} }\n", "may hold"),
    ("typescript", "const y = g\nconst «x = a ? b : c\nx.d()\n", "no semicolon"),
    ("javascript", "y = {}\nconst «x = [1]\nx.d()\n", "no semicolon"),
    ("typescript", "function f(a) { const «x = g(a); return x + x; }", "anew"),
    ("typescript", "function f(a) { const «x = []; x.push(1); return x; }", "anew"),
    ("typescript", "function f(a) { const «x = g(a); h(); return x; }", "Something else"),
    ("typescript", "function f(a) { const «x = g(); return h() + x; }", "Something else"),
    ("typescript", "function f(a) { const «x = g(); return a && x; }", "exactly once"),
    ("typescript", "function f(a) { const «x = g(); for (const b of a) h(x); }", "another time"),
    ("typescript", "function f(a) { const «x = g(); return () => x; }", "another time"),
    ("typescript", "function f(a) { const «x = a.b; a.b = 1; return x; }", "changed"),
    ("typescript", "function f(a) { const «x = a.b; g(); return x; }", "changed"),
    ("typescript", "function f(a) { const «x = a; a = 2; return x; }", "changed"),
    ("typescript", "function f(a) { const «x = a; g(() => x); a = 2; }", "changed"),
    ("typescript", "function f(a) { for (;;) { const «x = a; while (h()) { g(x); a++; } } }", "changed"),
    ("typescript", "function f(a) { const «x = a + 1; return (a) => x; }", "means something else"),
    ("typescript", "function f(a) { const «x = a.b; return x(); }", "another `this`"),
    ("typescript", "class A { m() { const «x = this.a; return function () { return x; } } }", "`this`"),
    ("typescript", "let «x = 1; x = 2; g(x);", "another value later"),
    ("typescript", "const «x = 1;", "Nothing uses"),
    ("typescript", "g(() => x); const «x = 1;", "before it is declared"),
    ("typescript", "const «x: T = { a: 1 }; g(x);", "declared type"),
    ("typescript", "const «x = 1; type T = typeof x;", "by its name"),
    ("typescript", "const «x = 1; export { x };", "by its name"),
    ("typescript", "export const «x = 1; g(x);", "part of something"),
    ("typescript", "const { «x } = y; g(x);", "one value"),
    ("typescript", "const «x = 1, y = 2; g(x);", "alone"),
    ("typescript", "for (let «i = 0; i < 1;) {}", "part of something"),
    ("typescript", "const «x = /* why */ 1; g(x);", "comment"),
    ("go", "package p\nfunc f() int { «x := 1; return x / 2 }\n", "another type"),
    ("go", "package p\nfunc f(a T) { «x := a.b; x.c = 2 }\n", "copy"),
    ("go", "package p\nfunc f(a T) { «x := a.b; x.c() }\n", "copy"),
    ("go", "package p\nfunc f() { «x, y := g(); h(x, y) }\n", "alone"),
    ("go", "package p\nfunc f() { if «x := g(); x { } }\n", "part of something"),
    ("go", "package p\nfunc f() { var «x T = g(); h(x) }\n", "declared type"),
    ("go", "package p\nfunc f(a int) { «x := a; g(&a); h(x) }\n", "changed"),
    ("rust", "fn f() { let «x = m.lock().unwrap(); h(x) }", "guard"),
    ("rust", "fn f() { let mut «x = 1; x += 1; h(x) }", "another value"),
    ("rust", "fn f(s: S) { let «x = s.a; g(x); h(x) }", "moved"),
    ("rust", "fn f() { let «x = 5; g(x); h(x) }", "another type"),
    ("rust", 'fn f(a: i32) { let «x = a + 1; println!("{x}"); }', "inside of a string"),
    ("rust", "fn f(a: i32) { let «x = a; let a = 2; g(x, a) }", "means something else"),
    ("rust", "fn f() { let «x = g(); h(&x) }", "only live"),
    ("java", "class A { double f(int a) { double «x = a; return x / 2; } }", "declared type"),
    ("java", "class A { void f() { Object «x = a(); g(x); } }", "declared type"),
    ("java", "class A { void f() { int[] «x = {1}; g(x); } }", "comes from its type"),
    ("java", "class A { int «x = 1; int f() { return x; } }", "one value"),
    ("java", "class A { void f(Iterator i) { var «x = i.next(); i.remove(); g(x); } }", "Something else"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "why"), REFUSED)
def test_what_could_be_another_value_is_refused(language: str, before: str, why: str) -> None:
    result = made("inline", language, before)
    assert result.startswith("refused: ") and why in result, result
