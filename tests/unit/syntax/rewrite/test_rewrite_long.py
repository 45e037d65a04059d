"""Refactorings in texts that are long: a parser reads those in pieces, and its nodes do not know their text."""

from __future__ import annotations

import pytest

from kibitz.syntax.rewrite.perform import Rewriting
from kibitz.syntax.source import AT_ONCE
from support.rewriting import made

GO = """package p

type T struct{ b int }

var t = T{b: 1}

func f(a int) {
L:
	for {
		if a > 1 {
			break L
		}
		«b» := T{b: a}
		g(b)
	}
}
"""
CASES: tuple[tuple[Rewriting, str, str], ...] = (
    ("rename", "go", GO),
    ("extract_function", "go", GO.replace("«b»", "b").replace("L:\n\tfor", "«L:\n\tfor").replace("\t}\n}", "\t}»\n}")),
    ("extract_function", "go", GO.replace("«b»", "b").replace("T{b: a}", "«T{b: a}»")),
    ("organize_imports", "go", 'package p\n\nimport (\n\t"os"\n\t"fmt"\n)\n\nfunc f() { fmt.Println(«T{a: os.Args}) }\n'),
    ("extract_variable", "typescript", "function f(a: A) {\n  x: for (;;) {\n    if («a.b()» > 1) break x;\n  }\n}\n"),
    ("extract_function", "typescript", "class A {\n  private c = 1;\n  b(): void {\n    assert(this.c);\n    «x: for (;;) {\n      break x;\n    }\n    this.d();»\n  }\n}\n"),
    ("extract_function", "typescriptreact", "const a = <B c={«d(e)»}>f</B>;\n"),
    ("extract_function", "java", "class A {\n  int f(int a) {\n    «x: while (a > 1) {\n      if (g()) break x;\n    }\n    while (true) {\n      h(this.g());\n      return a;\n    }»\n  }\n  boolean g() { return true; }\n}\n"),
    ("extract_function", "java", "class A {\n  void f() {\n    try {\n      h(«g()»);\n    } catch (Exception e) {\n      throw new E(e);\n    }\n  }\n  boolean g() { return true; }\n}\n"),
    ("rename", "rust", "fn f(a: u8) -> u8 {\n    let «b = a;\n    match b {\n        c => c + b,\n    }\n}\n"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "language", "text"), CASES)
def test_a_long_text_is_refactored_as_a_short_one(kind: Rewriting, language: str, text: str) -> None:
    short = made(kind, language, text, "n")
    assert not short.startswith("refused: ")
    filling = "// " + "x" * 94 + ";\n"
    assert made(kind, language, text + filling * (AT_ONCE // len(filling) + 1), "n").startswith(short)
