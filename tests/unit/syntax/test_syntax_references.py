"""References, calls, imports, raises and branches."""

from __future__ import annotations

import pytest

from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document

IMPORTS = {
    "python": (
        (
            "from __future__ import annotations\nimport os\nimport os.path as osp, sys\nfrom typing import (List, Optional as Opt)\n"
            "from . import sibling\nfrom ..pkg.mod import *\n"
        ),
        [
            ("__future__", ("annotations",), None),
            ("os", (), None),
            ("sys", (), None),
            ("os.path", (), "osp"),
            ("typing", ("List",), None),
            ("typing", ("Optional",), "Opt"),
            (".", ("sibling",), None),
            ("..pkg.mod", ("*",), None),
        ],
    ),
    "javascript": (
        (
            "import fs, { readFile as rf, writeFile } from 'node:fs';\nimport * as path from \"path\";\nimport 'side';\n"
            "const x = require('x');\nconst { y, z: zz } = require('y');\nexport * from './all';\nimport('dynamic');\n"
        ),
        [
            ("node:fs", ("writeFile",), None),
            ("node:fs", ("default",), "fs"),
            ("node:fs", ("readFile",), "rf"),
            ("path", (), "path"),
            ("side", (), None),
            ("x", (), "x"),
            ("y", ("y",), None),
            ("y", ("z",), "zz"),
            ("./all", (), None),
            ("dynamic", (), None),
        ],
    ),
    "typescript": (
        "import type { A, B as C } from './a';\nimport D = require('d');\n",
        [("./a", ("A",), None), ("./a", ("B",), "C"), ("d", (), "D")],
    ),
    "typescriptreact": ("import React from 'react';\n", [("react", ("default",), "React")]),
    "go": (
        'package a\nimport "fmt"\nimport (\n\tstr "strings"\n\t_ "side"\n\t. "dot"\n\t"net/http"\n)\n',
        [
            ("fmt", (), None),
            ("strings", (), "str"),
            ("side", (), None),
            ("dot", ("*",), None),
            ("net/http", (), None),
        ],
    ),
    "rust": (
        "use std::collections::HashMap;\nuse std::{fmt, io::{self, Read as R}};\nuse crate::x::*;\nuse a::b as c;\nuse serde;\n",
        [
            ("std::collections", ("HashMap",), None),
            ("std", ("fmt", "io"), None),
            ("std::io", ("Read",), "R"),
            ("crate::x", ("*",), None),
            ("a", ("b",), "c"),
            ("serde", (), None),
        ],
    ),
    "java": (
        "import java.util.List;\nimport java.util.*;\nimport static java.lang.Math.max;\n",
        [("java.util", ("List",), None), ("java.util", ("*",), None), ("java.lang.Math", ("max",), None)],
    ),
    "c": ('#include <stdio.h>\n#include "my.h"\n', [("stdio.h", (), None), ("my.h", (), None)]),
    "cpp": ("#include <vector>\nusing std::string;\n", [("vector", (), None), ("std", ("string",), None)]),
    "csharp": (
        "using System;\nusing Col = System.Collections.Generic;\n",
        [("System", (), None), ("System.Collections.Generic", (), "Col")],
    ),
    "ruby": ("require 'set'\nrequire_relative \"foo\"\n", [("set", (), None), ("foo", (), None)]),
    "php": (
        "<?php\nuse Foo\\Bar;\nuse Foo\\Baz as Q;\nuse Foo\\{A, B as C};\nrequire_once 'x.php';\n",
        [
            ("Foo", ("Bar",), None),
            ("Foo", ("Baz",), "Q"),
            ("Foo", ("A",), None),
            ("Foo", ("B",), "C"),
            ("x.php", (), None),
        ],
    ),
    "kotlin": (
        "import java.util.List\nimport foo.Bar as Baz\nimport foo.*\n",
        [("java.util", ("List",), None), ("foo", ("Bar",), "Baz"), ("foo", ("*",), None)],
    ),
    "lua": ('local json = require("json")\nrequire("side")\n', [("json", (), "json"), ("side", (), None)]),
    "shellscript": ("source ./lib.sh\n. ./other.sh\n", [("./lib.sh", (), None), ("./other.sh", (), None)]),
}

CALLS = {
    "python": ("a(b.c(d), e)[0].f()", ["a", "c", "f"]),
    "javascript": ("new A.B(c(1)); d?.e(); f`x`", ["B", "c", "e", "f"]),
    "typescript": ("const x = a<T>(b!.c());", ["a", "c"]),
    "typescriptreact": ("const x = <A.B on={c()}><D/><div/></A.B>;", ["B", "c", "D"]),
    "go": ("package a\nfunc f() { g(h.I()); (j)(1) }", ["g", "I", "j"]),
    "rust": ('fn f() { a(b::c(1)); d.e()?; g::<T>(); println!("x"); }', ["a", "c", "e", "g", "println"]),
    "java": ("class A { void f() { g(h.i()); new B<C>(); } }", ["g", "i", "B"]),
    "c": ("int f() { return g(a->h(1)); }", ["g", "h"]),
    "cpp": ("int f() { return a::g(h<int>(1)); }", ["g", "h"]),
    "csharp": ("class A { void F() { G(h.I()); new B(); } }", ["G", "I", "B"]),
    "ruby": ("a.b(c(1))", ["b", "c"]),
    "php": ("<?php a($b->c(), D::e(), new F());", ["a", "c", "e", "F"]),
    "kotlin": ("fun f() {\n    g(h.i())\n}\n", ["g", "i"]),
    "lua": ("a(b.c(), d:e())", ["a", "c", "e"]),
    "shellscript": ("echo $(date)", ["echo", "date"]),
}

RAISES = {
    "python": ("if x:\n    raise ValueError('x') from e\nraise errors.Bad\nraise\n", ["ValueError", "Bad"]),
    "javascript": ("throw new TypeError('x'); throw oops;", ["TypeError", "oops"]),
    "typescript": ("throw new api.Failure('x');", ["Failure"]),
    "go": (
        'package a\nfunc f() error { panic("x"); return errors.New("y") }\nfunc g() error { return ErrClosed }',
        ["panic", "New", "ErrClosed"],
    ),
    "rust": ('fn f() { panic!("x"); return Err(Error::Empty); x.unwrap(); }', ["panic", "Empty", "unwrap"]),
    "java": ("class A { void f() throws B { throw new C(); } }", ["B", "C"]),
    "cpp": ('void f() { throw std::runtime_error("x"); }', ["runtime_error"]),
    "csharp": ("class A { void F() { throw new B(); } }", ["B"]),
    "ruby": ("raise ArgumentError, 'x'\nraise Foo.new\n", ["ArgumentError", "Foo"]),
    "php": ("<?php throw new \\A\\B();", ["B"]),
    "kotlin": ("fun f() {\n    throw Bad()\n}\n", ["Bad"]),
    "lua": ("error('x')", ["error"]),
    "shellscript": ("exit 2", ["exit"]),
}


def tree_of(text: str, language: str) -> Tree:
    tree = parse(Document(f"file:///{language}", text, language))
    assert tree is not None
    assert tree.errors == ()
    return tree


@pytest.mark.parametrize("language", IMPORTS)
def test_imports(language: str) -> None:
    text, expected = IMPORTS[language]
    tree = tree_of(text, language)
    assert [item[:3] for item in tree.imports] == expected
    for item in tree.imports:
        assert item.module.split(".")[-1].split("\\")[-1].split("::")[-1] in tree.document.slice(item.range)


def test_bound_names() -> None:
    tree = tree_of(IMPORTS["python"][0], "python")
    assert [item.bound for item in tree.imports] == [
        ("annotations",),
        (),
        (),
        ("osp",),
        ("List",),
        ("Opt",),
        ("sibling",),
        (),
    ]


@pytest.mark.parametrize("language", CALLS)
def test_calls(language: str) -> None:
    text, expected = CALLS[language]
    tree = tree_of(text, language)
    calls = tree.calls_in(tree.document.whole)
    assert [call.name for call in calls] == expected
    assert [tree.document.slice(call.range) for call in calls] == expected


@pytest.mark.parametrize("language", RAISES)
def test_raises(language: str) -> None:
    text, expected = RAISES[language]
    tree = tree_of(text, language)
    assert [found.name for found in tree.raises_in(tree.document.whole)] == expected


def test_references_leave_definitions_out_and_know_types() -> None:
    tree = tree_of("def f(a: Item, b: list[Other] = None) -> Result:\n    return a.size\n", "python")
    assert [(r.name, r.kind) for r in tree.references] == [
        ("a", "name"),
        ("Item", "type"),
        ("b", "name"),
        ("list", "type"),
        ("Other", "type"),
        ("Result", "type"),
        ("a", "name"),
        ("size", "name"),
    ]
    assert [name.name for name in tree.identifiers][:2] == ["f", "a"]
    inside = tree.definitions[0].body
    assert inside is not None
    assert [r.name for r in tree.references_in(inside)] == ["a", "size"]


BRANCHY = {
    "python": "def f():\n    if a:\n        return 1\n    elif b:\n        pass\n    for x in y:\n        while z:\n            yield x\n"
    "    try:\n        await q()\n    except E:\n        raise\n    match m:\n        case 1: pass\n",
    "javascript": "async function* f() { if (a) return 1; else if (b) {} for (const x of y) { while (z) { yield x; } }"
    " try { await q(); } catch (e) { throw e; } switch (m) { case 1: } }",
    "java": "class A { int f() { if (a) return 1; else if (b) {} for (int x : y) { while (z) { } }"
    " try { q(); } catch (E e) { throw e; } switch (m) { case 1: } } }",
    "go": "package a\nfunc f() int { if a { return 1 } else if b { }\nfor range y { for { } }\nswitch m { case 1: panic(1) } }",
}


@pytest.mark.parametrize("language", BRANCHY)
def test_branches(language: str) -> None:
    tree = tree_of(BRANCHY[language], language)
    counts = tree.branches_in(tree.document.whole)
    assert (counts["if"], counts["loop"], counts["match"], counts["return"]) == (2, 2, 1, 1)
    if language != "go":
        assert (counts["try"], counts["raise"]) == (1, 1)
    if language in ("python", "javascript"):
        assert (counts["yield"], counts["await"]) == (1, 1)
    elsewhere = tree.document.whole._replace(start=tree.document.end)
    assert set(tree.branches_in(elsewhere).values()) == {0}
