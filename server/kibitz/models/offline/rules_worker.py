"""Runs the bug rules with ast-grep. Only ever imported in a worker process (`workers.child`)."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any, cast

from ast_grep_py import SgNode, SgRoot

from kibitz.models.offline.rules import FixTemplate, Rule, rules_for
from kibitz.models.offline.rules_checks import CHECKS

SHOWN = 48
"""The most characters of a capture that a message repeats."""

TOLERATED = frozenset(
    [
        "type_parameters",
        "type_parameter",
        "export_clause",
        "named_imports",
        "token_tree",
        "token_tree_pattern",
        "macro_rule",
        "record_pattern",
        "record_pattern_component",
    ]
)
"""Places where grammars lag behind their languages: an error inside one says nothing about the text."""

_CAPTURE = re.compile(r"\$([A-Z][A-Z0-9_]*)")


def scan(params: dict[str, Any]) -> Generator[None, None, dict[str, Any]]:
    """The matches of every rule of a grammar in a text.

    Takes `{"text", "grammar"}`; gives `{"errors": [[start, end]], "matches": [{"rule", "start", "end", "message",
    "fix"?: {"title", "start", "end", "newText"}}]}` with offsets in code points. `errors` is where this grammar cannot parse
    the text: a second opinion on syntax errors. Yields between two rules, for those who have something more urgent.
    """
    root = SgRoot(params["text"], params["grammar"]).root()
    matches: list[dict[str, Any]] = []
    for rule in rules_for(params["grammar"]):
        yield
        matches += [
            _report(rule, node)
            for node in root.find_all(cast("Any", rule.match))
            if rule.check is None or CHECKS[rule.check](node)
        ]
    yield
    errors = [_span(node) for node in root.find_all(kind="ERROR") if not _tolerated(node)]
    return {"errors": errors, "matches": matches}


def _tolerated(node: SgNode) -> bool:
    return any(around.kind() in TOLERATED for around in node.ancestors())


def _report(rule: Rule, node: SgNode) -> dict[str, Any]:
    start, end = _span(_captured(node, rule.at) if rule.at else node)
    report: dict[str, Any] = {
        "rule": rule.id,
        "start": start,
        "end": end,
        "message": _CAPTURE.sub(lambda name: _shown(node, name[1]), rule.message),
    }
    if rule.fix is not None:
        report["fix"] = _fix(rule.fix, node)
    return report


def _fix(fix: FixTemplate, node: SgNode) -> dict[str, Any]:
    start, end = _span(_captured(node, fix.target) if fix.target else node)
    return {
        "title": _CAPTURE.sub(lambda name: _shown(node, name[1]), fix.title),
        "start": start,
        "end": end,
        "newText": _CAPTURE.sub(lambda name: _text(node, name[1]), fix.template),
    }


def _captured(node: SgNode, name: str) -> SgNode:
    """What a capture stands for inside the match; the same capture may have been bound outside it last."""
    found = node.get_match(name)
    if found is None:
        return node
    start, end = _span(node)
    first, last = _span(found)
    if start <= first and last <= end:
        return found
    text, kind = found.text(), found.kind()
    return next((inner for inner in node.find_all(kind=kind) if inner.text() == text), node)


def _span(node: SgNode) -> tuple[int, int]:
    place = node.range()
    return place.start.index, place.end.index


def _text(node: SgNode, name: str) -> str:
    if name == "MATCH":
        return node.text()
    found = node.get_match(name)
    return found.text() if found is not None else ""


def _shown(node: SgNode, name: str) -> str:
    text = " ".join(_text(node, name).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


METHODS = {"scan": scan}
