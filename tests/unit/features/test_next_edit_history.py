"""The edit history: hunks stay where they are, and lead back to the text as it was."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.features.next_edit.history import MOST_HUNKS, PAUSE_S, History
from kibitz.text import split_lines

LINES = st.lists(st.sampled_from(["a\n", "b\n", "cc\n", "\n"]), max_size=3)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def edit(history: History, lines: list[str], first: int, removed: int, new: list[str]) -> None:
    history.edited(first, lines[first : first + removed], new)
    lines[first : first + removed] = new


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(["x\n", "y\n", "zz\n"]), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4), LINES), max_size=12),
)
def test_taking_the_hunks_back_gives_the_old_text(
    before: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    lines, history = before.copy(), History(lambda: 0.0)
    for first, removed, new in edits:
        edit(history, lines, min(first, len(lines)), removed, new)
    hunks = sorted(history.recent().hunks, key=lambda hunk: (hunk.first, hunk.end))
    for hunk in hunks:
        assert tuple(lines[hunk.first : hunk.end]) == hunk.new
        assert hunk.old != hunk.new
    for one, other in pairwise(hunks):
        assert one.end <= other.first
    for hunk in reversed(hunks):
        lines[hunk.first : hunk.end] = hunk.old
    assert lines == before


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), LINES, st.floats(0, 50)), max_size=60))
def test_hunks_stand_where_they_say_however_much_is_forgotten(
    edits: list[tuple[int, int, list[str], float]],
) -> None:
    clock = Clock()
    lines, history = [f"{n}\n" for n in range(60)], History(clock)
    for first, removed, new, pause in edits:
        clock.now += pause
        edit(history, lines, min(first, len(lines)), removed, new)
        hunks = history.recent().hunks
        assert len(hunks) <= MOST_HUNKS
        assert all(tuple(lines[h.first : h.end]) == h.new for h in hunks)


def test_keys_of_one_word_are_one_hunk() -> None:
    lines, history = split_lines("first\ncount = 1\nlast"), History(lambda: 0.0)
    for line in ("coun = 1\n", "cou = 1\n", "coux = 1\n", "couxy = 1\n"):
        edit(history, lines, 1, 1, [line])
    (hunk,) = history.recent().hunks
    assert (hunk.first, hunk.old, hunk.new) == (1, ("count = 1\n",), ("couxy = 1\n",))
    assert history.recent().count == 1


def test_after_a_pause_a_change_is_one_of_its_own() -> None:
    clock = Clock()
    lines, history = ["a\n", "b\n"], History(clock)
    edit(history, lines, 0, 1, ["aa\n"])
    clock.now = PAUSE_S + 1
    edit(history, lines, 0, 1, ["aaa\n"])
    (hunk,) = history.recent().hunks
    assert (hunk.old, hunk.new) == (("aa\n",), ("aaa\n",))
    assert history.recent().count == 2


def test_what_is_taken_back_is_no_change_but_remembered() -> None:
    lines, history = ["a\n", "b\n"], History(lambda: 0.0)
    edit(history, lines, 1, 1, ["  bb\n"])
    edit(history, lines, 1, 1, ["b\n"])
    assert history.recent().hunks == ()
    assert history.recent().undone == {"bb"}


def test_a_paste_is_no_hint() -> None:
    lines, history = ["a\n"], History(lambda: 0.0)
    edit(history, lines, 0, 0, ["x\n"] * 1000)
    assert history.recent().hunks == ()
