"""What checkers report most in everyday code, in their own words: values that may be missing, types that do not fit, style."""

from __future__ import annotations

import pytest

from kibitz.features.fix_offers import offer
from kibitz.models.tasks import Problem
from kibitz.text import Document, Position, Range
from support.reported import Case, mended_whole

CASES: dict[str, Case] = {
    # --- Python: pyright, mypy, pylint
    "pyright-optional-member": (
        "python", '"group" is not a known attribute of "None"', "def f(m: M | None):\n    print(m.«group»())\n",
        "def f(m: M | None):\n    assert m is not None\n    print(m.group())\n",
    ),
    "mypy-union-attr": (
        "python", 'Item "None" of "Match[str] | None" has no attribute "end"', "def f(m):\n    if «m.end»() > 1:\n        return 1\n",
        "def f(m):\n    assert m is not None\n    if m.end() > 1:\n        return 1\n",
    ),
    "pyright-optional-iterable": (
        "python", 'Object of type "None" cannot be used as iterable value', "def f(self):\n    for x in «self.items»:\n        g(x)\n",
        "def f(self):\n    assert self.items is not None\n    for x in self.items:\n        g(x)\n",
    ),
    "pyright-optional-subscript": (
        "python", 'Object of type "None" is not subscriptable', "def f(a):\n    return «a»[0]\n",
        "def f(a):\n    assert a is not None\n    return a[0]\n",
    ),
    "mypy-index": (
        "python", 'Value of type "list[Any] | None" is not indexable', "def f(a):\n    return «a[0]»\n",
        "def f(a):\n    assert a is not None\n    return a[0]\n",
    ),
    "mypy-no-module": (
        "python", 'Cannot find implementation or library stub for module named "colections"',
        "from «colections» import deque\n", "from collections import deque\n",
    ),
    "sure-w0707": (
        "python", "Consider explicitly re-raising using 'raise ValueError('y') from key'",
        "try:\n    f()\nexcept KeyError as key:\n    «raise ValueError('y')»\n",
        "try:\n    f()\nexcept KeyError as key:\n    raise ValueError('y') from key\n",
    ),
    "sure-b904": (
        "python", "Within an `except` clause, raise exceptions with `raise ... from err` or `raise ... from None` to distinguish them",
        "try:\n    f()\nexcept (A, B):\n    «raise C()»\n", "try:\n    f()\nexcept (A, B) as err:\n    raise C() from err\n",
    ),
    "b015": (
        "python", "Pointless comparison. Did you mean to assign a value? Otherwise, prepend `assert` or remove it.",
        "def f(a):\n    «a == 1»\n    return a\n", "def f(a):\n    a = 1\n    return a\n",
    ),
    # --- TypeScript
    "ts2532": (
        "typescript", "Object is possibly 'undefined'.", "«list.find(f)».go();\n", "list.find(f)?.go();\n",
    ),
    "ts18048-in-a-condition": (
        "typescript", "'a' is possibly 'undefined'.", "if («a».b) { f(); }\n", "if (a?.b) { f(); }\n",
    ),
    "ts2722": (
        "typescript", "Cannot invoke an object which is possibly 'undefined'.", "async function f() { await «t.c»(); }\n",
        "async function f() { await t.c?.(); }\n",
    ),
    "ts2564": (
        "typescript", "Property 'x' has no initializer and is not definitely assigned in the constructor.",
        "class A { «x»: string; }\n", "class A { x!: string; }\n",
    ),
    "ts7006": (
        "typescript", "Parameter 'a' implicitly has an 'any' type.", "function f(«a», b = 1) { return a; }\n",
        "function f(a: any, b = 1) { return a; }\n",
    ),
    "ts7006-arrow": (
        "typescript", "Parameter 'q' implicitly has an 'any' type.", "const one = «q» => q;\n", "const one = (q: any) => q;\n",
    ),
    "sure-ts4111": (
        "typescript", "Property 'x' comes from an index signature, so it must be accessed with ['x'].", "f(env.«x», env?.y);\n",
        "f(env['x'], env?.y);\n",
    ),
    "sure-ts1361": (
        "typescript", "'A' cannot be used as a value because it was imported using 'import type'.",
        "import type { A } from './a';\nnew «A»();\n", "import { A } from './a';\nnew A();\n",
    ),
    "sure-ts2835": (
        "typescript",
        "Relative import paths need explicit file extensions in ECMAScript imports when '--moduleResolution' is 'node16'. Did you mean './foo.js'?",
        'import { a } from «"./foo"»;\n', 'import { a } from "./foo.js";\n',
    ),
    "sure-ts1064": (
        "typescript",
        "The return type of an async function or method must be the global Promise<T> type. Did you mean to write 'Promise<number>'?",
        "async function f(): «number» { return 1; }\n", "async function f(): Promise<number> { return 1; }\n",
    ),
    "sure-ts2348": (
        "typescript", "Value of type 'typeof K' is not callable. Did you mean to include 'new'?", "const k = «K(1)»;\n",
        "const k = new K(1);\n",
    ),
    "ts2774": (
        "typescript",
        "This condition will always return true since this function is always defined. Did you mean to call it instead?",
        "if («a.ready») { f(); }\n", "if (a.ready()) { f(); }\n",
    ),
    "ts7029": (
        "typescript", "Fallthrough case in switch.", "switch (n) {\n  «case 1:»\n    f();\n  case 2:\n    g();\n}\n",
        "switch (n) {\n  case 1:\n    f();\n    break;\n  case 2:\n    g();\n}\n",
    ),
    "no-fallthrough": (
        "javascript", "Expected a 'break' statement before 'case'.", "switch (n) {\n  case 1:\n    f();\n  «case 2:\n    g();»\n}\n",
        "switch (n) {\n  case 1:\n    f();\n    break;\n  case 2:\n    g();\n}\n",
    ),
    # --- eslint and its plugins
    "sure-prettier-insert": ("typescript", "[prettier/prettier] Insert `;`", "f()«»\n", "f();\n"),
    "sure-prettier-replace": (
        "typescript", "[prettier/prettier] Replace `'a'` with `\"a\"`", "f(«'a'»);\n", 'f("a");\n',
    ),
    "sure-prettier-lines": (
        "typescript", "[prettier/prettier] Replace `a,·b` with `⏎··a,⏎··b,⏎`", "f(«a, b»);\n", "f(\n  a,\n  b,\n);\n",
    ),
    "sure-prettier-delete": ("typescript", "[prettier/prettier] Delete `··`", "f(«  »a);\n", "f(a);\n"),
    "exhaustive-deps": (
        "typescriptreact",
        "React Hook useEffect has missing dependencies: 'a', 'id', and 'p.load'. Either include them or remove the dependency array.",
        "useEffect(() => { p.load(id + a); }, «[q]»);\n", "useEffect(() => { p.load(id + a); }, [q, a, id, p.load]);\n",
    ),
    "exhaustive-deps-one": (
        "javascriptreact",
        "React Hook useMemo has a missing dependency: 'a'. Either include it or remove the dependency array.",
        "useMemo(() => a, «[]»);\n", "useMemo(() => a, [a]);\n",
    ),
    "sure-unescaped-entities": (
        "typescriptreact", "`'` can be escaped with `&apos;`, `&lsquo;`, `&#39;`, `&rsquo;`.", "const a = <p>it«'»s</p>;\n",
        "const a = <p>it&apos;s</p>;\n",
    ),
    "no-explicit-any": (
        "typescript", "Unexpected any. Specify a different type.", "const a: «any» = 1;\n", "const a: unknown = 1;\n",
    ),
    "sure-no-inferrable-types": (
        "typescript", "Type number trivially inferred from a number literal, remove type annotation.", "const «z: number = 1»;\n",
        "const z = 1;\n",
    ),
    "sure-consistent-type-imports": (
        "typescript", "All imports in the declaration are only used as types. Use `import type`.",
        '«import { A, B } from "./a";»\n', 'import type { A, B } from "./a";\n',
    ),
    "ban-ts-comment": (
        "typescript", 'Use "@ts-expect-error" instead of "@ts-ignore", as "@ts-ignore" will do nothing if the following line is error-free.',
        "«// @ts-ignore: no types»\nf();\n", "// @ts-expect-error: no types\nf();\n",
    ),
    "no-floating-promises": (
        "typescript", "Promises must be awaited, end with a call to .catch, end with a call to .then with a rejection handler",
        "async function f() {\n  «g();»\n}\n", "async function f() {\n  await g();\n}\n",
    ),
    "sure-no-case-declarations": (
        "javascript", "Unexpected lexical declaration in case block.",
        "switch (a) {\n  case 1:\n    «const q = 2;»\n    f(q);\n    break;\n  default:\n    g();\n}\n",
        "switch (a) {\n  case 1: {\n    const q = 2;\n    f(q);\n    break;\n  }\n  default:\n    g();\n}\n",
    ),
    "sure-comma-dangle": ("javascript", "Missing trailing comma.", "f({\n  a: 1«»\n});\n", "f({\n  a: 1,\n});\n"),
    "sure-comma-dangle-unexpected": ("javascript", "Unexpected trailing comma.", "f([1«,»]);\n", "f([1]);\n"),
    "no-console": ("javascript", "Unexpected console statement.", "f();\n«console.log»(a);\n", "f();\n"),
    # --- C and C++
    "sure-gcc-pointer": (
        "c", "‘p’ is a pointer; did you mean to use ‘->’?", "void f(struct s *p) {\n  p«.»a = 1;\n}\n", "void f(struct s *p) {\n  p->a = 1;\n}\n",
    ),
    "sure-clang-pointer": (
        "cpp", "member reference type 'S' is not a pointer; did you mean to use '.'?", "void f(S s) {\n  «s»->a = 1;\n}\n",
        "void f(S s) {\n  s.a = 1;\n}\n",
    ),
    "sure-gcc-format": (
        "c", "format ‘%d’ expects argument of type ‘int’, but argument 3 has type ‘size_t’ {aka ‘long unsigned int’}",
        'void f(size_t z) {\n  printf("%s «%5d»\\n", a, z);\n}\n', 'void f(size_t z) {\n  printf("%s %5zu\\n", a, z);\n}\n',
    ),
    "sure-clang-format": (
        "c", "Format specifies type 'int' but the argument has type 'double'", 'void f(double d) {\n  printf("%d", «d»);\n}\n',
        'void f(double d) {\n  printf("%f", d);\n}\n',
    ),
    "sure-clangd-header": (
        "cpp", 'No header providing "std::vector" is directly included', "#include <string>\nstd::«vector»<int> a;\n",
        "#include <string>\n#include <vector>\nstd::vector<int> a;\n",
    ),
    "gcc-fallthrough": (
        "c", "this statement may fall through",
        "void f(int n) {\n  switch (n) {\n    case 1:\n      «n = 2»;\n    case 2:\n      n = 3;\n  }\n}\n",
        "void f(int n) {\n  switch (n) {\n    case 1:\n      n = 2;\n      break;\n    case 2:\n      n = 3;\n  }\n}\n",
    ),
    # --- Rust
    "rustc-borrow": (
        "rust", "[E0308] mismatched types\nconsider borrowing here: `&`", "fn f() {\n    h(«v»);\n}\n", "fn f() {\n    h(&v);\n}\n",
    ),
    "rustc-to-string": (
        "rust", "[E0308] mismatched types\ntry using a conversion method: `.to_string()`", 'fn f() -> String {\n    «"a"»\n}\n',
        'fn f() -> String {\n    "a".to_string()\n}\n',
    ),
    "rustc-some": (
        "rust", "[E0308] mismatched types\ntry wrapping the expression in `Some`: `Some(`", "fn f() -> Option<u8> {\n    «a + 1»\n}\n",
        "fn f() -> Option<u8> {\n    Some(a + 1)\n}\n",
    ),
    "rustc-arms": (
        "rust", "[E0004] non-exhaustive patterns: `C::B` and `C::D` not covered", "fn f(c: C) -> u8 {\n    match «c» {\n        C::A => 1\n    }\n}\n",
        "fn f(c: C) -> u8 {\n    match c {\n        C::A => 1,\n        C::B => todo!(),\n        C::D => todo!(),\n    }\n}\n",
    ),
    "rustc-items": (
        "rust", "[E0046] not all trait items implemented, missing: `name`\nimplement the missing item: `fn name(&self) -> String { todo!() }`",
        "«impl Named for S» {}\n", "impl Named for S {\n    fn name(&self) -> String { todo!() }\n}\n",
    ),
    "sure-clippy": (
        "rust", "[clippy::len_zero] length comparison to zero\nusing `is_empty` is clearer and more explicit: `v.is_empty()`",
        "fn f(v: &[u8]) -> bool {\n    «v.len() == 0»\n}\n", "fn f(v: &[u8]) -> bool {\n    v.is_empty()\n}\n",
    ),
    # --- Go
    "go-conversion": (
        "go", "cannot use n (variable of type int) as int64 value in variable declaration", "package m\n\nvar a int64 = «n»\n",
        "package m\n\nvar a int64 = int64(n)\n",
    ),
    "go-bytes": (
        "go", "cannot use s (variable of type string) as type []byte in argument to g", "package m\n\nfunc f(s string) { g(«s», 1) }\n",
        "package m\n\nfunc f(s string) { g([]byte(s), 1) }\n",
    ),
    "go-return-values": (
        "go", "not enough return values\n\thave (error)\n\twant (int64, error)",
        "package m\n\nfunc f() (int64, error) {\n\t«return» errors.New(a)\n}\n",
        "package m\n\nfunc f() (int64, error) {\n\treturn 0, errors.New(a)\n}\n",
    ),
    "go-return-nil": (
        "go", "not enough return values\n\thave (nil)\n\twant (int, error)", "package m\n\nfunc f() (int, error) {\n\t«return» nil\n}\n",
        "package m\n\nfunc f() (int, error) {\n\treturn 0, nil\n}\n",
    ),
    "go-return-number": (
        "go", "not enough return values\n\thave (number)\n\twant (int, string, error)",
        "package m\n\nfunc f() (int, string, error) {\n\t«return» 1\n}\n",
        'package m\n\nfunc f() (int, string, error) {\n\treturn 1, "", nil\n}\n',
    ),
    "go-package-member": (
        "go", "undefined: strings.Contians", "package m\n\nvar a = strings.«Contians»(b, c)\n", "package m\n\nvar a = strings.Contains(b, c)\n",
    ),
    "go-unexported": (
        "go", "undefined: fmt.println", "package m\n\nfunc f() { fmt.«println»(1) }\n", "package m\n\nfunc f() { fmt.Println(1) }\n",
    ),
    # --- Java
    "jdt-throws": (
        "java", "Unhandled exception type IOException", "class A {\n    void f() {\n        «g()»;\n    }\n}\n",
        "import java.io.IOException;\n\nclass A {\n    void f() throws IOException {\n        g();\n    }\n}\n",
    ),
    "javac-throws": (
        "java", "unreported exception InterruptedException; must be caught or declared to be thrown",
        "class A {\n    int f(int a) throws E {\n        Thread.«sleep»(a);\n        return a;\n    }\n}\n",
        "class A {\n    int f(int a) throws E, InterruptedException {\n        Thread.sleep(a);\n        return a;\n    }\n}\n",
    ),
    "jdt-cast": (
        "java", "Type mismatch: cannot convert from long to int", "class A {\n    int f(long l) {\n        return «l + 1»;\n    }\n}\n",
        "class A {\n    int f(long l) {\n        return (int) (l + 1);\n    }\n}\n",
    ),
    "sure-jdt-serial": (
        "java", "The serializable class A does not declare a static final serialVersionUID field of type long",
        "class «A» extends Exception {\n    int a;\n}\n",
        "class A extends Exception {\n    private static final long serialVersionUID = 1L;\n    int a;\n}\n",
    ),
    "jdt-unused-field": (
        "java", "The value of the field A.b is not used", "class A {\n    private int «b» = 1;\n    int c;\n}\n", "class A {\n    int c;\n}\n",
    ),
    "sure-jdt-needless-cast": (
        "java", "Unnecessary cast from int to int", "class A { int f(int x) { return «(int) x»; } }\n", "class A { int f(int x) { return x; } }\n",
    ),
    # --- rust-analyzer's own
    "analyzer-reference": ("rust", "expected &Vec<u8>, found Vec<u8>", "fn f() { g(«v»); }\n", "fn f() { g(&v); }\n"),
    "analyzer-string": ("rust", "expected String, found &str", 'fn f() { g(«"a"»); }\n', 'fn f() { g("a".to_string()); }\n'),
    "analyzer-arm": (
        "rust", "missing match arm: `B` not covered", "fn f(c: C) {\n    match «c» {\n        A => {}\n    }\n}\n",
        "fn f(c: C) {\n    match c {\n        A => {}\n        B => todo!(),\n    }\n}\n",
    ),
    # --- how it stands
    "sure-curly": (
        "javascript", "Expected { after 'if' condition.", "function f() {\n  if (a)\n    «g();»\n}\n",
        "function f() {\n  if (a) {\n    g();\n  }\n}\n",
    ),
    "sure-clang-tidy-braces": (
        "cpp", "statement should be inside braces", "void f() {\n    while (a)« »g();\n}\n", "void f() {\n    while (a) {\n        g();\n    }\n}\n",
    ),
    "sure-indent": (
        "javascript", "Expected indentation of 2 spaces but found 4.", "if (a) {\n«    »f();\n}\n", "if (a) {\n  f();\n}\n",
    ),
    "sure-no-useless-return": (
        "javascript", "Unnecessary return statement.", "function f() {\n  g();\n  «return;»\n}\n", "function f() {\n  g();\n}\n",
    ),
    "sure-no-extra-boolean-cast": (
        "javascript", "Redundant double negation.", "if («!!a.b») { f(); }\n", "if (a.b) { f(); }\n",
    ),
    "sure-ts6198": (
        "typescript", "All destructured elements are unused.", "f();\nconst «{ a, b }» = g();\n", "f();\ng();\n",
    ),
    "sure-ts6199": ("typescript", "All variables are unused.", "f();\n«let a, b;»\n", "f();\n"),
    "ts2724-used": (
        "typescript", "'\"./a\"' has no exported member named 'Shpae'. Did you mean 'Shape'?",
        "import { «Shpae» } from './a';\nnew Shpae(Shpae.b);\n", "import { Shape } from './a';\nnew Shape(Shape.b);\n",
    ),
    "c-unused-parameter": (
        "c", "unused parameter ‘x’", "void f(int «x») {\n  g();\n}\n", "void f(int x) {\n  (void)x;\n  g();\n}\n",
    ),
    "mypy-await": (
        "python", '"await" outside coroutine ("async def")', "def f():\n    «await g()»\n", "async def f():\n    await g()\n",
    ),
    "sure-mypy-cast": (
        "python", 'Redundant cast to "int"', "x = «cast(int, y + 1)» * 2\n", "x = (y + 1) * 2\n",
    ),
    # --- shellcheck
    "sc2046": ("shellscript", "Quote this to prevent word splitting.", "cp «$(ls)» b\n", 'cp "$(ls)" b\n'),
    "sc2068": (
        "shellscript", "Double quote array expansions to avoid re-splitting elements.", "for i in «$@»; do f; done\n",
        'for i in "$@"; do f; done\n',
    ),
    "sure-sc2155": (
        "shellscript", "Declare and assign separately to avoid masking return values.", "f() {\n  local «x»=$(date)\n}\n",
        "f() {\n  local x\n  x=$(date)\n}\n",
    ),
    "sure-sc2155-export": (
        "shellscript", "Declare and assign separately to avoid masking return values.", "export «x»=$(date)\n",
        "x=$(date)\nexport x\n",
    ),
    "sure-sc2166": (
        "shellscript", "Prefer [ p ] && [ q ] as [ p -a q ] is not well defined.", 'if [ "$1" «-a» "$2" ]; then f; fi\n',
        'if [ "$1" ] && [ "$2" ]; then f; fi\n',
    ),
    "sure-sc2196": ("shellscript", "egrep is non-standard and deprecated. Use grep -E instead.", "«egrep» a b\n", "grep -E a b\n"),
    "sure-sc2236": (
        "shellscript", "Use -n instead of ! -z.", 'if [ «! -z» "$1" ]; then f; fi\n', 'if [ -n "$1" ]; then f; fi\n',
    ),
    "sure-sc2115": (
        "shellscript", 'Use "${var:?}" to ensure this never expands to /* .', 'rm -rf «"$d/"*»\n', 'rm -rf "${d:?}/"*\n',
    ),
    "sure-sc2004": (
        "shellscript", "$/${} is unnecessary on arithmetic variables.", "echo $(( «$d» + 1 ))\n", "echo $(( d + 1 ))\n",
    ),
    "sc2283": (
        "shellscript", "Remove spaces around = to assign (or use [ ] to compare, or quote '=' if literal).", "foo «=» 1\n", "foo=1\n",
    ),
    "sure-sc2035": (
        "shellscript", "Use ./*glob* or -- *glob* so names with dashes won't become options.", "rm «*.txt»\n", "rm ./*.txt\n",
    ),
    "sc2148": (
        "shellscript", "Tips depend on target shell and yours is unknown. Add a shebang or a 'shell' directive.", "«echo hi»\n",
        "#!/usr/bin/env bash\necho hi\n",
    ),
    "sc2059": (
        "shellscript", "Don't use variables in the printf format string. Use printf '..%s..' \"$foo\".", 'printf «"$a"»\n',
        "printf '%s' \"$a\"\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_reported_often_is_mended(name: str) -> None:
    assert mended_whole(CASES[name]).certain == name.startswith("sure-"), (
        "only what nobody would want otherwise is certain"
    )


def test_a_fix_that_ruff_only_mostly_has_says_so() -> None:
    document = Document("untitled:a", "log.info(f'{a}')\n", "python")
    where = Range(Position(0, 0), Position(0, 15))
    said = offer(document, Problem(where, "Use lazy % formatting", "pylint", "W1203"))
    assert said == ("Apply ruff's fix for G004, if it has one here", False)
    assert offer(document, Problem(where, "Line too long", "pycodestyle", "E501")) is None
