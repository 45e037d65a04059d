"""What a finding is, and the catalogue of the built-in engine's own bug rules: data files in `rules/`.

A rule's `match` is an ast-grep rule; `rules_worker` runs it. Every rule states a defect, never a taste: what a
careful author writes on purpose must not match.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.text import Range, TextEdit

Severity = Literal["error", "warning", "information", "hint"]
SEVERITIES: tuple[str, ...] = get_args(Severity)

FOLDER = Path(__file__).parent / "rules"
FAMILIES = ("python", "javascript", "go", "rust", "java", "c")

GRAMMARS = {
    "python": "python",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "typescript": "typescript",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rust",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
}
"""An editor's language identifier -> the grammar the rules are written for."""


@frozen
class Fix:
    """A safe change that mends the finding."""

    title: str
    edits: tuple[TextEdit, ...]


@frozen
class Finding:
    """A defect at a place. `evidence_detail` says which tool and rule found it, and why it is a defect."""

    range: Range
    rule: str
    severity: Severity
    message: str
    evidence_detail: str
    fix: Fix | None = None


@frozen
class FixTemplate:
    """A replacement of what the capture `target` (None: the whole match) covers; `$NAME` stands for a capture, `$MATCH` for all of it."""

    title: str
    template: str
    target: str | None = None


@frozen
class Rule:
    """One defect and how to recognise it.

    `match` is the ast-grep configuration (rule, constraints, utils). `message` may name captures as `$NAME`; `note` says
    why it is a defect; `at` names the capture to point at instead of the whole match; `check` names a condition in
    `rules_checks` that a match must also meet.
    """

    id: str
    grammars: tuple[str, ...]
    severity: Severity
    message: str
    note: str
    match: dict[str, Any]
    at: str | None = None
    fix: FixTemplate | None = None
    check: str | None = None


@cache
def rules_for(grammar: str) -> tuple[Rule, ...]:
    """The rules of one grammar, in the order of their files."""
    return tuple(rule for rule in all_rules() if grammar in rule.grammars)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule. Raises `internal` where a data file is damaged."""
    rules = [rule for family in FAMILIES for rule in _read(FOLDER / f"{family}.json")]
    if len({rule.id for rule in rules}) != len(rules):
        raise KibitzError("internal", "Two bug rules have the same name.", "Install kibitz again.")
    return tuple(rules)


def _read(path: Path) -> list[Rule]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [_rule(entry, tuple(data["grammars"])) for entry in data["rules"]]
    except (OSError, ValueError, KeyError) as error:
        raise KibitzError(
            "internal", f"The bug rules in {path.name} cannot be read.", "Install kibitz again."
        ) from error


def _rule(entry: dict[str, Any], grammars: tuple[str, ...]) -> Rule:
    if entry["severity"] not in SEVERITIES:
        raise ValueError(entry["id"])
    fix = entry.get("fix")
    return Rule(
        id=entry["id"],
        grammars=tuple(entry.get("grammars", grammars)),
        severity=entry["severity"],
        message=entry["message"],
        note=entry["note"],
        match=entry["match"],
        at=entry.get("at"),
        fix=FixTemplate(fix["title"], fix["template"], fix.get("target")) if fix else None,
        check=entry.get("check"),
    )
