"""Documents on their way to the worker: what arrives is what was told, whatever was lost on the way."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kibitz.context.told import MOST_TEXTS, WORTH_CHARACTERS, Heard, Told, difference
from kibitz.text import Document

LETTERS = st.text("ab\nä😀", max_size=12)
LONG = "def f():\n    return 'ä😀'\n" * (WORTH_CHARACTERS // 20)


def document(text: str, uri: str = "file:///a.py", version: int = 1) -> Document:
    return Document(uri, text, "python", version, None)


@given(LETTERS, LETTERS)
def test_the_difference_makes_one_text_of_the_other(before: str, after: str) -> None:
    start, end, text = difference(before, after)
    assert 0 <= start <= end <= len(before)
    assert before[:start] + text + before[end:] == after
    assert not text or not before[start:end] or (text[0] != before[start] and text[-1] != before[end - 1])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, len(LONG)), LETTERS, st.booleans()), max_size=12))
def test_what_is_heard_is_what_was_told(edits: list[tuple[int, int, str, bool]]) -> None:
    told, heard = Told(), Heard()
    texts = [LONG, LONG[:-3], "short"]
    for which, at, text, lost in edits:
        texts[which] = texts[which][:at] + text + texts[which][at + 1 :]
        if lost:
            heard = Heard()
        one = document(texts[which], f"file:///{which}")
        got = heard.document(json.loads(json.dumps(told.shown(one))))
        if got is None:
            told.forget()
            got = heard.document(told.shown(one))
        assert got is not None
        assert (got.uri, got.text, got.language, got.version) == (one.uri, one.text, "python", 1)


def test_a_key_in_a_long_text_is_told_in_a_few_characters() -> None:
    told = Told()
    assert told.shown(document(LONG))["text"] == LONG
    typed = told.shown(document(LONG[:500] + "x" + LONG[500:], version=2))
    assert len(json.dumps(typed)) < 200
    assert len(json.dumps(told.shown(document(LONG[:500] + "x" + LONG[500:], version=2)))) < 200


def test_what_was_told_long_ago_is_told_anew() -> None:
    told, heard = Told(), Heard()
    heard.document(told.shown(document(LONG)))
    for number in range(MOST_TEXTS):
        heard.document(told.shown(document(LONG, f"file:///{number}")))
    assert told.shown(document(LONG))["text"] == LONG
