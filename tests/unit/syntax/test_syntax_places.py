"""Questions about one place: comments, strings, nodes, blocks, expressions, statements, visible names. ‸ marks the place."""

from __future__ import annotations

import pytest

from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position, Range

MARK = "‸"


def at(text: str, language: str) -> tuple[Tree, Position]:
    offset = text.index(MARK)
    document = Document(f"file:///{language}", text.replace(MARK, ""), language)
    tree = parse(document)
    assert tree is not None
    return tree, document.position(offset)


def selected(text: str, language: str) -> tuple[Tree, Range]:
    first, _, rest = text.partition(MARK)
    middle, _, last = rest.partition(MARK)
    document = Document(f"file:///{language}", first + middle + last, language)
    tree = parse(document)
    assert tree is not None
    return tree, Range(document.position(len(first)), document.position(len(first + middle)))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 1  # abc‸", True),
        ("python", "x = 1  # abc‸\ny = 2\n", True),
        ("python", "x = 1  ‸# abc", False),
        ("python", "x = '# ‸'", False),
        ("python", "x = (1  # ‸", True),
        ("javascript", "f(); /* a‸ */", True),
        ("javascript", "f(); /* a */‸", False),
        ("javascript", "f(); // a‸", True),
        ("javascript", "let x = 'http://‸'", False),
        ("rust", "/// doc‸\nfn f() {}\n", True),
        ("rust", "/// doc\n‸fn f() {}\n", False),
        ("go", "package a // b‸\n", True),
        ("java", "/** a‸ */ class A {}", True),
        ("c", "int x; // é‸\n", True),
        ("cpp", "int x; /*‸*/\n", True),
        ("csharp", "// a‸\nclass A {}", True),
        ("ruby", "x = 1 # a‸\n", True),
        ("php", "<?php // a‸\n$x = 1;", True),
        ("kotlin", "// a‸\nval x = 1\n", True),
        ("lua", "-- a‸\nlocal x = 1", True),
        ("shellscript", "echo x # a‸\n", True),
    ],
)
def test_in_comment(language: str, text: str, expected: bool) -> None:
    tree, position = at(text, language)
    assert tree.in_comment(position) is expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 'ab‸c'", True),
        ("python", "x = ‸'abc'", False),
        ("python", "x = 'abc'‸", False),
        ("python", "x = f'a {b‸} c'", False),
        ("python", "x = f'a {b} ‸c'", True),
        ("python", 'def f():\n    """Doc ‸."""\n', True),
        ("python", "x = foo('ab‸", True),
        ("python", "x = foo(‸", False),
        ("javascript", "x = `a ${b‸} c`", False),
        ("javascript", "x = `a ${b} ‸c`", True),
        ("typescript", 'import x from "a‸";', True),
        ("go", 'package a\nvar x = "a‸"', True),
        ("go", "package a\nvar x = `a‸\n`", True),
        ("rust", 'fn f() { g("a‸"); }', True),
        ("rust", "fn f<'a>(x: &'a str‸", False),
        ("java", 'class A { String s = "a‸"; }', True),
        ("c", 'char *s = "a‸";', True),
        ("cpp", 'auto s = "😀‸";', True),
        ("csharp", 'class A { string s = $"a {b‸}"; }', False),
        ("csharp", 'class A { string s = $"a‸ {b}"; }', True),
        ("ruby", 'x = "a #{b‸} c"', False),
        ("ruby", 'x = "a #{b} ‸c"', True),
        ("php", '<?php $x = "a ‸";', True),
        ("kotlin", 'val x = "a‸ b"\n', True),
        ("lua", 'local x = "a‸"', True),
        ("shellscript", 'echo "a ‸$b"', True),
        ("shellscript", "echo 'a‸'", True),
    ],
)
def test_in_string(language: str, text: str, expected: bool) -> None:
    tree, position = at(text, language)
    assert tree.in_string(position) is expected


def test_node_at() -> None:
    tree, position = at("def f(a):\n    return a + va‸lue\n", "python")
    node = tree.node_at(position)
    assert node.kind == "identifier"
    assert tree.document.slice(node.range) == "value"
    assert node.parents == ("binary_operator", "return_statement", "block", "function_definition", "module")
    tree, position = at("value‸ = 1\n", "python")
    assert tree.document.slice(tree.node_at(position).range) == "value"
    tree, position = at("‸", "python")
    assert tree.node_at(position).kind == "module"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = ‸a + b‸ * c\n", "a + b * c"),
        ("python", "x = f(‸ b.c(1) ‸, 2)\n", "b.c(1)"),
        ("python", "‸x = 1‸\n", None),
        ("python", "‸x = 1\ny = 2‸\n", None),
        ("python", "x = ‸[i for i in y]‸\n", "[i for i in y]"),
        ("javascript", "let x = ‸a ? b : c‸;", "a ? b : c"),
        ("typescript", "let x = ‸a.b!‸;", "a.b!"),
        ("go", "package a\nvar x = ‸f(1)‸ + 2", "f(1)"),
        ("rust", "fn f() { let x = ‸a.b()?‸; }", "a.b()?"),
        ("java", "class A { int x = ‸a + 1‸; }", "a + 1"),
        ("java", "class A { void f() { ‸g();‸ } }", None),
    ],
)
def test_smallest_expression(language: str, text: str, expected: str | None) -> None:
    tree, where = selected(text, language)
    found = tree.smallest_expression(where)
    assert (tree.document.slice(found) if found else None) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "python",
            "def f():\n    a = 1\n    ‸b = 2\n    if c:\n        d()‸\n    e = 3\n",
            ["b = 2", "if c:\n        d()"],
        ),
        ("python", "a = 1\nb ‸= 2‸\nc = 3\n", ["b = 2"]),
        ("javascript", "function f() { a(); b‸(); c();‸ d(); }", ["b();", "c();"]),
        ("go", "package a\nfunc f() {\n\ta := 1\n\t‸b := 2\n\tc := 3‸\n}\n", ["b := 2", "c := 3"]),
        ("rust", "fn f() { ‸let a = 1; g();‸ h() }", ["let a = 1;", "g();"]),
        ("java", "class A { void f() { a(); ‸b();‸ } }", ["b();"]),
    ],
)
def test_statement_ranges(language: str, text: str, expected: list[str]) -> None:
    tree, where = selected(text, language)
    assert [tree.document.slice(r) for r in tree.statement_ranges(where)] == expected


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        ("python", "def f():\n    a = 1\n    ‸\n\nb = 2\n", "a = 1", ""),
        ("python", "def f():\n    if x:\n        a = 1\n    ‸\n", "if x:", ""),
        ("python", "def f():\n    if x:\n        a = 1\n        ‸\n", "a = 1", ""),
        ("python", "def f():\n    a = 1‸\n    b = 2\nc = 3\n", "a = 1", "b = 2"),
        ("javascript", "function f() { if (a) { b(); ‸ } c(); }", "{ b();", "}"),
        ("javascript", "function f() { if (a) { b(); } ‸c(); }", "{ if", "c(); }"),
        ("go", "package a\nfunc f() {\n\tx := 1\n\t‸\n}\n", "{", "}"),
    ],
)
def test_block_of(language: str, text: str, first: str, last: str) -> None:
    tree, position = at(text, language)
    block = tree.block_of(position)
    assert block is not None
    found = tree.document.slice(block)
    assert found.startswith(first)
    assert found.rstrip().endswith(last)
    assert block.contains(position)


def test_no_block_at_the_level_of_the_file() -> None:
    for language, text in [
        ("python", "def f():\n    a = 1\n\n‸x = 2\n"),
        ("javascript", "f() {}\n‸"),
        ("go", "package a\n‸"),
    ]:
        tree, position = at(text, language)
        assert tree.block_of(position) is None


SCOPES = [
    (
        "python",
        (
            "import os.path\nfrom a import b as c\nLIMIT = 1\nclass K:\n    attr = 1\n    def m(self, arg, *rest):\n        local = 1\n"
            "        with open(x) as handle:\n            pass\n        squares = [q for q in rest]\n        ‸\n        later = 2\n"
            "def other(private): hidden = 1\n"
        ),
        {"os", "c", "LIMIT", "K", "self", "arg", "rest", "local", "handle", "squares", "other"},
        {"later", "attr", "m", "q", "private", "hidden", "b"},
    ),
    (
        "python",
        "def outer(a):\n    def inner(b):\n        ‸return 1\n    late = 1\n    return inner\n",
        {"a", "b", "inner", "late", "outer"},
        set(),
    ),
    (
        "javascript",
        (
            "import d, { e as f } from 'm';\nconst top = 1;\nfunction g(a, { b }, [c]) { if (a) { let gone = 1; } const local = 1;\n"
            "  for (const i of a) { ‸ }\n  const later = 1; }\nclass K { m() { let other; } }\n"
        ),
        {"d", "f", "top", "g", "a", "b", "c", "local", "i", "K"},
        {"gone", "later", "other", "m", "e"},
    ),
    (
        "typescript",
        "function g<T>(a: number, b?: string) { const f = (x: T) => { ‸ }; }",
        {"a", "b", "x", "g"},
        set(),
    ),
    (
        "go",
        'package a\nimport "net/http"\nvar top int\nfunc (r *Rec) f(a, b int) (err error) {\n\tx, y := 1, 2\n\tif z := 1; z > 0 { w := 1 }\n\t‸\n}\n',
        {"http", "top", "r", "a", "b", "err", "x", "y"},
        {"z", "w", "f"},
    ),
    (
        "rust",
        "use std::io;\nuse std::fmt::{self, Debug};\nfn f(a: i32) { let (b, mut c) = (1, 2); { let gone = 1; }\n if let Some(d) = a { ‸ } }\n",
        {"io", "fmt", "Debug", "f", "a", "b", "c", "d"},
        {"gone"},
    ),
    (
        "java",
        "import java.util.List;\nclass A { int field; void f(int a) { for (int i = 0;;) { int gone; } int b = 1; ‸ int later; } void g() {} }",
        {"List", "A", "field", "f", "g", "a", "b"},
        {"i", "gone", "later"},
    ),
    (
        "ruby",
        "class A\n  attr_reader :size\n  def f(a)\n    b = 1\n    [1].each { |i| i }\n    ‸\n  end\nend\n",
        {"a", "b", "size", "f"},
        {"i"},
    ),
    ("c", "int top;\nint f(int a, char *b) { int c = 1, *d; ‸ }\n", {"top", "f", "a", "b", "c", "d"}, set()),
    ("lua", "local a = 1\nlocal function f(b)\n  local c = 1\n  ‸\nend\n", {"a", "f", "b", "c"}, set()),
    (
        "php",
        "<?php\nfunction f($a) { $b = 1; foreach ($a as $k => $v) { ‸ } }\n",
        {"a", "b", "k", "v", "f"},
        set(),
    ),
    ("kotlin", "val top = 1\nfun f(a: Int) {\n    val b = 1\n    ‸\n}\n", {"top", "f", "a", "b"}, set()),
    ("csharp", "class A { int field; void F(int a) { var b = 1; ‸ } }", {"field", "F", "a", "b"}, set()),
    (
        "cpp",
        "int top;\nint f(const T& a) { auto b = 1; for (auto& c : a) { ‸ } }\n",
        {"top", "f", "a", "b", "c"},
        set(),
    ),
    ("shellscript", "X=1\nf() {\n  local y=2\n  ‸\n}\n", {"X", "y", "f"}, set()),
]


@pytest.mark.parametrize(("language", "text", "visible", "hidden"), SCOPES)
def test_scope_names(language: str, text: str, visible: set[str], hidden: set[str]) -> None:
    tree, position = at(text, language)
    names = tree.scope_names(position)
    assert visible <= set(names)
    assert not hidden & set(names)
    assert len(names) == len(set(names))


def test_the_nearest_names_come_first() -> None:
    tree, position = at("x = 1\ndef f(x):\n    y = 2\n    ‸\n", "python")
    found = tree.scope(position)
    assert [(name.name, name.kind) for name in found] == [
        ("y", "local"),
        ("x", "parameter"),
        ("f", "definition"),
    ]
    assert found[1].range.start.line == 1
