"""What comes next after a change, in several languages; and where nothing must."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.features.next_edit.predict import predict
from kibitz.syntax.delta import new_errors
from kibitz.text import Position
from support.typist import Typist

PYTHON = """\
def total(items):
    count = 0
    for item in items:
        count += item.count  # count them
    print("count", f"{count}", log(count=count))
    return count


def other(count):
    return count
"""
TYPESCRIPT = """\
function total(items: Item[]) {
  let count = 0;
  for (const item of items) {
    count += item.count; // count
  }
  console.log("count", `${count}`, { count: count });
  return count;
}
function other(count: number) { return count; }
"""
GO = """\
package main

func total(items []Item) int {
\tcount := 0
\tfor _, item := range items {
\t\tcount += item.count // count
\t}
\tuse("count", T{count: count})
\treturn count
}

func other(count int) int { return count }
"""
RUST = """\
fn total(items: &[Item]) -> u32 {
    let mut count = 0;
    for item in items {
        count += item.count; // count
    }
    note("count", Seen { count: count });
    count
}
fn other(count: u32) -> u32 { count }
"""
JAVA = """\
class A {
    int total(List<Item> items) {
        int count = 0;
        for (Item item : items) {
            count += item.count; // count
        }
        note("count", this.count);
        return count;
    }
    int other(int count) { return count; }
}
"""


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        (
            "python",
            PYTHON,
            [
                "found += item.count  # count them",
                'print("count", f"{found}", log(count=found))',
                "return found",
            ],
        ),
        (
            "typescript",
            TYPESCRIPT,
            [
                "found += item.count; // count",
                'console.log("count", `${found}`, { count: found });',
                "return found;",
            ],
        ),
        (
            "go",
            GO,
            ["found += item.count // count", 'use("count", T{count: found})', "return found"],
        ),
        (
            "rust",
            RUST,
            ["found += item.count; // count", 'note("count", Seen { count: found });', "found"],
        ),
        ("java", JAVA, ["found += item.count; // count", "return found;"]),
    ],
)
def test_a_rename_begun_at_the_definition_goes_on_through_its_scope(
    language: str, text: str, lines: list[str]
) -> None:
    typist = Typist(language, text).edit("count", "found")
    assert [typist.accept() for _ in lines] == lines
    assert typist.next() is None


def test_a_rename_of_one_use_is_none() -> None:
    assert Typist("python", PYTHON).edit("return count", "return found").next() is None


def test_a_rename_of_two_uses_goes_on() -> None:
    text = "def f(a):\n    b = a + 1\n    c = a * 2\n    return g(a)\n"
    typist = Typist("python", text).edit("a + 1", "x + 1").edit("a * 2", "x * 2")
    assert typist.accept() == "return g(x)"
    assert typist.accept() == "def f(x):"
    assert typist.next() is None


def test_another_variable_put_in_is_no_rename() -> None:
    text = "def f(a, b):\n    x = a\n    y = a\n    return a + b\n"
    assert Typist("python", text).edit("x = a", "x = b").edit("y = a", "y = b").next() is None


def test_a_later_assignment_may_be_a_variable_of_its_own() -> None:
    text = "def f():\n    a = 1\n    use(a)\n    a = 2\n    return a\n"
    assert Typist("python", text).edit("a = 2", "b = 2").next() is None


def test_an_inner_variable_of_the_same_name_is_left_alone() -> None:
    text = "const f = (a) => {\n  const g = (a) => a + 1;\n  return g(a);\n};\n"
    typist = Typist("typescript", text).edit("(a)", "(b)")
    assert typist.accept() == "return g(b);"
    assert typist.next() is None


def test_a_method_renamed_is_renamed_where_its_class_calls_it() -> None:
    text = "class A:\n    def go(self):\n        pass\n\n    def run(self, other):\n        other.go()\n        self.go()\n"
    typist = Typist("python", text).edit("go", "walk")
    assert typist.accept() == "self.walk()"
    assert typist.next() is None


def test_an_undone_rename_is_not_continued() -> None:
    typist = Typist("python", PYTHON).edit("count", "found")
    typist.accept()
    typist.edit("found += ", "count += ")
    found = typist.next()
    assert found is None or found.after != "found += item.count  # count them"


@pytest.mark.parametrize(
    ("language", "text", "edits", "lines"),
    [
        (
            "python",
            "    a = load(first)\n    b = load(second)\n    c = load(third)\n",
            [("load(", "await load(")],
            ["b = await load(second)", "c = await load(third)"],
        ),
        (
            "python",
            "class A:\n    def f(self):\n        width = 1 + size\n        height = 2 + size\n        return 0\n",
            [("width", "self.width")],
            ["self.height = 2 + size"],
        ),
        (
            "python",
            'a = data["one"]\nb = data["two"]\n',
            [('["one"]', '.get("one")')],
            ['b = data.get("two")'],
        ),
        (
            "typescript",
            "interface A {\n  one: string;\n  two: string;\n  three: number;\n}\n",
            [("one: string", "one: Name")],
            ["two: Name;"],
        ),
        (
            "typescript",
            "add('a', 1);\nadd('b', 2);\nadd('c', 3);\n",
            [("'a', 1", "'a', 1, flags")],
            ["add('b', 2, flags);", "add('c', 3, flags);"],
        ),
        (
            "go",
            "package m\n\nfunc f() {\n\ta := load(x)\n\tb := load(y)\n}\n",
            [("load(x)", "load(ctx, x)")],
            ["b := load(ctx, y)"],
        ),
        (
            "go",
            'package m\n\ntype T struct {\n\tA int32 `json:"a"`\n\tB int32 `json:"b"`\n}\n',
            [("A int32", "A int64")],
            ['B int64 `json:"b"`'],
        ),
    ],
)
def test_the_same_change_at_the_sibling_lines(
    language: str, text: str, edits: list[tuple[str, str]], lines: list[str]
) -> None:
    typist = Typist(language, text)
    for old, new in edits:
        typist.edit(old, new)
    assert [typist.accept() for _ in lines] == lines
    assert typist.next() is None


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("A = 1\nB = 2\nC = 3\n", "1", "10"),
        ("a = f(x)\nb = f(y)\n", "f(x)", "f(x"),
        ("a = f(x)\nb = f(y)\n", "a = f(x)", "a  =  f(x)"),
        ("a = f(x)\nreturn g\nwhile h:\n", "f(x)", "await f(x)"),
        ('a = f("x")\nb = f("y")\n', '"x"', '"z"'),
    ],
)
def test_changes_that_are_one_lines_own(text: str, old: str, new: str) -> None:
    assert Typist("python", text).edit(old, new).next() is None


def test_what_is_refused_makes_way_for_the_next() -> None:
    typist = Typist("python", PYTHON).edit("count", "found")
    first = typist.next()
    assert first is not None
    second = predict(typist.document, typist.at, typist.history.recent(), refused={first.key})
    assert second is not None
    assert second.edit.range.start.line > first.edit.range.start.line


def test_a_name_that_is_being_deleted_is_no_new_name() -> None:
    typist = Typist("python", PYTHON).edit("count", "coun")
    assert typist.next() is None
    typist.at = Position(8, 0)
    assert typist.accept() == "coun += item.count  # count them"


SOURCES = {"python": PYTHON, "typescript": TYPESCRIPT, "go": GO, "rust": RUST, "java": JAVA}
PIECES = [
    "",
    "x",
    "(",
    ")",
    ", ",
    "count",
    "self.",
    '"',
    "'",
    "\\",
    "0",
    "def f(a, b):",
    "😀",
    "\t",
    "#",
    "*",
    "=",
    "`",
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SOURCES)),
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 60), st.integers(0, 12), st.sampled_from(PIECES)),
        min_size=1,
        max_size=6,
    ),
)
def test_whatever_is_typed_what_is_suggested_fits_and_parses(
    language: str, edits: list[tuple[int, int, int, str]]
) -> None:
    typist = Typist(language, SOURCES[language])
    for number, column, removed, text in edits:
        line = number % len(typist.lines)
        before = typist.lines[line]
        body = before.rstrip("\n")
        start = min(column, len(body))
        after = body[:start] + text + body[start + removed :] + before[len(body) :]
        typist.history.edited(line, [before], [after])
        typist.lines[line] = after
        typist.at = Position(line, start + len(text))
        found = typist.next()
        if found is not None:
            document = typist.document
            assert document.clamp(found.edit.range.start) == found.edit.range.start
            assert document.clamp(found.edit.range.end) == found.edit.range.end
            changed = document.replaced([found.edit])
            assert changed.text != document.text
            assert new_errors(document, changed) == ()
