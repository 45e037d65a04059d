"""Which action mends what a checker says: the table in `fix_rules.toml`, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import frozen

from kibitz.models.offline import (
    fix_absent,
    fix_additions,
    fix_compiled,
    fix_eslint,
    fix_imports,
    fix_layout,
    fix_marks,
    fix_meant,
    fix_misnamed,
    fix_names,
    fix_native,
    fix_python,
    fix_script,
    fix_shell,
    fix_typed,
    fix_unused,
)
from kibitz.models.offline.fix_case import Action, Case, Change
from kibitz.models.tasks import Problem
from kibitz.text import Document

TABLE = Path(__file__).parent / "fix_rules.toml"
MODULES: tuple[ModuleType, ...] = (
    fix_unused,
    fix_imports,
    fix_names,
    fix_misnamed,
    fix_additions,
    fix_marks,
    fix_python,
    fix_script,
    fix_compiled,
    fix_meant,
    fix_absent,
    fix_typed,
    fix_eslint,
    fix_native,
    fix_shell,
    fix_layout,
)
LONGEST = 4_000
"""Characters of a message that are looked at; the beginning says what is wrong."""

_HOLE = re.compile(r"@(\w+)@")
_NAMED = r"""(?:["'`‘“](?P<{0}>[^"'`‘’“”\n]+)["'`’”])"""
_GROUP = re.compile(r"\(\?P<([a-z]+)>")


@frozen
class Rule:
    """One entry of the table."""

    family: str
    action: Action
    message: re.Pattern[str]
    code: re.Pattern[str] | None
    source: re.Pattern[str] | None
    languages: frozenset[str]

    def match(self, problem: Problem, said: str) -> re.Match[str] | None:
        """What the rule, one for the document's language, reads in a problem's text, None where it is about something else."""
        if self.code is not None and not self.code.fullmatch(problem.code):
            return None
        if self.source is not None and not self.source.search(problem.source):
            return None
        return self.message.search(said)


@cache
def rules() -> tuple[Rule, ...]:
    """The table in its order."""
    entries: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["rule"]
    return tuple(_rule(entry) for entry in entries)


@cache
def _rules_of(language: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if not rule.languages or language in rule.languages)


def _rule(entry: dict[str, Any]) -> Rule:
    action = next(
        found for module in MODULES if (found := getattr(module, entry["action"], None)) is not None
    )
    code, source = entry.get("code"), entry.get("source")
    return Rule(
        entry["family"],
        action,
        _expression(entry["message"].strip(" ")),
        re.compile(code, re.IGNORECASE) if code else None,
        re.compile(source, re.IGNORECASE) if source else None,
        frozenset(entry.get("languages", ())),
    )


def _expression(text: str) -> re.Pattern[str]:
    """A rule's expression; a group's name may stand in several of its branches, which Python's do not allow."""
    text = _HOLE.sub(lambda hole: _NAMED.format(hole[1]), text)
    count = iter(range(len(text)))
    return re.compile(_GROUP.sub(lambda group: f"(?P<{group[1]}_{next(count)}>", text))


class Reading(Case):
    """A case whose groups are found by the name the rule gives them, in whichever branch."""

    def group(self, name: str) -> str:
        """What the rule found under a name; empty where nothing."""
        groups = self.found.groupdict() if self.found is not None else {}
        return next(
            (str(value).strip() for key, value in groups.items() if value and key.startswith(f"{name}_")), ""
        )


def matching(document: Document, problem: Problem) -> Iterator[tuple[Rule, Case]]:
    """The rules that know a problem, with what they read in it."""
    said = "\n".join((problem.message.strip(), *problem.notes))[:LONGEST]
    for rule in _rules_of(document.language):
        if (found := rule.match(problem, said)) is not None:
            yield rule, Reading(document, problem, found)


def family(document: Document, problem: Problem) -> str:
    """What problems of this kind are called; empty for one that no rule knows."""
    return next((rule.family for rule, _ in matching(document, problem)), "")


def mend(document: Document, problem: Problem) -> tuple[Rule, Change] | None:
    """The change that mends a problem, by its text and the code alone; None where nothing is sure enough. Pure; milliseconds."""
    for rule, case in matching(document, problem):
        change = rule.action(case)
        if change is not None and any(s.text != document.text[s.start : s.end] for s in change.splices):
            return rule, change
    return None
