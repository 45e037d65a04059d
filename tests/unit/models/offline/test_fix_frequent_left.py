"""What checkers report often and no rule can mend from the text: it is left alone."""

from __future__ import annotations

import pytest

from support.reported import Case, left

LEFT: dict[str, Case] = {
    "none-in-a-while": ("python", '"pos" is not a known attribute of "None"', "def f(m):\n    while m.«pos»:\n        pass\n", ""),
    "none-behind-and": ("python", '"pos" is not a known attribute of "None"', "def f(a, m):\n    return a and m.«pos»\n", ""),
    "none-in-an-elif": (
        "python", '"pos" is not a known attribute of "None"', "def f(a, m):\n    if a:\n        pass\n    elif m.«pos»:\n        pass\n", "",
    ),
    "none-of-a-call": ("python", '"group" is not a known attribute of "None"', "print(match(a).«group»())\n", ""),
    "none-of-a-loop": ("python", '"group" is not a known attribute of "None"', "x = [y.«group»() for y in z]\n", ""),
    "mypy-none-near": (
        "python", 'Item "None" of "Match[str] | None" has no attribute "group"', "x = [«y.group»() for y in z]\ny.groups()\n", "",
    ),
    "module-used": ("python", 'Import "jsom" could not be resolved', "import «jsom»\njsom.dumps(1)\n", ""),
    "module-unknown": ("python", 'Import "frobnicate" could not be resolved', "import «frobnicate»\n", ""),
    "undefined-in-a-sum": ("typescript", "'a' is possibly 'undefined'.", "const b = «a».c + 1;\n", ""),
    "undefined-target": ("typescript", "'a' is possibly 'undefined'.", "«a».b = 1;\n", ""),
    "prettier-elsewhere": ("typescript", "[prettier/prettier] Delete `··`", "f(«a»);\n", ""),
    "case-shares-its-name": (
        "javascript", "Unexpected lexical declaration in case block.",
        "switch (a) {\n  case 1:\n    «let q = 2;»\n    break;\n  default:\n    q = 1;\n}\n", "",
    ),
    "ts-ignore-without-a-reason": ("typescript", 'Use "@ts-expect-error" instead of "@ts-ignore"', "«// @ts-ignore»\nf();\n", ""),
    "promise-in-sync": ("typescript", "Promises must be awaited, end with a call to .catch", "function f() {\n  «g();»\n}\n", ""),
    "go-struct": ("go", "cannot use n (variable of type T) as U value in assignment", "package m\n\nvar a U = «n»\n", ""),
    "go-return-of-a-struct": (
        "go", "not enough return values\n\thave (error)\n\twant (T, error)", "package m\n\nfunc f() (T, error) {\n\t«return» err\n}\n", "",
    ),
    "go-return-of-another-type": (
        "go", "not enough return values\n\thave (*T)\n\twant (int, error)", "package m\n\nfunc f() (int, error) {\n\t«return» t\n}\n", "",
    ),
    "else-behind-it": ("javascript", "Expected { after 'if' condition.", "if (a)\n  «f();»\nelse\n  g();\n", ""),
    "analyzer-other-type": ("rust", "expected u8, found i32", "fn f() { g(«v»); }\n", ""),
    "throws-in-a-lambda": (
        "java", "Unhandled exception type IOException", "class A {\n    void f() {\n        r(() -> «g()»);\n    }\n}\n", "",
    ),
    "throws-of-an-override": (
        "java", "Unhandled exception type IOException", "class A {\n    @Override public void f() {\n        «g()»;\n    }\n}\n", "",
    ),
    "throws-and-called": (
        "java", "Unhandled exception type IOException", "class A {\n    void f() {\n        «g()»;\n    }\n    void h() { f(); }\n}\n", "",
    ),
    "cast-of-an-object": ("java", "Type mismatch: cannot convert from String to int", "class A {\n    int a = «b»;\n}\n", ""),
    "format-of-a-struct": (
        "c", "format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘struct s’", 'void f() {\n  printf("«%d»", s);\n}\n', "",
    ),
    "rust-many-arms": (
        "rust", "[E0004] non-exhaustive patterns: `A`, `B`, `C` and 2 more not covered", "fn f(c: C) {\n    match «c» {\n        D => 1,\n    }\n}\n", "",
    ),
    "rust-unknown-types": (
        "rust", "[E0046] not all trait items implemented, missing: `fmt`\nimplement the missing item: `fn fmt(&self, f: &mut Formatter<'_>) { todo!() }`",
        "«impl std::fmt::Display for S» {}\n", "",
    ),
    "negated-tests": (
        "shellscript", "Prefer [ p ] && [ q ] as [ p -a q ] is not well defined.", "if ! [ a «-a» b ]; then f; fi\n", "",
    ),
    "grouped-tests": (
        "shellscript", "Prefer [ p ] && [ q ] as [ p -a q ] is not well defined.", "if [ a «-a» b -o c ]; then f; fi\n", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_the_text_does_not_tell_is_left(name: str) -> None:
    assert left(LEFT[name])
