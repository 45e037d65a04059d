"""Missing imports put where they are looked for, and names whose types are not known: what comes near, and what was meant."""

from __future__ import annotations

import pytest

from support.reported import Case, left, mended_whole

CASES: dict[str, Case] = {
    "stdlib-behind-its-like": (
        "python", "Undefined name `sys`", "import os\n\nimport attrs\n\nx = «sys».path, os, attrs\n",
        "import os\nimport sys\n\nimport attrs\n\nx = sys.path, os, attrs\n",
    ),
    "stdlib-name-among-its-like": (
        "python", "Undefined name `Path`", "import os\nfrom abc import ABC\nfrom typing import Any\n\nx: Any = «Path»(os.name), ABC\n",
        "import os\nfrom abc import ABC\nfrom pathlib import Path\nfrom typing import Any\n\nx: Any = Path(os.name), ABC\n",
    ),
    "stdlib-module-above-names": (
        "python", "Undefined name `os`", "from abc import ABC\n\nx = «os».name, ABC\n", "import os\nfrom abc import ABC\n\nx = os.name, ABC\n",
    ),
    "stdlib-unsorted": (
        "python", "Undefined name `json`", "import sys\nimport os\n\nx = «json».dumps(os, sys)\n",
        "import sys\nimport os\nimport json\n\nx = json.dumps(os, sys)\n",
    ),
    "stdlib-behind-the-future": (
        "python", "Undefined name `json`", "from __future__ import annotations\n\nimport os\n\nx = «json».dumps(os)\n",
        "from __future__ import annotations\n\nimport json\nimport os\n\nx = json.dumps(os)\n",
    ),
    "go-hides": (
        "go", "declared and not used: a", "package m\n\nfunc f() int {\n\ta := 1\n\tif g(a) {\n\t\th(a)\n\t\t«a» := 2\n\t}\n\treturn a\n}\n",
        "package m\n\nfunc f() int {\n\ta := 1\n\tif g(a) {\n\t\th(a)\n\t\ta = 2\n\t}\n\treturn a\n}\n",
    ),
    "go-near-method": (
        "go", "s.buf.Stringe undefined (type bytes.Buffer has no field or method Stringe)",
        "package m\n\nfunc f(s T) {\n\tg(s.buf.String())\n\tg(s.buf.«Stringe»())\n}\n",
        "package m\n\nfunc f(s T) {\n\tg(s.buf.String())\n\tg(s.buf.String())\n}\n",
    ),
    "jdt-near-method": (
        "java", "The method totl() is undefined for the type A",
        "class A {\n    int total() { return 1; }\n    int f(A a) { return a.«totl»(); }\n}\n",
        "class A {\n    int total() { return 1; }\n    int f(A a) { return a.total(); }\n}\n",
    ),
    "pyright-near-member": (
        "python", 'Cannot access attribute "pathes" for class "A"\n  Attribute "pathes" is unknown',
        "def f(a):\n    a.paths.clear()\n    return a.«pathes»\n", "def f(a):\n    a.paths.clear()\n    return a.paths\n",
    ),
    "rustc-crate": (
        "rust", "cannot find module or crate `silce` in this scope",
        "use core::slice;\nfn f(a: &[u8]) { «silce»::from_ref(a); }\n", "use core::slice;\nfn f(a: &[u8]) { slice::from_ref(a); }\n",
    ),
    "rustc-undeclared-crate": (
        "rust", "failed to resolve: use of undeclared crate or module `silce`",
        "use core::slice;\nfn f(a: &[u8]) { «silce»::from_ref(a); }\n", "use core::slice;\nfn f(a: &[u8]) { slice::from_ref(a); }\n",
    ),
    "future-feature-near": (
        "python", "future feature anotations is not defined", "from __future__ import «anotations»\nx = 1\n",
        "from __future__ import annotations\nx = 1\n",
    ),
    "future-feature-of-two": (
        "python", "Future feature `unused_thing` is not defined", "from __future__ import annotations, «unused_thing»\n\nx = 1\n",
        "from __future__ import annotations\n\nx = 1\n",
    ),
    "future-feature-alone": (
        "python", "future feature nothing is not defined", "«from __future__ import nothing\n»\nx = 1\n", "x = 1\n",
    ),
    "global-near": (
        "python", "`global Wroker` is unused: name is never assigned in scope",
        "def f():\n    «global Wroker»\n    from a import Worker\n", "def f():\n    global Worker\n    from a import Worker\n",
    ),
    "global-unused-of-two": (
        "python", "`global a` is unused: name `a` is never assigned in scope", "def f():\n    global «a», b\n    b = a\n",
        "def f():\n    global b\n    b = a\n",
    ),
    "global-unused": (
        "python", "`nonlocal near` is unused: name is never assigned in scope",
        "def f():\n    near = 1\n    def g():\n        «nonlocal near»\n        return near\n    return g\n",
        "def f():\n    near = 1\n    def g():\n        return near\n    return g\n",
    ),
    "nonlocal-near": (
        "python", 'No binding for nonlocal "seen_nifo" found',
        "def f(other):\n    seen_info = None\n    def g():\n        nonlocal «seen_nifo»\n        seen_info = other\n    return g\n",
        "def f(other):\n    seen_info = None\n    def g():\n        nonlocal seen_info\n        seen_info = other\n    return g\n",
    ),
    "unbound-global-near": (
        "python", '"EXC_MAP" is unbound',
        "EXC_MAP = {}\ndef f():\n    global EXC_MPA, other\n    if «EXC_MAP»:\n        EXC_MAP = g()\n",
        "EXC_MAP = {}\ndef f():\n    global EXC_MAP, other\n    if EXC_MAP:\n        EXC_MAP = g()\n",
    ),
    "unused-global-near": (
        "python", "Local variable `Worker` is assigned to but never used",
        "def f():\n    global Wroker\n    «Worker» = 1\n", "def f():\n    global Worker\n    Worker = 1\n",
    ),
    "parameter-of-a-class": (
        "python", 'No parameter named "target_ypthon"',
        "class A:\n    def __init__(self, options, target_python=None): pass\na = A(1, «target_ypthon»=3)\n",
        "class A:\n    def __init__(self, options, target_python=None): pass\na = A(1, target_python=3)\n",
    ),
    "parameter-of-a-function": (
        "python", 'Unexpected keyword argument "sizee" for "f"', "def f(*, size, other=1): pass\nf(«sizee=3»)\n",
        "def f(*, size, other=1): pass\nf(size=3)\n",
    ),
    "pyright-member-of-str": (
        "python", 'Cannot access attribute "uper" for class "str"\n  Attribute "uper" is unknown',
        "def f(a: str):\n    return a.«uper»()\n", "def f(a: str):\n    return a.upper()\n",
    ),
    "pyright-member-of-a-text": (
        "python", "Cannot access attribute \"joine\" for class \"Literal[', ']\"\n  Attribute \"joine\" is unknown",
        "def f(a):\n    return ', '.«joine»(a)\n", "def f(a):\n    return ', '.join(a)\n",
    ),
    "gone-over-by-its-loop": (
        "python", "Undefined name `pricse`", "def f(prices):\n    for price in «pricse»:\n        g(price)\n",
        "def f(prices):\n    for price in prices:\n        g(price)\n",
    ),
    "gone-over-in-a-comprehension": (
        "python", "Undefined name `pricse`", "def f(prices):\n    return [price for price in «pricse»]\n",
        "def f(prices):\n    return [price for price in prices]\n",
    ),
    "go-gone-over-by-its-loop": (
        "go", "undefined: pricse",
        "package m\n\nfunc f(prices []int) {\n\tfor _, price := range «pricse» {\n\t\tg(price)\n\t}\n}\n",
        "package m\n\nfunc f(prices []int) {\n\tfor _, price := range prices {\n\t\tg(price)\n\t}\n}\n",
    ),
    "mypy-one-of-several": (
        "python", 'Module "__future__" has no attribute "anotations"; maybe "annotations" or "__annotations__"?',
        "from __future__ import «anotations»\n", "from __future__ import annotations\n",
    ),
    "mypy-one-of-several-in-a-loop": (
        "python", 'Name "pricse" is not defined; did you mean "price" or "prices"?',
        "def f(prices):\n    for price in «pricse»:\n        g(price)\n", "def f(prices):\n    for price in prices:\n        g(price)\n",
    ),
    "mypy-coroutine": (
        "python", 'Value of type "Coroutine[Any, Any, None]" must be used', "async def f():\n    «g()»\n",
        "async def f():\n    await g()\n",
    ),
    "ts18004": (
        "typescript", "No value exists in scope for the shorthand property 'isValdi'. Either declare one or provide an initializer.",
        "function f(isValid: boolean) {\n  return { «isValdi», a: 1 };\n}\n",
        "function f(isValid: boolean) {\n  return { isValid, a: 1 };\n}\n",
    ),
    "self-of-a-method": (
        "python", '"self" is not defined', "class A:\n    def f(a):\n        return «self».b + a\n",
        "class A:\n    def f(self, a):\n        return self.b + a\n",
    ),
    "mypy-member-of-list": (
        "python", '"list[int]" has no attribute "appendd"', "def f(a: list[int]):\n    a.«appendd»(1)\n",
        "def f(a: list[int]):\n    a.append(1)\n",
    ),
    "go-member-of-error": (
        "go", "err.Errore undefined (type error has no field or method Errore)",
        "package m\n\nfunc f(err error) string {\n\treturn err.«Errore»()\n}\n",
        "package m\n\nfunc f(err error) string {\n\treturn err.Error()\n}\n",
    ),
    "go-member-of-the-library": (
        "go", "buf.Stringe undefined (type *strings.Builder has no field or method Stringe)",
        "package m\n\nfunc f(buf *strings.Builder) string {\n\treturn buf.«Stringe»()\n}\n",
        "package m\n\nfunc f(buf *strings.Builder) string {\n\treturn buf.String()\n}\n",
    ),
    "jdt-member-of-string": (
        "java", "The method lenght() is undefined for the type String", "class A { int f(String a) { return a.«lenght»(); } }\n",
        "class A { int f(String a) { return a.length(); } }\n",
    ),
    "javac-member-of-list": (
        "java", "cannot find symbol\n  symbol:   method iterater()\n  location: variable a of type List<String>",
        "class A { Object f(List<String> a) { return a.«iterater»(); } }\n",
        "class A { Object f(List<String> a) { return a.iterator(); } }\n",
    ),
    "constructor-call-late": (
        "java", "Constructor call must be the first statement in a constructor",
        "class A extends B {\n    A(String s) {\n        int size = 17; // why\n        «super(s);»\n        f(size);\n    }\n}\n",
        "class A extends B {\n    A(String s) {\n        super(s);\n        int size = 17; // why\n        f(size);\n    }\n}\n",
    ),
}  # fmt: skip
CERTAIN = ("stdlib", "future", "global-unused", "mypy-coroutine")
LEFT: dict[str, Case] = {
    "go-read-later": (
        "go", "declared and not used: a", "package m\n\nfunc f(a int) {\n\tif g() {\n\t\t«a» := 2\n\t\th(a)\n\t}\n}\n", "",
    ),
    "go-other-scope": (
        "go", "declared and not used: a", "package m\n\nfunc f() {\n\tif g() {\n\t\ta := 1\n\t\th(a)\n\t}\n\t«a» := 2\n}\n", "",
    ),
    "go-function-of-a-package": (
        "go", "b.Stringe undefined (type T has no field or method Stringe)",
        "package m\n\nimport \"sort\"\n\nfunc f(b T) {\n\tsort.Strings(nil)\n\tg(b.«Stringe»())\n}\n", "",
    ),
    "two-members-are-near": (
        "python", 'Cannot access attribute "itemz" for class "A"', "def f(a):\n    a.items, a.itemy\n    return a.«itemz»\n", "",
    ),
    "constructor-call-needs-what-is-before-it": (
        "java", "call to super must be first statement in constructor",
        "class A extends B {\n    A(String s) {\n        s = s.trim();\n        «super(s);»\n    }\n}\n", "",
    ),
    "no-such-parameter-is-near": (
        "python", 'No parameter named "sizee"', "def f(size, sizes): pass\nf(1, «sizee»=3)\n", "",
    ),
    "parameter-given-already": (
        "python", 'No parameter named "sizee"', "def f(size, other): pass\nf(size=1, «sizee»=3)\n", "",
    ),
    "no-name-around-is-near": (
        "python", 'No binding for nonlocal "state" found',
        "def f():\n    def g():\n        nonlocal «state»\n        stats = 1\n    return g\n", "",
    ),
    "self-of-a-function": ("python", "Undefined name `self`", "def f(a):\n    return «self».b + a\n", ""),
    "self-where-there-is-none": (
        "python", "Undefined name `self`", "class A:\n    @staticmethod\n    def f(a):\n        return «self».b + a\n", "",
    ),
    "member-of-a-type-nobody-knows": (
        "go", "buf.Stringe undefined (type own.Builder has no field or method Stringe)",
        "package m\n\nfunc f(buf own.Builder) string {\n\treturn buf.«Stringe»()\n}\n", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_name_that_is_not_there_is_mended(name: str) -> None:
    assert mended_whole(CASES[name]).certain == name.startswith(CERTAIN), (
        "what only comes near is not certain"
    )


@pytest.mark.parametrize("name", LEFT)
def test_what_may_be_meant_otherwise_is_left(name: str) -> None:
    assert left(LEFT[name])
