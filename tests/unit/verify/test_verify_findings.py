"""The list of findings in an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.errors import KibitzError
from kibitz.verify.answer import parse_findings

GOOD: dict[str, Any] = {
    "line": 3,
    "column": 1,
    "endLine": 3,
    "endColumn": 9,
    "quote": "x = y",
    "severity": "warning",
    "rule": "F821",
    "message": "y is not defined.",
    "evidence": {"kind": "static", "detail": "ruff F821"},
}
FIX = {
    "title": "Define y",
    "edits": [{"line": 1, "column": 1, "endLine": 1, "endColumn": 1, "newText": "y = 1\n"}],
}


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "```json\n{}\n```",
        "I looked at [1] and list[int].\n\n{}\n\nDone [ok].",
        "Here:\n```\n{}\n```\nBye",
        '{{"findings": {}}}',
    ],
)
def test_found_in_fence_and_prose(wrap: str) -> None:
    found, dropped = parse_findings(wrap.format(json.dumps([GOOD, GOOD | {"fix": FIX}])))
    assert found == [GOOD, GOOD | {"fix": FIX}]
    assert dropped == []


@pytest.mark.parametrize("text", ["[]", "```json\n[]\n```", "Nothing is wrong: []"])
def test_no_findings_is_an_answer(text: str) -> None:
    assert parse_findings(text) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "There are no bugs.",
        json.dumps([GOOD])[:-1],
        json.dumps([GOOD]) + "\n\nor\n\n" + json.dumps([GOOD]),
        json.dumps([1, 2]),
        json.dumps([{}]),
        "[" * 100_000,
        "[{" * 3000,
        "[{}, " * 50_000,
        '[{"line": NaN}]',
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(KibitzError) as caught:
        parse_findings(text)
    assert caught.value.kind == "bad_response"


@pytest.mark.parametrize(
    "change",
    [
        {"line": 0},
        {"line": True},
        {"line": "3"},
        {"column": 1.5},
        {"endLine": 2},
        {"endColumn": None},
        {"quote": 3},
        {"severity": "fatal"},
        {"severity": ["error"]},
        {"rule": " "},
        {"message": ""},
        {"evidence": None},
        {"evidence": {"kind": "executed", "detail": ""}},
        {"evidence": {"kind": "static"}},
    ],
)
def test_a_broken_entry_is_dropped_with_a_reason(change: dict[str, Any]) -> None:
    found, dropped = parse_findings(json.dumps([GOOD | change, GOOD]))
    assert found == [GOOD]
    assert len(dropped) == 1
    assert dropped[0].startswith("finding 1: ")


@pytest.mark.parametrize(
    "fix",
    [
        3,
        {"title": "x"},
        {"title": "x", "edits": []},
        {"title": "", "edits": FIX["edits"]},
        {"title": "x", "edits": [{"line": 1}]},
        {
            "title": "x",
            "edits": [
                *FIX["edits"],
                {**FIX["edits"][0], "endColumn": 4},
                {**FIX["edits"][0], "column": 2, "endColumn": 5},
            ],
        },
    ],
)
def test_a_broken_fix_costs_the_fix_only(fix: Any) -> None:
    found, dropped = parse_findings(json.dumps([GOOD | {"fix": fix}]))
    assert found == [GOOD]
    assert len(dropped) == 1
    assert dropped[0].startswith("the fix of finding 1: ")


def test_a_line_and_its_text_are_place_enough() -> None:
    short = {name: GOOD[name] for name in ("line", "quote", "severity", "rule", "message")}
    expected = short | {
        "column": 1,
        "endLine": 3,
        "endColumn": 1,
        "evidence": {"kind": "model", "detail": ""},
    }
    assert parse_findings(json.dumps([short])) == ([expected], [])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*GOOD, "fix", "edits", "title"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(json_values))
def test_any_json_is_read_or_refused(entries: list[Any]) -> None:
    try:
        found, dropped = parse_findings(json.dumps(entries))
    except KibitzError as error:
        assert error.kind == "bad_response"
        assert entries
    else:
        assert len(found) + len([reason for reason in dropped if reason.startswith("finding")]) == len(
            entries
        )
