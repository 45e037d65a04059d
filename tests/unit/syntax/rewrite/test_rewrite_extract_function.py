"""Extract function in JavaScript and TypeScript: what goes in, what comes back, where it stands, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kibitz.syntax.tree import parse
from support.rewriting import made, menu
from support.rewriting import marked as marked_text

JS, TS = "javascript", "typescript"

DONE = [
    # statements: what they read is given, what they make or change comes back
    (JS, "function f(a) {\n  «g(a);»\n}\n", "function f(a) {\n  n(a);\n}\n\nfunction n(a) {\n  g(a);\n}\n"),
    (
        JS,
        "function f(a) {\n  «const b = a + 1;\n  g(b);»\n  return b;\n}\n",
        "function f(a) {\n  const b = n(a);\n  return b;\n}\n\nfunction n(a) {\n  const b = a + 1;\n  g(b);\n  return b;\n}\n",
    ),
    (
        JS,
        "function f(a) {\n  «let b = a, c = 2;»\n  b++;\n  return b + c;\n}\n",
        "function f(a) {\n  let { b, c } = n(a);\n  b++;\n  return b + c;\n}\n\nfunction n(a) {\n  let b = a, c = 2;\n  return { b, c };\n}\n",
    ),
    (
        JS,
        "function f(a) {\n  let s = 0;\n  for (const x of a) {\n    «s += x;»\n  }\n  return s;\n}\n",
        "function f(a) {\n  let s = 0;\n  for (const x of a) {\n    s = n(s, x);\n  }\n  return s;\n}\n\nfunction n(s, x) {\n  s += x;\n  return s;\n}\n",
    ),
    # what has two results, or is shared with another function, stays in its own function
    (
        JS,
        "function f(a) {\n  let s = 0, t = 0;\n  «s++;\n  t++;»\n  return s + t;\n}\n",
        "function f(a) {\n  let s = 0, t = 0;\n  n();\n  return s + t;\n\n  function n() {\n    s++;\n    t++;\n  }\n}\n",
    ),
    (
        JS,
        "function f(a) {\n  let s = 0;\n  const up = () => s++;\n  «up();\n  g(s);»\n}\n",
        "function f(a) {\n  let s = 0;\n  const up = () => s++;\n  n();\n\n  function n() {\n    up();\n    g(s);\n  }\n}\n",
    ),
    # returns
    (
        JS,
        "function f(a) {\n  «if (a) {\n    return 1;\n  } else {\n    throw a;\n  }»\n}\n",
        "function f(a) {\n  return n(a);\n}\n\nfunction n(a) {\n  if (a) {\n    return 1;\n  } else {\n    throw a;\n  }\n}\n",
    ),
    (
        JS,
        "function f(a) {\n  h();\n  «if (a) return;\n  g();»\n}\n",
        "function f(a) {\n  h();\n  return n(a);\n}\n\nfunction n(a) {\n  if (a) return;\n  g();\n}\n",
    ),
    # this, await
    (
        JS,
        "class A {\n  m(a) {\n    «this.b = a;»\n  }\n}\n",
        "class A {\n  m(a) {\n    this.n(a);\n  }\n\n  n(a) {\n    this.b = a;\n  }\n}\n",
    ),
    (
        TS,
        "class A {\n  static m = (a: number) => {\n    «this.b(a);»\n  };\n}\n",
        "class A {\n  static m = (a: number) => {\n    this.n(a);\n  };\n\n  private static n(a: number) {\n    this.b(a);\n  }\n}\n",
    ),
    (
        JS,
        "async function f(a) {\n  const b = «await g(a)» + 1;\n}\n",
        "async function f(a) {\n  const b = (await n(a)) + 1;\n}\n\nasync function n(a) {\n  return await g(a);\n}\n",
    ),
    (
        JS,
        "class A extends B {\n  #c = 1;\n  m() {\n    «this.#c++;»\n  }\n}\n",
        "class A extends B {\n  #c = 1;\n  m() {\n    this.#n();\n  }\n\n  #n() {\n    this.#c++;\n  }\n}\n",
    ),
    # expressions are computed where they stand, even where they are not always
    (JS, "const f = (a) => a && «g(a)»;\n", "const f = (a) => a && n(a);\n\nfunction n(a) {\n  return g(a);\n}\n"),
    (JS, "x = «(a + b)» * 2;\n", "x = n() * 2;\n\nfunction n() {\n  return a + b;\n}\n"),
    # types
    (
        TS,
        "function f(a: number, b?: string): string {\n  «return g(a, b);»\n}\n",
        "function f(a: number, b?: string): string {\n  return n(a, b);\n}\n\nfunction n(a: number, b: string | undefined): string {\n  return g(a, b);\n}\n",
    ),
    (
        TS,
        "function f(a: number) {\n  const b = g(a);\n  «h(b);»\n}\n",
        "function f(a: number) {\n  const b = g(a);\n  n();\n\n  function n() {\n    h(b);\n  }\n}\n",
    ),
    (
        TS,
        "function f<T>(a: T) {\n  «h(a);»\n}\n",
        "function f<T>(a: T) {\n  n();\n\n  function n() {\n    h(a);\n  }\n}\n",
    ),
    (
        TS,
        "const f = (a: number): A => «g(a)»;\n",
        "const f = (a: number): A => n(a);\n\nfunction n(a: number): A {\n  return g(a);\n}\n",
    ),
    # text: strings over lines, comments behind, code without semicolons
    (
        JS,
        "  f(() => {\n    «g(`a\n  b`);»\n  }); // end\nh();\n",
        "  f(() => {\n    n();\n  }); // end\n\n  function n() {\n    g(`a\n  b`);\n  }\nh();\n",
    ),
    (
        JS,
        "f()\n«if (a) {\n  g()\n}»\n[1].h()\ni()\nj()\n",
        "f()\nn();\n\nfunction n() {\n  if (a) {\n    g()\n  }\n}\n[1].h()\ni()\nj()\n",
    ),
    (
        TS,
        "function f() {\n  let a = 0;\n  let b = '';\n  «g(a, b);»\n  a += 1;\n}\n",
        "function f() {\n  let a = 0;\n  let b = '';\n  n(a, b);\n  a += 1;\n}\n\nfunction n(a: number, b: string) {\n  g(a, b);\n}\n",
    ),
    (
        TS,
        "function f(a: number, b?: B) {\n  if («g(a)») {\n    h(a);\n  }\n}\n",
        "function f(a: number, b?: B) {\n  if (n(a)) {\n    h(a);\n  }\n}\n\nfunction n(a: number) {\n  return g(a);\n}\n",
    ),
    (
        TS,
        "export class A {\n  constructor(private b: number) {}\n  m() {\n    this.b = 1;\n    «this.b++;»\n  }\n}\n",
        "export class A {\n  constructor(private b: number) {}\n  m() {\n    this.b = 1;\n    this.n();\n  }\n\n  private n() {\n    this.b++;\n  }\n}\n",
    ),
    ("typescriptreact", "const a = <b>«<c d={e} />»</b>;\n", "const a = <b>{n()}</b>;\n\nfunction n() {\n  return <c d={e} />;\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_the_code_becomes_a_function(language: str, before: str, after: str) -> None:
    assert made("extract_function", language, before, "n") == after


REFUSED = [
    (JS, "function f(a) {\n  «if (a) return 1;»\n  return 2;\n}\n", "some ways"),
    (JS, "for (;;) {\n  «if (a) break;»\n}\n", "jumps out"),
    (JS, "o: for (;;) {\n  «for (;;) continue o;»\n}\n", "jumps out"),
    (JS, "function* f() {\n  «yield 1;»\n}\n", "yields"),
    (JS, "function f() {\n  «g(arguments);»\n}\n", "`arguments`"),
    (JS, "class A extends B {\n  m() {\n    «super.m();»\n  }\n}\n", "`super`"),
    (JS, "class A {\n  constructor() {\n    «this.a = 1;»\n  }\n}\n", "still making"),
    (JS, "function f() {\n  «this.a = 1;»\n}\n", "outside of a class"),
    (JS, "const o = { m() {\n  «this.a = 1;»\n} };\n", "outside of a class"),
    (JS, "function f() {\n  «new.target();»\n}\n", "new.target"),
    (JS, "function f(a) {\n  «g(a);»\n  eval('a');\n}\n", "`eval`"),
    (JS, "function f(a) {\n  «'use strict';»\n}\n", "directive"),
    (JS, "«import a from 'b';»\n", "imports"),
    (JS, "function f(a) {\n  h(g);\n  «function g() {}»\n}\n", "declared here"),
    (JS, "«function g() {}»\n", "other scripts"),
    (JS, "«a.b»(1);\n", "called"),
    (JS, "«a?.b».c;\n", "ends early"),
    (JS, "«a.b» = 1;\n", "assigned"),
    (JS, "a «+ b»;\n", "not a whole expression"),
    (JS, "«»a;\n", "Nothing is selected"),
    (TS, "function f(a: string | null) {\n  if (!a) return;\n  «a.trim();»\n}\n", "condition finds out"),
    (TS, "class A {\n  m() {\n    const a = 'x';\n    «this.b(a);»\n  }\n}\n", "not written down"),
    (TS, "class A {\n  m(a = g()) {\n    «this.b(a);»\n  }\n}\n", "not written down"),
    (TS, "function f(a: unknown): a is string {\n  «return g(a);»\n}\n", "about the parameters"),
    (TS, "async function f(a: number): Promise<number> {\n  «return a;»\n}\n", "async"),
    (TS, "function f(b: unknown) {\n  let a: number;\n  «a = g(b);»\n  return a;\n}\n", "first value"),
    (TS, "class A extends B {\n  m() {\n    «this.a = 1;»\n  }\n}\n", "The class inherits"),
    (TS, "class A {\n  m() {\n    if (this.a) {\n      «this.a.b();»\n    }\n  }\n}\n", "condition finds out"),
    (TS, "function f() {\n  let a: A = g();\n  let b: A = 1;\n  «a = h(a); b++;»\n  return a + b;\n}\n", "both get a value"),
    (TS, "const f = () => «new A(1)»;\n", "type arguments"),
    (TS, "f(«(a) => a»);\n", "types of its parameters"),
    # what a condition finds out is not known behind a call
    (TS, "function f(a: A | B) {\n  return «is(a)» ? a.x : a.y;\n}\n", "finds out about `a`"),
    (TS, "function f(a?: A) {\n  return «!a» || a.x;\n}\n", "finds out about `a`"),
    (TS, "function f(a: A) {\n  if («a.b» === undefined) return;\n  a.b.x();\n}\n", "finds out about `a`"),
    (TS, "function f(a?: A) {\n  «if (!a) throw new E();\n  g();»\n  a.x();\n}\n", "finds out about `a`"),
    (TS, "function f(a?: A) {\n  «assert(a);»\n  a.x();\n}\n", "finds out about `a`"),
    (TS, "function f(a?: A) {\n  «const b = !!a && a.x();»\n  if (b) a.y();\n}\n", "finds out about `a`"),
    (TS, "function f(a?: A) {\n  const b = «!!a && a.x()»;\n  if (b) a.y();\n}\n", "finds out about `a`"),
    (TS, "class A {\n  private b?: B;\n  m() {\n    if («!this.b») return;\n    this.b.x();\n  }\n}\n", "finds out about `this.b`"),
    # nor is what a value given to a variable leaves of its type
    (TS, "function f() {\n  let a: A | null = g();\n  «h(a);»\n  a = null;\n}\n", "less here than its type"),
    (TS, "function f(a: A | null) {\n  a = g();\n  «h(a);»\n}\n", "less here than its type"),
    (TS, "class A {\n  private b?: B;\n  m() {\n    this.b = new B();\n    «this.b.x();»\n  }\n}\n", "less here than its type"),
    (TS, "function f() {\n  «let a: A[] | null = null;»\n  return () => a;\n}\n", "a narrower one"),
    (TS, "function f(a: number): A {\n  if (a) return g(a);\n  «throw new E();»\n}\n", "always throws"),
    (TS, "const a = pipe(b, «c(d)»);\n", "chained with"),
    (TS, "const a = b.pipe(d ? «c(d)» : e);\n", "chained with"),
    (TS, "export class A {\n  b = 1;\n  m() {\n    «this.b = 2;»\n  }\n}\n", "no private member"),
    (TS, "class A {\n  b = 1;\n  m() {\n    «this.b = 2;»\n  }\n}\nclass C implements A {}\n", "no private member"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "why"), REFUSED)
def test_what_could_do_something_else_is_refused(language: str, text: str, why: str) -> None:
    said = made("extract_function", language, text)
    assert said.startswith("refused: ") and why in said


def test_names_are_new() -> None:
    text = "function newFunction() {}\n«g();»\n"
    assert "newFunction_1();" in made("extract_function", JS, text)
    assert "already used" in made("extract_function", JS, text, "newFunction")
    assert "a meaning of its own" in made("extract_function", JS, text, "return")


def test_it_is_offered_where_it_would_succeed() -> None:
    assert "extract_function" in menu(JS, "function f(a) {\n  «g(a);»\n}\n")
    assert "extract_function" not in menu(JS, "for (;;) {\n  «if (a) break;»\n}\n")
    assert "extract_function" not in menu("rust", "fn f() {\n    «g();»\n}\n")


LINES = [
    "let a = 1;",
    "a += b;",
    "const c = a;",
    "g(c);",
    "if (b) {",
    "}",
    "return a;",
    "h(() => a++);",
    "for (const a of b) {",
]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8), st.data())
def test_every_result_parses_and_keeps_the_code(lines: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    marked = [
        ("«" if at == first else "") + line + ("»" if at == last else "") for at, line in enumerate(lines)
    ]
    text = "function f(b) {\n  " + "\n  ".join(marked) + "\n}\n"
    tree = parse(marked_text(JS, text)[0])
    assume(tree is not None and not tree.errors)
    result = made("extract_function", JS, text, "n")
    if not result.startswith("refused: "):
        assert all(line in result for line in lines[first : last + 1])
