"""What was read of the open files is kept while somebody types, and says the same as if it were read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.models.offline import complete
from kibitz.models.offline import near as rooms
from kibitz.models.offline.complete import suggest
from kibitz.models.offline.corpus import Corpora, Corpus, likeliest, tokens_of
from kibitz.models.offline.near import Near
from kibitz.models.tasks import CompleteTask, Project
from kibitz.text import Document, Position

LINES = Path(complete.__file__).read_text("utf-8").split("\n")
OTHER = Document(
    "file:///other.py", "class Other:\n    def suggest_other(self, task):\n        return task\n", "python"
)


def task(text: str, line: int, character: int, *opened: Document) -> CompleteTask:
    document = Document("file:///a.py", text, "python")
    return CompleteTask(document, Position(line, character), Project(None, ()), 12, (document, *opened))


def test_typing_on_says_the_same_as_reading_anew() -> None:
    near = Near()
    said = 0
    start = 120
    below = LINES[start + 60 :]
    for number in range(start, start + 40):
        line = LINES[number]
        for character in {len(line) // 2, len(line) * 3 // 4, len(line)}:
            text = "\n".join([*LINES[:number], line[:character], *below])
            asked = task(text, number, character, OTHER)
            found = suggest(asked, None, near)
            assert found == suggest(asked, None)
            said += bool(found)
    assert said > 20


def test_a_line_costs_its_own_tokens_and_a_key_none(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    add = Corpus.add

    def counting(self: Corpus, text: str) -> None:
        added.append(len(text))
        add(self, text)

    monkeypatch.setattr(Corpus, "add", counting)
    near = Near()
    above = "\n".join(LINES[:180])
    for typed in ("", "x", "x =", "x = 1"):
        suggest(task(f"{above}\n{typed}\nend()\n", 180, len(typed), OTHER), None, near)
    whole = len(f"{above}\nend()\n{OTHER.text}")
    assert whole - 20 < sum(added) <= whole, "each text once, in pieces without their line ends"
    added.clear()
    suggest(task(f"{above}\nx = 1\ny\nend()\n", 181, 1, OTHER), None, near)
    assert added == [len("x = 1")]
    added.clear()
    suggest(task(f"{above}\nx = 12\ny\nend()\n", 181, 1, OTHER), None, near)
    assert 0 < sum(added) < len(above) / 3, "another line above is another piece"
    added.clear()
    changed = Document(OTHER.uri, OTHER.text + "\nmore()\n", "python")
    suggest(task(f"{above}\nx = 12\ny\nend()\n", 181, 1, changed), None, near)
    assert added == [len(changed.text) - 1]


def test_pieces_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "KEPT_CHARACTERS", 1_000)
    near = Near()
    for number in range(200):
        document = Document(f"file:///{number}.py", f"\nx = {number}\n" * 10, "python")
        with near.around(CompleteTask(document, Position(0, 0), Project(None, ()), 12)):
            pass
    assert 0 < sum(map(len, near._pieces)) < 1_200


def test_several_corpora_answer_as_one_that_has_all() -> None:
    text = [f"value_{n % 3} = call({n})" for n in range(900)]
    whole = Corpora([Corpus("\n".join(text))])
    parts = Corpora([Corpus("\n".join(text[at : at + 100])) for at in range(0, 900, 100)])
    context = tokens_of("\nvalue_1 = call")
    for start in ("", "("):
        assert likeliest([whole], context, start) == likeliest([parts], context, start)
    assert parts.lines("value_1 = call(1") == whole.lines("value_1 = call(1")
    assert parts.words("val") == whole.words("val")
