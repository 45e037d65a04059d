"""Windows cover every line once, words and bases are found in code as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.index.bases import bases_of
from kibitz.index.words import WINDOW_LINES, code_words, parts_of, spans, window_end, windows
from kibitz.syntax.tree import parse_fresh
from kibitz.text import Document


@given(st.lists(st.sampled_from(["x = 1", "", "  ", "def f():", "\t"]), max_size=120))
def test_windows_cover_every_line_with_something_on_it_once(lines: list[str]) -> None:
    found = list(spans(lines))
    covered = [number for start, end in found for number in range(start, end)]
    assert len(covered) == len(set(covered)) and covered == sorted(covered)
    assert {n for n, line in enumerate(lines) if line.strip()} <= set(covered)
    assert all(0 < end - start <= WINDOW_LINES and window_end(lines, start) == end for start, end in found)


@given(st.text(max_size=2000))
def test_the_same_text_gives_the_same_windows(text: str) -> None:
    first = list(windows(text))
    assert first == list(windows(text))
    assert all(piece in text for _, piece, _ in first)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("getHTTPUser", ["get", "http", "user"]),
        ("get_http_user", ["get", "http", "user"]),
        ("MAX_SIZE", ["max", "size"]),
        ("utf8Decode", ["utf", "8", "decode"]),
        ("plain", []),
        ("Plain", []),
        ("größe_neu", ["gr", "öß", "e", "neu"]),
    ],
)
def test_parts(word: str, parts: list[str]) -> None:
    assert parts_of(word) == parts


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("python", 'a = b  # c\nd = "e" + f"{g}" + """h\ni""" + j', ["a", "b", "d", "g", "j"]),
        ("typescript", "a(`${b}`) // c\n/* d\ne */ f('g', \"h\")", ["a", "b", "f"]),
        (
            "rust",
            "fn f<'a>(x: &'a str, y: &'b T) { /* no */ }",
            ["fn", "f", "a", "x", "a", "str", "y", "b", "T"],
        ),
        ("lua", "--[[ no\nno ]] local a = 'b' -- c", ["local", "a"]),
        ("python", "'open\nstill = 1", ["open", "still"]),
    ],
)
def test_code_words_leave_comments_and_strings_out(language: str, text: str, words: list[str]) -> None:
    found = list(code_words(text, language))
    assert [word for word, _ in found] == words
    assert all(text.startswith(word, at) for word, at in found)


@pytest.mark.parametrize(
    ("language", "text", "bases"),
    [
        ("python", "class A(B, c.D[int, str], metaclass=M, *more): pass", ("B", "c.D")),
        ("python", "class A: pass", ()),
        ("python", "class A[T: (int, str)](B[T]): pass", ("B",)),
        ("typescript", "class A<T extends X> extends B<T> implements C, D<E, F> {}", ("B", "C", "D")),
        ("typescript", "interface A extends B, C {}", ("B", "C")),
        ("javascript", "class A extends b.C {}", ("b.C",)),
        ("java", "public class A<T> extends B<T> implements C, d.D {}", ("B", "C", "d.D")),
        ("cpp", "class A : public virtual n::B<int>, private C {};", ("n::B", "C")),
        ("csharp", "class A<T> : B<T>, IC where T : IDisposable {}", ("B", "IC")),
        ("kotlin", "class A(val x: Int) : B(x), C by d {}", ("B", "C")),
        ("ruby", "class A < B::C\nend", ("B::C",)),
        ("php", "<?php class A extends B implements C, \\D\\E {}", ("B", "C")),
        ("go", "package p\ntype A struct { B }", ()),
    ],
)  # fmt: skip
def test_bases(language: str, text: str, bases: tuple[str, ...]) -> None:
    tree = parse_fresh(Document("a", text, language))
    assert tree is not None
    found = next(d for d in tree.definitions if d.name == "A")
    assert bases_of(language, found.kind, found.signature) == bases


@given(st.sampled_from(["python", "cpp", "java", "ruby", "kotlin"]), st.text(max_size=200))
def test_no_header_is_too_odd(language: str, text: str) -> None:
    assert all(base for base in bases_of(language, "class", text))
