"""Every bug rule: code it must report, code it must leave alone. The samples lie in `rule_samples/`, one file a family."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kibitz.models.offline.rules import FAMILIES, GRAMMARS, SEVERITIES, all_rules, rules_for
from kibitz.models.offline.rules_worker import scan
from support.steps import returned

SECTION = re.compile(
    r"^### (?P<rule>\S+)\n(?P<bad>.*?)^--- good\n(?P<good>.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL
)


def read_samples() -> dict[str, tuple[str, str]]:
    """Rule -> the code with the defect, and code that looks much like it."""
    folder = Path(__file__).parent / "rule_samples"
    return {
        found["rule"]: (found["bad"], found["good"])
        for family in FAMILIES
        for found in SECTION.finditer((folder / f"{family}.txt").read_text(encoding="utf-8"))
    }


SAMPLES = read_samples()
CASES = [(rule.id, grammar) for rule in all_rules() for grammar in rule.grammars]


def matches(text: str, grammar: str, rule: str) -> list[dict[str, Any]]:
    return [
        match
        for match in returned(scan({"text": text, "grammar": grammar}))["matches"]
        if match["rule"] == rule
    ]


def test_every_rule_has_samples() -> None:
    assert set(SAMPLES) == {rule.id for rule in all_rules()}


@pytest.mark.parametrize(("rule", "grammar"), CASES)
def test_rule_reports_the_defect(rule: str, grammar: str) -> None:
    found = matches(SAMPLES[rule][0], grammar, rule)
    assert len(found) == 1
    assert 0 <= found[0]["start"] < found[0]["end"] <= len(SAMPLES[rule][0])
    assert "$" not in found[0]["message"], "a capture that the rule does not make"


@pytest.mark.parametrize(("rule", "grammar"), CASES)
def test_rule_leaves_good_code_alone(rule: str, grammar: str) -> None:
    good = SAMPLES[rule][1]
    assert matches(good, grammar, rule) == []
    assert returned(scan({"text": good, "grammar": grammar}))["errors"] == [], "the sample must be valid code"


@pytest.mark.parametrize(("rule", "grammar"), [(r.id, g) for r in all_rules() if r.fix for g in r.grammars])
def test_fix_removes_the_defect(rule: str, grammar: str) -> None:
    bad = SAMPLES[rule][0]
    fix = matches(bad, grammar, rule)[0]["fix"]
    mended = bad[: fix["start"]] + fix["newText"] + bad[fix["end"] :]
    assert mended != bad
    assert matches(mended, grammar, rule) == []
    assert returned(scan({"text": mended, "grammar": grammar}))["errors"] == []


def test_catalogue_is_complete() -> None:
    for rule in all_rules():
        assert rule.severity in SEVERITIES
        assert rule.message.endswith(".")
        assert rule.note.endswith(".")
        assert set(rule.grammars) <= set(GRAMMARS.values())
    for grammar in set(GRAMMARS.values()):
        assert len(rules_for(grammar)) >= 12


def test_offsets_count_code_points() -> None:
    text = 's = "🦉é"\nif len(s) >= 0:\n    pass\n'
    (found,) = matches(text, "python", "py/length-never-negative")
    assert text[found["start"] : found["end"]] == "len(s) >= 0"


def test_long_captures_are_shortened_in_messages() -> None:
    name = "a" * 100
    (found,) = matches(f"{name} = {name};", "javascript", "js/self-assignment")
    assert "a" * 47 + "…" in found["message"]
    assert len(found["message"]) < 100


def test_second_opinion_forgives_new_syntax_in_type_parameters() -> None:
    assert (
        returned(scan({"text": "interface A<in T = never> { x: T }", "grammar": "typescript"}))["errors"]
        == []
    )
    assert returned(scan({"text": "function f( { return 1 }", "grammar": "typescript"}))["errors"] != []


@given(st.text(max_size=80), st.sampled_from(sorted(set(GRAMMARS.values()))))
def test_any_text_is_scanned(text: str, grammar: str) -> None:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    for match in returned(scan({"text": clean, "grammar": grammar}))["matches"]:
        assert 0 <= match["start"] <= match["end"] <= len(clean)
