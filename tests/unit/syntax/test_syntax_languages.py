"""Languages: by name, ending and first line; what editors call them; what is known of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kibitz.syntax.facts import FACTS
from kibitz.syntax.grammars import GRAMMARS, QUERY_KINDS, query
from kibitz.syntax.languages import facts, grammar_status, language_of, normalise, supported


@pytest.mark.parametrize(
    ("path", "first_line", "language"),
    [
        ("a/b.py", "", "python"),
        ("stub.PYI", "", "python"),
        ("x.mjs", "", "javascript"),
        ("x.jsx", "", "javascriptreact"),
        ("x.d.ts", "", "typescript"),
        ("x.tsx", "", "typescriptreact"),
        ("main.go", "", "go"),
        ("lib.rs", "", "rust"),
        ("A.java", "", "java"),
        ("a.h", "", "c"),
        ("a.hpp", "", "cpp"),
        ("A.cs", "", "csharp"),
        ("Rakefile", "", "ruby"),
        ("x.php", "", "php"),
        ("build.gradle.kts", "", "kotlin"),
        ("init.lua", "", "lua"),
        ("run.sh", "", "shellscript"),
        (".bashrc", "", "shellscript"),
        ("Dockerfile.dev", "", "dockerfile"),
        ("CMakeLists.txt", "", "cmake"),
        ("file:///c%3A/code/x.py", "", "python"),
        ("C:\\work\\x.go", "", "go"),
        ("tool", "#!/usr/bin/env python3.12", "python"),
        ("tool", "#!/usr/bin/env -S FOO=1 node --test", "javascript"),
        ("tool", "\ufeff#!/bin/bash -e", "shellscript"),
        ("tool", "#! /usr/bin/ruby2.7", "ruby"),
        ("tool", "#!/usr/bin/env", "plaintext"),
        ("page", "<?php", "php"),
        ("notes.txt", "", "plaintext"),
        ("noending", "hello", "plaintext"),
        ("", "", "plaintext"),
        (".py", "", "plaintext"),
    ],
)
def test_language_of(path: str, first_line: str, language: str) -> None:
    assert language_of(path, first_line) == language


def test_language_of_takes_paths() -> None:
    assert language_of(Path("src") / "a.rs") == "rust"


@pytest.mark.parametrize(
    ("sent", "ours"),
    [
        ("js", "javascript"),
        ("JSX", "javascriptreact"),
        ("tsx", "typescriptreact"),
        ("typescript-tsx", "typescriptreact"),
        ("sh", "shellscript"),
        ("c++", "cpp"),
        ("C#", "csharp"),
        ("python3", "python"),
        ("golang", "go"),
        (" Python ", "python"),
        ("brainfuck", "brainfuck"),
        ("", "plaintext"),
    ],
)
def test_normalise(sent: str, ours: str) -> None:
    assert normalise(sent) == ours
    assert normalise(ours) == ours


def test_every_supported_language_loads_with_all_its_queries() -> None:
    for language in supported():
        status = grammar_status(language)
        assert status.ok, status.detail
        for kind in QUERY_KINDS:
            assert query(language, kind) is not None, (language, kind)
            assert query(language, kind) is query(language, kind)


def test_a_language_without_a_grammar_says_so() -> None:
    status = grammar_status("cobol")
    assert not status.ok
    assert "no grammar" in status.detail


def test_facts_cover_every_grammar_and_never_fail() -> None:
    assert set(GRAMMARS) <= set(FACTS)
    assert facts("python").line_comment == "#"
    assert facts("python").blocks == "indent"
    assert "yield" in facts("python").words
    assert facts("html").comments == ("<!--",)
    assert facts("cobol").name == "cobol"
    for name in GRAMMARS:
        assert facts(name).words and facts(name).line_comment


def test_importing_the_room_loads_no_parser() -> None:
    code = (
        "import sys, kibitz.syntax, kibitz.syntax.tree, kibitz.syntax.delta, kibitz.syntax.languages as l\n"
        "l.language_of('a.py'); l.facts('python')\n"
        "assert not [m for m in sys.modules if m.startswith('tree_sitter')], 'loaded'\n"
        "from kibitz.text import Document; from kibitz.syntax.tree import parse\n"
        "parse(Document('', 'x = 1', 'python'))\n"
        "grammars = {m for m in sys.modules if m.startswith('tree_sitter_') and '.' not in m}\n"
        "assert grammars == {'tree_sitter_python'}, grammars\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
