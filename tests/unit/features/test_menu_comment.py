"""Comments that say what to do with the code below them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.comment_wish import comment_wish
from kibitz.features.menu import offers
from kibitz.text import Document, Position, Range

TEXT = '''import os

# kibitz: use a dataclass
@frozen
class A:
    """Doc."""

    def f(self):
        # kibitz: rename x to y
        # kibitz: and say why
        x = 1
        z = x  # kibitz: inline x
        return """
# kibitz: not a comment
"""


y = 2  # kibitz is fine
'''


def asked(line: int, text: str = TEXT, language: str = "python") -> tuple[str, str, str] | None:
    document = Document("untitled:comment", text, language, 1)
    at = Position(line, 0)
    wish = comment_wish(document, Range(at, at))
    return None if wish is None else (wish.instruction, wish.document.slice(wish.where), wish.document.text)


CLASS = TEXT[TEXT.index("@frozen") : TEXT.index("\n\n\ny = 2")]


@pytest.mark.parametrize("line", [2, 3, 4, 5, 7, 14])
def test_a_comment_is_about_the_statement_below(line: int) -> None:
    assert asked(line) == ("use a dataclass", CLASS, TEXT.replace("# kibitz: use a dataclass\n", ""))


@pytest.mark.parametrize("line", [8, 9, 10])
def test_lines_that_go_on_are_one_instruction(line: int) -> None:
    first, last = TEXT.index("        # kibitz: rename"), TEXT.index("        x = 1")
    assert asked(line) == ("rename x to y and say why", "x = 1", TEXT[:first] + TEXT[last:])


def test_a_comment_behind_code_is_about_its_line() -> None:
    assert asked(11) == ("inline x", "z = x", TEXT.replace("  # kibitz: inline x", ""))


@pytest.mark.parametrize("line", [0, 1, 15, 16, 17])
def test_elsewhere_there_is_none(line: int) -> None:
    assert asked(line) is None


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("typescript", "/* kibitz: go */\nfunction f() {\n  return 1\n}\n", "function f() {\n  return 1\n}"),
        ("typescript", "// Kibitz: go\n\nconst a = 1\n", "const a = 1"),
        (
            "go",
            "package a\n\n// kibitz: go\nfunc f() int {\n\treturn 1\n}\n",
            "func f() int {\n\treturn 1\n}",
        ),
        ("rust", "fn f() {\n    // kibitz: go\n    let a = 1;\n}\n", "let a = 1;"),
        (
            "java",
            "class A {\n    // kibitz: go\n    int f() {\n        return 1;\n    }\n}\n",
            "int f() {\n        return 1;\n    }",
        ),
        ("lua", "-- kibitz: go\nlocal a = 1\n", "local a = 1"),
    ],
)
def test_comments_of_every_language(language: str, text: str, code: str) -> None:
    line = next(n for n, shown in enumerate(text.split("\n")) if "ibitz" in shown)
    found = asked(line, text, language)
    assert found is not None
    assert found[:2] == ("go", code)


@pytest.mark.parametrize(
    "text", ["# kibitz:\nx = 1\n", "x = '# kibitz: go'\n", "# kibitz: go\n", "# ask kibitz: go\nx = 1\n"]
)
def test_what_is_no_instruction(text: str) -> None:
    assert asked(0, text) is None


def test_it_is_offered_first_and_without_a_model_only_where_the_engine_understands_it() -> None:
    for words, understood in (
        ("use a dataclass", False),
        ("rename total to amount", True),
        ("inline total", True),
    ):
        document = Document("untitled:c", f"# kibitz: {words}\ntotal = 1\nprint(total)\n", "python", 1)
        at = Range(Position(1, 2), Position(1, 2))
        (first, *_) = offers(document, at, model=True)
        assert first.comment
        assert first.title == f"Do what the comment says: {words}"
        assert first.kind == "refactor.rewrite"
        assert any(o.comment for o in offers(document, at, model=False)) == understood


@given(st.integers(0, 20), st.integers(0, 40), st.integers(0, 20))
def test_any_place_has_an_instruction_with_code_or_none(line: int, column: int, more: int) -> None:
    document = Document("untitled:any", TEXT, "python", 1)
    start = document.clamp(Position(line, column))
    wish = comment_wish(document, Range(start, document.clamp(Position(line + more, column))))
    if wish is not None:
        assert wish.instruction in ("use a dataclass", "rename x to y and say why", "inline x")
        assert wish.document.slice(wish.where).strip()
        assert len(wish.document.text) < len(TEXT)
