"""Other files' code as comments, for a model that reads no messages; and what of a request is redacted for it."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.features.infill import as_comments
from kibitz.features.prompt import render
from kibitz.features.redacting import redacted
from kibitz.models.protocol import Message, Request

OTHERS = "From b.py:\ndef f():\n    return 1\n\nFrom c.py:\nC = 2\n\n"


def test_python_gets_lines_and_the_files_name_last() -> None:
    expected = "# From b.py:\n# def f():\n#     return 1\n#\n# From c.py:\n# C = 2\n# a.py\n"
    assert as_comments(OTHERS, "python", "a.py") == expected


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [("typescript", "// From b.py:", "// a.ts"), ("css", "/*", "*/"), ("html", "<!--", "-->")],
)
def test_each_language_has_its_own(language: str, first: str, last: str) -> None:
    lines = as_comments(OTHERS, language, "a.ts").splitlines()
    assert (lines[0], lines[-1]) == (first, last)


def test_nothing_is_said_of_nothing_or_in_no_comments() -> None:
    assert as_comments("", "python", "a.py") == ""
    assert as_comments("\n", "python", "a.py") == ""
    assert as_comments(OTHERS, "json", "a.json") == ""


@given(st.text(st.sampled_from("*/-> \n\rab#\x0c\u2028é")))
def test_whatever_stands_there_is_a_comment(text: str) -> None:
    said = as_comments(text, "python", "a.py")
    assert ast.parse(said).body == []
    assert as_comments(text, "css", "a.css").count("*/") <= 1


def test_what_may_be_left_out_of_a_prompt_is_marked() -> None:
    values = {
        "language": "python",
        "max_lines": "5",
        "style": "",
        "path": "a.py",
        "before": "x",
        "after": "y",
    }
    _, user = render("complete", context=OTHERS, **values)
    assert user.optional == OTHERS
    assert user.text.replace(user.optional, "", 1) == "File: a.py\n\nx<|cursor|>y"


def test_secrets_leave_what_may_be_left_out_too() -> None:
    secret = "ghp_" + "a1B2" * 9
    other = f"TOKEN = '{secret}'\n"
    request = Request(
        "complete",
        (Message("user", f"Look:\n{other}end", optional=other),),
        prefix="a",
        suffix="b",
        context=f"# {other}",
    )
    sent, _ = redacted(request)
    assert secret not in repr(sent)
    assert sent.messages[0].optional in sent.messages[0].text
    assert sent.messages[0].optional != ""
