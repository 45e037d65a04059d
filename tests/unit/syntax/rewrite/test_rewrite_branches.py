"""Invert if and guard clause, in every language that has them."""

from __future__ import annotations

import pytest

from kibitz.syntax.rewrite.perform import Rewriting
from support.rewriting import made, menu

INVERTED = [
    ("typescript", "{\n«  if (!a) {\n    x();\n  } else {\n    y();\n  }\n}\n", "{\n  if (a) {\n    y();\n  } else {\n    x();\n  }\n}\n"),
    ("typescript", "«if (a === b) {\n  x();\n} else {\n  y();\n}\n", "if (a !== b) {\n  y();\n} else {\n  x();\n}\n"),
    ("typescript", "«if (a < b) x();\nelse y();\n", "if (!(a < b)) y();\nelse x();\n"),
    ("javascript", "«if (!(a && b)) {x()} else {y()}\n", "if (a && b) {y()} else {x()}\n"),
    ("go", "package p\n\nfunc f() {\n\t«if x := g(); !x {\n\t\ta()\n\t} else {\n\t\tb()\n\t}\n}\n", "package p\n\nfunc f() {\n\tif x := g(); x {\n\t\tb()\n\t} else {\n\t\ta()\n\t}\n}\n"),
    ("go", "package p\n\nfunc f() {\n\t«if len(x) > 1 {\n\t\ta()\n\t} else {\n\t\tb()\n\t}\n}\n", "package p\n\nfunc f() {\n\tif len(x) <= 1 {\n\t\tb()\n\t} else {\n\t\ta()\n\t}\n}\n"),
    ("rust", "fn f() { let x = «if a.b() { 1 } else { 2 }; }\n", "fn f() { let x = if !a.b() { 2 } else { 1 }; }\n"),
    ("rust", "fn f() { «if x > 0 { 1 } else { 2 } }\n", "fn f() { if x <= 0 { 2 } else { 1 } }\n"),
    ("java", "class A { void f() { «if (a instanceof B b) { x(b); } else { y(); } } }\n", "class A { void f() { if (!(a instanceof B b)) { y(); } else { x(b); } } }\n"),
    ("python", "«if a in b:  # one\n    x()\n    # two\nelse:  # three\n    y()  # four\nz()\n", "if a not in b:  # three\n    y()  # four\nelse:  # one\n    x()\n    # two\nz()\n"),
    ("python", "«if a and b: x()\nelse: y()\n", "if not (a and b): y()\nelse: x()\n"),
    ("ruby", "def f\n  «if a\n    b\n  else\n    c\n  end\nend\n", "def f\n  if !a\n    c\n  else\n    b\n  end\nend\n"),
    ("kotlin", "fun f() { val x = «if (a == null) 1 else 2 }\n", "fun f() { val x = if (a != null) 2 else 1 }\n"),
    ("php", "<?php «if ($a === 1) { b(); } else { c(); }\n", "<?php if ($a !== 1) { c(); } else { b(); }\n"),
    ("csharp", "class A { void F() { «if (a is B b) { x(); } else { y(); } } }\n", "class A { void F() { if (!(a is B b)) { y(); } else { x(); } } }\n"),
    ("c", "void f() { «if (a == b) { x(); } else { y(); } }\n", "void f() { if (a != b) { y(); } else { x(); } }\n"),
    ("cpp", "void f() { «if (a == b) { x(); } else { y(); } }\n", "void f() { if (!(a == b)) { y(); } else { x(); } }\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), INVERTED)
def test_branches_are_swapped(language: str, before: str, after: str) -> None:
    assert made("invert_if", language, before) == after


@pytest.mark.parametrize(("language", "before", "after"), INVERTED)
def test_inverting_twice_gives_the_same_bytes(language: str, before: str, after: str) -> None:
    at = before.index("«")
    assert made("invert_if", language, f"{after[:at]}«{after[at:]}") == before.replace("«", "")


GUARDED = [
    (
        "typescript",
        "function f(a) {\n  b();\n  «if (a) {\n    // why\n    const c = 1;\n    d(`x \n    y`, c);\n  }\n}\n",
        "function f(a) {\n  b();\n  if (!a) {\n    return;\n  }\n  // why\n  const c = 1;\n  d(`x \n    y`, c);\n}\n",
    ),
    ("typescript", "for (const x of y) {\n  «if (x.ok)\n    z(x);\n}\n", "for (const x of y) {\n  if (!x.ok) {\n    continue;\n  }\n  z(x);\n}\n"),
    ("typescript", "function f(a) {\n  «if (a) {\n    return 1;\n  }\n  return 2;\n}\n", "function f(a) {\n  if (!a) {\n    return 2;\n  }\n  return 1;\n}\n"),
    (
        "typescript",
        "function f(a) {\n  «if (a) {\n    b();\n  } else {\n    throw new E();\n  }\n  c();\n}\n",
        "function f(a) {\n  if (!a) {\n    throw new E();\n  }\n  b();\n  c();\n}\n",
    ),
    ("go", "package p\n\nfunc f() error {\n\t«if x != nil {\n\t\treturn z(x)\n\t}\n\treturn nil\n}\n", "package p\n\nfunc f() error {\n\tif x == nil {\n\t\treturn nil\n\t}\n\treturn z(x)\n}\n"),
    ("rust", "fn f(a: bool) {\n    b();\n    «if a {\n        c();\n        d()\n    }\n}\n", "fn f(a: bool) {\n    b();\n    if !a {\n        return;\n    }\n    c();\n    d();\n}\n"),
    ("java", "class A {\n  A() {\n    «if (a) {\n      b();\n    }\n  }\n}\n", "class A {\n  A() {\n    if (!a) {\n      return;\n    }\n    b();\n  }\n}\n"),
    (
        "python",
        'def f():\n    «if a:\n        # why\n        return """\n        x\n"""\n',
        'def f():\n    if not a:\n        return\n    # why\n    return """\n        x\n"""\n',
    ),
    ("python", "for x in y:\n    «if not x:  # c\n        b()\n", "for x in y:\n    if x:  # c\n        continue\n    b()\n"),
    ("c", "void f(int a) {\n    «if (a > 1) {\n        b();\n    }\n}\n", "void f(int a) {\n    if (!(a > 1)) {\n        return;\n    }\n    b();\n}\n"),
    ("csharp", "class A {\n    void F() {\n        «if (a) {\n            b();\n        }\n    }\n}\n", "class A {\n    void F() {\n        if (!a) {\n            return;\n        }\n        b();\n    }\n}\n"),
    ("kotlin", "fun f(a: Int) {\n    «if (a > 1) {\n        b()\n    }\n}\n", "fun f(a: Int) {\n    if (!(a > 1)) {\n        return\n    }\n    b()\n}\n"),
    ("php", "<?php\nfunction f($a) {\n    «if ($a) {\n        b();\n    }\n}\n", "<?php\nfunction f($a) {\n    if (!$a) {\n        return;\n    }\n    b();\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), GUARDED)
def test_what_was_wrapped_comes_out(language: str, before: str, after: str) -> None:
    assert made("guard_clause", language, before) == after


REFUSED = [
    ("invert_if", "typescript", "«if (a) { x(); }", "no `else`"),
    ("invert_if", "typescript", "«if (a) { x(); } else if (b) { y(); } else { z(); }", "else if"),
    ("invert_if", "typescript", "«if (a) { x(); } /* c */ else { y(); }", "comment"),
    ("invert_if", "typescript", "«if (a) { x(); } else while (b) if (c) d();", "no braces"),
    ("invert_if", "typescript", "if (a) { «x(); } else { y(); }", "no `if` here"),
    ("invert_if", "rust", "fn f() { «if let Some(x) = a { 1 } else { 2 } }", "pattern"),
    ("invert_if", "python", "«if a:\n    x()\n# c\nelse:\n    y()\n", "comment"),
    ("invert_if", "lua", "«if a then b() else c() end", "cannot do this"),
    ("guard_clause", "typescript", "function f(a) {\n  «if (a) {\n    b();\n  }\n  c();\n}\n", "not be reached"),
    ("guard_clause", "typescript", "function f(c) {\n  «if (a) {\n    const c = 1;\n  }\n}\n", "meet another"),
    ("guard_clause", "typescript", "class A {\n  static {\n    «if (a) {\n      b();\n    }\n  }\n}\n", "neither a function"),
    ("guard_clause", "typescript", "function f() {\n  if (b) {\n  } else «if (a) {\n    b();\n  }\n}\n", "several"),
    ("guard_clause", "go", "package p\nfunc f() {\n\t«if x := g(); x {\n\t\ty(x)\n\t}\n}\n", "header"),
    ("guard_clause", "rust", "fn f() -> i32 {\n    «if a {\n        b();\n    }\n}\n", "result"),
    ("guard_clause", "rust", "fn f() {\n    «if a {\n        let b = g();\n    } else {\n        return;\n    }\n    h();\n}\n", "let go"),
    ("guard_clause", "c", "int f(int a) {\n    «if (a) {\n        b();\n    }\n}\n", "result"),
    ("guard_clause", "c", "void f(int a) {\n    int b = 1;\n    «if (a) {\n        int b = 2;\n    }\n}\n", "meet another"),
    ("guard_clause", "java", "class A {\n  {\n    «if (a) {\n      b();\n    }\n  }\n}\n", "neither a function"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "language", "before", "why"), REFUSED)
def test_what_would_differ_is_refused(kind: Rewriting, language: str, before: str, why: str) -> None:
    result = made(kind, language, before)
    assert result.startswith("refused: ") and why in result, result


def test_the_menu_has_what_would_succeed() -> None:
    text = "function f(a) {\n  «if (a) {\n    return 1;\n  } else {\n    return 2;\n  }\n}\n"
    assert menu("typescript", text) == ["invert_if", "guard_clause"]
    assert menu("typescript", text.replace("«", "").replace("a) {", "«a) {", 1)) == ["rename"]
    assert menu("typescript", "import a from 'a';\nfoo(«a.b.c»);\n") == [
        "extract_function",
        "extract_variable",
        "rename",
        "organize_imports",
    ]
    assert menu("lua", "local «a = 1") == []


MEANT = [
    # the only one there is, wherever in the function the place is
    ("«function f(a) {\n  g();\n  if (a) {\n    b();\n  }\n}»\n", 3),
    ("function f(a) {\n  «g();\n»  if (a) {\n    b();\n  }\n}\n", 3),
    ("function f(a) {\n  if (a) {\n    c«();\n    b();\n  }\n}\n", 2),
    # one that leaves at once is no other choice
    ("«function f(a, c) {\n  if (c) return;\n  if (a) {\n    b();\n  }\n}»\n", 3),
    # the innermost one around
    ("function f(a) {\n  if (a) {\n    for (const c of a) {\n      if (c) {\n        «b();\n      }\n    }\n  }\n}\n", 4),
    # an arrow function in what is selected
    ("«x.forEach((a) => {\n  if (a) {\n    b();\n  }\n});»\n", 2),
]  # fmt: skip


@pytest.mark.parametrize(("before", "line"), MEANT)
def test_the_only_if_is_meant(before: str, line: int) -> None:
    plain = before.replace("«", "").replace("»", "").splitlines(keepends=True)
    exact = "".join([*plain[: line - 1], "«", *plain[line - 1 :]])
    result = made("guard_clause", "typescript", exact)
    assert not result.startswith("refused: ")
    assert made("guard_clause", "typescript", before) == result


UNCLEAR = [
    ("«function f(a) {\n  for (const b of a) {\n    if (b) {\n      c();\n    }\n  }\n  if (a) {\n    c();\n  }\n}»\n", "lines 3, 7"),
    ("function f(a) {\n  if (a) {\n    «b();\n  }\n  c();\n  if (a) {\n    b();\n  }\n}\n", "line 2: What follows"),
    ("«function f(a) {\n  if (a) return 1;\n  return 2;\n}»\n", "line 2: It leaves at once"),
    ("«function f(a) {\n  b();\n}»\n", "no `if` here"),
    ("b();\n«\nfunction f(a) {\n  if (a) {\n    b();\n  }\n}\n", "no `if` here"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "why"), UNCLEAR)
def test_where_none_or_several_are_meant_it_says_so(before: str, why: str) -> None:
    said = made("guard_clause", "typescript", before)
    assert said.startswith("refused: ") and why in said


def test_the_only_if_with_two_branches_is_inverted() -> None:
    text = "«function f(a) {\n  if (a) return;\n  if (!b) {\n    c();\n  } else {\n    d();\n  }\n}»\n"
    assert "if (b) {\n    d();\n  } else {\n    c();\n  }" in made("invert_if", "typescript", text)
