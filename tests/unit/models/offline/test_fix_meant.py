"""Code that says one thing where another was meant, and marks and headers in the words of compilers of C and C++."""

from __future__ import annotations

import pytest
from attrs import evolve

from kibitz.models.offline.fix_rules import mend
from kibitz.text import apply_edits
from support.reported import Case, left, mended_whole, reported

CASES: dict[str, Case] = {
    "gcc-assignment": (
        "c", "suggest parentheses around assignment used as truth value", "int f(int a) {\n  if («a = 3») return a;\n  return 0;\n}\n",
        "int f(int a) {\n  if (a == 3) return a;\n  return 0;\n}\n",
    ),
    "clang-assignment": (
        "cpp", "using the result of an assignment as a condition without parentheses",
        "int f(int a) {\n  while («a = 3 && g(a <= 2)») a += 1;\n  return 0;\n}\n",
        "int f(int a) {\n  while (a == 3 && g(a <= 2)) a += 1;\n  return 0;\n}\n",
    ),
    "no-cond-assign": (
        "javascript", "Expected a conditional expression and instead saw an assignment.",
        "function f(a, b) {\n  if («a = '=='») return b === 2;\n}\n", "function f(a, b) {\n  if (a === '==') return b === 2;\n}\n",
    ),
    "go-assignment": (
        "go", "cannot use assignment (sum) = (3) as value", "package m\n\nfunc f(sum int) int {\n\tif «sum» = 3 {\n\t\treturn sum\n\t}\n\treturn 1\n}\n",
        "package m\n\nfunc f(sum int) int {\n\tif sum == 3 {\n\t\treturn sum\n\t}\n\treturn 1\n}\n",
    ),
    "rustc-assignment": (
        "rust", "mismatched types\nyou might have meant to compare for equality: `=`", "fn f(a: i32) -> i32 {\n    if «a = 3» { 1 } else { 2 }\n}\n",
        "fn f(a: i32) -> i32 {\n    if a == 3 { 1 } else { 2 }\n}\n",
    ),
    "pyright-assignment": (
        "python", 'Expected ":"', "def f(x):\n    if x «=» g(a=1):\n        return x\n",
        "def f(x):\n    if x == g(a=1):\n        return x\n",
    ),
    "ruff-assignment": (
        "python", "Expected `:`, found `=`", "def f(x):\n    while x «=» 1:\n        return x\n", "def f(x):\n    while x == 1:\n        return x\n",
    ),
    "python-assignment": (
        "python", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", "if «x = '='»:\n    pass\n", "if x == '=':\n    pass\n",
    ),
    "ts1308": (
        "typescript", "'await' expressions are only allowed within async functions and at the top levels of modules.",
        "function h() {\n  return «await» g();\n}\n", "async function h() {\n  return await g();\n}\n",
    ),
    "ts1308-older": (
        "typescript", "'await' expression is only allowed within an async function.",
        "const h = () => «await» g();\n", "const h = async () => await g();\n",
    ),
    "ts1308-method": (
        "typescript", "'await' expressions are only allowed within async functions and at the top levels of modules.",
        "class A { public static h(): void { «await» g(); } }\n", "class A { public static async h(): void { await g(); } }\n",
    ),
    "pyright-await": (
        "python", '"await" allowed only within async function', "class A:\n    def f(self):\n        «await g()»\n",
        "class A:\n    async def f(self):\n        await g()\n",
    ),
    "ple1142": (
        "python", "`await` should be used within an async function", "def f():\n    return [«await g()»]\n",
        "async def f():\n    return [await g()]\n",
    ),
    "jdt-overrides-nothing": (
        "java", "The method toSTring() of type A must override or implement a supertype method",
        'class A {\n    @Override public String «toSTring»() { return ""; }\n}\n',
        'class A {\n    @Override public String toString() { return ""; }\n}\n',
    ),
    "javac-overrides-nothing": (
        "java", "method does not override or implement a method from a supertype",
        "class A {\n    «@Override»\n    public int hashcode() { return 1; }\n}\n",
        "class A {\n    @Override\n    public int hashCode() { return 1; }\n}\n",
    ),
    "rustc-derive": (
        "rust", "`Shape` doesn't implement `Debug`\nconsider annotating `Shape` with `#[derive(Debug)]`",
        'struct Shape;\n\nfn f(s: Shape) {\n    println!("{:?}", «s»);\n}\n',
        '#[derive(Debug)]\nstruct Shape;\n\nfn f(s: Shape) {\n    println!("{:?}", s);\n}\n',
    ),
    "rustc-derive-more": (
        "rust", "binary operation `==` cannot be applied to type `Shape`\nconsider annotating `Shape` with `#[derive(PartialEq)]`",
        "#[derive(Debug, Clone)]\n// A shape.\npub enum Shape { A }\n\nfn f(a: Shape, b: Shape) -> bool { a «==» b }\n",
        "#[derive(Debug, Clone, PartialEq)]\n// A shape.\npub enum Shape { A }\n\nfn f(a: Shape, b: Shape) -> bool { a == b }\n",
    ),
    "gcc-semicolon-or-comma": (
        "cpp", "expected ‘,’ or ‘;’ before ‘int’", "int f() {\n  int a = 0\n  «int» b = 3;\n  return a + b;\n}\n",
        "int f() {\n  int a = 0;\n  int b = 3;\n  return a + b;\n}\n",
    ),
    "gcc-semicolon-among-others": (
        "c", "expected ‘=’, ‘,’, ‘;’, ‘asm’ or ‘__attribute__’ before ‘int’", "int f(void) {\n  int a\n  «int» b = 3;\n  return b;\n}\n",
        "int f(void) {\n  int a;\n  int b = 3;\n  return b;\n}\n",
    ),
    "gcc-header": (
        "cpp", "‘unique_ptr’ is not a member of ‘std’\n‘std::unique_ptr’ is defined in header ‘<memory>’; did you forget to ‘#include <memory>’?",
        "#include <string>\n\nstd::«unique_ptr»<int> p;\n", "#include <string>\n#include <memory>\n\nstd::unique_ptr<int> p;\n",
    ),
    "unused-beside-a-member": (
        "python", "Local variable `checksum` is assigned to but never used",
        "def f(self):\n    «checksum» = 1\n    return self.checksum, g(checksum=2)\n",
        "def f(self):\n    return self.checksum, g(checksum=2)\n",
    ),
    "unused-beside-a-field": (
        "java", "The value of the local variable size is not used",
        "class A {\n    int f() {\n        int «size» = 1;\n        return this.size + size();\n    }\n}\n",
        "class A {\n    int f() {\n        return this.size + size();\n    }\n}\n",
    ),
    "used-once-beside-a-member": (
        "python", "Local variable `checksum` is assigned to but never used",
        "def f(self):\n    «checksum» = g()\n    return self.checksum != checksmu\n",
        "def f(self):\n    checksum = g()\n    return self.checksum != checksum\n",
    ),
    "used-once": (
        "typescript", "'shapes' is declared but its value is never read.",
        "function f(«shapes»: Shape[]) {\n  for (const s of shaeps) {\n    g(s);\n  }\n}\n",
        "function f(shapes: Shape[]) {\n  for (const s of shapes) {\n    g(s);\n  }\n}\n",
    ),
    "used-often": (
        "python", "Local variable `tokne` is assigned to but never used",
        "def f():\n    «tokne» = g()\n    return token.a, token.b\n", "def f():\n    token = g()\n    return token.a, token.b\n",
    ),
}  # fmt: skip
CERTAIN = ("unused", "gcc-semicolon", "gcc-header", "rustc-derive")
LEFT: dict[str, Case] = {
    "two-assignments": (
        "c", "suggest parentheses around assignment used as truth value", "int f(int a, int b) {\n  if («a = 3» || (b = 2)) return a;\n  return 0;\n}\n", "",
    ),
    "no-assignment": ("c", "suggest parentheses around assignment used as truth value", "int f(int a) {\n  if («a == 3») return a;\n  return 0;\n}\n", ""),
    "await-in-a-constructor": (
        "typescript", "'await' expressions are only allowed within async functions and at the top levels of modules.",
        "class A { constructor() { «await» g(); } }\n", "",
    ),
    "await-in-a-getter": (
        "typescript", "'await' expressions are only allowed within async functions and at the top levels of modules.",
        "class A { get h() { return «await» g(); } }\n", "",
    ),
    "await-in-an-initialiser": ("python", '"await" allowed only within async function', "class A:\n    def __init__(self):\n        «await g()»\n", ""),
    "await-in-the-module": ("python", '"await" allowed only within async function', "«await g()»\n", ""),
    "overrides-nothing-near": (
        "java", "The method paint() of type A must override or implement a supertype method",
        "class A {\n    @Override public void «paint»() { }\n}\n", "",
    ),
    "derive-of-a-type-elsewhere": (
        "rust", "`Shape` doesn't implement `Debug`\nconsider annotating `Shape` with `#[derive(Debug)]`",
        'use a::Shape;\n\nfn f(s: Shape) {\n    println!("{:?}", «s»);\n}\n', "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_was_meant_is_written(name: str) -> None:
    assert mended_whole(CASES[name]).certain == name.startswith(CERTAIN)


@pytest.mark.parametrize("name", LEFT)
def test_what_may_be_as_it_is_is_left(name: str) -> None:
    assert left(LEFT[name])


@pytest.mark.parametrize(
    ("parameter", "after"),
    [("vlaue", "{ value: vlaue }"), ("value", "{ value }"), ("other", None)],
    ids=["the variable is called so", "both are misspelt", "neither is there"],
)
def test_a_property_in_short_that_the_type_does_not_have(parameter: str, after: str | None) -> None:
    message = "Object literal may only specify known properties, but 'vlaue' does not exist in type 'T'. Did you mean to write 'value'?"
    marked = f"function f({parameter}: number): T {{\n  return {{ «vlaue» }};\n}}\n"
    document, problem = reported("typescript", message, marked)
    made = mend(document, evolve(problem, code="2561"))
    text = apply_edits(document, made[1].edits(document)) if made is not None else None
    assert text == (document.text.replace("{ vlaue }", after) if after is not None else None)
