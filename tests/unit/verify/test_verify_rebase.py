"""An edit made for one version, offered at a later one: the same place, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import StaleError
from kibitz.text import Document
from kibitz.verify.edit import FileEdit, file_edit, rebase

LINES = [f"line {number}" for number in range(12)]


def document(lines: list[str], end: str = "\n") -> Document:
    return Document("file:///a.txt", "".join(line + end for line in lines), version=1)


def made(lines: list[str], at: int, new: list[str], size: int = 1) -> FileEdit:
    before = document(lines)
    return file_edit(before, document([*lines[:at], *new, *lines[at + size :]]).text)


def test_nothing_moved() -> None:
    edit = made(LINES, 5, ["new"])
    now = Document("file:///a.txt", edit.document.text, version=7)
    moved = rebase(edit, now)
    assert (moved.document, moved.after.text, moved.after.version) == (now, edit.after.text, 7)


@given(
    at=st.integers(2, 9),
    where=st.integers(0, 12),
    gone=st.integers(0, 3),
    typed=st.lists(st.sampled_from(["typed", "more", "", "  "]), max_size=3),
    new=st.lists(st.sampled_from(["new", "text 😀"]), max_size=2),
)
def test_moves_with_the_text_or_not_at_all(
    at: int, where: int, gone: int, typed: list[str], new: list[str]
) -> None:
    edit = made(LINES, at, new)
    gone = min(gone, len(LINES) - where)
    now = document([*LINES[:where], *typed, *LINES[where + gone :]])
    if edit.document.text == now.text:
        assert rebase(edit, now).after.text == edit.after.text
        return
    low, high = at - 1, at + 1
    above, below = where + gone <= low, where > high
    if not above and not below:
        with pytest.raises(StaleError):
            rebase(edit, now)
        return
    by = len(typed) - gone if above else 0
    expected = [*now.text.split("\n")[: at + by], *new, *now.text.split("\n")[at + by + 1 :]]
    assert rebase(edit, now).after.text == "\n".join(expected)


@given(
    lines=st.lists(st.sampled_from(["a", "b", "", "}"]), min_size=3, max_size=12),
    other=st.lists(st.sampled_from(["a", "b", "", "}"]), min_size=1, max_size=12),
    at=st.integers(0, 11),
)
def test_what_is_touched_is_what_was_meant(lines: list[str], other: list[str], at: int) -> None:
    at = min(at, len(lines) - 1)
    edit = made(lines, at, ["NEW"])
    try:
        moved = rebase(edit, document(other))
    except StaleError:
        return
    assert moved.after.text == moved.document.replaced(moved.edits).text
    result = moved.after.text.split("\n")
    (found,) = [number for number, line in enumerate(result) if line == "NEW"]
    assert [*result[:found], lines[at], *result[found + 1 :]] == [*other, ""]
    assert result[found + 1] == [*lines, ""][at + 1]
    if at:
        assert result[found - 1] == lines[at - 1]


def test_one_of_two_equal_places_that_was_deleted_is_gone() -> None:
    function = ["def f():", "    return 1", ""]
    edit = made([*function, *function], 1, ["    return 2"])
    with pytest.raises(StaleError):
        rebase(edit, document(function))


def test_one_of_two_equal_places_is_certain_where_all_changes_are_on_one_side() -> None:
    function = ["def f():", "    return 1", ""]
    edit = made([*function, "x = 1", *function], 1, ["    return 2"])
    moved = rebase(edit, document(["import os", *function, "x = 1", *function]))
    assert moved.after.text.split("\n")[:4] == ["import os", "def f():", "    return 2", ""]
    moved = rebase(edit, document([*function, "x = 2", *function]))
    assert moved.after.text.split("\n")[:3] == ["def f():", "    return 2", ""]


def test_several_edits_keep_their_order() -> None:
    before = document(LINES)
    after = before.text.replace("line 2", "LINE 2").replace("line 9", "LINE 9")
    edit = file_edit(before, after)
    assert len(edit.edits) == 2
    moved = rebase(edit, document([*LINES[:5], "between", *LINES[5:]]))
    assert moved.after.text == document([*LINES[:5], "between", *LINES[5:]]).text.replace(
        "line 2", "LINE 2"
    ).replace("line 9", "LINE 9")
    with pytest.raises(StaleError):
        rebase(edit, document([*LINES[6:], *LINES[:6]]))


def test_a_new_file_that_is_no_longer_empty_is_left_alone() -> None:
    edit = file_edit(Document("file:///new.py", ""), "x = 1\n", create=True)
    with pytest.raises(StaleError):
        rebase(edit, Document("file:///new.py", "y = 2\n"))
