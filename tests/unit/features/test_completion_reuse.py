"""What of an answer is one at a later place: typed on, typed back, closed by the editor, or not any more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.completion.answers import KEPT, Answers, Kept
from kibitz.features.completion.flight import Flight
from kibitz.features.completion.place import Place, typed_in, typed_to
from kibitz.features.completion.rhythm import LONGEST_S, MOST_DWELL_S, Rhythm, Spending
from kibitz.text import Document

MODEL = "openai/m"


def place(marked: str, uri: str = "file:///a.py") -> Place:
    """The place of `|` in a text."""
    before, after = marked.split("|")
    document = Document(uri, before + after, "python")
    return Place.at(document, document.position(len(before)))


def kept(marked: str, text: str) -> Answers:
    answers = Answers()
    answers.keep(Kept(place(marked), MODEL, MODEL, text))
    return answers


def rest(answers: Answers, marked: str, model: str = MODEL) -> str | None:
    hit = answers.find(place(marked), model)
    return None if hit is None else hit.text


def test_what_is_typed_of_an_answer_is_taken_off_it() -> None:
    answers = kept("a = 1\nb = |\nc = 3\n", "len(a)\nd = 4")
    assert rest(answers, "a = 1\nb = |\nc = 3\n") == "len(a)\nd = 4"
    assert rest(answers, "a = 1\nb = len|\nc = 3\n") == "(a)\nd = 4"
    assert rest(answers, "a = 1\nb = len(a)\n|\nc = 3\n") == "d = 4"
    assert rest(answers, "a = 1\nb = len(a)\nd =|\nc = 3\n") == " 4"
    assert rest(answers, "a = 1\nb = len(a)\nd = 4|\nc = 3\n") is None


def test_another_text_has_no_answer() -> None:
    answers = kept("a = 1\nb = |\nc = 3\n", "len(a)")
    assert rest(answers, "a = 1\nb = lem|\nc = 3\n") is None
    assert rest(answers, "a = 2\nb = |\nc = 3\n") is None
    assert rest(answers, "a = 1\nb = |\nc = 4\n") is None
    assert rest(answers, "a = 1\nb = |x\nc = 3\n") is None
    assert rest(answers, "a = 1\nb = |\nc = 3\n", "openai/other") is None
    assert answers.find(place("a = 1\nb = |\nc = 3\n", "file:///b.py"), MODEL) is None


def test_what_was_deleted_before_an_answer_is_put_back() -> None:
    answers = kept("value = comp|\n", "ute(1)")
    assert rest(answers, "value = co|\n") == "mpute(1)"
    assert rest(answers, "|\n") is None


def test_brackets_the_editor_closed_by_itself_are_written_once() -> None:
    answers = kept("b = len|\n", "(a)")
    assert rest(answers, "b = len(|)\n") == "a"
    answers = kept("b = len|\n", "(a) + 1")
    hit = answers.find(place("b = len(|)\n"), MODEL)
    assert hit is not None
    assert (hit.text, hit.over) == ("a) + 1", 1)


def test_an_empty_answer_is_one_for_its_own_place_alone() -> None:
    answers = kept("b = 1|\n", "")
    assert rest(answers, "b = 1|\n") == ""
    assert rest(answers, "b = 12|\n") is None
    assert rest(answers, "b = |\n") is None


def test_edits_far_above_do_not_matter_and_near_ones_do() -> None:
    lines = "".join(f"line_{n} = {n}\n" for n in range(400))
    answers = kept(f"{lines}b = |\n", "len(a)")
    assert rest(answers, f"new = 0\n{lines}b = le|\n") == "n(a)"
    assert rest(answers, f"{lines}new = 0\nb = le|\n") is None


def test_the_number_of_answers_is_bounded() -> None:
    answers = Answers()
    for n in range(KEPT * 2):
        answers.keep(Kept(place(f"b{n} = |\n"), MODEL, MODEL, "1"))
    assert len(answers) == KEPT
    for n in range(100):
        answers.keep(Kept(place("b = |\n", f"file:///{n}.py"), MODEL, MODEL, "1"))
    assert len(answers) <= 40


TEXT = st.text("ab( \n", max_size=12)


@given(before=TEXT, answer=TEXT, after=TEXT, typed=st.integers(0, 12), more=TEXT)
def test_an_answer_given_again_makes_the_text_it_would_have_made(
    before: str, answer: str, after: str, typed: int, more: str
) -> None:
    answers = kept(f"{before}|{after}", answer)
    wanted = before + answer + after
    for written in (before + answer[:typed], before + more):
        document = Document("file:///a.py", written + after, "python")
        where = Place.at(document, document.position(len(written)))
        hit = answers.find(where, MODEL)
        if hit is not None:
            assert written + hit.text + after[hit.over :] == wanted
        elif written == before + answer[:typed] and typed < len(answer):
            raise AssertionError("typed on, and not found again")


@given(before=TEXT, typed=TEXT, after=TEXT)
def test_what_was_typed_is_known(before: str, typed: str, after: str) -> None:
    origin = place(f"{before}|{after}")
    document = Document("file:///a.py", before + typed + after, "python")
    now = Place.at(document, document.position(len(before) + len(typed)))
    assert typed_to(origin, now, document.lines) == typed
    assert typed_in(origin, document.lines)[0] == typed


def test_a_call_is_carried_by_what_continues_it() -> None:
    flight = Flight(place("b = |\n"), MODEL)
    assert flight.carries("anything at first")
    assert not flight.carries("x" * 80)
    flight.heard("len(")
    assert flight.carries("le")
    assert flight.carries("len(a")
    assert not flight.carries("lem")


def test_an_answer_that_begins_with_a_fence_is_waited_for() -> None:
    flight = Flight(place("b = |\n"), MODEL)
    flight.heard("```python\nlen(")
    assert flight.carries("le")


def test_a_call_made_ahead_is_carried_by_the_suggestion_it_follows() -> None:
    flight = Flight(place("b = len(a)\n|\n"), MODEL, origin=place("b = |\n"), lead="len(a)\n")
    flight.heard("c = 1")
    assert flight.carries("len")
    assert flight.carries("len(a)\nc")
    assert not flight.carries("len(b")
    assert not flight.carries("len(a)\nd")


def test_the_wait_follows_the_hand() -> None:
    rhythm = Rhythm()
    rhythm.key(0.0, waited=False)
    assert rhythm.wait(0.075) == 0.075
    rhythm.key(0.1, waited=False)
    first = rhythm.wait(0.075)
    assert first > 0.1
    assert rhythm.wait(0.075, in_a_word=True) > first
    rhythm.key(0.2, waited=True)
    assert rhythm.wait(0.075) == 0.075
    rhythm.key(9.2, waited=False)
    assert rhythm.wait(0.075) == first  # a rest changes no rhythm
    for _ in range(10):
        rhythm.refused()
    assert first < rhythm.wait(0.075) <= LONGEST_S
    rhythm.followed()
    assert rhythm.wait(0.075) == first
    assert rhythm.wait(1.0) == 1.0
    assert rhythm.wait(0.0) == 0.0


def test_the_wait_grows_with_what_was_spent_and_keys_pay_it_back() -> None:
    spending = Spending()
    rhythm = Rhythm(spending, gap_s=0.1)
    least = rhythm.wait(0.075)
    for _ in range(20):
        spending.call()
    assert spending.share == 1.0
    assert rhythm.wait(0.075) == 2 * least
    for at in range(400):
        rhythm.key(at * 0.1, waited=False)
    assert spending.share == 0.0
    assert rhythm.wait(0.075) <= least * 1.01


def test_a_suggestion_is_being_read_when_the_hand_rests_longer_than_between_two_keys() -> None:
    assert Rhythm().dwell_s < Rhythm(gap_s=0.15).dwell_s <= Rhythm(gap_s=5.0).dwell_s == MOST_DWELL_S


@given(before=TEXT, after=TEXT, text=TEXT.filter(bool))
def test_the_place_behind_a_text_is_where_the_cursor_stands_then(before: str, after: str, text: str) -> None:
    assert place(f"{before}|{after}").behind(text) == place(f"{before}{text}|{after}")
