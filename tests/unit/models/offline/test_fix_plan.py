"""Several problems mended at once: nothing overlaps, nothing is forgotten, and what is left is said."""

from __future__ import annotations

import ast
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.models.offline.fix_case import Change, Splice
from kibitz.models.offline.fix_plan import MOST, plan
from kibitz.models.offline.fix_ruff import always, at, counted, mostly, reports, ruff_changes, rule_of
from kibitz.models.tasks import Problem
from kibitz.text import Document, Position, Range
from kibitz.workers.process import find_tool


def python(text: str) -> Document:
    return Document("untitled:a.py", text, "python")


def problem_at(document: Document, word: str, message: str, code: str = "", source: str = "ruff") -> Problem:
    start = document.text.index(word)
    return Problem(
        Range(document.position(start), document.position(start + len(word))), message, source, code
    )


def unused(document: Document, *names: str) -> list[Problem]:
    return [problem_at(document, name, f"`{name}` imported but unused", "F401") for name in names]


def test_names_of_one_import_go_one_after_the_other() -> None:
    document = python("from a import bb, cc, dd\nprint(cc)\n")
    made = plan(document, unused(document, "bb", "dd"))
    assert made.after.text == "from a import cc\nprint(cc)\n"
    assert len(made.mended) == 2
    assert made.left == ()
    assert len(made.titles) == 2


def test_all_names_of_an_import() -> None:
    document = python("from a import (\n    bb,\n    cc,\n)\nimport dd\n\nx = 1\n")
    made = plan(document, unused(document, "bb", "cc", "dd"))
    assert made.after.text == "x = 1\n"


def test_a_block_keeps_a_statement() -> None:
    document = python("def f():\n    import bb\n    import cc\n")
    made = plan(document, unused(document, "bb", "cc"))
    assert made.after.text == "def f():\n    pass\n"


def test_what_is_not_there_any_more_is_left_and_said() -> None:
    document = python("import bb\nimport cc\n")
    stale = Problem(Range(Position(1, 7), Position(1, 9)), "`zz` imported but unused", "ruff", "F401")
    made = plan(document, [*unused(document, "bb"), stale])
    assert made.after.text == "import cc\n"
    ((problem, why),) = made.left
    assert problem is stale
    assert "not in the text" in why


def test_the_same_problem_twice_is_one() -> None:
    document = python("import bb\nx = 1\n")
    (one,) = unused(document, "bb")
    made = plan(document, [one, one])
    assert made.mended == (one,)
    assert made.after.text == "x = 1\n"


def test_two_checkers_that_say_the_same() -> None:
    document = python("import bb\nx = 1\n")
    (one,) = unused(document, "bb")
    other = problem_at(document, "bb", 'Import "bb" is not accessed', "reportUnusedImport", "Pyright")
    made = plan(document, [one, other])
    assert made.after.text == "x = 1\n"
    assert [p for p, _ in made.left] == [other]


def test_only_what_is_certain_where_that_is_asked_for() -> None:
    document = python("import bb\ntry:\n    f()\nexcept:\n    pass\n")
    problems = [*unused(document, "bb"), problem_at(document, "except", "Do not use bare `except`", "E722")]
    made = plan(document, problems, certain=True)
    assert made.after.text == "try:\n    f()\nexcept:\n    pass\n"
    assert [why for _, why in made.left] == ["what is meant is not certain"]
    assert "except Exception:" in plan(document, problems).after.text


def test_a_checkers_own_fix_is_used_where_no_rule_has_one() -> None:
    document = python("x = not a in b\n")
    problem = problem_at(document, "not a in b", "Test for membership should be `not in`", "E713")
    own = Change("Convert to `not in`", (Splice(4, 14, "a not in b"),))
    assert plan(document, [problem]).mended == ()
    assert plan(document, [problem], others={problem: own}).after.text == "x = a not in b\n"


def test_no_more_than_anyone_would_read() -> None:
    names = [f"m{n:03}" for n in range(MOST + 5)]
    document = python("".join(f"import {name}\n" for name in names))
    made = plan(document, unused(document, *names))
    assert len(made.mended) == MOST
    assert len(made.left) == 5


NAMES = st.lists(st.sampled_from([f"n{i}" for i in range(12)]), min_size=1, max_size=8, unique=True)
LAYOUTS = st.sampled_from(
    ["import {}", "from m import {}", "from m import (\n    {},\n)", "from é import {}  # noqa"]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(LAYOUTS, NAMES, st.booleans()), min_size=1, max_size=4),
    st.data(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_choice_of_unused_imports_goes_and_all_others_stay(
    parts: list[tuple[str, list[str], bool]], data: st.DataObject, end: str
) -> None:
    lines = []
    every: list[str] = []
    for number, (layout, names, inside) in enumerate(parts):
        mine = [f"{name}_{number}" for name in names]
        every += mine
        joined = (",\n    " if "(" in layout else ", ").join(mine)
        margin = "    " if inside else ""
        lines += [f"def f{number}():"] if inside else []
        lines += [margin + line for line in layout.format(joined).split("\n")]
    document = python(end.join("\n".join(lines).split("\n")) + end)
    gone = data.draw(st.lists(st.sampled_from(every), unique=True))
    made = plan(document, unused(document, *gone))
    bound = {
        alias.name
        for node in ast.walk(ast.parse(made.after.text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert bound == set(every) - set(gone)
    assert made.left == ()
    assert ("\r\n" in made.after.text) == (end == "\r\n") or not bound


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="import ab,c()\n:;'\"{}=é😀\t", max_size=60), st.integers(0, 5), st.integers(0, 40), st.sampled_from(
    ["`ab` imported but unused", "Expected ':'", "'ab' is declared but its value is never read.", "undefined: ab", "';' expected",
     "Cannot find name 'ab'. Did you mean 'ac'?", "unused variable: `c`", "trailing whitespace", "Missing semicolon."]
), st.sampled_from(["python", "typescript", "go", "rust", "java", "c", "plaintext"]))  # fmt: skip
def test_any_problem_in_any_text_is_mended_or_left(
    text: str, line: int, column: int, message: str, language: str
) -> None:
    document = Document("untitled:a", text, language)
    where = Range(document.clamp(Position(line, column)), document.clamp(Position(line, column + 2)))
    problem = Problem(where, message)
    made = plan(document, [problem])
    assert (made.mended == (problem,)) != (len(made.left) == 1)
    assert (made.after.text != text) == bool(made.mended)


async def test_ruffs_own_fixes_for_its_rules_and_for_the_same_by_other_names() -> None:
    document = python("import os\n\n\ndef f(a, b):\n    return not a in b\n")
    membership = problem_at(document, "not a in b", "Test for membership should be `not in`", "E713")
    by_pylint = problem_at(document, "import os", "Unused import os", "W0611", "pylint")
    other = problem_at(document, "def f", "Missing docstring", "C0116", "pylint")
    found = dict(await ruff_changes(document, [membership, by_pylint, other]))
    assert set(found) == {membership, by_pylint}
    assert all(change.certain for change in found.values())
    assert document.replaced(found[membership].edits(document)).text.endswith("return a not in b\n")


async def test_an_unsafe_fix_says_so_and_is_not_certain() -> None:
    document = python("def f(a):\n    return a == True\n")
    problem = problem_at(document, "a == True", "Avoid equality comparisons to `True`", "E712")
    ((_, change),) = await ruff_changes(document, [problem])
    assert not change.certain
    assert "may change what the code does" in change.title


async def test_a_text_that_does_not_parse_has_no_reports() -> None:
    assert await reports(python("def f(:\n"), {"F401"}) is None
    assert not await reports(python("import os\n"), {"NOSUCH999"})


async def test_which_of_several_reports_a_problem_is_about() -> None:
    document = python("from a import bb, cc\n")
    found = await reports(document, {"F401"})
    assert found is not None
    whole = Problem(Range(Position(0, 0), Position(0, 20)), "'a.cc' imported but unused", "pyflakes")
    report = at(document, whole, found, "F401")
    assert report is not None
    assert "cc" in report.words
    assert sum(counted(found).values()) == 2


def test_rules_that_say_the_same() -> None:
    where = Range(Position(0, 0), Position(0, 1))
    assert rule_of(Problem(where, "", "Ruff", "F401")) == "F401"
    assert rule_of(Problem(where, "", "kibitz", "ruff/F401")) == "F401"
    assert rule_of(Problem(where, "", "pylint", "W0611")) == "F401"
    assert rule_of(Problem(where, "", "Pyright", "reportUnusedImport")) == "F401"
    assert rule_of(Problem(where, "F401 'os' imported but unused", "flake8")) == "F401"
    assert rule_of(Problem(where, "words", "pyflakes"), "unused import") == "F401"
    assert rule_of(Problem(where, "words", "pylint", "C0116")) == ""
    assert always("E713") is True
    assert always("E712") is False
    assert always("F401") is None
    assert rule_of(Problem(where, "", "pylint", "W1514")) == "PLW1514"
    assert rule_of(Problem(where, "expected 2 blank lines, found 1", "pycodestyle", "E302")) == "E302"
    assert always("E302") is True
    assert always("PLW1514") is False
    assert mostly("G004")
    assert not mostly("F401")


def test_ruff_knows_every_rule_of_the_tables() -> None:
    from kibitz.models.offline.fix_ruff import _table

    table = _table()
    rules = {
        *table["safe"].split(),
        *table["unsafe"].split(),
        *table["mostly"].split(),
        *table["same"].values(),
        *table["families"].values(),
    }
    ruff = find_tool("ruff")
    assert ruff is not None
    command = [ruff, "rule", "--all", "--output-format", "json"]
    known = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {rule for rule in rules if f'"code": "{rule}"' not in known} == set()
