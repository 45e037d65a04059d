"""Incremental changes give the text that a whole new one would, in every encoding and with every line end."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types as lsp

from kibitz.lsp.convert import choose_encoding, from_position, to_position
from kibitz.lsp.documents import LiveDocument, whole_characters
from kibitz.text import Document, Encoding, Position

PIECES = st.text(alphabet=st.sampled_from(list("ab \n\ré😀e\u0301漢\t")), max_size=12)
ENCODINGS: list[Encoding] = ["utf-8", "utf-16", "utf-32"]


def edit(live: LiveDocument, first: int, last: int, text: str, encoding: Encoding) -> None:
    """Change the code points from first to last, as a client of that encoding would say it."""
    document = live.snapshot()
    where = lsp.Range(
        from_position(document, document.position(first), encoding),
        from_position(document, document.position(last), encoding),
    )
    live.change([lsp.TextDocumentContentChangePartial(where, text)], live.version + 1, encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=400)
@given(PIECES, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8), PIECES), max_size=8))
def test_changes_never_drift(encoding: Encoding, text: str, changes: list[tuple[int, int, str]]) -> None:
    live = LiveDocument("file:///a", "plaintext", 0, text)
    wanted = text
    for at, size, new in changes:
        document = Document("file:///a", wanted)
        first = document.offset(document.position(min(at, len(wanted))))
        last = document.offset(document.position(min(first + size, len(wanted))))
        edit(live, first, last, new, encoding)
        wanted = wanted[:first] + new + wanted[last:]
        assert live.snapshot().text == wanted
        assert live.lines == Document("file:///a", wanted).lines
        assert live.snapshot().lines == live.lines


def test_a_long_history_of_edits_ends_right() -> None:
    rng = random.Random(7)
    alphabet = "ab\n\r 😀é漢x"
    live = LiveDocument("file:///a", "plaintext", 0, "start\r\n")
    wanted = "start\r\n"
    for _ in range(3000):
        document = Document("file:///a", wanted)
        first = document.offset(document.position(rng.randint(0, len(wanted))))
        last = document.offset(document.position(min(len(wanted), first + rng.randint(0, 6))))
        new = "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 5)))
        edit(live, first, last, new, rng.choice(ENCODINGS))
        wanted = wanted[:first] + new + wanted[last:]
    assert live.snapshot().text == wanted


def test_a_snapshot_does_not_change() -> None:
    live = LiveDocument("file:///a", "plaintext", 1, "one\ntwo\n")
    before = live.snapshot()
    edit(live, 0, 3, "1", "utf-16")
    assert before.text == "one\ntwo\n"
    assert before.lines == ["one\n", "two\n", ""]
    assert live.snapshot().text == "1\ntwo\n"
    assert live.snapshot() is live.snapshot()


def test_positions_outside_of_the_text_are_clamped() -> None:
    lines = ["ab\n", "c"]
    assert to_position(lines, lsp.Position(9, 9), "utf-16") == Position(1, 1)
    assert to_position(lines, lsp.Position(0, 99), "utf-16") == Position(0, 2)


def test_halves_of_surrogate_pairs_become_replacement_characters() -> None:
    assert whole_characters("a\ud83db") == "a\ufffdb"
    assert whole_characters("é😀") == "é😀"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-7"], "utf-16"),
        ([], "utf-16"),
    ],
)
def test_the_clients_first_known_encoding_is_chosen(offered: list[str] | None, chosen: str) -> None:
    general = lsp.GeneralClientCapabilities(position_encodings=offered) if offered is not None else None  # type: ignore[arg-type]
    assert choose_encoding(lsp.ClientCapabilities(general=general)) == chosen
