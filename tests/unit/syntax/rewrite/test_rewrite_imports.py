"""Organize imports: sorted as each language's own tools do, what is surely unused gone, comments with their imports."""

from __future__ import annotations

import pytest

from support.rewriting import made

DONE = [
    (
        "typescriptreact",
        ("«// the licence\nimport React from 'react';\nimport { z, b as c, a } from './z'; // zz\nimport q, { r } from 'q';\n"
        "import 'side';\nimport type { T } from 't';\nimport * as ns from 'ns';\n\na; z; q; <div/>; let x: T;\n"),
        ("// the licence\nimport q from 'q';\nimport React from 'react';\nimport { a, z } from './z'; // zz\n"
        "import 'side';\nimport type { T } from 't';\n\na; z; q; <div/>; let x: T;\n"),
    ),
    (
        "typescript",
        "«import { b } from 'b';\n// of a\nimport { a } from 'a';\n\nimport { e } from './e';\nimport { d } from './d';\n/** {@link e} */\nexport { a, b, d };\n",
        "// of a\nimport { a } from 'a';\nimport { b } from 'b';\n\nimport { d } from './d';\nimport { e } from './e';\n/** {@link e} */\nexport { a, b, d };\n",
    ),
    ("typescript", "«import {\n  b,\n  c,\n  a,\n} from 'x';\na(b);\n", "import {\n  a,\n  b,\n} from 'x';\na(b);\n"),
    ("typescript", "«import { A } from 'a';\nimport B = require('b');\ninterface A { x: 1 }\n", None),
    (
        "go",
        'package p\n\nimport (\n\t"os"\n\t"fmt"\n\t_ "embed"\n\n\tz "github.com/a/c" // c\n\t"github.com/a/b"\n)\n\n«func f() { fmt.Println(b.X) }\n',
        'package p\n\nimport (\n\t_ "embed"\n\t"fmt"\n\n\t"github.com/a/b"\n)\n\nfunc f() { fmt.Println(b.X) }\n',
    ),
    ("go", 'package p\n\nimport (\n\t"fmt"\n\t"github.com/a/go-strange"\n)\n\n«func f() { fmt.Println(other.X) }\n', None),
    ("go", 'package p\n\nimport "os"\n\n«func f() {}\n', "package p\n\n\nfunc f() {}\n"),
    (
        "rust",
        "«//! The crate.\nuse std::io;\nuse crate::{b, A, self};\nuse std::collections::{HashSet, HashMap};\nuse serde::Serialize;\nmod foo {\n    use super::X;\n}\nstruct X();\nfn f(x: HashMap) { b(A); io::x() }\n",
        "//! The crate.\nuse crate::{self, b, A};\nuse serde::Serialize;\nuse std::collections::HashMap;\nuse std::io;\nmod foo {\n}\nstruct X();\nfn f(x: HashMap) { b(A); io::x() }\n",
    ),
    ("rust", "«use b::Trait;\n#[cfg(unix)]\nuse a::thing;\npub use c::d;\n", "#[cfg(unix)]\nuse a::thing;\nuse b::Trait;\npub use c::d;\n"),
    (
        "java",
        "package p;\n\nimport static a.B.c;\nimport java.util.List;\nimport java.io.File; // file\nimport java.util.*;\nimport a.D;\n\n/** {@link D} */\n«class A { List x = c(); }\n",
        "package p;\n\nimport static a.B.c;\nimport a.D;\nimport java.util.*;\nimport java.util.List;\n\n/** {@link D} */\nclass A { List x = c(); }\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), DONE)
def test_imports_are_organized(language: str, before: str, after: str | None) -> None:
    result = made("organize_imports", language, before)
    assert result == (after if after is not None else "refused: There is nothing to change.")


@pytest.mark.parametrize(("language", "before", "after"), [case for case in DONE if case[2]])
def test_organizing_again_changes_nothing(language: str, before: str, after: str) -> None:
    assert made("organize_imports", language, "«" + after) == "refused: There is nothing to change."


def test_a_file_that_does_not_parse_is_left_alone() -> None:
    assert "syntax error" in made(
        "organize_imports", "typescript", "«import b from 'b';\nimport a from 'a';\nfoo(;\n"
    )
