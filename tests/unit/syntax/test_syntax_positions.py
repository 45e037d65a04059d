"""Positions on text with emoji, combining marks, CR, CRLF, byte order marks: every range says what stands there."""

from __future__ import annotations

from collections import OrderedDict
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kibitz.syntax.grammars import GRAMMARS
from kibitz.syntax.offsets import Offsets
from kibitz.syntax.source import Change
from kibitz.syntax.tree import BRANCHES, FRESH_WITH_ERRORS, Tree, parse, parse_fresh
from kibitz.text import Document, Position, Range, TextEdit

PIECES = {
    "python": [
        "x = '😀 é'  # 漢字 👩‍👩‍👧",
        "def ünïcode(á, b='\u0301'):",
        "    return á + b",
        "    ",
        "class Ж(Base):",
        '    """Doc 😀."""',
        "    名 = [f'{x} 😀' for x in y]",
        "    def m(self): pass",
        "from 模块 import a as b",
        "print(ünïcode(1))",
        "x = = (",
    ],
    "javascript": [
        "const 名 = `😀 ${é} ok`; // 漢",
        "function ƒ(á, { b }) {",
        "  return á.b('\u0301');",
        "}",
        "/* 👩‍👩‍👧 */ import x, { y as 名 } from '😀';",
        "class Ж { m(é) { throw new É('😀'); } }",
        "let = ) {",
    ],
    "go": ["package é", 'var ñ = "😀" // 漢', "func ƒ(á int) string {", "\treturn á.名(`😀`)", "}", "x := ("],
    "rust": [
        "/// 😀 doc",
        "fn ƒ(á: &str) -> É {",
        '    println!("😀 {}", á); // 漢',
        "}",
        "use é::{名, x};",
        "let (",
    ],
    "java": ["/** 😀 */", "class Ж {", '  String é(int á) { return "漢" + á.名(); }', "}", "int ("],
}
ENDS = ["\n", "\r\n", "\r"]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    language = draw(st.sampled_from(sorted(PIECES)))
    lines = draw(st.lists(st.sampled_from(PIECES[language]), max_size=14))
    ends = draw(st.one_of(st.sampled_from(ENDS).map(lambda end: [end]), st.just(ENDS)))
    text = "".join(line + draw(st.sampled_from(ends)) for line in lines)
    start = draw(st.sampled_from(["", "\ufeff", "\n"]))
    return Document("file:///p", start + text, language)


def tree_of(document: Document) -> Tree:
    tree = parse(document)
    assert tree is not None
    return tree


def check_everything(document: Document, tree: Tree) -> None:
    """Every range lies in the text and every name stands where it is said to stand."""
    whole = document.whole

    def inside(where: Range) -> None:
        assert whole.start <= where.start <= where.end <= whole.end
        for position in where:
            assert document.clamp(position) == position or document.offset(position) == document.offset(
                document.position(document.offset(position))
            )

    for name in tree.identifiers:
        assert document.slice(name.range) == name.name
        assert name.name
    for reference in (*tree.references, *tree.raises_in(whole)):
        assert document.slice(reference.range) == reference.name
    for definition in tree.definitions:
        inside(definition.range)
        assert document.slice(definition.name_range).strip("\"'").endswith(definition.name.strip("\"'"))
        assert (
            definition.range.start
            <= definition.name_range.start
            <= definition.name_range.end
            <= definition.range.end
        )
        if definition.body:
            inside(definition.body)
    for item in tree.imports:
        inside(item.range)
    for issue in tree.errors:
        inside(issue.range)
    assert set(tree.branches_in(whole)) == set(BRANCHES)
    tree.outline(50)


def check_place(tree: Tree, position: Position, other: Position) -> None:
    """Every question about a place has an answer."""
    document = tree.document
    node = tree.node_at(position)
    assert document.whole.contains(node.range.start)
    tree.in_comment(position)
    tree.in_string(position)
    tree.enclosing(position)
    for name in tree.scope(position):
        assert name.name
    block = tree.block_of(position)
    assert block is None or block.start <= block.end
    where = Range(min(position, other), max(position, other))
    expression = tree.smallest_expression(where)
    assert expression is None or expression.start <= expression.end
    ranges = tree.statement_ranges(where)
    assert list(ranges) == sorted(ranges)


@given(document=documents(), data=st.data())
@settings(max_examples=250, deadline=None)
def test_ranges_say_what_stands_there(document: Document, data: st.DataObject) -> None:
    tree = tree_of(document)
    check_everything(document, tree)
    places = st.integers(0, len(document.text)).map(document.position)
    check_place(tree, data.draw(places), data.draw(places))


@given(
    language=st.sampled_from(sorted(GRAMMARS)),
    text=st.text(
        st.sampled_from("abc é漢😀\u0301\r\n()[]{}'\"`#/\\=;:,.<>$%&|!?@-0 \t\x00\x0c\ufeff\u2028\ud800"),
        max_size=80,
    ),
    data=st.data(),
)
@example(language="python", text="", data=None)
@settings(max_examples=300, deadline=None)
def test_any_text_in_any_language(language: str, text: str, data: st.DataObject | None) -> None:
    document = Document("file:///any", text, language)
    tree = tree_of(document)
    check_everything(document, tree)
    at = data.draw(st.integers(0, len(text))) if data else 0
    check_place(tree, document.position(at), document.end)


def test_lone_carriage_returns_end_lines() -> None:
    document = Document("file:///cr", "def f():\r    return 1\r# 😀\rclass A:\r    pass\r", "python")
    tree = tree_of(document)
    assert tree.errors == ()
    assert [(d.name, d.range.start.line, d.range.end.line) for d in tree.definitions] == [
        ("f", 0, 1),
        ("A", 3, 4),
    ]


@given(st.text(max_size=700))
@settings(max_examples=150, deadline=None)
def test_offsets_go_both_ways(text: str) -> None:
    document = Document("", text, "python")
    offsets = Offsets(document)
    for point in range(0, len(text) + 1, 3):
        byte = offsets.byte(point)
        assert byte == len(text[:point].encode("utf-8", "replace"))
        assert offsets.point(byte) == point
        assert offsets.position(byte) == document.position(point)
        assert offsets.byte_at(document.position(point)) == byte or text[point - 1 : point + 1] == "\r\n"


@given(
    lines=st.lists(st.sampled_from(PIECES["python"][:-1]), min_size=3, max_size=12),
    at=st.integers(0, 10_000),
    length=st.integers(0, 30),
    new=st.sampled_from(["", "x", "😀", "\n", "(", ")", "    y = 1\n", "'"]),
)
@settings(max_examples=100, deadline=None)
def test_an_incremental_parse_says_what_a_fresh_one_says(
    lines: list[str], at: int, length: int, new: str
) -> None:
    filler = "".join(f"def f{i}(a, b):\n    return [a, 'é', b]\n\n" for i in range(20))
    text = filler + "\n".join(lines) + "\n" + filler
    before = Document("file:///incremental", text, "python")
    start = len(filler) + at % (len("\n".join(lines)) + 1)
    where = Range(before.position(start), before.position(start + length))
    after = before.replaced([TextEdit(where, new)])
    with (
        mock.patch("kibitz.syntax.tree.INCREMENTAL_FROM", 1),
        mock.patch("kibitz.syntax.tree._cache", OrderedDict()),
    ):
        first = tree_of(before)
        tree = tree_of(after)
    fresh = parse_fresh(after)
    assert fresh is not None
    assert not first.incremental
    assert tree is first if after.text == text else tree.incremental == (not fresh._source.root.has_error)
    assert tree.identifiers == fresh.identifiers
    assert tree.errors == fresh.errors
    assert tree.definitions == fresh.definitions


def test_a_long_text_with_an_error_is_parsed_from_the_tree_before() -> None:
    text = "".join(f"def f{i}(a, b):\n    return [a, b]\n\n" for i in range(4_000))
    assert len(text) > FRESH_WITH_ERRORS
    before = Document("file:///long", text, "python")
    first = tree_of(before)
    broken = before.replaced([TextEdit(Range(Position(1, 4), Position(1, 10)), "return (")])
    tree = tree_of(broken)
    assert not first.incremental
    assert tree.incremental and tree.errors
    mended = tree_of(broken.replaced([TextEdit(Range(Position(1, 4), Position(1, 12)), "return b or")]))
    fresh = parse_fresh(mended.document)
    assert fresh is not None and mended.incremental
    assert (mended.errors, mended.identifiers) == ((), fresh.identifiers)
    assert mended.definitions == fresh.definitions


@pytest.mark.parametrize("new", ["b", "漢字", "\n", "\r\n# é\n", ""])
def test_a_change_is_the_smallest_one(new: str) -> None:
    old = ("a = '😀'\n" * 2_000).encode()
    for at in (0, 1, 8_191, 8_192, 8_193, len(old) - 1, len(old)):
        changed = old[:at] + new.encode() + old[at:]
        change = Change.between(old, changed)
        assert old[: change.start] == changed[: change.start]
        assert old[change.old_end :] == changed[change.new_end :]
        if old != changed:
            start, old_end, new_end = change
            assert old[start : start + 1] != changed[start : start + 1]
            assert min(old_end, new_end) == start or old[old_end - 1] != changed[new_end - 1]
