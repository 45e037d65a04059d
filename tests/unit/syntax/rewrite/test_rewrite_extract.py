"""Extract variable: a name before the statement, only where the expression is evaluated there once and first."""

from __future__ import annotations

import re

import pytest

from support.rewriting import made

DONE = [
    ("typescript", "function f(a) {\n  foo(a, «b.c(1)»);\n}\n", "function f(a) {\n  const n = b.c(1);\n  foo(a, n);\n}\n"),
    ("typescript", "const f = x => g(«x + 1») * 2;\n", "const f = x => {\n  const n = x + 1;\n  return g(n) * 2;\n};\n"),
    ("typescript", "const f = (x) => ({ a: «x + 1» });\n", "const f = (x) => {\n  const n = x + 1;\n  return { a: n };\n};\n"),
    (
        "typescript",
        "if (a)\n  b(«c.d»);\nelse\n  e();\n",
        "if (a) {\n  const n = c.d;\n  b(n);\n}\nelse\n  e();\n",
    ),
    ("typescript", "const y = «(a + b)» * 2;\n", "const n = a + b;\nconst y = n * 2;\n"),
    ("typescript", "switch (a) {\n  case 1:\n    foo(«a.b»);\n}\n", "switch (a) {\n  case 1:\n    const n = a.b;\n    foo(n);\n}\n"),
    ("typescript", "for (const a of «x.y()») { }\n", "const n = x.y();\nfor (const a of n) { }\n"),
    ("typescript", "lab: for (const a of «x.y()») { }\n", "const n = x.y();\nlab: for (const a of n) { }\n"),
    ("typescript", "g(`a${«x.y»}`);\n", "const n = x.y;\ng(`a${n}`);\n"),
    ("typescript", "«foo.bar()»;\n", "const n = foo.bar();\n"),
    ("typescript", "«foo.bar();»\n", "const n = foo.bar();\n"),
    ("typescript", "let t = 0;\nfunction f(t) {\n  t += «b.c(1)»;\n}\n", "let t = 0;\nfunction f(t) {\n  const n = b.c(1);\n  t += n;\n}\n"),
    ("javascript", "foo(a, «b + 1»)\nbar()\nbaz()\nqux()\n", "const n = b + 1\nfoo(a, n)\nbar()\nbaz()\nqux()\n"),
    ("typescriptreact", "const x = <div>«<a>c</a>»</div>;\n", "const n = <a>c</a>;\nconst x = <div>{n}</div>;\n"),
    ("typescriptreact", "const x = <A b={«c.d»} />;\n", "const n = c.d;\nconst x = <A b={n} />;\n"),
    ("go", "package p\n\nfunc f() {\n\tfoo(a(), 2+«1»)\n}\n", "package p\n\nfunc f() {\n\tconst n = 1\n\tfoo(a(), 2+n)\n}\n"),
    ("go", "package p\n\nfunc f() {\n\tif «len(x)» > 2 {\n\t}\n}\n", "package p\n\nfunc f() {\n\tn := len(x)\n\tif n > 2 {\n\t}\n}\n"),
    ("go", "package p\n\nfunc f() {\n\tfor range «g(1)» {\n\t}\n}\n", "package p\n\nfunc f() {\n\tn := g(1)\n\tfor range n {\n\t}\n}\n"),
    ("go", "package p\n\nfunc f() error {\n\treturn «g(1)»\n}\n", "package p\n\nfunc f() error {\n\tn := g(1)\n\treturn n\n}\n"),
    ("rust", "fn f() {\n    foo(«x.len()», 2);\n}\n", "fn f() {\n    let n = x.len();\n    foo(n, 2);\n}\n"),
    ("rust", "fn f() {\n    «(1 + 2)» * 4;\n}\n", "fn f() {\n    let n = 1 + 2;\n    n * 4;\n}\n"),
    (
        "rust",
        "fn f() {\n    match y {\n        Some(a) => foo(«a + 1»),\n        None => {}\n    }\n}\n",
        "fn f() {\n    match y {\n        Some(a) => {\n            let n = a + 1;\n            foo(n)\n        },\n        None => {}\n    }\n}\n",
    ),
    ("rust", "fn f() {\n    foo(«a.iter().map(g).collect::<Vec<_>>()»);\n}\n", "fn f() {\n    let n = a.iter().map(g).collect::<Vec<_>>();\n    foo(n);\n}\n"),
    ("java", "class A { void f() {\n  foo(«new Foo(1)», 2);\n} }\n", "class A { void f() {\n  Foo n = new Foo(1);\n  foo(n, 2);\n} }\n"),
    ("java", 'class A { void f() {\n  foo(«a + "b"», 2);\n} }\n', 'class A { void f() {\n  String n = a + "b";\n  foo(n, 2);\n} }\n'),
    ("java", "class A { void f(long a) {\n  foo(«a + 1»);\n} }\n", "class A { void f(long a) {\n  long n = a + 1;\n  foo(n);\n} }\n"),
    ("java", "class A { void f() {\n  return «x.y()»;\n} }\n", "class A { void f() {\n  var n = x.y();\n  return n;\n} }\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_the_expression_gets_a_name(language: str, before: str, after: str) -> None:
    assert made("extract_variable", language, before, "n") == after


REFUSED = [
    ("typescript", "foo(g(), «b.c(1)»);", "could change it"),
    ("typescript", "this.x + «g()»;", "evaluated before"),
    ("typescript", "let t = 0; function f() { t += «g()»; }", "evaluated before"),
    ("typescript", "a && «x.y()»;", "exactly once"),
    ("typescript", "a ? «x.y()» : b;", "exactly once"),
    ("typescript", "a ?? «x.y()»;", "exactly once"),
    ("typescript", "a?.b(«c.d»);", "exactly once"),
    ("typescript", "const r = «a?.b».c;", "ends early"),
    ("typescript", "while («x.y()») {}", "exactly once"),
    ("typescript", "for (let i = 0; i < «x.length»; i++) {}", "exactly once"),
    ("typescript", "if (a) {} else if («b.c()» > 1) {}", "conditions before"),
    ("typescript", "class A { x = «1 + 2»; }", "no place"),
    ("typescript", "function f(a = «1 + 2») {}", "no place"),
    ("typescript", "«a.b»();", "called"),
    ("typescript", "«a.b» = 1;", "assigned"),
    ("typescript", "«a.b»++;", "assigned"),
    ("typescript", "g(«a»);", "not a whole"),
    ("typescript", "g(«a.b +» c);", "not a whole"),
    ("typescript", "if «(a.b)» {}", "parentheses belong"),
    ("typescript", "g(«x => x.y»);", "types of its parameters"),
    ("typescript", "g(«['a', b]»);", "tuple"),
    ("typescript", "g(«{ kind: 'a' }»);", "types of its values"),
    ("typescript", "const a = «{ b: 1 }» as const;", "as const"),
    ("java", "class A { void f() { g(«a.b».Type.h()); } }", "a package or a type"),
    ("java", "class A { void f() { g(«a.Outer».Inner.h()); } }", "a package or a type"),
    ("typescript", "a = «new Subject()»;", "type arguments"),
    ("typescript", "const a = pipe(«c(d)», e);", "chained with"),
    ("typescript", "function f(): A<B> {\n  return «() => g()»;\n}\n", "type arguments"),
    ("typescript", "f(() => («(a.b = c)», a));", "not used"),
    ("typescript", "g(«h(x => x.y)»);", "type arguments"),
    ("typescript", "g(«new H({ k: x => x.y })»);", "type arguments"),
    ("typescript", "function f<T>(): O<T> { return «h(a)»; }", "type arguments"),
    ("typescript", "function f(o: O) { if («o.x !== null») { g(o.x); } }", "would not be known"),
    ("typescript", "function f() { const n = 1; g(«a.b»); }", "already used"),
    ("go", "package p\nfunc f() { a, b := «g()» }\n", "more than one"),
    ("go", "package p\nfunc f() { h(«g()») }\n", "more than one"),
    ("go", "package p\nfunc f() { «g()» }\n", "Nothing would use"),
    ("go", "package p\nfunc f() { if x := g(); x > «len(y)» { } }\n", "exactly once"),
    ("go", "package p\nfunc f() { «x.y».lock() }\n", "copy"),
    ("go", "package p\nfunc f() { _ = &«x.y» }\n", "a place"),
    ("go", "package p\nfunc f() { switch x { case «g(1)»: } }\n", "no place"),
    ("go", "package p\nvar x = «g(1)»\n", "no place"),
    ("go", "package p\nfunc f() { return x, «nil» }\n", "refused"),
    ("rust", "fn f() { foo(«x.y», 2); }", "move"),
    ("rust", "fn f() { foo(«*x»); }", "move"),
    ("rust", "fn f() { foo(«|a| a + 1»); }", "come from"),
    ("rust", "fn f() { foo(&mut «g()»); }", "borrowed"),
    ("rust", "fn f() { «m.lock()».unwrap(); }", "only lives"),
    ("rust", "fn f() { «g()».push(1); }", "change it"),
    ("rust", 'fn f() { println!("{}", «a.b()»); }', "not a whole"),
    ("rust", "fn f() { #[cfg(x)]\n    foo(«a.b()»); }", "attribute"),
    ("rust", "const X: i32 = «1 + 2»;", "no place"),
    ("java", "class A { int x = foo(«1 + 2»); }", "no place"),
    ("java", "class A { A() { this(«1 + 2»); } }", "no place"),
    ("java", "class A { void f() { h(y -> «y + x»); } }", "exactly once"),
    ("java", "class A { void f() { h(«y -> y»); } }", "depends on where"),
    ("java", "class A { void f() { List<String> l = «new ArrayList<>()»; } }", "`<>`"),
    ("java", "class A { void f() { h(«List.of()»); } }", "come from where"),
    ("java", "class A { void f() { byte b = «5»; } }", "another type"),
    ("java", "class A { void f() { switch (x) { case «1 + 2»: } } }", "no place"),
    ("python", "«a + b»", "cannot do this"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "why"), REFUSED)
def test_what_could_mean_something_else_is_refused(language: str, before: str, why: str) -> None:
    result = made("extract_variable", language, before, "n")
    assert result.startswith("refused: ") and why in result


@pytest.mark.parametrize(
    ("language", "before", "line"),
    [
        ("typescript", "foo(«a.b»);", "const newLocal = a.b;"),
        ("typescript", "function f(newLocal) { foo(«a.b»); }", "const newLocal2 = a.b;"),
        ("rust", "fn f() { foo(«x.get_bar_size()»); }", "let bar_size = x.get_bar_size();"),
        ("rust", "fn f() { foo(«1 + 2»); }", "let var_name = 1 + 2;"),
        ("go", "package p\nfunc f(x T) { foo(1, «x.GetName()») }\n", "name := x.GetName();"),
        ("java", "class A { void f() { foo(«x.getName()»); } }", "var name = x.getName();"),
    ],
)
def test_a_name_is_found_that_is_free(language: str, before: str, line: str) -> None:
    assert line in made("extract_variable", language, before)


_PLAIN = [
    case
    for case in DONE
    if case[1].count("{") == case[2].count("{") and case[1].count("\n") < case[2].count("\n")
]


@pytest.mark.parametrize(("language", "before", "after"), _PLAIN)
def test_inlining_it_again_gives_the_same_bytes(language: str, before: str, after: str) -> None:
    declared = re.search(r"(?<=[ \t])n(?= :?=)", after)
    assert declared is not None
    back = made("inline", language, f"{after[: declared.start()]}«{after[declared.start() :]}")
    assert back == before.replace("«", "").replace("»", "") or back.startswith("refused: ")


def test_most_can_be_inlined_again() -> None:
    refusals = 0
    for language, _, after in _PLAIN:
        declared = re.search(r"(?<=[ \t])n(?= :?=)", after)
        assert declared is not None
        back = made("inline", language, f"{after[: declared.start()]}«{after[declared.start() :]}")
        refusals += back.startswith("refused: ")
    assert refusals <= len(_PLAIN) // 4


def test_line_ends_stay() -> None:
    result = made("extract_variable", "typescript", "if (a) {\r\n  foo(«b.c»);\r\n}\r\n", "n")
    assert result == "if (a) {\r\n  const n = b.c;\r\n  foo(n);\r\n}\r\n"


def test_a_constant_in_capitals_gives_a_name_in_small_letters() -> None:
    assert "var maxSize = b.MAX_SIZE;" in made(
        "extract_variable", "java", "class A { void f() {\n  g(«b.MAX_SIZE»);\n} }\n"
    )
