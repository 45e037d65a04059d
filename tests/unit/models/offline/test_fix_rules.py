"""What checkers say, in their own words, and the text after the built-in engine has mended it."""

from __future__ import annotations

import re

import pytest

from kibitz.models.offline.fix_rules import family, matching, mend, rules
from kibitz.models.tasks import Problem
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Range, apply_edits
from support.reported import Case, left, mended, reported

CASES: dict[str, Case] = {
    # --- Python: ruff, pyflakes, pylint, pyright, mypy
    "ruff-f401": ("python", "`os` imported but unused", "import «os»\nimport sys\n\nprint(sys)\n", "import sys\n\nprint(sys)\n"),
    "pyflakes-one-of-two": (
        "python", "'a.c' imported but unused", "«from a import b, c\n»print(b)\n", "from a import b\nprint(b)\n",
    ),
    "pyflakes-alias": ("python", "'a.b as c' imported but unused", "«import a.b as c»\nx = 1\n", "x = 1\n"),
    "pylint-w0611": ("python", "Unused b imported from a", "«from a import b»\nx = 1\n", "x = 1\n"),
    "pyright-not-accessed": (
        "python", 'Import "c" is not accessed', "from a import (\n    b,\n    «c»,\n)\nb\n", "from a import (\n    b,\n)\nb\n",
    ),
    "comment-behind-it": ("python", "`os` imported but unused", "import «os»  # for x\ny = 1\n", "y = 1\n"),
    "relative": ("python", "'.x.b' imported but unused", "«from .x import b»\ny = 1\n", "y = 1\n"),
    "only-statement": ("python", "`os` imported but unused", "def f():\n    import «os»\n", "def f():\n    pass\n"),
    "f841-call-stays": (
        "python", "Local variable `x` is assigned to but never used", "def f():\n    «x» = g()\n    return 1\n",
        "def f():\n    g()\n    return 1\n",
    ),
    "f841-literal-goes": (
        "python", "local variable 'x' is assigned to but never used", "def f():\n    «x» = 5\n    return 1\n",
        "def f():\n    return 1\n",
    ),
    "f841-except": (
        "python", "Local variable `e` is assigned to but never used",
        "def f():\n    try:\n        g()\n    except E as «e»:\n        pass\n",
        "def f():\n    try:\n        g()\n    except E:\n        pass\n",
    ),
    "f841-with": (
        "python", "Local variable `h` is assigned to but never used", "def f():\n    with g() as «h»:\n        pass\n",
        "def f():\n    with g():\n        pass\n",
    ),
    "pylint-unpacked": (
        "python", "Unused variable 'b'", "def f():\n    a, «b» = g()\n    return a\n", "def f():\n    a, _b = g()\n    return a\n",
    ),
    "stdlib-module": ("python", 'Undefined name `json`', "import os\n\nx = «json».dumps(os)\n", "import json\nimport os\n\nx = json.dumps(os)\n"),
    "stdlib-name": (
        "python", '"Path" is not defined', "from pathlib import PurePath\n\nx = «Path»(PurePath())\n",
        "from pathlib import PurePath, Path\n\nx = Path(PurePath())\n",
    ),
    "mypy-suggestion": (
        "python",
        'Name "Foo" is not defined\nDid you forget to import it from "a.b"? (Suggestion: "from a.b import Foo")',
        '"""Doc."""\n\nx: «Foo»\n', '"""Doc."""\n\nfrom a.b import Foo\n\nx: Foo\n',
    ),
    "slip": (
        "python", "undefined name 'resutl'", "def f(result):\n    return «resutl»\n", "def f(result):\n    return result\n",
    ),
    "pylint-maybe": (
        "python", "Module 'os' has no 'getcdw' member; maybe 'getcwd'?", "import os\nx = os.«getcdw»()\n",
        "import os\nx = os.getcwd()\n",
    ),
    "colon": ("python", 'Expected ":"', "if x«»\n    y = 1\n", "if x:\n    y = 1\n"),
    "ruff-colon": ("python", "Expected `:`, found newline", "if x«\n»    y = 1\n", "if x:\n    y = 1\n"),
    "e711": ("python", "Comparison to `None` should be `cond is None`", "if x == «None»:\n    pass\n", "if x is None:\n    pass\n"),
    "c0121": (
        "python", "Comparison 'x != None' should be 'x is not None'", "if «x != None»:\n    pass\n", "if x is not None:\n    pass\n",
    ),
    "f541": ("python", "f-string without any placeholders", "x = «f'{{a}}'»\n", "x = '{a}'\n"),
    "e722": ("python", "Do not use bare `except`", "try:\n    f()\n«except»:\n    pass\n", "try:\n    f()\nexcept Exception:\n    pass\n"),
    "b006": (
        "python", "Do not use mutable data structures for argument defaults",
        'def f(a: list[int] = «[]»):\n    """Doc."""\n    return a\n',
        'def f(a: list[int] | None = None):\n    """Doc."""\n    if a is None:\n        a = []\n    return a\n',
    ),
    "unused-ignore": ("python", 'Unused "type: ignore" comment', "x = 1  «# type: ignore[misc]»\n", "x = 1\n"),
    "await": (
        "python", 'Result of async function call is not used; use "await" or assign result to variable',
        "async def f():\n    «g()»\n", "async def f():\n    await g()\n",
    ),
    "return-none": (
        "python", 'Function is missing a return type annotation\nUse "-> None" if function does not return a value',
        "«def f(a: int)»:\n    pass\n", "def f(a: int) -> None:\n    pass\n",
    ),
    "e703": ("python", "Statement ends with an unnecessary semicolon", "x = 1«;»\n", "x = 1\n"),
    "w291": ("python", "trailing whitespace", "x = 1«  »\ny = 2\n", "x = 1\ny = 2\n"),
    "w292": ("python", "no newline at end of file", "x = 1«»", "x = 1\n"),
    "mypy-optional": (
        "python",
        'Incompatible default for argument "a" (default has type "None", argument has type "int")',
        "from typing import Optional\n\n\ndef f(«a»: int = None) -> None: ...\n",
        "from typing import Optional\n\n\ndef f(a: Optional[int] = None) -> None: ...\n",
    ),
    # --- TypeScript and eslint
    "ts6133-import": (
        "typescript", "'a' is declared but its value is never read.", "import { «a», b } from 'x';\nb();\n",
        "import { b } from 'x';\nb();\n",
    ),
    "ts6133-default": (
        "typescript", "'D' is declared but its value is never read.", "import «D», { b } from 'x';\nb();\n",
        "import { b } from 'x';\nb();\n",
    ),
    "ts6133-parameter": (
        "typescript", "'b' is declared but its value is never read.", "function f(a: number, «b»: number) { return a; }\n",
        "function f(a: number, _b: number) { return a; }\n",
    ),
    "ts6192": (
        "typescript", "All imports in import declaration are unused.", "«import { a, b } from 'x';»\nc();\n", "c();\n",
    ),
    "ts2552": (
        "typescript", "Cannot find name 'cuont'. Did you mean 'count'?", "const count = 1;\nf({ «cuont» });\n",
        "const count = 1;\nf({ cuont: count });\n",
    ),
    "ts2551": (
        "typescript", "Property 'lenght' does not exist on type 'string'. Did you mean 'length'?", "'a'.«lenght»;\n", "'a'.length;\n",
    ),
    "ts2663": (
        "typescript", "Cannot find name 'x'. Did you mean the instance member 'this.x'?",
        "class A { x = 1; f() { return «x»; } }\n", "class A { x = 1; f() { return this.x; } }\n",
    ),
    "ts1005": ("typescript", "')' expected.", "foo(1\n«bar»();\n", "foo(1)\nbar();\n"),
    "ts1005-comma": ("typescript", "',' expected.", "{\n  f(a\n«}»\n", "{\n  f(a)\n}\n"),
    "ts4114": (
        "typescript",
        "This member must have an 'override' modifier because it overrides a member in the base class 'B'.",
        "class A extends B { public «f»() {} }\n", "class A extends B { public override f() {} }\n",
    ),
    "ts2578": ("typescript", "Unused '@ts-expect-error' directive.", "«// @ts-expect-error»\nf();\n", "f();\n"),
    "ts1484": (
        "typescript",
        "'T' is a type and must be imported using a type-only import when 'verbatimModuleSyntax' is enabled.",
        "import { a, «T» } from 'x';\n", "import { a, type T } from 'x';\n",
    ),
    "ts2613": (
        "typescript", """Module '"./m"' has no default export. Did you mean to use 'import { a } from "./m"' instead?""",
        "import «a» from './m';\n", "import { a } from './m';\n",
    ),
    "prefer-const": (
        "javascript", "'a' is never reassigned. Use 'const' instead.", "let «a» = 1;\nf(a);\n", "const a = 1;\nf(a);\n",
    ),
    "no-var": (
        "javascript", "Unexpected var, use let or const instead.", "function f() {\n  «var a = 1;»\n  a += 1;\n}\n",
        "function f() {\n  let a = 1;\n  a += 1;\n}\n",
    ),
    "eqeqeq": ("javascript", "Expected '===' and instead saw '=='.", "a «==» b;\n", "a === b;\n"),
    "semi": ("javascript", "Missing semicolon.", "const a = 1«\n»f();\n", "const a = 1;\nf();\n"),
    "no-extra-semi": ("javascript", "Unnecessary semicolon.", "f();«;»\n", "f();\n"),
    "no-debugger": ("javascript", "Unexpected 'debugger' statement.", "f();\n«debugger;»\ng();\n", "f();\ng();\n"),
    "no-unused-vars-catch": (
        "javascript", "'e' is defined but never used.", "try { f(); } catch («e») { g(); }\n", "try { f(); } catch { g(); }\n",
    ),
    "no-unused-vars-value": (
        "javascript", "'a' is assigned a value but never used.", "function g() {\n  const «a» = f();\n}\n", "function g() {\n  f();\n}\n",
    ),
    "ts6133-loop": (
        "typescript",
        "'a' is declared but its value is never read.",
        "for (const «a» of b) { f(); }\n",
        "for (const _a of b) { f(); }\n",
    ),
    "ts6133-function": (
        "typescript",
        "'f' is declared but its value is never read.",
        "function «f»() {\n  return 1;\n}\ng();\n",
        "g();\n",
    ),
    "unused-callback-parameter": (
        "javascript",
        "'b' is defined but never used.",
        "f((a, «b») => a);\n",
        "f((a, _b) => a);\n",
    ),
    # --- Go
    "go-import": (
        "go", '"os" imported and not used', 'package m\n\nimport (\n\t"fmt"\n\t«"os"»\n)\n\nvar _ = fmt.Sprint\n',
        'package m\n\nimport (\n\t"fmt"\n)\n\nvar _ = fmt.Sprint\n',
    ),
    "go-unused": ("go", "declared and not used: x", "package m\n\nfunc f() {\n\t«x» := g()\n}\n", "package m\n\nfunc f() {\n\t_ = g()\n}\n"),
    "go-unused-old": (
        "go", "x declared but not used", "package m\n\nfunc f() {\n\t«x» := 1\n\tg()\n}\n", "package m\n\nfunc f() {\n\tg()\n}\n",
    ),
    "go-range": (
        "go", "declared and not used: v", "package m\n\nfunc f() {\n\tfor i, «v» := range s {\n\t\tg(i)\n\t}\n}\n",
        "package m\n\nfunc f() {\n\tfor i := range s {\n\t\tg(i)\n\t}\n}\n",
    ),
    "go-undefined": (
        "go", "undefined: strings", 'package m\n\nimport "fmt"\n\nvar a = fmt.Sprint(«strings».ToUpper("a"))\n',
        'package m\n\nimport "fmt"\nimport "strings"\n\nvar a = fmt.Sprint(strings.ToUpper("a"))\n',
    ),
    "go-method": (
        "go", "b.len undefined (type *T has no field or method len, but does have method Len)",
        "package m\n\nvar a = b.«len»()\n", "package m\n\nvar a = b.Len()\n",
    ),
    "go-comma": (
        "go", "missing ',' before newline in composite literal", "package m\n\nvar a = []int{\n\t1«\n»}\n",
        "package m\n\nvar a = []int{\n\t1,\n}\n",
    ),
    "go-assign": (
        "go", "no new variables on left side of :=", "package m\n\nfunc f() {\n\ta := 1\n\ta «:=» 2\n}\n",
        "package m\n\nfunc f() {\n\ta := 1\n\ta = 2\n}\n",
    ),
    # --- Rust
    "rust-unused": ("rust", "unused variable: `x`", "fn f() { let «x» = 1; }\n", "fn f() { let _x = 1; }\n"),
    "rust-import": (
        "rust", "unused import: `io::Read`", "use std::{«io::Read», fmt};\n", "use std::fmt;\n",
    ),
    "rust-mut": ("rust", "variable does not need to be mutable", "fn f() { let «mut x» = 1; g(x); }\n", "fn f() { let x = 1; g(x); }\n"),
    "rust-no-mut": (
        "rust", "cannot borrow `v` as mutable, as it is not declared as mutable",
        "fn f() { let v = g(); «v».push(1); }\n", "fn f() { let mut v = g(); v.push(1); }\n",
    ),
    "rust-help": (
        "rust", "cannot find value `cuont` in this scope\na local variable with a similar name exists: `count`",
        "fn f(count: u8) -> u8 { «cuont» }\n", "fn f(count: u8) -> u8 { count }\n",
    ),
    "rust-use": (
        "rust",
        "failed to resolve: use of undeclared type `HashMap`\nconsider importing this struct: `use std::collections::HashMap;`",
        "use std::fmt;\n\nfn f() { «HashMap»::new(); }\n",
        "use std::fmt;\nuse std::collections::HashMap;\n\nfn f() { HashMap::new(); }\n",
    ),
    "rust-semicolon": (
        "rust", "expected `;`, found `let`", "fn f() {\n    let a = 1«»\n    let b = a;\n}\n", "fn f() {\n    let a = 1;\n    let b = a;\n}\n",
    ),
    "rust-parentheses": (
        "rust", "unnecessary parentheses around `if` condition", "fn f() { if «(a)» { g(); } }\n", "fn f() { if a { g(); } }\n",
    ),
    "rust-field": (
        "rust",
        "unused variable: `x`",
        "fn f(p: P) { let P { «x», .. } = p; }\n",
        "fn f(p: P) { let P { x: _, .. } = p; }\n",
    ),
    "rust-analyzer-unused": ("rust", "unused variable", "fn f() { let «x» = 1; }\n", "fn f() { let _x = 1; }\n"),
    "lua-unused": ("lua", "Unused local `x`.", "local «x» = f()\n", "local _x = f()\n"),
    # --- Java, C, C++, shell
    "jdt-import": (
        "java", "The import java.util.List is never used", "import «java.util.List»;\n\nclass A {}\n", "class A {}\n",
    ),
    "jdt-local": (
        "java", "The value of the local variable x is not used", "class A {\n  void f() {\n    int «x» = 1;\n    g();\n  }\n}\n",
        "class A {\n  void f() {\n    g();\n  }\n}\n",
    ),
    "jdt-semicolon": (
        "java", 'Syntax error, insert ";" to complete BlockStatements', "class A {\n  void f() {\n    g(«)»\n  }\n}\n",
        "class A {\n  void f() {\n    g();\n  }\n}\n",
    ),
    "jdt-type": (
        "java", "ArrayList cannot be resolved to a type", "package p;\n\nclass A { «ArrayList» a; }\n",
        "package p;\n\nimport java.util.ArrayList;\n\nclass A { ArrayList a; }\n",
    ),
    "jdt-override": (
        "java",
        "The method run() of type A should be tagged with @Override since it actually overrides a superinterface method",
        "class A implements Runnable {\n  public void «run»() {}\n}\n",
        "class A implements Runnable {\n  @Override\n  public void run() {}\n}\n",
    ),
    "clang-semicolon": (
        "c", "Expected ';' at end of declaration", "int main(void) {\n  int x = 1«»\n  return x;\n}\n",
        "int main(void) {\n  int x = 1;\n  return x;\n}\n",
    ),
    "clang-meant": (
        "cpp", "Use of undeclared identifier 'cuont'; did you mean 'count'?", "int f(int count) { return «cuont»; }\n",
        "int f(int count) { return count; }\n",
    ),
    "gcc-unused": ("c", "unused variable ‘x’", "int f(void) {\n  int «x» = 1;\n  return 2;\n}\n", "int f(void) {\n  return 2;\n}\n"),
    "clang-include": (
        "c",
        "implicit declaration of function ‘printf’\ninclude ‘<stdio.h>’ or provide a declaration of ‘printf’",
        "#include <stdlib.h>\n\nint main(void) { «printf»(\"a\"); }\n",
        "#include <stdlib.h>\n#include <stdio.h>\n\nint main(void) { printf(\"a\"); }\n",
    ),
    "sc2086": ("shellscript", "Double quote to prevent globbing and word splitting.", "cp «$a» b\n", 'cp "$a" b\n'),
    "sc2006": (
        "shellscript", "Use $(...) notation instead of legacy backticks `...`.", "a=«`date`»\n", "a=$(date)\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_checker_says_is_mended(name: str) -> None:
    document, problem, rule, change = mended(CASES[name])
    assert change.title
    assert family(document, problem) == rule.family


LEFT: dict[str, Case] = {
    "name-not-there": ("python", "`os` imported but unused", "import «sys»\n", ""),
    "asks-what-is-installed": ("python", "`os` imported but unused", "try:\n    import «os»\nexcept E:\n    pass\n", ""),
    "python-parameter": ("python", "Unused argument 'a'", "def f(«a»):\n    pass\n", ""),
    "module-variable": ("python", 'Variable "x" is not accessed', "«x» = 1\n", ""),
    "unknown-name": ("python", "undefined name 'frobnicate'", "«frobnicate»()\n", ""),
    "two-are-near": ("python", "undefined name 'itemz'", "def f(items, itemy):\n    return «itemz»\n", ""),
    "meant-in-string": ("typescript", "Cannot find name 'a'. Did you mean 'b'?", "'«a»';\n", ""),
    "parameter-property": (
        "typescript", "'a' is declared but its value is never read.", "class A { constructor(private «a»: number) {} }\n", "",
    ),
    "exported": ("typescript", "'a' is declared but its value is never read.", "export const «a» = 1;\n", ""),
    "object-with-rest": ("javascript", "'a' is assigned a value but never used.", "const { «a», ...b } = c; f(b);\n", ""),
    "missing-property": (
        "typescript", "Property 'b' is missing in type '{}' but required in type 'T'.", "const «a»: T = {};\n", "",
    ),
    "go-old-and-new": (
        "go", "declared and not used: b", "package m\n\nfunc f(a int) {\n\ta, «b» := g()\n\th(a)\n}\n", "",
    ),
    "go-return": ("go", "missing return", "package m\n\nfunc f() int {\n«}»\n", ""),
    "cpp-guard": ("cpp", "unused variable 'g'", "int f() {\n  lock_guard<M> «g»(m);\n  return 1;\n}\n", ""),
    "semicolon-elsewhere": ("java", "';' expected", "class A { int a = 1; «int» b = 2; }\n", ""),
    "mutable-one-liner": ("python", "Dangerous default value [] as argument", "def f(a=«[]»): return a\n", ""),
    "await-in-sync": ("python", "Result of async function call is not used", "def f():\n    «g()»\n", ""),
    "unknown-words": ("python", "Something else entirely.", "x = «1»\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_certain_is_left(name: str) -> None:
    assert left(LEFT[name])


@pytest.mark.parametrize("name", CASES)
def test_no_change_brings_a_syntax_error(name: str) -> None:
    language, message, marked, _ = CASES[name]
    document, problem = reported(language, message, marked)
    made = mend(document, problem)
    assert made is not None
    before, after = parse_fresh(document), parse_fresh(document.replaced(made[1].edits(document)))
    assert before is not None
    assert after is not None
    assert len(after.errors) <= len(before.errors)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "name", ["ruff-f401", "stdlib-module", "b006", "jdt-type", "go-undefined", "clang-include"]
)
def test_line_ends_stay_as_they_are(name: str, ending: str) -> None:
    language, message, marked, after = CASES[name]
    document, problem = reported(language, message, marked.replace("\n", ending))
    made = mend(document, problem)
    assert made is not None
    assert apply_edits(document, made[1].edits(document)) == after.replace("\n", ending)


def test_an_unsure_change_is_not_called_certain() -> None:
    for name in ("slip", "e722", "b006", "eqeqeq", "c0121"):
        language, message, marked, _ = CASES[name]
        made = mend(*reported(language, message, marked))
        assert made is not None
        assert not made[1].certain, name


def test_every_rule_has_an_action_and_reads_something() -> None:
    for rule in rules():
        assert callable(rule.action)
        assert rule.family
        assert not rule.message.search(""), rule.family
    known = {rule.family for name in CASES for rule, _ in matching(*reported(*CASES[name][:3]))}
    assert len(known) > 25


def test_a_message_of_any_length_is_read_in_time() -> None:
    document = Document("untitled:a", "x = 1\n", "rust")
    for message in ("'" * 100_000, "`a` " * 50_000, "expected ';' " * 30_000, "did you mean 'a" * 20_000):
        problem = Problem(Range(document.position(0), document.position(1)), message)
        assert mend(document, problem) is None or re.search(r"\w", message)
