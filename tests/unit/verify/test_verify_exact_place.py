"""A block that stands in one place exactly, and in others however it is written; and the short cuts that find places fast."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.text import Document, Range, span
from kibitz.verify.anchor import apply_block
from kibitz.verify.answer import FileBlock
from kibitz.verify.inline import opened_string
from kibitz.verify.likeness import likeness
from kibitz.verify.lines import lines_with
from kibitz.verify.placing import Finder
from kibitz.verify.reduced import Readings, comment_lines


def document(text: str, language: str = "python") -> Document:
    return Document("file:///p/a", text, language)


def placed(text: str, search: str, language: str = "python", near: Range | None = None) -> tuple[int, int]:
    place = Finder(document(text, language)).find(search, near)
    return place.first, place.end


def refusal(text: str, search: str, language: str = "python", near: Range | None = None) -> str:
    with pytest.raises(KibitzError) as caught:
        apply_block(document(text, language), FileBlock(None, ((search, search + "new()\n"),)), near)
    assert caught.value.kind == "bad_response"
    return caught.value.message


BROKEN = """def one(self):
    self.attrib = {
        'name': 'Section%d' % self.count,
        'style': 'Sect%d' % self.level,
    }
    self.done()

def two(self):
    self.attrib = {'name': 'Section%d' % self.count,
                   'style': 'Sect%d' % self.level}
    self.done()
"""


def test_of_places_with_other_line_breaks_the_one_that_is_the_same_is_meant() -> None:
    lines = BROKEN.splitlines(keepends=True)
    assert placed(BROKEN, "".join(lines[1:6])) == (1, 6)
    assert placed(BROKEN, "".join(lines[8:11])) == (8, 11)


def test_of_places_with_other_quotes_the_one_that_is_the_same_is_meant() -> None:
    text = "a = load('x')\nsave(a)\n\nb = 1\n\na = load(\"x\")\nsave(a)\n"
    assert placed(text, "a = load('x')\nsave(a)\n") == (0, 2)
    assert placed(text, 'a = load("x")\nsave(a)\n') == (5, 7)


def test_of_places_with_other_comments_the_one_that_has_those_of_the_block_is_meant() -> None:
    text = "x = load()\n# then it is kept\nsave(x)\n\nx = load()\n# then it is kept for long\nsave(x)\n"
    assert placed(text, "x = load()\n# then it is kept\nsave(x)\n") == (0, 3)


def test_of_places_with_lines_at_other_depths_the_one_that_is_the_same_is_meant() -> None:
    text = "for a in b:\n    first(a)\n    then(a)\nend()\n\nfor a in b:\n    first(a)\nthen(a)\nend()\n"
    assert placed(text, "for a in b:\n    first(a)\n    then(a)\nend()\n") == (0, 4)
    assert placed(text, "for a in b:\n    first(a)\nthen(a)\nend()\n") == (5, 9)


def test_a_block_that_may_have_lost_its_indentation_is_refused() -> None:
    text = "x = load(1)\ny = save(x)\n\n\ndef b():\n    x = load(1)\n    y = save(x)\n"
    assert "matches 2 places" in refusal(text, "x = load(1)\ny = save(x)\n")
    assert "matches 2 places" in refusal(text, "    x = load(1)\n    y = save(x)\n")


def test_a_block_that_may_have_lost_a_comment_is_refused() -> None:
    text = "}\n\nfn a(\n    b: B,\n) {}\n\nuse c;\n\n// Used by d.\nfn a(\n    b: B,\n) {}\n"
    assert "matches 2 places" in refusal(text, "fn a(\n    b: B,\n) {}\n", "rust")
    # the blank line above may be the one above the comment
    assert "matches 2 places" in refusal(text, "\nfn a(\n    b: B,\n) {}\n", "rust")


def test_code_in_a_comment_may_have_lost_its_remarks() -> None:
    text = (
        "/*!\nuse io;\n\n// It runs.\nfn a() {\n    b();\n}\n\nelse:\nuse io;\n\nfn a() {\n    b();\n}\n*/\n"
    )
    search = "use io;\n\nfn a() {\n    b();\n}\n"
    assert "matches 2 places" in refusal(text, search, "rust")
    assert placed(text, search, "rust", span(9, 0, 14, 0)) == (9, 14)


def test_a_selection_that_touches_only_the_exact_place_points_at_it() -> None:
    text = "def a():\n    x = load(1)\n    y = save(x)\n\n\nx = load(1)\ny = save(x)\n"
    search = "    x = load(1)\n    y = save(x)\n"
    assert placed(text, search, near=span(2, 0, 3, 0)) == (1, 3)
    assert "matches 2 places" in refusal(text, search, near=span(2, 0, 6, 0))
    assert "matches 2 places" in refusal(text, search, near=span(6, 0, 7, 0))


@pytest.mark.parametrize("search", [",\n", "  ,\u00a0\n", "\ufeff \n", "\u3000\ufeff\n,\n"])
def test_a_block_of_commas_and_strange_blanks_says_nothing(search: str) -> None:
    text = f"a = [\n1\n,\n2\n{search}\n]\n"
    assert "does not say which lines" in refusal(text, search, "plaintext")


SUM = """let sum = data.get(0).unwrap()
    * data.get(1).unwrap()
    * data.get(2).unwrap();
let other = 1;
"""


def applied(text: str, search: str, replace: str) -> str:
    return apply_block(document(text, "rust"), FileBlock(None, ((search, replace),)), None).text


def test_a_block_that_was_cut_short_of_what_its_new_text_goes_on_with_is_refused() -> None:
    lines = SUM.splitlines(keepends=True)
    with pytest.raises(KibitzError, match="are in the file already"):
        applied("fn a() {\n" + SUM, "fn a() {\n" + lines[0], "".join(lines[:3]))
    with pytest.raises(KibitzError, match="are in the file already"):
        applied(SUM + "}\n", lines[3] + "}\n", "".join(lines[1:4]))
    one = lines[0] + lines[1]
    assert applied("fn a() {\n" + SUM, "fn a() {\n" + lines[0], one) == one + "".join(lines[1:])
    # lines that the block has may be wanted twice
    twice = "".join([*lines[:3], *lines[1:3]])
    assert applied(SUM, "".join(lines[:3]), twice) == twice + lines[3]


_MARKS = [
    "#",
    "//",
    "/*",
    "*/",
    "--[[",
    "]]",
    "<!--",
    "-->",
    "=begin",
    '"""',
    "'",
    ",",
    ")",
    "x",
    "é",
    "“",
    "😀",
    "\\",
]
_BLANKS = [" ", "\t", "\x0c", "\x1c", "\x85", "\u00a0", "\u2003", "\u2028", "\u3000", "\ufeff"]
_PIECES = st.sampled_from([*_MARKS, *_BLANKS, " * ", "/ /", "* /"])
_LINES = st.lists(st.lists(_PIECES, max_size=4).map("".join), max_size=30)
_LANGUAGES = st.sampled_from(["python", "java", "html", "lua", "ruby", "css", "plaintext"])


@given(_LINES, _LANGUAGES)
def test_comments_of_a_long_text_are_those_that_looking_at_every_line_finds(
    lines: list[str], language: str
) -> None:
    long = lines * (1 + 60 // max(1, len(lines)))
    readings = Readings(long, language)
    left = set(readings.all.numbers) - set(readings.code.numbers)
    assert left == comment_lines(long, language) & set(readings.all.numbers)


@given(_LINES, st.lists(st.integers(0, 200), max_size=9))
def test_the_line_that_begins_at_an_offset_is_the_same_for_few_and_for_many(
    lines: list[str], offsets: list[int]
) -> None:
    read = Readings(lines, "plaintext").all
    starts = list(accumulate((read.size(n) for n in range(len(read.words))), initial=0))
    assert starts[-1] == len(read.joined)
    offsets = [min(offset, starts[-1]) for offset in offsets]
    expected = [starts.index(offset) if offset in starts else None for offset in offsets]
    assert read.beginning(offsets) == expected
    assert [found for offset in offsets for found in read.beginning([offset])] == expected


@given(_LINES, st.text("x#/", min_size=1, max_size=2))
def test_lines_with_a_piece_of_text(lines: list[str], piece: str) -> None:
    found = list(lines_with("\n".join(lines), piece))
    assert found == sorted(found)
    assert set(found) == {number for number, line in enumerate(lines) if piece in line}


@given(_LINES, st.integers(0, 29), st.integers(1, 5))
def test_exact_places_are_all_there_are(lines: list[str], first: int, size: int) -> None:
    wanted = lines[first : first + size]
    if not any(line.strip() for line in wanted):
        return
    finder = Finder(document("".join(line + "\n" for line in lines), "plaintext"))
    have, said = [line.rstrip() for line in finder.lines], [line.rstrip() for line in wanted]
    assert finder.exact(wanted) == [
        at for at in range(len(have) - len(said) + 1) if have[at : at + len(said)] == said
    ]


@given(st.text("abcd", max_size=12), st.text("abcd", max_size=12))
def test_likeness_is_the_ratio_of_matching_letters_where_it_is_enough(one: str, two: str) -> None:
    ratio = SequenceMatcher(None, one, two, autojunk=False).ratio()
    assert likeness(one, two) == (ratio if ratio >= 0.6 else 0.0)


@given(_LINES)
def test_a_string_that_is_open_at_the_end_was_opened(lines: list[str]) -> None:
    opened = opened_string(lines, "python")
    assert opened in ("", '"""', "'''")
    if '"""' not in "\n".join(lines):
        assert opened == ""
    if opened:
        assert opened_string([*lines, opened], "python") == ""
