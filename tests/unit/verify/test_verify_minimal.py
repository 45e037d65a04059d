"""Edits are minimal, and give exactly the text they were made for."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from kibitz.text import Document, TextEdit, apply_edits, span
from kibitz.verify import lines as lines_module
from kibitz.verify.habits import settle
from kibitz.verify.lines import MOST_PAIRS, blocks
from kibitz.verify.minimal import minimal_edits

pieces = st.sampled_from(
    ["a", "b", "ab", "  ", "\t", "é", "😀", "👩‍👧", "\u2028", "\f", "\n", "\n", "\r\n", "\r", "\ufeff"]
)
texts = st.lists(pieces, max_size=25).map("".join)


@given(texts, texts)
@example("a\r\n", "a\n")
@example("a\n", "a\r\n")
@example("\r\n", "\r")
@example("a\r\nb", "a\r\r\nb")
@example("a", "a\r\n")
def test_edits_give_exactly_the_new_text(one: str, two: str) -> None:
    before = Document("file:///a", one)
    edits = minimal_edits(before, two)
    assert apply_edits(before, edits) == two
    assert bool(edits) == (one != two)
    places = [edit.range for edit in edits]
    assert places == sorted(places)
    for where in places:
        assert before.clamp(where.start) == where.start
        assert before.clamp(where.end) == where.end


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12), st.data())
def test_untouched_lines_are_in_no_edit(some: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(some)))
    source = [*some[:at], "old", *some[at:], ""]
    before = Document("file:///a", "\n".join(source))
    (edit,) = minimal_edits(before, "\n".join([*some[:at], "new", *some[at:], ""]))
    assert edit == TextEdit(span(at, 0, at, 3), "new")


def test_a_change_in_a_line_is_a_change_in_that_line() -> None:
    before = Document("file:///a", "one\nvalue = compute(1)\nthree\n")
    assert minimal_edits(before, "one\nvalue = compute(1, 2)\nthree\n") == (
        TextEdit(span(1, 17, 1, 17), ", 2"),
    )
    assert minimal_edits(before, "one\nvalue = compute(1)\nthree") == (TextEdit(span(2, 5, 3, 0), ""),)
    assert minimal_edits(before, "one\nthree\n") == (TextEdit(span(1, 0, 2, 0), ""),)
    assert minimal_edits(before, "one\nx\nvalue = compute(1)\nthree\n") == (
        TextEdit(span(1, 0, 1, 0), "x\n"),
    )


def test_a_file_of_equal_lines_is_compared_in_bounded_time() -> None:
    many = ["x"] * 5000
    one, two = ["start", *many, "end"], ["begin", *many, *many, "stop"]
    assert len(many) * 2 * len(many) > MOST_PAIRS
    assert len(blocks(one, two)) == 1


@given(
    st.lists(st.sampled_from("abcdefgh"), max_size=12),
    st.lists(st.sampled_from("abcdefgh"), max_size=12),
    st.sampled_from([0, 4, MOST_PAIRS]),
)
def test_blocks_cover_both_texts(one: list[str], two: list[str], most: int) -> None:
    with patch.object(lines_module, "MOST_PAIRS", most):
        found = blocks(one, two)
    a = b = 0
    for block in found:
        assert (block.a, block.b) == (a, b)
        if block.same:
            assert one[block.a : block.a_end] == two[block.b : block.b_end]
        a, b = block.a_end, block.b_end
    assert (a, b) == (len(one), len(two))


@given(texts)
def test_a_text_settles_as_itself(text: str) -> None:
    before = Document("file:///a", text)
    if text:
        assert settle(before, text) == text


@given(
    st.lists(st.sampled_from(["a", "b", "", "é"]), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_line_ends_and_the_final_one_are_the_files(lines: list[str], end: str, final: bool) -> None:
    before = Document("file:///a", end.join([*lines, "last"]) + (end if final else ""))
    answer = "\n".join([*lines, "new", "last"]) + ("" if final else "\n")
    assert settle(before, answer) == end.join([*lines, "new", "last"]) + (end if final else "")


def test_mixed_line_ends_stay_where_the_lines_stay() -> None:
    before = Document("file:///a", "a\r\nb\nc\r\nd\r\n")
    assert settle(before, "a\nb\nc\nx\nd\n") == "a\r\nb\nc\r\nx\r\nd\r\n"
