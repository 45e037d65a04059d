"""What a model says beyond the suggestion: heard for a few lines, and taken up where the suggestion ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kibitz.errors import KibitzError
from kibitz.features import complete
from kibitz.features.complete import answered, continued
from kibitz.features.completion.extent import extent
from kibitz.features.completion.shaping import Answered
from kibitz.features.completion.streak import MORE_LINES, Streak, said_on
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.settings import Settings
from kibitz.text import Document, Position

TEXT = "def f(a):\n    b = \n"
AT = Position(1, 8)


def streak(*, more: bool = True) -> Streak:
    return Streak(extent(Document("file:///a.py", TEXT, "python"), AT), more=more)


def test_it_is_enough_at_the_end_of_the_line_and_over_some_lines_later() -> None:
    heard = streak()
    assert not heard.feed("a + 1\n    ret")
    assert heard.enough == len("a + 1")
    assert not any(heard.feed("urn b\n") for _ in range(MORE_LINES - 1))
    assert heard.feed("x\ny\n")
    assert streak(more=False).feed("a + 1\n    ret")


@pytest.mark.parametrize("odd", ["\n```\nThat", "x" * 700])
def test_what_is_no_code_any_more_is_not_heard(odd: str) -> None:
    heard = streak()
    heard.feed("a + 1\n")
    assert heard.feed(odd)


def test_a_whole_block_has_nothing_after_it() -> None:
    document = Document("file:///a.py", "def f(a):\n    \n", "python")
    heard = Streak(extent(document, Position(1, 4)), more=True)
    assert heard.feed("return a\n\n\ndef g(b):\n")


@pytest.mark.parametrize(
    ("said", "whole", "more"),
    [
        ("a + 1\n    return b", True, "\n    return b"),
        ("a + 1\n    return b\n    re", False, "\n    return b\n"),
        ("a + 1\n", True, ""),
        ("a + 2\n    return b", True, ""),
    ],
)
def test_what_is_said_after_a_suggestion(said: str, whole: bool, more: str) -> None:
    assert said_on(said, "a + 1", "python", TEXT, whole=whole) == more


class Bench:
    """A workbench whose model says these pieces, then fails or not."""

    root = None
    project = None

    def __init__(self, *pieces: str, fails: bool = False) -> None:
        self.settings = Settings()
        self.pieces, self.fails = pieces, fails
        self.name = "openai/m"
        self.heard = 0

    def model(self, _feature: str) -> Bench:
        return self

    def open_documents(self) -> tuple[Document, ...]:
        return ()

    async def ask(self, _request: Any, *, enough: Any, on_sent: Any, **_: Any) -> Answer:
        on_sent()
        for piece in self.pieces:
            self.heard += 1
            if enough(piece):
                break
            await asyncio.sleep(0)
        if self.fails:
            raise KibitzError("network", "It broke.", "")
        return Answer(self.name, "".join(self.pieces[: self.heard]), Usage(10, 0, 5))


@pytest.fixture(autouse=True)
def prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def request(_bench: Any, task: Any) -> Request:
        return Request("complete", (), task)

    monkeypatch.setattr(complete, "_request", request)


async def ask(bench: Bench, *, awaited: bool = False) -> tuple[list[Answered], Answered]:
    firsts: list[Answered] = []
    document = Document("file:///a.py", TEXT, "python", 1)
    whole = await answered(
        bench,  # type: ignore[arg-type]
        document,
        AT,
        on_enough=firsts.append,
        awaited=lambda: awaited,
    )
    return firsts, whole


async def test_a_line_more_is_enough_where_somebody_waits_for_it() -> None:
    pieces = ("a + 1\n", "    return", " b\n", "    c = 1\n", "    d = 2\n")
    waiting, idle = Bench(*pieces), Bench(*pieces)
    _, whole = await ask(waiting, awaited=True)
    assert (waiting.heard, whole.more) == (3, "\n    return b\n")
    _, whole = await ask(idle)
    assert (idle.heard, whole.more) == (5, "\n    return b\n    c = 1\n    d = 2\n")


async def test_the_suggestion_is_given_before_the_rest_is_heard() -> None:
    firsts, whole = await ask(Bench("a + 1\n", "    return b\n", "\n\ndef g():"))
    assert [first.text for first in firsts] == ["a + 1"]
    assert (whole.text, whole.more) == ("a + 1", "\n    return b\n\n\ndef g():")
    assert whole.answer.usage == Usage(10, 0, 5)


async def test_a_failure_after_the_suggestion_is_nobodys() -> None:
    firsts, whole = await ask(Bench("a + 1\n", "    ret", fails=True))
    assert [first.text for first in firsts] == [whole.text] == ["a + 1"]
    with pytest.raises(KibitzError, match="It broke"):
        await ask(Bench("a +", fails=True))


async def test_the_rest_is_shaped_for_the_place_behind_the_suggestion() -> None:
    document = Document("file:///a.py", "def f(a):\n    b = a + 1\n", "python", 1)
    said = "\n    return b\n    print("
    taken = lambda: (document, Position(1, 13))  # noqa: E731
    found = await continued(Bench(), taken, said)  # type: ignore[arg-type]
    assert found.text == "\n    return b"
    assert found.more == "\n    print("
