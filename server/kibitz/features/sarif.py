"""Findings as SARIF 2.1.0, for code hosts (OASIS, Static Analysis Results Interchange Format 2.1.0)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from kibitz import __version__
from kibitz.features.find_bugs import Finding
from kibitz.paths import shown

LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}


def to_sarif(findings: tuple[Finding, ...], root: Path | None) -> dict[str, Any]:
    """One run with its rules and results; columns count Unicode code points, as the log says."""
    rules = {f.rule: {"id": f.rule, "shortDescription": {"text": f.rule}} for f in findings}
    numbers = {rule: number for number, rule in enumerate(rules)}
    results = [
        {
            "ruleId": f.rule,
            "ruleIndex": numbers[f.rule],
            "level": LEVELS[f.severity],
            "message": {"text": f.message},
            "partialFingerprints": {"kibitz/v1": f.id},
            "properties": {"evidence": f.evidence, "detail": f.detail},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": _location(f, root),
                        "region": {
                            "startLine": f.range.start.line + 1,
                            "startColumn": f.range.start.character + 1,
                            "endLine": f.range.end.line + 1,
                            "endColumn": f.range.end.character + 1,
                        },
                    }
                }
            ],
        }
        for f in findings
    ]
    driver = {
        "name": "kibitz",
        "version": __version__,
        "rules": list(rules.values()),
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _location(finding: Finding, root: Path | None) -> dict[str, Any]:
    path = finding.document.path
    if path is None:
        return {"uri": finding.document.uri}
    name = shown(path, root)
    return (
        {"uri": quote(name), "uriBaseId": "%SRCROOT%"}
        if not Path(name).is_absolute()
        else {"uri": path.as_uri()}
    )
