"""Lines, positions and edits, against simple oracles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import (
    MAX_BYTES,
    Document,
    Position,
    Range,
    TextEdit,
    apply_edits,
    column,
    decode,
    read_text,
    split_lines,
    width,
)

TEXTS = st.text(alphabet=st.sampled_from(list("ab \t\n\r\f\v\x85\u2028é😀e\u0301漢")), max_size=60)


@given(TEXTS)
def test_lines_end_at_the_three_line_ends_of_lsp_only(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert len(lines) == 1 + len(re.findall(r"\r\n|\n|\r", text))


@given(TEXTS, st.integers(0, 70))
def test_offsets_and_positions_are_inverse(text: str, offset: int) -> None:
    document = Document("file:///a", text)
    position = document.position(offset)
    if document.clamp(position) == position:
        assert document.offset(position) == min(offset, len(text))


@given(TEXTS, st.integers(-1, 9), st.integers(-1, 70))
def test_every_position_is_clamped_into_the_text(text: str, line: int, character: int) -> None:
    document = Document("file:///a", text)
    clamped = document.clamp(Position(line, character))
    assert 0 <= clamped.line < len(document.lines)
    assert 0 <= clamped.character <= len(document.line(clamped.line))


@given(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32"]), st.data())
def test_columns_survive_the_way_there_and_back(text: str, encoding: str, data: st.DataObject) -> None:
    line = split_lines(text)[0].rstrip("\r\n")
    at = data.draw(st.integers(0, len(line)))
    units = width(line[:at], encoding)  # type: ignore[arg-type]
    assert column(line, units, encoding) == at  # type: ignore[arg-type]
    assert (
        units
        == len(line[:at].encode(encoding + ("-le" if encoding != "utf-8" else "")))
        // {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    )


@given(TEXTS, st.integers(0, 100), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_columns_inside_of_characters_and_past_the_end_are_clamped(
    text: str, units: int, encoding: str
) -> None:
    line = split_lines(text)[0]
    at = column(line, units, encoding)  # type: ignore[arg-type]
    assert 0 <= at <= len(line.rstrip("\r\n"))
    assert width(line[:at], encoding) <= units  # type: ignore[arg-type]


@given(
    TEXTS,
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.text("xy\n", max_size=3)), max_size=4),
)
def test_edits_apply_as_if_made_from_the_end(text: str, spans: list[tuple[int, int, str]]) -> None:
    document = Document("file:///a", text)
    wanted, edits, taken = text, [], 0
    for start, size, new in sorted(spans):
        first, last = max(start, taken), min(max(start, taken) + size, len(text))
        if first > len(text) or last < first:
            continue
        where = Range(document.position(first), document.position(last))
        if document.offset(where.start) != first or document.offset(where.end) != last:
            continue
        edits.append((first, last, TextEdit(where, new)))
        taken = last + 1
    for first, last, edit in reversed(edits):
        wanted = wanted[:first] + edit.new_text + wanted[last:]
    assert apply_edits(document, [edit for _, _, edit in edits]) == wanted


def test_overlapping_edits_are_refused() -> None:
    document = Document("file:///a", "abcdef")
    edits = [
        TextEdit(Range(Position(0, 0), Position(0, 3)), "x"),
        TextEdit(Range(Position(0, 2), Position(0, 4)), "y"),
    ]
    with pytest.raises(KibitzError) as caught:
        apply_edits(document, edits)
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\0b", "binary"),
        (b"caf\xe9", "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"x" * (MAX_BYTES + 1), "too large"),
    ],
    ids=["binary", "latin-1", "broken utf-16", "huge"],
)
def test_what_is_no_text_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(KibitzError, match=words) as caught:
        decode(data, "name.txt")
    assert caught.value.kind == "invalid"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read_and_the_mark_is_kept(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("é😀\r\nx".encode(encoding))
    text = read_text(path)
    assert text.lstrip("\ufeff") == "é😀\r\nx"
    assert text.startswith("\ufeff") == (encoding != "utf-8")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(KibitzError) as caught:
        read_text(tmp_path / "nothing")
    assert caught.value.kind == "not_found"
    with pytest.raises(KibitzError) as caught:
        read_text(tmp_path)
    assert caught.value.kind == "invalid"


def test_the_line_end_most_lines_use() -> None:
    assert Document("u", "a\r\nb\r\nc\n").eol == "\r\n"
    assert Document("u", "a\nb\r\nc\n").eol == "\n"
    assert Document("u", "").eol == "\n"
