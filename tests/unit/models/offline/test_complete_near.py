"""What was read of the open files is kept while somebody types, and says the same as if it were read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from kibitz.models.offline import complete
from kibitz.models.offline.complete import Near, suggest
from kibitz.models.offline.corpus import Corpus
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
    above = "\n".join(LINES)
    for typed in ("", "x", "x =", "x = 1"):
        suggest(task(f"{above}\n{typed}\nend()\n", len(LINES), len(typed)), None, near)
    assert sum(added) == len(above) + len("end()\n")
    added.clear()
    suggest(task(f"{above}\nx = 1\ny\nend()\n", len(LINES) + 1, 1), None, near)
    assert added == [len("x = 1")]
    added.clear()
    suggest(task(f"{above}\nx = 12\ny\nend()\n", len(LINES) + 1, 1), None, near)
    assert sum(added) > len(above), "another line above is another text"


def test_few_documents_are_kept() -> None:
    near = Near()
    for number in range(20):
        document = Document(f"file:///{number}.py", "x = 1\n", "python")
        with near.around(CompleteTask(document, Position(0, 0), Project(None, ()), 12)):
            pass
    assert len(near._read) == complete.KEPT
