"""Rename: the places of one variable, in every scope a language has, and of no other."""

from __future__ import annotations

import re

import pytest

from support.rewriting import made

DONE = [
    (
        "typescript",
        "function f(«a: number) { const { b } = { b: a, a }; return `${a}` + x.a /* a */ + 'a'; }",
        "function f(n: number) { const { b } = { b: n, a: n }; return `${n}` + x.a /* a */ + 'a'; }",
    ),
    ("typescript", "function «f() { f() }\nexport { f };", "function n() { n() }\nexport { n as f };"),
    ("typescript", "import { «f } from 'x'; f<T>();", "import { f as n } from 'x'; n<T>();"),
    ("typescript", "const { «a = 1, ...b } = q; a(b);", "const { a: n = 1, ...b } = q; n(b);"),
    ("typescript", "const { n: «a = 1 } = q; g({ n: a });", "const { n = 1 } = q; g({ n });"),
    (
        "typescript",
        "class A { m(«x: T) { for (let x = 0; x < 1; x++) {} return (y => { x = y })(this.x) } }",
        "class A { m(n: T) { for (let x = 0; x < 1; x++) {} return (y => { n = y })(this.x) } }",
    ),
    ("typescript", "const «a = 1; type T = typeof a; class B { a = a }", "const n = 1; type T = typeof n; class B { a = n }"),
    ("javascript", "x: for (const «a of b) { if (a) continue x; }", "x: for (const n of b) { if (n) continue x; }"),
    ("typescriptreact", "import «A from 'a'; const x = <A a={1}><a/></A>;", "import N from 'a'; const x = <N a={1}><a/></N>;"),
    (
        "go",
        "package p\nfunc f(«a int) (err error) { a, b := g(a); if a := h(a); a > b { return }; x.a = a; return }\n",
        "package p\nfunc f(n int) (err error) { n, b := g(n); if a := h(n); a > b { return }; x.a = n; return }\n",
    ),
    ("go", "package p\nfunc f() { «b, err := g(); c, err := h(b); b.b(c, err) }\n", "package p\nfunc f() { n, err := g(); c, err := h(n); n.b(c, err) }\n"),
    ("go", "package p\ntype T struct { a int }\nfunc f(«a int) T { return T{a: a} }\n", "package p\ntype T struct { a int }\nfunc f(n int) T { return T{a: n} }\n"),
    ("go", "package p\nfunc f(«a int) { _ = map[int]int{a: a} }\n", "package p\nfunc f(n int) { _ = map[int]int{n: n} }\n"),
    (
        "rust",
        'fn f(«a: i32) { let S { a: b, .. } = S { a, b: 1 }; println!("{a} {{a}} {}", a); let a = a + 1; g(a, b) }',
        'fn f(n: i32) { let S { a: b, .. } = S { a: n, b: 1 }; println!("{n} {{a}} {}", n); let a = n + 1; g(a, b) }',
    ),
    ("rust", "fn f(x: S) { let S { ref mut «a, b } = x; a.c = b; }", "fn f(x: S) { let S { a: ref mut n, b } = x; n.c = b; }"),
    ("rust", "fn f() { match x { A(«a) | B(a) if a > 1 => a, C { a } => a } }", "fn f() { match x { A(n) | B(n) if n > 1 => n, C { a } => a } }"),
    ("rust", "fn f(«a: &a::T) -> i32 { a::g(a.b) }", "fn f(n: &a::T) -> i32 { a::g(n.b) }"),
    ("typescript", "function f(«a: a.B, b: a) { return a as a; }", "function f(n: a.B, b: a) { return n as a; }"),
    ("rust", "fn f() { if let Some(«a) = a { a } else { a } }", "fn f() { if let Some(n) = a { n } else { a } }"),
    ("rust", "fn «g() {}\nfn f() { g(); self.g(); 'g: loop { break 'g } }", "fn n() {}\nfn f() { n(); self.g(); 'g: loop { break 'g } }"),
    (
        "java",
        "class A { private int «x; A(int x) { this.x = x; } int g(A o) { return x + this.x; } }",
        "class A { private int n; A(int x) { this.n = x; } int g(A o) { return n + this.n; } }",
    ),
    (
        "java",
        "class A { int g(int «x) { for (int i = 0; i < x; i++) { x--; y.x(z -> z + x); } return x; } }",
        "class A { int g(int n) { for (int i = 0; i < n; i++) { n--; y.x(z -> z + n); } return n; } }",
    ),
    ("java", "class A { void g() { for (var «e : es) { x: while (e.e()) break x; } } }", "class A { void g() { for (var n : es) { x: while (n.e()) break x; } } }"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_the_places_of_the_variable_are_renamed(language: str, before: str, after: str) -> None:
    assert made("rename", language, before, "N" if "<N" in after else "n") == after


REFUSED = [
    ("typescript", "export function «f() { f() }", "visible outside"),
    ("typescript", "export const { «a } = x;", "visible outside"),
    ("typescript", "function f(«a) { const n = 1; return a + n; }", "already used"),
    ("typescript", "function f(«a) { return () => n + a; }", "already used"),
    ("typescript", "class A { constructor(private «a: T) { g(a) } }", "property of the class"),
    ("typescript", "const x = y.«a;", "not a variable"),
    ("javascript", "function «f() {}", "other scripts"),
    ("typescriptreact", "import «A from 'a'; const x = <A/>;", "small letter"),
    ("go", "package p\nfunc «f() { f() }\n", "package"),
    ("go", "package p\nvar «v = 1\n", "package"),
    ("go", "package p\nfunc f() { «_, a := g(); h(a) }\n", "no variable"),
    ("go", "package p\nfunc f(«a int) { _ = Other{a: a} }\n", "cannot be understood"),
    ("rust", "pub fn «f() {}", "visible outside"),
    ("rust", "fn «main() {}", "visible outside"),
    ("rust", "fn f(«a: i32) { strange!(a) }", "cannot be understood"),
    ("rust", "mod other;\nfn «g() {}", "Other files"),
    ("rust", "fn f(«a: i32) { a }", "capital"),
    ("java", "class A { int «x; int g() { return x; } }", "visible outside"),
    ("java", "class A { private int «x; int g(A o) { return o.x; } }", "other objects"),
    ("java", "class A { void g(int «x) { new B() { int h() { return x; } }; } }", "cannot be understood"),
    ("java", "class «A { }", "outside of its file"),
    ("python", "«a = 1", "cannot do this"),
]


@pytest.mark.parametrize(("language", "before", "why"), REFUSED)
def test_what_others_may_see_or_mean_is_not_renamed(language: str, before: str, why: str) -> None:
    result = made("rename", language, before, "Nn" if why == "capital" else "n")
    assert result.startswith("refused: ") and why in result


@pytest.mark.parametrize("name", ["", "1a", "a b", "class", "a-b", "_"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert made("rename", "typescript", "const «a = 1;", name).startswith("refused: ")


@pytest.mark.parametrize(("language", "text"), [case[:2] for case in DONE])
def test_renaming_back_gives_the_same_bytes(language: str, text: str) -> None:
    plain = text.replace("«", "")
    old = re.match(r"\w+", text.partition("«")[2])
    assert old is not None
    new = "Qq" if "<A" in text else "qq"  # a component has a capital
    once = made("rename", language, text, new)
    at = re.search(rf"\b{new}\b", once)
    assert at is not None, once
    again = made("rename", language, f"{once[: at.start()]}«{once[at.start() :]}", old.group())
    shadowed = "already used" in again  # another variable has the name within the same function
    assert again == plain or (shadowed and len(re.findall(rf"\b{old.group()}\b", once)) > 0)
