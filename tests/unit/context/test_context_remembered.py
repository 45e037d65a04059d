"""A word that is being typed asks for no new context; what is remembered is what would be found."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kibitz.context.remembered import MOST, Found, Remembered
from kibitz.context.retrieval import build_completion, without_new_word
from kibitz.text import Document, Position
from support.memory_index import MemoryIndex

READER = MemoryIndex(
    {
        "shop/cart.py": "class Cart:\n    def total(self, places):\n        return self.lines.summed(places)\n",
        "shop/use.py": "from shop.cart import Cart\n\n\ndef bill(cart: Cart):\n    return cart.total(2)\n",
    }
)
OWN = "from shop.cart import Cart\n\n\ndef receipt(cart: Cart):\n    return cart.{}\n"


def document(typed: str) -> tuple[Document, Position]:
    text = OWN.format(typed)
    one = Document("file:///p/shop/own.py", text, "python", 1, Path("/p/shop/own.py"))
    return one, Position(4, len("    return cart.") + len(typed))


def test_a_word_that_is_typed_asks_once() -> None:
    remembered, asked = Remembered(5.0), list[Hashable]()

    def get(key: Hashable, find: Callable[[], Found]) -> Found:
        def noted() -> Found:
            asked.append(key)
            return find()

        return remembered.get(key, 1, noted)

    found = [
        build_completion(*document("total"[:n]), READER, path="shop/own.py", budget=600, remembered=get)
        for n in range(6)
    ]
    assert len(asked) == 1
    assert all(one.snippets == found[0].snippets and one.snippets for one in found)
    assert [one.prefix.rpartition("cart.")[2] for one in found] == ["total"[:n] for n in range(6)]


def test_a_word_that_is_known_is_looked_at() -> None:
    asked, at = document("cart")
    assert without_new_word(asked, at) == (asked, at)


def test_the_inside_of_a_word_stays() -> None:
    asked, at = document("zebra")
    before = Position(at.line, at.character - 2)
    assert without_new_word(asked, before) == (asked, before)


def test_the_new_word_is_taken_out() -> None:
    asked, at = document("zebra")
    bare, place = without_new_word(asked, at)
    assert bare.text == document("")[0].text
    assert place == document("")[1]


def test_only_the_last_answers_are_kept() -> None:
    remembered, found = Remembered(5.0), list[int]()

    def find() -> Found:
        found.append(1)
        return Found()

    for number in (*range(MOST + 1), 0, MOST):
        remembered.get(number, 1, find)
    assert len(found) == MOST + 2


def test_another_state_counts_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered, now = Remembered(5.0), [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    answers = [Found(skipped=str(number)) for number in range(3)]
    assert remembered.get("place", 1, lambda: answers[0]) is answers[0]
    now[0] += 4.9
    assert remembered.get("place", 2, lambda: answers[1]) is answers[0]
    now[0] += 0.2
    assert remembered.get("place", 2, lambda: answers[1]) is answers[1]
    now[0] += 100.0
    assert remembered.get("place", 2, lambda: answers[2]) is answers[1]


@settings(max_examples=150)
@given(st.text(alphabet="ab_1ä𝒳 .(\n'#", max_size=30), st.data())
def test_the_same_question_gets_the_same_answer_with_a_memory(text: str, data: st.DataObject) -> None:
    memory = Remembered(5.0)

    def get(key: Hashable, find: Callable[[], Found]) -> Found:
        return memory.get(key, 1, find)

    own = Document("file:///p/shop/own.py", text, "python", 1, Path("/p/shop/own.py"))
    for _ in range(3):
        line = data.draw(st.integers(0, len(own.lines) - 1))
        at = Position(line, data.draw(st.integers(0, len(own.line(line)))))
        plain = build_completion(own, at, READER, path="shop/own.py", budget=300)
        assert build_completion(own, at, READER, path="shop/own.py", budget=300, remembered=get) == plain
