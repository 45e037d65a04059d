"""Bug finding of the built-in engine: what the static tools say about one document.

Precision comes first. Python is checked by ruff and our own rules; JavaScript, TypeScript, Go, Rust, Java, C and C++ by our
rules; every language with a grammar that keeps up with it, for syntax errors.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from attrs import evolve

from kibitz.errors import unsupported
from kibitz.models.offline.ruff import MAX_SYNTAX_ERRORS, ask_ruff
from kibitz.models.offline.ruff_doubts import settle
from kibitz.models.offline.rules import GRAMMARS, SEVERITIES, Finding, Fix, Rule, rules_for
from kibitz.syntax.languages import normalise
from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.workers.worker import Worker

__all__ = ["Finding", "Fix", "find_bugs", "to_json"]

CHECKED_SYNTAX = frozenset(
    [
        "javascript",
        "javascriptreact",
        "typescript",
        "typescriptreact",
        "go",
        "rust",
        "java",
        "csharp",
        "lua",
        "php",
        "ruby",
        "kotlin",
    ]
)
"""Languages whose grammar keeps up. Macros make C and C++ unparsable for anyone but a compiler."""

DIALECT = re.compile(r"@flow\b|(?<![=\w\]])\{\{-?\s*[\w.|]+\s*-?\}\}|\{%|<%|^(?:<{7}|>{7}) ", re.MULTILINE)
"""Signs of another language in the file: Flow types, templates, an unfinished merge."""

OLD_MACRO = "try!"
"""A macro of the first Rust edition whose name is a keyword now; the grammar no longer reads it."""

IGNORE = re.compile(r"(?:#|//|/\*|--|;)\s*kibitz:\s*ignore(?:\[(?P<rules>[^\]]*)\])?")


async def find_bugs(document: Document, where: Range | None, rules: Worker) -> list[Finding]:
    """The defects found in a document, or those that touch a range of it: sorted, each once.

    `rules` is a worker that serves `kibitz.models.offline.rules_worker`. A comment `kibitz: ignore`, or
    `kibitz: ignore[rule, ...]`, on the line or alone on the line before hides a finding. Raises `unsupported` for a language
    that nothing here can check, and what the tools raise.
    """
    language = normalise(document.language)
    if language == "python":
        reported, scanned = await asyncio.gather(ask_ruff(document), _scan(document, language, rules))
        settled = await asyncio.to_thread(settle, document, reported)
        findings = settled + (scanned[0] if not any(f.rule == "syntax" for f in settled) else [])
    elif language in GRAMMARS:
        (findings, doubts), issues = await asyncio.gather(
            _scan(document, language, rules), asyncio.to_thread(_issues, document, language)
        )
        findings += [_syntax_error(issue) for issue in issues if _confirmed(document, issue, doubts)]
    elif language in CHECKED_SYNTAX:
        issues = await asyncio.to_thread(_issues, document, language)
        # without a second opinion, only what stands alone is likely to be the author's
        findings = [evolve(_syntax_error(issue), severity="warning") for issue in issues if len(issues) == 1]
    else:
        raise unsupported(
            f"The built-in engine cannot look for bugs in {language}.",
            "Configure a model with `kibitz models use`, or ask about a file in another language.",
        )
    return _chosen(document, where, findings)


def syntax_findings(document: Document, where: Range | None) -> list[Finding]:
    """What can be said with no process started: where the text does not parse. Raises `unsupported`."""
    language = normalise(document.language)
    if language != "python" and language not in CHECKED_SYNTAX:
        raise unsupported(
            f"The built-in engine cannot look for bugs in {language}.",
            "Trust the workspace, and set `model`.",
        )
    tree = parse(document) if language == "python" else None
    issues = _issues(document, language) if tree is None else list(tree.errors)[:MAX_SYNTAX_ERRORS]
    return _chosen(document, where, [_syntax_error(issue) for issue in issues])


async def _scan(
    document: Document, language: str, rules: Worker
) -> tuple[list[Finding], list[tuple[int, int]]]:
    grammar = GRAMMARS[language]
    # a lone surrogate has no UTF-8; the replacement is one code point as well, so offsets stay right
    text = document.text.encode("utf-8", "replace").decode("utf-8")
    answer = await rules.call("scan", {"text": text, "grammar": grammar})
    by_id = {rule.id: rule for rule in rules_for(grammar)}
    found = [_finding(document, by_id[match["rule"]], match) for match in answer["matches"]]
    return found, [(start, end) for start, end in answer["errors"]]


def _finding(document: Document, rule: Rule, match: dict[str, Any]) -> Finding:
    fix = None
    if rule.fix is not None:
        edit = TextEdit(_span(document, match["fix"]), match["fix"]["newText"])
        fix = Fix(match["fix"]["title"], (edit,))
    detail = f"Rule {rule.id}: {rule.note}"
    where = _first_line(document, _span(document, match))
    return Finding(where, rule.id, rule.severity, match["message"], detail, fix)


def _first_line(document: Document, span: Range) -> Range:
    """Of a long statement only its first line, so that editors do not underline all of it."""
    if span.end.line == span.start.line:
        return span
    line = span.start.line
    return Range(span.start, Position(line, len(document.line(line).rstrip())))


def _span(document: Document, place: dict[str, Any]) -> Range:
    return Range(document.position(place["start"]), document.position(place["end"]))


def _issues(document: Document, language: str) -> list[SyntaxIssue]:
    """Where the text does not parse; nothing where that is more likely the grammar's fault than the author's."""
    if language not in CHECKED_SYNTAX or DIALECT.search(document.text):
        return []
    tree = parse(document)
    issues = list(tree.errors) if tree is not None else []
    return issues if len(issues) <= MAX_SYNTAX_ERRORS else []


def _confirmed(document: Document, issue: SyntaxIssue, doubts: list[tuple[int, int]]) -> bool:
    """Whether the second parser, which does not report what is merely missing, stumbles at the same place."""
    if issue.kind == "missing":
        return True
    if issue.near.startswith(OLD_MACRO):
        return False
    start, end = document.offset(issue.range.start), document.offset(issue.range.end)
    return any(first <= end and start <= last for first, last in doubts)


def _syntax_error(issue: SyntaxIssue) -> Finding:
    near = " ".join(issue.near.split())[:48]
    message = f"`{near}` is missing here." if issue.kind == "missing" else f"Syntax error at `{near}`."
    return Finding(issue.range, "syntax", "error", message, "tree-sitter: the text does not parse.")


def _chosen(document: Document, where: Range | None, findings: list[Finding]) -> list[Finding]:
    """In order, the most severe of those that say the same of one place."""
    chosen: dict[Range, Finding] = {}
    for finding in sorted(findings, key=_order):
        inside = where is None or (finding.range.start <= where.end and where.start <= finding.range.end)
        if inside and not _ignored(document, finding):
            chosen.setdefault(finding.range, finding)
    return list(chosen.values())


def _order(finding: Finding) -> tuple[Any, ...]:
    return (*finding.range, SEVERITIES.index(finding.severity), finding.rule)


def _ignored(document: Document, finding: Finding) -> bool:
    line = finding.range.start.line
    comments = [IGNORE.search(document.line(line))]
    before = document.line(line - 1).strip() if line else ""
    comments.append(IGNORE.match(before))
    for comment in comments:
        if comment is not None:
            named = comment["rules"]
            if named is None or finding.rule in [rule.strip() for rule in named.split(",")]:
                return True
    return False


def to_json(document: Document, finding: Finding) -> dict[str, Any]:
    """One finding in the answer form of find_bugs: 1-based lines and columns in code points, ends exclusive."""
    data: dict[str, Any] = {
        **_place(finding.range),
        "quote": document.line(finding.range.start.line).strip(),
        "severity": finding.severity,
        "rule": finding.rule,
        "message": finding.message,
        "evidence": {"kind": "static", "detail": finding.evidence_detail},
    }
    if finding.fix is not None:
        edits = [{**_place(edit.range), "newText": edit.new_text} for edit in finding.fix.edits]
        data["fix"] = {"title": finding.fix.title, "edits": edits}
    return data


def _place(span: Range) -> dict[str, int]:
    return {
        "line": span.start.line + 1,
        "column": span.start.character + 1,
        "endLine": span.end.line + 1,
        "endColumn": span.end.character + 1,
    }
