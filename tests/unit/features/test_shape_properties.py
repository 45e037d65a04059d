"""Whatever a model says, wherever the cursor is: no new syntax error, no line of the file again, the file's line ends."""

from __future__ import annotations

import ast
import random
import warnings

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kibitz.features.completion.echo import significant
from kibitz.features.completion.extent import extent
from kibitz.features.completion.shape import Shaped, ground, shape
from kibitz.features.completion.stop import Stop
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document, Position, Range, TextEdit
from support.shape_sources import SOURCES

PYTHON = '''"""A module."""

import os


class Cart:
    """Items."""

    def __init__(self, limit=10):
        self.items = []
        self.limit = limit

    def add(self, item, count=1):
        if len(self.items) + count > self.limit:
            raise ValueError(f"more than {self.limit} items")
        for _ in range(count):
            self.items.append(
                item,
            )
        return self

    def total(self, discount=lambda price: price):
        return sum(discount(item["price"]) for item in self.items)


def load(path):
    """Read.

    One item a line.
    """
    with open(path) as file:
        try:
            lines = [line.strip() for line in file if line]
        except OSError as error:
            print("no", error)
            return {"found": [], 'name': os.path.basename(path)}
        else:
            return {"found": lines}
'''
TEXTS = {"python": PYTHON, **SOURCES}
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JUNK = st.text(alphabet="()[]{}\"'`:;,.=+- \n\t#/x1fé\r\x00", max_size=80)


def good(language: str, text: str) -> bool:
    tree = parse_fresh(Document("file:///judge", text, language))
    if tree is None or tree.errors:
        return False
    if language == "python":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(text)
            except (SyntaxError, ValueError):
                return False
    return True


@st.composite
def places(draw: st.DrawFn) -> tuple[Document, Position, str]:
    """A program with a hole or none, a place in it, and something a model might say there."""
    language = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[language]
    start = draw(st.integers(0, len(text)))
    end = draw(st.one_of(st.just(start), st.integers(start, min(len(text), start + 150))))
    right = text[start:end]
    pieces = st.integers(0, len(text) - 1).flatmap(lambda at: st.just(text[at : at + 90]))
    said = st.one_of(
        JUNK, pieces, st.just(right), st.just(text), st.just(text[max(0, start - 60) : end + 80])
    )
    answer = "".join(
        draw(
            st.lists(
                st.one_of(said, st.sampled_from(["\n", "```\n", "Sure, here it is:\n", "<EOT>"])), max_size=4
            )
        )
    )
    before, after = text[:start], text[end:]
    if draw(st.booleans()):
        before, after = before.replace("\n", "\r\n"), after.replace("\n", "\r\n")
    document = Document(f"file:///{draw(st.integers(0, 10**9))}", before + after, language)
    return document, document.position(len(before)), answer


def shaped(document: Document, position: Position, answer: str) -> Shaped:
    return shape(document, position, answer, extent=extent(document, position), line_length=100)


@SETTINGS
@given(places())
def test_no_syntax_error_is_added(case: tuple[Document, Position, str]) -> None:
    document, position, answer = case
    found = shaped(document, position, answer)
    if not found.text:
        assert found.why_dropped
        return
    assert found.why_dropped == ""
    assert found.text.strip()
    after = document.replaced([TextEdit(Range(position, position), found.text)])
    if good(document.language, document.text):
        assert good(document.language, after.text), found.text


@SETTINGS
@given(places())
def test_a_place_may_be_looked_at_before(case: tuple[Document, Position, str]) -> None:
    document, position, answer = case
    looked = ground(document, position, tried=True)
    wanted = extent(document, position)
    assert shape(document, position, answer, extent=wanted, line_length=100, on=looked) == shaped(
        document, position, answer
    )


@SETTINGS
@given(places())
def test_the_line_below_is_not_said_again(case: tuple[Document, Position, str]) -> None:
    document, position, answer = case
    text = shaped(document, position, answer).text
    line = document.line(position.line)
    below = next(
        (document.line(n) for n in range(position.line + 1, len(document.lines)) if document.line(n).strip()),
        "",
    )
    if not text or line[position.character :].strip() or not significant(below):
        return
    whole = line[: position.character] + text
    last = whole.replace("\r\n", "\n").rstrip("\n").rpartition("\n")[2]
    if "\n" in text or not line.strip():
        assert last.rstrip() != below.rstrip()


@SETTINGS
@given(places())
def test_line_ends_are_the_files(case: tuple[Document, Position, str]) -> None:
    document, position, answer = case
    text = shaped(document, position, answer).text
    if document.eol == "\r\n":
        assert "\n" not in text.replace("\r\n", "")
    else:
        assert "\r" not in text
    assert "\x00" not in text


@SETTINGS
@given(places(), st.integers(0, 10**6))
def test_streaming_stops_at_the_same_place_however_it_is_cut(
    case: tuple[Document, Position, str], seed: int
) -> None:
    document, position, answer = case
    asked = extent(document, position)
    at_once = Stop(asked).feed(answer)
    stop, rng, at, enough = Stop(asked), random.Random(seed), 0, None
    while at < len(answer) and enough is None:
        size = rng.randrange(1, 12)
        enough = stop.feed(answer[at : at + size])
        at += size
    assert enough == at_once or (enough or 0) > 500
    assert enough is None or enough <= len(answer)
