"""A model's choice of a refactoring: read strictly, and found in the text or refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.features.choice import CHOOSABLE, FIELDS, Choice, choice
from kibitz.features.prompt import render
from kibitz.models.tasks import RefactorKind
from kibitz.text import Document, Position, Range

TEXT = '''import os


def total_price(items, tax):
    """What a cart costs."""
    header, *rows = items.split("\\n")
    fields = header.split(",")
    size = len(fields)
    for row in rows:
        if row:
            size += len(row.split(","))
    return size * tax


def other_one(items):
    size = 1
    if items:
        return size
    return 0
'''
DOCUMENT = Document("file:///cart.py", TEXT, "python", 1)
LINES = TEXT.split("\n")
BODY = Range(Position(3, 0), Position(11, 21))


def chosen(answer: Any, document: Document = DOCUMENT, near: Range = BODY, words: str = "") -> Choice | None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return choice(text, document, near, CHOOSABLE, words)


def refusal(answer: Any, document: Document = DOCUMENT, near: Range = BODY, words: str = "") -> str:
    with pytest.raises(KibitzError) as caught:
        chosen(answer, document, near, words)
    assert caught.value.kind == "bad_response"
    return caught.value.message


EXTRACT = {
    "do": "extract_function",
    "from": '    header, *rows = items.split("\\n")',
    "to": "    size = len(fields)",
    "name": "count_fields",
}


@pytest.mark.parametrize(
    "form",
    [
        json.dumps(EXTRACT),
        json.dumps(EXTRACT, indent=2),
        "\n  " + json.dumps(EXTRACT) + "\n\n",
        "```json\n" + json.dumps(EXTRACT) + "\n```",
        "```\n" + json.dumps(EXTRACT) + "\n```\n",
        "I extract the parsing:\n\n```json\n" + json.dumps(EXTRACT) + "\n```",
        json.dumps({**EXTRACT, "from": EXTRACT["from"].strip(), "to": "size  =  len(fields)"}),
    ],
)
def test_a_choice_is_read_and_found(form: str) -> None:
    assert chosen(form) == Choice("extract_function", Range(Position(5, 0), Position(7, 22)), "count_fields")


@pytest.mark.parametrize(
    "form",
    [
        "FILE cart.py\n<<<<<<< SEARCH\n    size = len(fields)\n=======\n    size = 1\n>>>>>>> REPLACE\n",
        "```python\nsettings = {'do': 1}\n```",
        '```json\n{"a": 1}\n```',
        "I would extract the parsing.",
        "",
        '```python\nx = 1\n```\n```json\n{"do": "inline"}\n```',
    ],
)
def test_what_is_no_choice_is_left_to_the_reader_of_blocks(form: str) -> None:
    assert chosen(form) is None


def test_where_nothing_can_be_chosen_nothing_is_read_as_a_choice() -> None:
    assert choice(json.dumps(EXTRACT), DOCUMENT, BODY, frozenset(), "") is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("{", "not one JSON object"),
        (json.dumps(EXTRACT) + "\n" + json.dumps(EXTRACT), "not one JSON object"),
        (json.dumps(EXTRACT) + " and then I", "not one JSON object"),
        ('{"do": "rename", "of": "size", "name": "a", "name": "b"}', "same thing twice"),
        ("{}", 'no operation called ""'),
        ({"do": "demolish"}, "no operation called"),
        ({"do": "extract_function", "name": "x"}, "takes"),
        ({**EXTRACT, "why": "clearer"}, "nothing else"),
        ({**EXTRACT, "name": 3}, "is a text"),
        ({**EXTRACT, "name": ["x"]}, "is a text"),
        ({**EXTRACT, "from": "    header = items"}, "does not have"),
        ({**EXTRACT, "from": ""}, "does not have"),
        ({**EXTRACT, "from": EXTRACT["to"], "to": EXTRACT["from"]}, "does not have"),
        ({"do": "extract_variable", "code": "len(rows)", "name": "count"}, "does not have"),
        ({"do": "extract_variable", "code": "  ", "name": "count"}, "empty"),
        ({"do": "inline", "of": "no_such_name"}, "does not have"),
        ({"do": "inline", "of": "a b"}, "not a name"),
        ({"do": "inline", "of": "size", "line": "    size = len(rows)"}, "does not have"),
        ({"do": "guard_clause", "line": "if rows:"}, "does not have"),
    ],
)
def test_what_is_malformed_or_quotes_what_is_not_there_is_refused(given: Any, why: str) -> None:
    assert why in refusal(given)


def test_names_that_cannot_stand_are_refused() -> None:
    for name, why in {
        "class": "meaning of its own",
        "print": "meaning of its own",
        "two words": "not a name",
        "1st": "not a name",
        "": "not a name",
        "a" * 80: "not a name",
        "items": "already taken",
        "other_one": "already taken",
        "countFields": "snake_case",
        "CountFields": "snake_case",
    }.items():
        assert why in refusal({**EXTRACT, "name": name}), name


def test_a_name_that_the_user_gave_is_taken_as_it_is() -> None:
    made = chosen({**EXTRACT, "name": "countFields"}, words="extract this into `countFields`")
    assert made is not None and made.new_name == "countFields"
    assert "already taken" in refusal({**EXTRACT, "name": "items"}, words="extract it into items")


@pytest.mark.parametrize(
    ("old", "fine", "wrong"),
    [
        ("MOST_ROWS", "MOST_LINES", ("most_lines", "mostLines")),
        ("Cart", "Basket", ("basket", "basket_case")),
        ("_inner", "_row_of", ("row_of", "__row_of", "_rowOf")),
        ("plain", "row_count", ("rowCount", "_row_count")),
    ],
)
def test_a_new_name_is_written_like_the_old_one(old: str, fine: str, wrong: tuple[str, ...]) -> None:
    text = "MOST_ROWS = 3\n\n\nclass Cart:\n    pass\n\n\ndef _inner(plain):\n    return plain\n"
    document = Document("file:///a.py", text, "python", 1)
    near = document.whole
    assert chosen({"do": "rename", "of": old, "name": fine}, document, near) is not None
    for name in wrong:
        assert "Choose another name" in refusal({"do": "rename", "of": old, "name": name}, document, near)


def test_a_file_of_camel_case_is_gone_on_with() -> None:
    text = "def readRows(theText):\n    firstRow = theText[0]\n    return firstRow + 1\n\n\ndef readAll(allText):\n    return allText\n"
    document = Document("file:///a.py", text, "python", 1)
    given = {"do": "extract_variable", "code": "firstRow + 1", "name": "nextRow"}
    assert chosen(given, document, document.whole) is not None
    assert "camelCase" in refusal({**given, "name": "next_row"}, document, document.whole)


def test_an_exported_name_of_go_stays_exported() -> None:
    text = "package a\n\nfunc Tmp(text string) int {\n\treturn 1\n}\n"
    document = Document("file:///a.go", text, "go", 1)
    given = {"do": "rename", "of": "Tmp", "name": "ParseText"}
    assert chosen(given, document, document.whole) is not None
    assert "Choose another name" in refusal({**given, "name": "parseText"}, document, document.whole)


def test_a_name_stands_where_it_was_asked_about() -> None:
    made = chosen({"do": "rename", "of": "size", "name": "field_count"})
    assert made is not None and made.where.start == Position(7, 4)
    near = Range(Position(14, 0), Position(18, 12))
    made = chosen({"do": "rename", "of": "size", "name": "field_count"}, near=near)
    assert made is not None and made.where.start == Position(15, 4)


def test_several_variables_of_one_name_are_told_apart_by_a_line_or_refused() -> None:
    whole = DOCUMENT.whole
    assert "several places" in refusal({"do": "inline", "of": "size"}, near=whole)
    made = chosen({"do": "inline", "of": "size", "line": "size = 1"}, near=whole)
    assert made is not None and made.where.start == Position(15, 4)


def test_code_that_stands_in_several_places_is_told_apart_by_a_line_or_refused() -> None:
    given = {"do": "extract_variable", "code": 'split(",")', "name": "parts"}
    assert "several places" in refusal(given)
    made = chosen({**given, "line": '            size += len(row.split(","))'})
    assert made is not None and DOCUMENT.slice(made.where) == 'split(",")'
    assert made.where.start.line == 10


def test_a_condition_is_found_by_its_line() -> None:
    made = chosen({"do": "guard_clause", "line": "        if row:"})
    assert made == Choice("guard_clause", Range(Position(9, 8), Position(9, 8)), None)


def test_each_kind_that_can_be_chosen_is_in_the_prompt_with_its_fields() -> None:
    table = render("refactor_choice", operations="")[1].text.split("\n")
    shown: dict[str, tuple[set[str], bool]] = {}
    for line in table:
        match = re.fullmatch(r"(\{.*\})( \(line\))?", line)
        assert match is not None, line
        given = json.loads(match[1])
        kind = given.pop("do")
        shown[kind] = set(given), match[2] is not None
    assert shown == {kind: (set(needed), "line" in more) for kind, (needed, more) in FIELDS.items()}
    assert frozenset(shown) == CHOOSABLE


KINDS: list[RefactorKind] = sorted(CHOOSABLE)
FIELD = st.sampled_from(["do", "from", "to", "name", "of", "line", "code", "why"])
VALUE = st.one_of(st.sampled_from([*LINES, *KINDS, "size", "new_name", "len(fields)"]), st.text(max_size=12))


@given(st.dictionaries(FIELD, VALUE), st.sampled_from([BODY, DOCUMENT.whole]))
def test_anything_is_a_place_in_the_text_or_refused(given: dict[str, str], near: Range) -> None:
    try:
        made = chosen(given, near=near)
    except KibitzError as error:
        assert error.kind == "bad_response"
        assert error.message.endswith((".", '".'))
        return
    assert made is not None
    assert made.kind in CHOOSABLE
    assert DOCUMENT.clamp(made.where.start) == made.where.start <= made.where.end
    assert DOCUMENT.clamp(made.where.end) == made.where.end
