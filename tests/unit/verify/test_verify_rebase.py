"""An edit made for one version, offered at a later one: where its lines went, or nowhere."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types as lsp

from kibitz.errors import StaleError
from kibitz.lsp.documents import REMEMBERED, LiveDocument
from kibitz.text import Document, TextEdit, span
from kibitz.verify.changes import Trace, as_seen, contents
from kibitz.verify.edit import FileEdit, file_edit, rebase
from support.meanwhile import ENCODINGS, ENDS, begin, inverted, verdict
from support.meanwhile_deeds import interfere

LINES = [f"line {number}" for number in range(12)]
FUNCTION = ["def f():", "    return 1", ""]
SOURCE = ["a", "b", "", "    return 1", "}", "😀 = 2", "def f(x):", "    𝒳 = 'é'"]


class Typed:
    """An open document, and an edit that was made for it."""

    def __init__(self, lines: list[str], after: list[str], end: str = "\n") -> None:
        self.live = LiveDocument("file:///a.py", "python", 1, end.join([*lines, ""]))
        self.made = file_edit(self.live.snapshot(), end.join([*after, ""]))

    def type(self, line: int, character: int, text: str, gone: tuple[int, int] = (0, 0)) -> Typed:
        """Type at a place, over so many lines and characters."""
        start = lsp.Position(line, character)
        end = lsp.Position(line + gone[0], gone[1] if gone[0] else character + gone[1])
        change = lsp.TextDocumentContentChangePartial(lsp.Range(start, end), text)
        self.live.change([change], self.live.version + 1, "utf-32")
        return self

    def moved(self) -> FileEdit:
        """The edit as it fits now."""
        return rebase(self.made, self.live.snapshot(), self.live.since(self.made.document.version))

    @property
    def after(self) -> list[str]:
        """The lines after the edit as it fits now."""
        return self.moved().after.text.splitlines()

    def is_stale(self) -> bool:
        """Whether it is refused."""
        with pytest.raises(StaleError):
            self.moved()
        return True


def changed(at: int, *new: str, size: int = 1) -> Typed:
    return Typed(LINES, [*LINES[:at], *new, *LINES[at + size :]])


@settings(max_examples=400, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lines=st.lists(st.sampled_from(SOURCE), min_size=1, max_size=20),
    eol=st.sampled_from(ENDS),
    encoding=st.sampled_from(ENCODINGS),
    whole=st.booleans(),
    steps=st.integers(1, 8),
)
def test_whatever_is_typed_it_is_right_or_refused(
    seed: int, lines: list[str], eol: str, encoding: str, whole: bool, steps: int
) -> None:
    it = begin(random.Random(seed), lines, eol, encoding, whole)  # type: ignore[arg-type]
    for _ in range(steps):
        interfere(it)
    assert verdict(it) != "misplaced"


def test_what_was_not_touched_is_hardly_ever_refused() -> None:
    seen = []
    for seed in range(1500):
        rng = random.Random(seed)
        lines = [rng.choice(SOURCE) for _ in range(rng.randint(6, 20))]
        it = begin(rng, lines, rng.choice(ENDS), rng.choice(ENCODINGS), whole=False)
        for _ in range(rng.randint(1, 8)):
            interfere(it)
        seen.append(verdict(it))
    assert seen.count("misplaced") == 0
    assert seen.count("right") > 500
    assert seen.count("needless") < 0.01 * len(seen)


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lines=st.lists(st.sampled_from(SOURCE), min_size=1, max_size=20),
    eol=st.sampled_from(ENDS),
    encoding=st.sampled_from(ENCODINGS),
)
def test_undo_gives_back_the_same_text(seed: int, lines: list[str], eol: str, encoding: str) -> None:
    it = begin(random.Random(seed), lines, eol, encoding, whole=False)  # type: ignore[arg-type]
    assert inverted(it.made.document, it.made, encoding) == it.made.document.text  # type: ignore[arg-type]


def test_nothing_moved() -> None:
    edit = changed(5, "new").made
    now = Document("file:///a.py", edit.document.text, version=7)
    moved = rebase(edit, now)
    assert (moved.document, moved.after.text, moved.after.version) == (now, edit.after.text, 7)


def test_without_the_changes_another_text_is_another_text() -> None:
    edit = changed(5, "new").made
    with pytest.raises(StaleError):
        rebase(edit, Document("file:///a.py", "above\n" + edit.document.text))
    with pytest.raises(StaleError):  # these do not lead there
        rebase(edit, Document("file:///a.py", "above\n" + edit.document.text), [])
    with pytest.raises(StaleError):
        rebase(
            edit, Document("file:///a.py", edit.document.text + "below"), [TextEdit(span(0, 0, 0, 0), "x")]
        )


def test_changes_beside_it_move_it_and_changes_in_it_end_it() -> None:
    expected = [*LINES[:5], "new", *LINES[6:]]
    assert changed(5, "new").type(0, 0, "above\n").after == ["above", *expected]
    assert changed(5, "new").type(4, 2, "x").after[4:6] == ["lixne 4", "new"]
    assert changed(5, "new").type(6, 2, "x").after[5:7] == ["new", "lixne 6"]
    assert changed(5, "new").type(5, 0, "above\n").after[5:7] == ["above", "new"]
    assert changed(5, "new").type(5, 6, "\nbelow").after[5:7] == ["new", "below"]
    assert changed(5, "new").type(2, 0, "", (2, 0)).after == [*LINES[:2], "line 4", "new", *LINES[6:]]
    for line, character, text, gone in (
        (5, 0, "x", (0, 0)),
        (5, 6, "x", (0, 0)),
        (5, 3, "\n", (0, 0)),
        (5, 0, "", (1, 0)),
        (4, 6, "", (1, 0)),
        (5, 6, "", (1, 0)),
        (3, 0, "x", (4, 0)),
    ):
        assert changed(5, "new").type(line, character, text, gone).is_stale()


def test_what_was_typed_and_taken_back_was_not_typed() -> None:
    assert changed(5, "new").type(5, 2, "xyz").type(5, 2, "", (0, 3)).after[5] == "new"
    assert changed(5, "new").type(5, 0, "", (1, 0)).type(5, 0, "line 5\n").after[5] == "new"
    both = changed(5, "new").type(5, 2, "x").type(0, 0, "above\n").type(6, 2, "", (0, 1))
    assert both.after[:7] == ["above", *LINES[:5], "new"]
    assert changed(5, "new").type(5, 0, "above").type(5, 5, "\n").after[5:7] == ["above", "new"]


def test_of_equal_places_it_stays_at_its_own() -> None:
    twice = [*FUNCTION, "x = 1", *FUNCTION]
    after = ["def f():", "    return 2", "", "x = 1", *FUNCTION]
    assert Typed(twice, after).type(0, 0, "import os\n").after == ["import os", *after]
    assert Typed(twice, after).type(4, 0, "", (3, 0)).after == after[:4]
    assert Typed(twice, after).type(0, 0, "", (3, 0)).is_stale(), "the other one was not meant"
    copied = Typed(twice, after).type(0, 0, "\n".join(FUNCTION) + "\n")
    assert copied.after == [*FUNCTION, *after]
    assert copied.type(4, 0, "# mine now").is_stale(), "nor was the copy"


def test_two_lines_it_comes_between_must_stay_together() -> None:
    between = Typed(LINES, [*LINES[:5], "new", *LINES[5:]])
    assert between.type(1, 0, "above\n").after[5:8] == ["line 4", "new", "line 5"]
    assert between.type(5, 6, "\nbetween").is_stale()
    assert Typed(LINES, [*LINES[:5], "new", *LINES[5:]]).type(4, 0, "x").is_stale()


def test_several_edits_stand_or_fall_together() -> None:
    after = [line.upper() if line in ("line 2", "line 9") else line for line in LINES]
    made = Typed(LINES, after)
    assert len(made.made.edits) == 2
    made.type(5, 0, "between\n")
    assert made.after == [*after[:5], "between", *after[5:]]
    assert made.type(10, 1, "x").is_stale()


def test_what_was_asked_about_is_one_piece() -> None:
    after = [line.upper() if line in ("line 2", "line 9") else line for line in LINES]
    for asked in (span(1, 0, 9, 6), span(2, 3, 10, 0)):
        made = Typed(LINES, after)
        made.made = file_edit(made.live.snapshot(), made.made.after.text, asked=asked)
        assert made.type(0, 0, "above\n").after == ["above", *after]
        assert made.type(6, 0, "x").is_stale()


def test_line_ends_are_those_of_the_place() -> None:
    made = Typed(LINES, [*LINES[:5], "new", "and more", *LINES[6:]])
    text = made.live.snapshot().text.replace("\n", "\r\n")
    made.live.change([lsp.TextDocumentContentChangeWholeDocument(text)], 2, "utf-16")
    assert made.moved().after.text == "\r\n".join([*LINES[:5], "new", "and more", *LINES[6:], ""])


def test_the_last_line_keeps_that_it_is_the_last() -> None:
    made = Typed(LINES, [*LINES[:11], "new"])
    made.type(11, 6, "", (1, 0))  # the final line end is gone
    assert made.is_stale()


def test_a_new_file_that_is_no_longer_empty_is_left_alone() -> None:
    made = Typed([], ["x = 1"])
    made.made = file_edit(Document("file:///a.py", ""), "x = 1\n", create=True)
    with pytest.raises(StaleError):
        rebase(made.made, Document("file:///a.py", "y = 2\n"))
    with pytest.raises(StaleError):
        rebase(made.made, Document("file:///a.py", "y = 2\n"), [TextEdit(span(0, 0, 0, 0), "y = 2\n")])


def test_changes_are_remembered_by_version() -> None:
    made = changed(5, "new")
    versions = [made.live.version]
    for _ in range(3):
        made.type(0, 0, "x")
        versions.append(made.live.version)
    assert [len(made.live.since(version) or ()) for version in versions] == [3, 2, 1, 0]
    assert made.live.since(99) is None
    for _ in range(REMEMBERED):
        made.type(0, 0, "x")
    assert made.live.since(versions[0]) is None
    assert made.is_stale()


TEXTS = st.lists(st.sampled_from(["a", "b", "ab", "", "\r", "\n", "\r\n", "é"]), max_size=12).map("".join)


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_what_is_seen_of_two_texts_leads_from_one_to_the_other(texts: list[str]) -> None:
    documents = [Document("file:///a", text) for text in texts]
    steps = [as_seen(one.lines, two.lines) for one, two in itertools.pairwise(documents)]
    before, now = contents(documents[0].lines), contents(documents[-1].lines)
    trace = Trace(before, now, [step for step in steps if step is not None])
    assert trace.certain
    for line in range(len(before)):
        place = trace.place(line, line + 1)
        assert place is None or now[place] == before[line]
