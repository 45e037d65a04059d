"""Words for what the built-in engine does, in every language it knows."""

from __future__ import annotations

from typing import get_args

import pytest

from kibitz.models.offline.wishes import performs, understood, worded
from kibitz.models.tasks import Project, RefactorKind, RefactorTask
from kibitz.text import Document, Position, Range


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("use a guard clause", "guard_clause"),
        ("use guard clauses instead of nesting", "guard_clause"),
        ("return early", "guard_clause"),
        ("use early returns", "guard_clause"),
        ("make it an early-exit", "guard_clause"),
        ("bail out early", "guard_clause"),
        ("invert the if", "invert_if"),
        ("Invert this condition.", "invert_if"),
        ("swap the branches", "invert_if"),
        ("negate the if condition", "invert_if"),
        ("merge the nested ifs", "merge_ifs"),
        ("combine both conditions", "merge_ifs"),
        ("collapse the nested ifs", "merge_ifs"),
        ("use a comprehension", "loop_to_comprehension"),
        ("convert the loop to a list comprehension", "loop_to_comprehension"),
        ("replace the loop with a dict comprehension", "loop_to_comprehension"),
        ("convert the comprehension to a loop", "comprehension_to_loop"),
        ("replace the comprehension with a for loop", "comprehension_to_loop"),
        ("use a loop instead of the list comprehension", "comprehension_to_loop"),
        ("unroll this comprehension", "comprehension_to_loop"),
        ("modernise this", "modernise"),
        ("Modernize the code", "modernise"),
        ("use modern syntax", "modernise"),
        ("simplify this", "simplify"),
        ("simplify the condition", "simplify"),
        ("extract the early return into a function", "extract_function"),
        ("extract the condition into a variable", "extract_variable"),
        ("rename loop to comprehension", "rename"),
        ("sort the imports", "organize_imports"),
        ("make it faster", None),
        ("reverse this list", None),
        ("add a loop", None),
        ("", None),
    ],
)
def test_words_name_a_kind(words: str, kind: str | None) -> None:
    assert worded(words) == kind


def test_every_kind_can_be_said_and_is_performed_somewhere() -> None:
    assert performs("python") == frozenset(get_args(RefactorKind))
    for language in ("typescript", "typescriptreact", "javascript", "go", "rust", "java"):
        assert {"rename", "inline", "extract_variable", "invert_if", "guard_clause"} <= performs(language)
        assert performs(language) < performs("python")
    assert performs("cobol") == frozenset()


@pytest.mark.parametrize(
    ("language", "text", "line"),
    [
        ("typescript", "use(total)\nconst total = 1\n", 1),
        ("go", "use(total)\ntotal := 1\n", 1),
        ("go", "use(total)\nfunc total() {}\n", 1),
        ("rust", "use_it(total);\nlet mut total = 1;\n", 1),
        ("java", "use(total);\nclass total {}\n", 1),
        ("python", "use(total)\nimport total\n", 0),
    ],
)
def test_a_name_that_is_not_in_the_range_is_looked_for_where_it_is_defined(
    language: str, text: str, line: int
) -> None:
    document = Document("untitled:a", text + "\n\nend\n", language, 1)
    at = Position(4, 0)
    wish = understood(RefactorTask(document, Range(at, at), Project(None), "rename total to amount"))
    assert wish.kind == "rename"
    assert wish.new_name == "amount"
    assert wish.place.start.line == line
    assert document.slice(Range(wish.place.start, Position(line, wish.place.start.character + 5))) == "total"
