"""Find bugs: what checkers prove, and what a model claims about lines that exist."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.features.prompt import render
from kibitz.features.prompt_context import code_block, name_of, other_files
from kibitz.features.result import Envelope, Shapes, Stopwatch
from kibitz.features.workbench import Workbench
from kibitz.models.protocol import Answer, Request, Usage
from kibitz.models.select import OFFLINE
from kibitz.models.tasks import FindBugsTask
from kibitz.text import Document, Position, Range, TextEdit
from kibitz.verify.answer import parse_findings
from kibitz.verify.checks import Check

Severity = Literal["error", "warning", "information", "hint"]


@frozen
class Fix:
    """A change that removes a finding."""

    title: str
    edits: tuple[TextEdit, ...]


@frozen
class Finding:
    """One bug, where it is, and what speaks for it: `static` (a checker), `model` (a claim) or `executed` (it ran)."""

    id: str
    document: Document
    range: Range
    severity: Severity
    rule: str
    message: str
    evidence: Literal["static", "model", "executed"]
    detail: str
    fix: Fix | None = None

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """One entry of `findings`."""
        data: dict[str, Any] = {
            "id": self.id,
            "uri": self.document.uri,
            "range": shapes.range(self.document, self.range),
            "severity": self.severity,
            "rule": self.rule,
            "message": self.message,
            "evidence": {"kind": self.evidence, "detail": self.detail},
        }
        if self.fix is not None:
            edits = [shapes.edit(self.document, e) for e in self.fix.edits]
            data["fix"] = {"title": self.fix.title, "edits": edits}
        return data


@frozen
class Findings:
    """What was found, in the order of the text, and why some of what a model claimed was dropped."""

    envelope: Envelope
    findings: tuple[Finding, ...]
    dropped: tuple[str, ...] = ()

    def to_json(self, shapes: Shapes) -> dict[str, Any]:
        """The result of `kibitz.findBugs`."""
        return {
            **self.envelope.to_json(),
            "findings": [finding.to_json(shapes) for finding in self.findings],
            "dropped": list(self.dropped),
        }


async def static_findings(
    bench: Workbench, document: Document, where: Range | None = None
) -> tuple[Finding, ...]:
    """What the built-in checkers find; no model is asked. Raises `unsupported` for a language they do not know."""
    task = FindBugsTask(document, where, bench.project)
    answer = await bench.ask(Request("find_bugs", (), task), model=bench.services.offline)
    entries, _ = parse_findings(answer.text)
    return tuple(_finding(document, entry) for entry in entries)


async def find_bugs(bench: Workbench, document: Document, where: Range | None = None) -> Findings:
    """All that is found in a document or a range of it. Raises the engines' errors."""
    watch = Stopwatch()
    model = bench.model("find_bugs")
    checks: list[Check] = []
    try:
        found = list(await static_findings(bench, document, where))
        checks.append(Check("checkers", "passed", f"{len(found)} found"))
    except KibitzError as error:
        if model.name == OFFLINE or error.kind != "unsupported":
            raise
        found = []
        checks.append(Check("checkers", "skipped", error.message))
    answer = Answer(OFFLINE, "", Usage())
    dropped: tuple[str, ...] = ()
    if model.name != OFFLINE and document.text.strip():
        answer, claimed, dropped = await _ask(bench, document, where, found)
        taken = {(f.range.start.line, f.rule) for f in found} | {
            (f.range.start.line, "") for f in found if f.severity != "hint"
        }
        found += [
            f
            for f in claimed
            if (f.range.start.line, f.rule) not in taken and (f.range.start.line, "") not in taken
        ]
        checks.append(
            Check(
                "lines",
                "passed",
                f"{len(claimed)} claims are about lines that exist, {len(dropped)} were dropped",
            )
        )
    found.sort(key=lambda f: f.range)
    return Findings(bench.envelope(answer, watch, tuple(checks)), tuple(found), dropped)


async def _ask(
    bench: Workbench, document: Document, where: Range | None, known: list[Finding]
) -> tuple[Answer, list[Finding], tuple[str, ...]]:
    """The model's claims that fit the text; a broken answer is repaired once and then refused."""
    what = "the whole" if where is None else f"lines {where.start.line + 1} to {where.end.line + 1}"
    listed = "\n".join(f"- line {f.range.start.line + 1}: {f.message}" for f in known[:50])
    messages = render(
        "find_bugs",
        what=what,
        path=name_of(bench, document),
        language=document.language,
        code=code_block(document, where, numbered=True),
        context=await other_files(bench, document, where, "bugs"),
        known=f"Already known, do not repeat:\n{listed}" if listed else "",
    )
    request = Request("find_bugs", messages, FindBugsTask(document, where, bench.project))
    answer = await bench.ask(request)
    try:
        entries, dropped = parse_findings(answer.text)
    except KibitzError as error:
        answer = await bench.ask_again(request, answer, error.message)
        entries, dropped = parse_findings(answer.text)
    claims: list[Finding] = []
    reasons = list(dropped)
    for entry in entries:
        place = _quoted(document, entry)
        if place is None:
            reasons.append(f"{entry['rule']}: the quoted line is not in the file")
        elif where is not None and not where.start.line <= place.start.line <= where.end.line:
            reasons.append(f"{entry['rule']}: outside of what was asked about")
        else:
            claims.append(
                _made(
                    document,
                    place,
                    {**entry, "evidence": {"kind": "model", "detail": f"claimed by {answer.engine}"}},
                )
            )
    return answer, claims, tuple(reasons)


def _quoted(document: Document, entry: dict[str, Any]) -> Range | None:
    """The line an entry quotes: at its number, else the one place where the text stands."""
    quote = " ".join(str(entry.get("quote", "")).split())
    if not quote:
        return None
    number = entry["line"] - 1
    same = [n for n in range(len(document.lines)) if " ".join(document.line(n).split()) == quote]
    if number not in same:
        if len(same) != 1:
            return None
        number = same[0]
    text = document.line(number)
    return Range(Position(number, len(text) - len(text.lstrip())), Position(number, len(text.rstrip())))


def _finding(document: Document, entry: dict[str, Any]) -> Finding:
    """A checker's own entry: its columns are exact."""
    start = Position(entry["line"] - 1, entry.get("column", 1) - 1)
    end = Position(
        entry.get("endLine", entry["line"]) - 1, entry.get("endColumn", entry.get("column", 1)) - 1
    )
    return _made(document, Range(document.clamp(start), document.clamp(max(start, end))), entry)


def _made(document: Document, place: Range, entry: dict[str, Any]) -> Finding:
    evidence = entry.get("evidence") or {"kind": "static", "detail": entry["rule"]}
    fix = entry.get("fix")
    line = document.line(place.start.line).strip()
    before = sum(document.line(n).strip() == line for n in range(place.start.line))
    key = "\0".join((entry["rule"], document.uri, line, str(before), str(place.start.character)))
    return Finding(
        hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
        document,
        place,
        entry["severity"],
        entry["rule"],
        entry["message"],
        evidence["kind"],
        evidence["detail"],
        Fix(fix["title"], tuple(_edit(e) for e in fix["edits"])) if fix else None,
    )


def _edit(entry: dict[str, Any]) -> TextEdit:
    start = Position(entry["line"] - 1, entry["column"] - 1)
    return TextEdit(Range(start, Position(entry["endLine"] - 1, entry["endColumn"] - 1)), entry["newText"])
