"""Notifications of several changes, each about the text the one before left, against one string and the standard's words."""

from __future__ import annotations

import re
from collections import OrderedDict
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types as lsp

from kibitz.lsp.documents import LiveDocument
from kibitz.syntax.tree import parse, parse_fresh
from kibitz.text import Encoding

TEXTS = st.text(alphabet=st.sampled_from(list("ab \n\ré😀e\u0301漢\t\u2028\x0c\ud83d")), max_size=10)
CODE = st.sampled_from(
    ["x", "é", "😀", "\n", "\r", "\r\n", "(", ")", '"', "# ", "    y = 1\n", "def g(b):\n", ""]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
PLACES = st.tuples(st.integers(0, 6), st.integers(0, 12))
FUNCTIONS = "".join(f"def f{i}(a, b):\n    return [a, 'é😀', b]\r\n\r\n" for i in range(12))


def units(text: str, encoding: str) -> int:
    if encoding == "utf-8":
        return len(text.encode("utf-8"))
    return len(text.encode("utf-16-le")) // 2 if encoding == "utf-16" else len(text)


def offset(text: str, place: tuple[int, int], encoding: str) -> int:
    """Where a client's position is in a string: never past its line, never inside of a character."""
    line, left = place
    breaks = [*re.finditer(r"\r\n|\r|\n", text)]
    if line > len(breaks):
        return len(text)
    at = breaks[line - 1].end() if line else 0
    end = breaks[line].start() if line < len(breaks) else len(text)
    while at < end and (size := units(text[at], encoding)) <= left:
        left -= size
        at += 1
    return at


def changed(text: str, change: tuple[tuple[int, int], tuple[int, int], str], encoding: str) -> str:
    start, end, new = change
    first, last = sorted((offset(text, start, encoding), offset(text, end, encoding)))
    return text[:first] + re.sub("[\ud800-\udfff]", "\ufffd", new) + text[last:]


def event(change: tuple[tuple[int, int], tuple[int, int], str]) -> lsp.TextDocumentContentChangePartial:
    start, end, new = change
    return lsp.TextDocumentContentChangePartial(lsp.Range(lsp.Position(*start), lsp.Position(*end)), new)


@settings(max_examples=400, deadline=None)
@given(
    TEXTS,
    st.lists(st.lists(st.tuples(PLACES, PLACES, TEXTS), min_size=1, max_size=4), max_size=5),
    ENCODINGS,
)
def test_batches_of_changes_give_the_text_of_the_standard(
    text: str, batches: list[list[tuple[tuple[int, int], tuple[int, int], str]]], encoding: Encoding
) -> None:
    live = LiveDocument("file:///a", "plaintext", 0, text)
    wanted = re.sub("[\ud800-\udfff]", "\ufffd", text)
    for version, batch in enumerate(batches, 1):
        for change in batch:
            wanted = changed(wanted, change, encoding)
        live.change([event(change) for change in batch], version, encoding)
        assert live.snapshot().text == wanted
        lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)", wanted)
        assert live.lines == [*lines, re.split(r"\r\n|\r|\n", wanted)[-1]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 36), st.integers(0, 30), st.integers(0, 5), CODE), max_size=8),
    ENCODINGS,
)
def test_the_tree_follows_from_change_to_change(
    edits: list[tuple[int, int, int, str]], encoding: Encoding
) -> None:
    live = LiveDocument("file:///followed", "python", 0, FUNCTIONS)
    with (
        mock.patch("kibitz.syntax.tree.INCREMENTAL_FROM", 1),
        mock.patch("kibitz.syntax.tree._cache", OrderedDict()),
    ):
        parse(live.snapshot())
        for line, column, length, new in edits:
            live.change([event(((line, column), (line, column + length), new))], live.version + 1, encoding)
            tree, fresh = parse(live.snapshot()), parse_fresh(live.snapshot())
            assert tree is not None and fresh is not None
            assert tree.errors == fresh.errors
            assert tree.definitions == fresh.definitions
            assert tree.identifiers == fresh.identifiers
        live.change([lsp.TextDocumentContentChangeWholeDocument(FUNCTIONS + "x = 1\n")], 99, encoding)
        mended, fresh = parse(live.snapshot()), parse_fresh(live.snapshot())
    assert mended is not None and fresh is not None
    assert (mended.errors, mended.definitions, mended.identifiers) == (
        (),
        fresh.definitions,
        fresh.identifiers,
    )
